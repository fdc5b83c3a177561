from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput

RNG = np.random.default_rng(0)


def _shifted(n, m, d, shift, rng=RNG):
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    x[:, 0] += shift
    return dg.Samples(x), dg.Samples(y)


@pytest.mark.parametrize(
    ("function", "truth"), [(dg.kl, 0.5), (dg.js, 0.11143), (dg.hellinger, 1 - math.exp(-1 / 8))], ids=["kl", "js", "h"]
)
def test_intervals_cover_where_the_log_ratio_is_quadratic(function, truth):
    """A reduced form of benchmarks/coverage.py: at 95%, 50 repetitions miss 9 or more with probability 1e-3."""
    rng, held = np.random.default_rng(1), 0
    for seed in range(50):
        bracket = function(*_shifted(600, 500, 3, 1.0, rng), method="classifier", seed=seed)
        assert bracket.guarantee is dg.Guarantee.ASYMPTOTIC
        held += bracket.contains(truth)
    assert held > 41


def test_the_accuracy_that_has_been_seen_is_seen_again_in_high_dimension():
    """Mean shift with KL = 1, d = 10, n = 1000: nearest neighbours had 0.70, logistic regression 1.11."""
    bracket = dg.kl(*_shifted(1000, 1000, 10, math.sqrt(2)), method="classifier")
    assert abs(float(bracket) - 1) < 0.3
    bracket.certificate.check()


def test_the_certificate_adds_again_and_finds_what_was_changed():
    proof = dg.js(*_shifted(200, 150, 1, 1.0), method="classifier").certificate
    proof.check()
    for forged in (
        dataclasses.replace(proof, lower=proof.lower + 1e-6),
        dataclasses.replace(proof, upper=proof.upper - 1e-6),
        dataclasses.replace(proof, apart=(proof.apart[0] + 0.1, proof.apart[1])),
    ):
        with pytest.raises(CertificateError):
            forged.check()


def test_equal_laws_are_between_zero_and_little():
    bracket = dg.js(*_shifted(1000, 1000, 2, 0.0), method="classifier")
    assert bracket.lower == 0
    assert 0 <= float(bracket) <= bracket.upper < 0.01


def test_separated_laws_have_no_normal_interval():
    for function in (dg.kl, dg.js, dg.hellinger):
        bracket = function(*_shifted(200, 200, 1, 60.0), method="classifier")
        assert bracket.guarantee is dg.Guarantee.NONE
        assert math.isnan(bracket.lower)
        assert "held_out" in bracket.reason


def test_where_the_features_miss_the_ratio_the_value_is_that_of_a_lower_bound():
    x, y = RNG.normal(0.0, 2.0, 4000), RNG.normal(0.0, 1.0, 4000)
    linear = dg.js(dg.Samples(x), dg.Samples(y), method="classifier", features="linear")
    quadratic = dg.js(dg.Samples(x), dg.Samples(y), method="classifier")
    assert linear.upper < quadratic.lower
    assert "linear functions" in linear.reason


def test_too_few_draws_and_unknown_features_are_refused():
    with pytest.raises(InvalidInput, match="q must have at least 50 draws"):
        dg.kl(*_shifted(60, 20, 1, 0.5), method="classifier")
    with pytest.raises(InvalidInput, match="features must be one of"):
        dg.kl(*_shifted(60, 60, 1, 0.5), method="classifier", features="all")


def test_unequal_sizes_do_not_shift_js_and_the_order_does_not_matter():
    """A pooled estimate, of the mixture n p + m q, is not JS: with m = 5 n it would be near 0.06 for a truth of 0.111."""
    rng, values = np.random.default_rng(0), []
    for seed in range(10):
        p, q = _shifted(400, 2000, 1, 1.0, rng)
        forward, backward = (dg.js(*pair, method="classifier", seed=seed) for pair in ((p, q), (q, p)))
        assert float(forward) == pytest.approx(float(backward), abs=0.02)  # the folds differ
        values.append(float(forward))
    assert np.mean(values) == pytest.approx(0.11143, abs=0.015)  # three standard errors of ten values
