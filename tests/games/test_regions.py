"""Stability regions: the amplification of the test system is that of the known stability functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import amplification, stability_boundary, stability_region

M = dg.methods
EIGENVALUES = st.builds(complex, st.floats(-2, 3), st.floats(-2, 2))

#: The stability functions of the methods that treat both players alike, w being step times eigenvalue.
KNOWN = {
    "simultaneous": (M.SimultaneousGDA(step=1.0), lambda w: abs(1 - w)),
    "extragradient": (M.ExtraGradient(step=1.0), lambda w: abs(1 - w + w * w)),
    "proximal point": (M.ProximalPoint(step=1.0), lambda w: 1 / abs(1 + w)),
    # z' = z - 2 w z + w z_past
    "optimistic": (M.OptimisticGDA(step=1.0), lambda w: max(abs(np.roots([1, 2 * w - 1, -w])))),
    "past extragradient": (M.PastExtraGradient(step=1.0), lambda w: max(abs(np.roots([1, 2 * w - 1, -w])))),
    "lookahead": (
        M.Lookahead(method=M.SimultaneousGDA(step=1.0), period=3, alpha=0.5),
        lambda w: abs(0.5 + 0.5 * (1 - w) ** 3),
    ),
}


@pytest.mark.parametrize("name", KNOWN)
@given(value=EIGENVALUES.filter(lambda w: abs(1 + w) > 0.1))
def test_the_amplification_is_the_known_stability_function(name, value):
    method, formula = KNOWN[name]
    # double roots of the optimistic polynomial carry the root of rounding
    assert abs(amplification(method, value) - formula(value)) < (3e-7 if "optim" in name or "past" in name else 1e-10)


def test_at_a_pole_it_is_infinite():
    at_pole = amplification(M.ProximalPoint(step=1.0), [-1.0, 0.0])
    assert at_pole.tolist() == [math.inf, 1.0]
    region = stability_region(M.ProximalPoint(step=1.0), real=(-3, 1), imaginary=(-2, 2), resolution=5)
    assert math.isinf(region.modulus[2, 2])
    assert np.isfinite(region.modulus).sum() == 24


@given(st.floats(0.01, 1.9))
def test_alternating_descent_is_marginal_on_the_imaginary_axis_up_to_two(w):
    assert abs(amplification(M.AlternatingGDA(step=1.0), 1j * w) - 1) < 1e-12


def test_a_region_is_the_amplification_on_its_grid():
    region = stability_region(M.ExtraGradient(step=1.0), real=(-0.2, 1.2), imaginary=(-1.0, 1.1), resolution=7)
    assert region.modulus.shape == (7, 7)
    w = region.real[3] + 1j * region.imaginary[5]
    assert abs(region.modulus[5, 3] - abs(1 - w + w * w)) < 1e-12
    assert (region.stable == (region.modulus < 1)).all()
    assert "7 x 7 points" in repr(region)


def test_a_repeller_attracts_the_proximal_point_and_only_optimistic_and_extra_steps_forgive_a_little():
    # lambda = -0.01 + i, step 0.3: descent leaves, the others attract although the flow does not
    repeller = -0.01 + 1j
    assert amplification(M.SimultaneousGDA(step=0.3), repeller) > 1
    for method in (M.ExtraGradient(step=0.3), M.OptimisticGDA(step=0.3), M.ProximalPoint(step=0.3)):
        assert amplification(method, repeller) < 1
    assert amplification(M.ProximalPoint(step=1.0), -3.0) == pytest.approx(0.5)


@given(st.floats(-1.4, 1.4))
def test_descent_is_stable_on_a_disc(angle):
    assert abs(stability_boundary(M.SimultaneousGDA(step=1.0), angle) - 2 * math.cos(angle)) < 1e-8


def test_the_boundary_on_both_axes_is_where_the_theory_has_it():
    axes = [0.0, math.pi / 2]
    expected = {
        M.ExtraGradient: [1.0, 1.0],
        M.OptimisticGDA: [2 / 3, 1 / math.sqrt(3)],
        M.AlternatingGDA: [2.0, 2.0],
        M.SimultaneousGDA: [2.0, 0.0],
        M.ProximalPoint: [math.inf, math.inf],
        M.PrimalDualHybridGradient: [2.0, math.sqrt(4 / 3)],
    }
    for method, limits in expected.items():
        assert np.allclose(stability_boundary(method(step=1.0), axes), limits, atol=1e-8), method
    assert stability_boundary(M.ExtraGradient(step=0.5), 0.0) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: amplification("method", 1.0), "method"),
        (lambda: amplification(M.ExtraGradient(step=1.0), "a"), "eigenvalues"),
        (lambda: amplification(M.ExtraGradient(step=1.0), [math.nan]), "eigenvalues"),
        (lambda: amplification(M.SimultaneousGDA(step=1.0, scaling=M.Adam()), 1.0), "method"),
        (lambda: stability_region(M.ExtraGradient(step=1.0), real=(1.0, 0.0)), "real"),
        (lambda: stability_region(M.ExtraGradient(step=1.0), resolution=1), "resolution"),
        (lambda: stability_boundary(M.ExtraGradient(step=1.0), "a"), "angles"),
    ],
)
def test_bad_input_is_named(call, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        call()
