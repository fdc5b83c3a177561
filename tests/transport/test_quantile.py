"""Laws with a quantile function: against closed forms, quadrature and each other."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError


def by_quadrature(p, q, order: float) -> float:
    """The quantile integral by adaptive quadrature in u, t = Phi(u): the ends are spread out."""

    def integrand(u):
        t = stats.norm.cdf(u)
        return abs(p.ppf(t) - q.ppf(t)) ** order * stats.norm.pdf(u)

    return integrate.quad(integrand, -8, 8, limit=400, epsabs=1e-12)[0] ** (1 / order)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_uniform_laws_have_their_closed_forms(order):
    # U(0, 1) to U(2, 5): the quantile functions are apart by 2 + 2t.
    truth = integrate.quad(lambda t: (2 + 2 * t) ** order, 0, 1)[0] ** (1 / order)
    b = dg.wasserstein(stats.uniform(0, 1), stats.uniform(2, 3), order=order)
    assert b.guarantee is Guarantee.CERTIFIED
    assert b.contains(truth)
    assert b.value == pytest.approx(truth, rel=1e-7)
    assert b.gap < 1e-4 * b.value
    b.certificate.check()


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.powerlaw(2.5), stats.uniform(0, 1)),
        (stats.arcsine(), stats.triang(0.3)),
        (stats.norm(0, 1), stats.uniform(-1, 2)),
        (stats.truncnorm(-1, 2), stats.norm(1, 0.5)),
    ],
)
def test_the_bracket_holds_the_quantile_integral(p, q, order):
    b = dg.wasserstein(p, q, order=order)
    truth = by_quadrature(p, q, order)
    assert b.lower - 1e-9 <= truth <= b.upper + 1e-9  # quad's tolerance, and 1e-15 of mass beyond 8 deviations
    assert b.gap < 1e-3 * b.value
    assert b.value == pytest.approx(truth, rel=1e-5)


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]), st.booleans())
def test_points_against_a_normal_law_agree_with_the_integral_over_each_atom(seed, order, weighted):
    rng = np.random.default_rng(seed)
    x, w = rng.normal(size=6), rng.dirichlet(np.ones(6)) if weighted else np.full(6, 1 / 6)
    b = dg.wasserstein(dg.Points(x, w), stats.norm(0.5, 2), order=order)
    order_of_x = np.argsort(x)
    ends = stats.norm.ppf(np.concatenate([[0], np.cumsum(w[order_of_x])[:-1], [1]]))
    total = 0.0
    for k, i in enumerate(order_of_x):
        low, high = max(ends[k], -9), min(ends[k + 1], 9)
        kink = np.clip((x[i] - 0.5) / 2, low, high)
        for left, right in ((low, kink), (kink, high)):
            total += integrate.quad(lambda u, i=i: abs(x[i] - 0.5 - 2 * u) ** order * stats.norm.pdf(u), left, right)[0]
    truth = total ** (1 / order)
    assert b.lower - 1e-8 <= truth <= b.upper + 1e-8
    assert b.gap < 1e-3 * b.value
    b.certificate.check()


def test_a_fine_sample_of_a_law_is_close_to_it():
    t = (np.arange(2000) + 0.5) / 2000
    b = dg.wasserstein(stats.uniform().ppf(t), stats.uniform(), order=1)
    assert b.contains(1 / 8000)  # each atom moves within its interval of 1/2000, by a quarter of it on average
    assert b.value == pytest.approx(1 / 8000, rel=1e-2)


def test_laws_with_unknown_tails_get_an_estimate_and_no_promise():
    p, q = stats.expon(), stats.expon(scale=2)
    b = dg.wasserstein(p, q, order=1)
    assert b.guarantee is Guarantee.NONE
    assert math.isnan(b.upper)
    assert b.value == pytest.approx(1, rel=1e-6)  # scaling a positive law by 2 moves it by its mean
    assert "tails" in b.explain()


def test_a_law_is_at_distance_zero_from_itself():
    b = dg.wasserstein(stats.uniform(), stats.uniform())
    assert b.lower == 0
    assert b.upper < 1e-4
    assert b.value < 1e-12


def test_altered_knots_and_claims_are_refused():
    certificate = dg.wasserstein(stats.uniform(), stats.uniform(1, 2)).certificate
    for change in (
        {"lower": certificate.upper},
        {"knots": certificate.knots[::-1]},
        {"knots": certificate.knots[::500]},
        {"laws": certificate.laws[::-1][:1] * 2},
    ):
        with pytest.raises(CertificateError):
            dataclasses.replace(certificate, **change).check()
