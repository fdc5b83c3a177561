from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences import ChiSquared, Generator, KullbackLeibler
from dualgap.errors import CertificateError, InvalidInput

RNG = np.random.default_rng(0)
SHIFT = 1.0
TRUTHS = {
    dg.kl: 0.5,
    dg.js: 0.11143,  # by quadrature
    dg.jeffreys: 1.0,
    dg.total_variation: 0.3829,
    dg.hellinger: 1 - math.exp(-1 / 8),
    dg.chi_squared: math.e - 1,
}


def _shifted(n, m, d, shift, rng=RNG):
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    x[:, 0] += shift
    return dg.Samples(x), dg.Samples(y)


@pytest.mark.parametrize("function", TRUTHS, ids=lambda f: f.__name__)
def test_the_bound_is_below_the_truth_with_its_level_and_most_of_it(function):
    """At the level 80%, 60 repetitions: fewer than 36 have a probability of 1e-3."""
    rng, held, bounds = np.random.default_rng(1), 0, []
    for seed in range(60):
        p, q = _shifted(300, 200, 1, SHIFT, rng)
        bracket = function(p, q, method="held_out", confidence=0.8, seed=seed)
        assert bracket.guarantee is dg.Guarantee.CONFIDENCE
        assert bracket.confidence == 0.8
        held += bracket.lower <= TRUTHS[function]
        bounds.append(bracket.lower)
    assert held >= 36
    assert np.mean(bounds) > TRUTHS[function] / 4


@pytest.mark.parametrize("function", TRUTHS, ids=lambda f: f.__name__)
def test_the_certificate_bets_again_and_finds_what_was_changed(function):
    bracket = function(*_shifted(800, 600, 1, 1.2), method="held_out")
    assert 0 < bracket.lower <= float(bracket) <= bracket.upper
    proof = bracket.certificate
    proof.check()
    for forged in (
        dataclasses.replace(proof, lower=proof.lower * 1.001),
        dataclasses.replace(proof, scores=(proof.scores[0] - 0.2, proof.scores[1])),
        dataclasses.replace(proof, clip=proof.clip / 2),
        dataclasses.replace(proof, level=0.999),
    ):
        with pytest.raises(CertificateError):
            forged.check()


def test_with_the_ratio_known_in_advance_the_bound_approaches_the_divergence():
    p, q = _shifted(40_000, 40_000, 1, SHIFT)
    for function, truth in TRUTHS.items():
        bracket = function(p, q, method="held_out", critic=lambda x: x[:, 0] - 0.5)
        assert truth * 0.8 < bracket.lower <= truth


def test_a_large_kl_is_bounded_by_about_the_logarithm_of_the_draws_and_says_so():
    p, q = _shifted(2000, 2000, 1, 50.0)
    bracket = dg.kl(p, q)
    assert bracket.method == "held_out"
    assert 4 < bracket.lower < math.log(1000)
    assert bracket.upper == math.inf
    assert "no lower bound above about 6.9 nats" in bracket.reason
    tight = dg.js(p, q)
    assert tight.lower > 0.66
    assert tight.upper == math.log(2)


def test_equal_laws_have_the_bound_zero_nearly_always():
    rng = np.random.default_rng(0)
    above = sum(dg.js(*_shifted(100, 100, 1, 0.0, rng), seed=s).lower > 0 for s in range(60))
    assert above <= 9  # binomial of 60 at 5%: more has a probability below 1e-3


def test_ties_rounding_and_extreme_units_are_nothing_special():
    x, y = RNG.normal(1.0, 1.0, 400).round(1), RNG.normal(0.0, 1.0, 400).round(1)
    base = dg.js(dg.Samples(x), dg.Samples(y))
    for unit in (1e-200, 1e200):
        scaled = dg.js(dg.Samples(x * unit), dg.Samples(y * unit))
        assert scaled.lower == pytest.approx(base.lower, rel=1e-6)
    outlier = np.concatenate([x, [1e300]])
    assert math.isfinite(float(dg.js(dg.Samples(outlier), dg.Samples(y))))


def test_renyi_and_f_divergences_go_by_the_same_bound():
    p, q = _shifted(400, 400, 1, SHIFT)
    chi = dg.chi_squared(p, q, method="held_out")
    assert dg.f_divergence(p, q, ChiSquared(), method="held_out").lower == chi.lower
    two = dg.renyi(p, q, order=2.0, method="held_out")
    assert two.lower == pytest.approx(math.log1p(chi.lower))  # D_2 = ln(1 + chi squared)
    for order in (0.3, 0.5, 2.0):
        bracket = dg.renyi(p, q, order=order, method="held_out")
        assert bracket.lower <= order / 2 * SHIFT**2
        bracket.certificate.check()
    own = Generator(formula=lambda t: (t - 1) ** 2, at_zero=1.0, at_infinity=math.inf, slope=0.0)
    with pytest.raises(InvalidInput, match="a generator of dualgap"):
        dg.f_divergence(p, q, own)


def test_a_critic_that_is_wrong_costs_the_bound_and_not_its_truth():
    p, q = _shifted(500, 500, 1, SHIFT)
    for critic in (lambda x: -x[:, 0], lambda x: np.full(len(x), 100.0), lambda x: x[:, :1] * 1e6):
        assert dg.js(p, q, critic=critic).lower <= 0.1115
    assert dg.js(p, q, critic=lambda x: -x[:, 0]).lower == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"critic": 3}, "critic must be callable"),
        ({"critic": lambda x: x[:3, 0]}, "critic must give one score a point"),
        ({"critic": lambda x: x[:, 0] * math.nan}, "critic must be finite"),
        ({"features": "cubic"}, "features must be one of 'quadratic', 'linear'"),
        ({"confidence": 0}, "confidence must be"),
        ({"seed": 0.5}, "seed must be"),
        ({"speed": 1}, "speed must be an option of the method 'held_out'"),
    ],
)
def test_bad_options_are_refused_by_name(change, message):
    with pytest.raises(InvalidInput, match=message):
        dg.kl(*_shifted(60, 60, 1, 0.5), **change)
    with pytest.raises(InvalidInput, match="q must have at least 20 draws"):
        dg.kl(*_shifted(60, 10, 1, 0.5))


def test_terms_that_are_not_those_of_the_generator_are_found():
    bracket = dg.js(*_shifted(200, 200, 1, 1.5))

    class Smaller(KullbackLeibler):  # f below its own tangents: the terms would promise too much
        def f(self, t):
            return super().f(t) * 0.5

    with pytest.raises(CertificateError, match="conjugate"):
        dataclasses.replace(bracket.certificate, generator=Smaller()).check()


def test_more_dimensions_than_draws_still_give_a_bound_that_is_one():
    """Mean shift of size 4 in 300 dimensions: 400 draws to fit to, and a linear critic that is held back."""
    bracket = dg.js(*_shifted(400, 400, 300, 4.0))
    assert bracket.method == "held_out"
    assert 0.02 < bracket.lower < 0.6  # JS of normal laws 4 apart is 0.633
    with pytest.raises(InvalidInput, match="pass a critic="):
        dg.js(*_shifted(30, 30, 2001, 1.0))
    assert dg.js(*_shifted(30, 30, 2001, 1.0), critic=lambda x: x[:, 0] - 0.5).lower >= 0


def test_a_power_bound_that_says_nothing_is_no_infinite_renyi_divergence():
    """For orders above 1 the bound of the power may be below -1 / (a - 1), where no logarithm is."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 2)), rng.normal(size=(150, 2)) + 0.5
    bracket = dg.renyi(dg.Samples(y), dg.Samples(x), order=3.0, method="held_out")
    bracket.certificate.check()
    assert bracket.lower <= 1.5 * 0.5  # the truth: order |d|^2 / 2
    assert math.isfinite(float(bracket))
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, order=2.0).check()


def test_a_critic_that_hardly_differs_from_zero_has_a_certificate_too():
    rng = np.random.default_rng(0)
    outlier = np.vstack([np.zeros((99, 2)), [[1e300, -1e300]]])
    dg.js(dg.Samples(rng.normal(size=(150, 2))), dg.Samples(outlier), method="held_out").certificate.check()


def test_the_ceiling_of_a_bound_is_that_of_its_divergence():
    proof = dg.js(*_shifted(200, 200, 1, 1.0), method="held_out").certificate
    assert proof.bounds()[1] == math.log(2)
    with pytest.raises(CertificateError):
        dataclasses.replace(proof, upper=0.5).check()


def test_coordinates_that_are_constant_and_huge_are_nothing_special():
    x = np.column_stack([np.random.default_rng(0).normal(size=100), np.full(100, 1e300)])
    for method in ("held_out", "classifier"):
        assert math.isfinite(float(dg.kl(dg.Samples(x), dg.Samples(x), method=method)))
