from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy import integrate, stats

import dualgap as dg
from dualgap.divergences.line import LaplaceHump, LineLaw, NormalHump, line_law, log_density_of, log_ratio_bounds

HUMPS = [NormalHump(0.5, 2.0), LaplaceHump(-1.0, 0.25)]
SCIPY = [stats.norm(0.5, 2.0), stats.laplace(-1.0, 0.25)]


@pytest.mark.parametrize(("hump", "law"), list(zip(HUMPS, SCIPY, strict=True)))
def test_humps_are_the_laws_of_scipy(hump, law):
    x = hump.mode + hump.scale * np.array([-30.0, -5.0, -0.5, 0.0, 0.1, 3.0, 25.0])
    np.testing.assert_allclose(hump.log_density(x), law.logpdf(x), rtol=1e-13)
    below, above = law.cdf(x), law.sf(x)  # near 1 by the other one: the logarithms of scipy before 1.15 round there
    np.testing.assert_allclose(
        hump.log_cdf(x), np.where(x > hump.mode, np.log1p(-np.minimum(above, 0.5)), law.logcdf(x)), rtol=1e-12
    )
    np.testing.assert_allclose(
        hump.log_sf(x), np.where(x < hump.mode, np.log1p(-np.minimum(below, 0.5)), law.logsf(x)), rtol=1e-12
    )
    a, b, c = hump.log_density_polynomial()
    distance = np.abs(x - hump.mode)
    np.testing.assert_allclose(a - b * distance - c * distance**2, hump.log_density(x), rtol=1e-13)


@pytest.mark.parametrize(("hump", "law"), list(zip(HUMPS, SCIPY, strict=True)))
def test_tail_moments_are_integrals(hump, law):
    b = 1.5 * hump.scale
    for power, moment in enumerate(hump.tail_moments(b)):
        value, error = integrate.quad(
            lambda x, k=power: law.pdf(x) * (x - hump.mode) ** k, hump.mode + b, hump.mode + 40 * hump.scale
        )
        assert moment == pytest.approx(value, abs=10 * error + 1e-12)


def test_cell_masses_keep_their_digits_in_both_tails():
    edges = np.array([-37.0, -20.0, -19.99, -1.0, -0.9999, 0.5, 1.0, 8.0, 8.25, 30.0])
    masses, errors = LineLaw(np.ones(1), (NormalHump(0.0, 1.0),)).log_masses(edges)
    with mpmath.workdps(400):
        ends = [-mpmath.inf, *map(mpmath.mpf, edges.tolist()), mpmath.inf]
        for k in range(len(ends) - 1):
            truth = mpmath.log(
                (mpmath.erfc(-ends[k + 1] / mpmath.sqrt(2)) - mpmath.erfc(-ends[k] / mpmath.sqrt(2))) / 2
            )
            assert abs(float(masses[k] - truth)) <= errors[k] + 1e-16 * abs(float(truth))
    assert errors.max() < 1e-9


def test_density_bounds_hold_inside_every_cell():
    law = LineLaw(np.array([0.3, 0.7]), (NormalHump(0.0, 1.0), LaplaceHump(1.0, 0.1)))
    edges = law.grid()
    edges = edges[(edges > -20) & (edges < 20)]
    low, high = law.log_density_bounds(edges)
    for share in (0.0, 0.3, 0.9, 1.0):
        inside = law.log_density(edges[:-1] + share * np.diff(edges))
        assert (low <= inside).all()
        assert (inside <= high).all()


@pytest.mark.parametrize(("m", "s"), [(0.0, 1.0), (1.0, 1.0), (0.3, 2.0), (-2.0, 0.25)])
def test_the_ratio_of_two_normal_densities_has_its_exact_range(m, s):
    p, q = (LineLaw(np.ones(1), (NormalHump(*one),)) for one in ((0.0, 1.0), (m, s)))
    edges = np.linspace(-7, 7, 15)
    low, high = log_ratio_bounds(p, q, edges)
    fine = np.linspace(0, 1, 401)
    x = edges[:-1, None] + fine * np.diff(edges)[:, None]
    ratio = p.log_density(x) - q.log_density(x)
    np.testing.assert_allclose(ratio.min(1), low, atol=1e-3)  # the grid of the comparison misses the vertex by this
    np.testing.assert_allclose(ratio.max(1), high, atol=1e-3)
    assert (low <= ratio.min(1) + 1e-12).all()
    assert (ratio.max(1) <= high + 1e-12).all()
    assert log_ratio_bounds(LineLaw(np.ones(1), (LaplaceHump(0.0, 1.0),)), q, edges) is None


def test_what_is_a_mixture_of_humps():
    assert line_law(dg.Gaussian(1.0, 4.0)).humps == (NormalHump(1.0, 2.0),)
    assert line_law(dg.Gaussian(1.0, 0.0)) is None
    assert line_law(dg.Gaussian([0.0, 0.0], np.eye(2))) is None
    nested = dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1.0), dg.Mixture([0.5, 0.5], [dg.Gaussian(1.0, 1.0)] * 2)])
    assert line_law(nested).weights.tolist() == [0.5, 0.25, 0.25]
    assert line_law(dg.Mixture([1.0], [dg.Points([0.0])])) is None
    x = np.array([-1.0, 0.5])
    np.testing.assert_allclose(log_density_of(nested, x), line_law(nested).log_density(x), rtol=1e-14)
    assert log_density_of(dg.Gaussian(0.0, 1.0), np.array([0.0]))[0] == pytest.approx(-math.log(2 * math.pi) / 2)
