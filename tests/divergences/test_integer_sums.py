from __future__ import annotations

import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from torch import distributions as td

import dualgap as dg
from dualgap.divergences.integer_sums_recomputed import IntegersRecomputed
from dualgap.errors import CertificateError
from dualgap.measures import Integers

P, G, N = stats.poisson, stats.geom, stats.nbinom
PAIRS = {
    "poisson and geometric": (P(3.0), G(0.3, loc=-1)),
    "geometric and poisson": (G(0.3, loc=-1), P(3.0)),
    "shifted": (P(3.0, loc=1), P(4.0)),
    "wide": (P(30.0), P(3.0, loc=-1)),
    "binomial": (N(2.5, 0.4), P(3.0)),
    "logarithmic": (stats.logser(0.3), G(0.4)),
}
#: f(t) for the definition, by quantity.
F = {
    dg.kl: lambda p, q: p * mpmath.log(p / q) if p else 0,
    dg.js: lambda p, q: sum(x * mpmath.log(2 * x / (p + q)) if x else 0 for x in (p, q)) / 2,
    dg.total_variation: lambda p, q: abs(p - q) / 2,
    dg.hellinger: lambda p, q: (mpmath.sqrt(p) - mpmath.sqrt(q)) ** 2 / 2,
    dg.chi_squared: lambda p, q: (p - q) ** 2 / q if q else 0,
}


def _pmf(k):
    return stats.poisson.pmf(k, 3.0)


def _checked(bracket):
    assert bracket.certificate is not None
    bracket.certificate.check()


def _mass(law, k):
    v = {name: mpmath.mpf(x) for name, x in zip([*law.dist.shapes.split(", "), "loc"], [*law.args, 0], strict=False)}
    v["loc"] = mpmath.mpf(law.kwds.get("loc", 0))
    j = k - v["loc"]
    if j < law.support()[0] - law.kwds.get("loc", 0):
        return mpmath.mpf(0)
    if law.dist.name == "poisson":
        return mpmath.exp(j * mpmath.log(v["mu"]) - v["mu"] - mpmath.loggamma(j + 1))
    if law.dist.name == "geom":
        return v["p"] * (1 - v["p"]) ** (j - 1)
    if law.dist.name == "nbinom":
        n, p = v["n"], v["p"]
        return mpmath.exp(mpmath.loggamma(n + j) - mpmath.loggamma(n) - mpmath.loggamma(j + 1)) * p**n * (1 - p) ** j
    return -(v["p"] ** j) / j / mpmath.log(1 - v["p"])


@pytest.mark.parametrize("name", PAIRS)
def test_the_bracket_holds_the_sum_of_the_definition_in_forty_digits(name):
    p, q = PAIRS[name]
    with mpmath.workdps(40):
        masses = [(_mass(p, k), _mass(q, k)) for k in range(-1, 900)]
        for divergence, term in F.items():
            bracket = divergence(p, q, method="integer_sums")
            _checked(bracket)
            if bracket.upper == math.inf:
                assert divergence is dg.chi_squared
                assert bracket.lower == math.inf
                assert "grow" in bracket.reason
                continue
            truth = mpmath.fsum(term(*pair) for pair in masses)
            assert bracket.lower <= truth <= bracket.upper
            # Each mass is known to 24 eps of its logarithm, which is as small as -2000 where chi-squared is 1e107.
            assert bracket.gap <= (1e-9 if name == "wide" else 3e-12) * bracket.upper


@given(a=st.floats(0.5, 50.0), b=st.floats(0.5, 50.0), order=st.sampled_from([0.3, 0.5, 1.5, 2.0, 3.0]))
@settings(max_examples=10)
def test_sums_agree_with_the_closed_forms_of_poisson_laws(a, b, order):
    for f, options in ((dg.kl, {}), (dg.hellinger, {}), (dg.chi_squared, {}), (dg.renyi, {"order": order})):
        closed, summed = (f(P(a), P(b), method=m, **options) for m in ("closed_form", "integer_sums"))
        assert summed.lower <= closed.upper
        assert closed.lower <= summed.upper
        _checked(summed)


def test_a_number_that_the_other_law_misses_makes_it_infinite_with_the_reason():
    bracket = dg.jeffreys(P(3.0), P(3.0, loc=-1))
    assert (bracket.value, bracket.lower, bracket.guarantee) == (math.inf, math.inf, dg.Guarantee.EXACT)
    assert "q has mass" in bracket.reason
    _checked(bracket)
    even = Integers(lambda k: np.where(k % 2 == 0, -(k / 2 + 1) * math.log(2), -np.inf), support=(0, math.inf))
    assert "p has mass at 1, where q has none" in dg.kl(P(3.0), even).reason
    assert dg.kl(even, P(3.0)).lower > 0


def test_a_mass_that_scipy_rounds_to_nothing_is_not_taken_for_none():
    # The logarithm of Skellam's masses is that of masses that underflow.
    bracket = dg.kl(stats.dlaplace(0.4), stats.skellam(3, 4))
    assert bracket.lower < math.inf
    assert dg.js(stats.dlaplace(0.4), stats.skellam(3, 4)).gap < 1e-11


def test_points_and_a_poisson_law():
    points = dg.Points([0.0, 1.0, 2.5], [0.2, 0.3, 0.5])
    m = _pmf([0, 1])
    variation = dg.total_variation(points, P(3.0))
    assert float(variation) == pytest.approx((abs(m - [0.2, 0.3]).sum() + 0.5 + 1 - m.sum()) / 2, rel=1e-13)
    _checked(variation)
    assert dg.kl(points, P(3.0)).value == math.inf
    whole = dg.Points([0.0, 1.0, 5.0], [0.2, 0.3, 0.5])
    truth = sum(w * math.log(w / _pmf(k)) for w, k in ((0.2, 0), (0.3, 1), (0.5, 5)))
    assert dg.kl(whole, P(3.0)).contains(truth) or float(dg.kl(whole, P(3.0))) == pytest.approx(truth, rel=1e-13)


def test_without_a_bound_of_the_tails_the_upper_bound_is_infinite_and_says_so():
    halves = Integers(lambda k: -k * np.log(2.0), support=(1, math.inf))
    bracket = dg.kl(halves, G(0.4))
    truth = math.log(0.5 / 0.4) + math.log(0.5 / 0.6)  # the mean number of failures is 1
    assert bracket.lower == pytest.approx(truth, rel=1e-10)
    assert bracket.lower <= truth < bracket.upper == math.inf
    assert "no upper bound" in bracket.reason
    assert dg.js(halves, G(0.4)).gap < 1e-12


def test_terms_whose_masses_underflow_count():
    # The largest term of chi-squared is at 4^2 / 0.0625 = 256, where the mass of p is e^-816.
    truth = mpmath.expm1(mpmath.mpf(4 - 0.0625) ** 2 / mpmath.mpf(0.0625))
    bracket = dg.chi_squared(P(4.0), P(0.0625), method="integer_sums")
    assert bracket.lower <= truth <= bracket.upper
    _checked(bracket)


def test_orders_of_renyi_whose_sums_overflow_are_finite():
    closed, summed = (dg.renyi(P(10.0), P(0.5), order=3.0, method=m) for m in ("closed_form", "integer_sums"))
    assert summed.lower <= closed.upper
    assert closed.lower <= summed.upper < math.inf
    _checked(summed)


def test_a_hole_far_out_makes_kl_infinite_whatever_underflows_there():
    p = P(3.0)
    hole = Integers(lambda k: np.where(k == 500, -np.inf, (k + 1) * math.log(0.5)), support=(0, math.inf))
    assert dg.kl(p, hole).upper == math.inf
    p_heavy = Integers(lambda k: (k + 1) * math.log(0.5), support=(0, math.inf))
    assert dg.kl(p_heavy, hole).upper == math.inf


def test_values_can_be_differentiated():
    rate, p = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (3.0, 0.3))
    assert torch.autograd.gradcheck(lambda a, b: dg.js(td.Poisson(a), td.Geometric(b)).value, (rate, p))
    assert torch.autograd.gradcheck(lambda a, b: dg.kl(td.Poisson(a), td.Geometric(b)).value, (rate, p))


def test_the_value_keeps_single_precision_and_the_bounds_hold_it():
    bracket = dg.js(td.Poisson(torch.tensor(3.0)), td.Geometric(torch.tensor(0.3)))
    assert bracket.value.dtype == torch.float32
    assert bracket.lower <= float(bracket.value) <= bracket.upper
    assert bracket.gap < 1e-6
    _checked(bracket)


@pytest.mark.parametrize(
    ("p", "q"), [(P(3.0), P(5.0, loc=1)), (P(3.0), G(0.3, loc=-1)), (dg.Points([0.0, 1.0]), P(2.0))]
)
def test_a_formula_of_the_user_is_summed_too(p, q):
    # (t - 1)^2 / (t + 1) is the divergence of Vincze and Le Cam, at most 2.
    f = dg.divergences.Generator(formula=lambda t: (t - 1) ** 2 / (t + 1), slope=0.0, at_zero=1.0, at_infinity=1.0)
    bracket = dg.f_divergence(p, q, f)
    k = np.arange(200.0)
    first = np.array([0.5, 0.5] + [0.0] * 198) if isinstance(p, dg.Points) else p.pmf(k)
    second = q.pmf(k)
    both = first + second
    truth = float(((first - second) ** 2 / np.where(both > 0, both, 1.0)).sum())
    assert float(bracket) == pytest.approx(truth, rel=1e-12)
    assert bracket.gap < 1e-11
    _checked(bracket)


@pytest.mark.parametrize(
    ("formula", "limits", "known"),
    [(lambda t: t * np.log(t) - t + 1, (1.0, np.inf), dg.kl), (lambda t: (t - 1) ** 2, (1.0, np.inf), dg.chi_squared)],
)
def test_of_a_formula_without_limits_the_sum_and_a_lower_bound_are_given(formula, limits, known):
    p, q = P(2.0), P(3.0)
    f = dg.divergences.Generator(formula=formula, slope=0.0, at_zero=limits[0], at_infinity=limits[1])
    bracket, truth = dg.f_divergence(p, q, f), float(known(p, q))
    assert float(bracket) == pytest.approx(truth, rel=1e-12)
    assert bracket.lower <= truth * (1 + 1e-12)
    assert bracket.upper == np.inf
    assert "no upper bound" in bracket.reason
    _checked(bracket)


def test_a_certificate_that_claims_more_is_refused():
    certificate = dg.js(P(3.0), P(4.0)).certificate
    assert isinstance(certificate, IntegersRecomputed)
    for change in ({"lower": certificate.upper * 1.001}, {"upper": certificate.lower * 0.999}):
        with pytest.raises(CertificateError):
            replace(certificate, **change).check()
    with pytest.raises(CertificateError, match="missing"):
        replace(certificate, atoms=np.delete(certificate.atoms, 3)).check()


def test_the_methods_are_listed():
    assert [route.name for route in dg.methods_for(dg.js, P(3.0), G(0.3))] == ["integer_sums"]
    assert dg.methods_for(dg.kl, P(3.0), P(4.0))[0].name == "closed_form"
