"""Forsaken: the critical point, its eigenvalues, and the cycle around it."""

from __future__ import annotations

import mpmath
import numpy as np

import dualgap as dg
from dualgap.games import linearise

GAME = dg.games.forsaken()


def test_the_critical_point_is_the_root_found_in_thirty_digits():
    def field(x, y):
        slope = lambda t: t / 2 - 2 * t**3 + t**5  # noqa: E731
        return y - mpmath.mpf("0.45") + slope(x), slope(y) - x

    with mpmath.workdps(30):
        root = mpmath.findroot(field, (0.1, 0.4))
    for found, true in zip(GAME.equilibrium, root, strict=True):
        assert abs(float(found) - float(true)) < 1e-15


def test_there_is_no_other_critical_point():
    # x = phi'(y) leaves one equation in y, a polynomial of degree 25; its real roots are counted
    y = np.polynomial.Polynomial([0, 1])
    slope = lambda t: t / 2 - 2 * t**3 + t**5  # noqa: E731
    roots = (y - 0.45 + slope(slope(y))).roots()
    assert (np.abs(roots.imag) < 1e-9).sum() == 1


def test_the_eigenvalues_are_those_of_the_literature():
    found = (1 - linearise(GAME, dg.methods.SimultaneousGDA(step=1e-3)).eigenvalues) * 1e3
    assert np.allclose(np.sort(found.imag), [-0.908, 0.908], atol=5e-4)
    assert np.allclose(found.real, 0.0447, atol=5e-5)


def test_extragradient_circles_from_afar_and_converges_from_nearby():
    centre = [float(part) for part in GAME.equilibrium]
    far_and_near = np.array([[1.0], [centre[0] + 0.1]]), np.array([[1.0], [centre[1]]])
    run = dg.simulate(GAME, dg.methods.ExtraGradient(step=0.05), start=far_and_near, steps=4000)
    distance = np.hypot(run.x[-1000:, :, 0] - centre[0], run.y[-1000:, :, 0] - centre[1])
    assert distance[:, 0].min() > 0.9, "on the cycle no point is near the critical one"
    assert distance[-1, 1] < 1e-3
