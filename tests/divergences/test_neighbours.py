from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput

RNG = np.random.default_rng(0)


def _shifted(n, m, d, shift, rng=RNG):
    x, y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
    x[:, 0] += shift
    return dg.Samples(x), dg.Samples(y)


@pytest.mark.parametrize(
    ("function", "options"),
    [(dg.kl, {}), (dg.jeffreys, {}), (dg.hellinger, {}), (dg.renyi, {"order": 0.5}), (dg.renyi, {"order": 1.5})],
)
def test_the_bracket_is_asymptotic_and_its_certificate_finds_the_neighbours_again(function, options):
    p, q = _shifted(300, 250, 2, 0.7)
    bracket = function(p, q, method="neighbours", seed=3, **options)
    assert bracket.guarantee is dg.Guarantee.ASYMPTOTIC
    assert 0 <= bracket.lower <= float(bracket) <= bracket.upper
    bracket.certificate.check()
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, upper=bracket.upper - 1e-6).check()
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, x=bracket.certificate.x * 1.01).check()


@pytest.mark.parametrize(
    ("function", "options", "truth"),
    [
        (dg.kl, {}, 0.125),
        (dg.jeffreys, {}, 0.25),
        (dg.hellinger, {}, 1 - math.exp(-0.25 / 8)),
        (dg.renyi, {"order": 0.5}, 0.0625),
        (dg.renyi, {"order": 1.5}, 0.1875),
    ],
)
def test_intervals_cover_a_known_divergence(function, options, truth):
    """A reduced form of benchmarks/coverage.py: 60 repetitions at the level 95% miss 10 or more with probability 1e-3."""
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(60):
        p, q = _shifted(400, 400, 1, 0.5, rng)
        held += function(p, q, method="neighbours", seed=seed, **options).contains(truth)
    assert held > 50


def test_the_accuracy_that_has_been_seen_is_seen_again():
    """Mean shift with KL = 1: 0.97 by one neighbour at d = 1, n = 10^4, 0.91 at d = 5 and 0.85 by five neighbours."""
    for d, k, seen in ((1, 1, 0.97), (5, 1, 0.91), (5, 5, 0.85)):
        p, q = _shifted(10_000, 10_000, d, math.sqrt(2), np.random.default_rng(2))
        # the standard deviation at n = 10^4 is 0.03
        assert float(dg.kl(p, q, method="neighbours", neighbours=k)) == pytest.approx(seen, abs=0.1)


@given(st.floats(-200, 200), st.integers(0, 100))
def test_the_unit_of_the_draws_does_not_matter(exponent, seed):
    p, q = _shifted(60, 60, 2, 0.5, np.random.default_rng(seed))
    base, scaled = (
        dg.kl(dg.Samples(p.points * c), dg.Samples(q.points * c), method="neighbours") for c in (1.0, 10.0**exponent)
    )
    assert float(scaled) == pytest.approx(float(base), rel=1e-9, abs=1e-9)


def test_a_negative_estimate_is_shown_as_zero_and_never_below():
    for seed in range(20):
        bracket = dg.kl(*_shifted(50, 50, 1, 0.0, np.random.default_rng(seed)), method="neighbours")
        assert bracket.guarantee is dg.Guarantee.NONE or 0 <= bracket.lower <= float(bracket) <= bracket.upper


def test_an_estimate_that_no_divergence_can_have_is_not_given_an_interval():
    """N(0, 4I) against N(0, I), d = 20: truth 16.1, estimate near -1."""
    rng = np.random.default_rng(0)
    bracket = dg.kl(
        dg.Samples(2 * rng.normal(size=(1000, 20))), dg.Samples(rng.normal(size=(1000, 20))), method="neighbours"
    )
    assert bracket.guarantee is dg.Guarantee.NONE
    assert float(bracket) == 0
    assert math.isnan(bracket.upper)
    assert "bias" in bracket.reason
    far = dg.kl(*_shifted(200, 200, 1, 100.0), method="neighbours")
    assert far.guarantee is dg.Guarantee.NONE
    assert math.isfinite(float(far))


def test_a_line_in_the_plane_counts_as_a_line():
    rng = np.random.default_rng(0)
    t, s = rng.normal(size=(2, 400, 1))
    t = t + 1
    direction = np.array([[0.6, 0.8]])
    inside = dg.kl(dg.Samples(t @ direction), dg.Samples(s @ direction), method="neighbours", seed=1)
    alone = dg.kl(dg.Samples(t), dg.Samples(s), method="neighbours", seed=1)
    assert float(inside) == pytest.approx(float(alone), rel=1e-6)  # and not twice as large
    assert "1 dimensions of 2" in inside.reason


def test_laws_on_different_lines_are_singular_with_the_reason():
    rng = np.random.default_rng(0)
    p, q = (np.column_stack([np.full(100, c), rng.uniform(size=100)]) for c in (0.0, 0.5))
    kl, hellinger = (f(dg.Samples(p), dg.Samples(q), method="neighbours") for f in (dg.kl, dg.hellinger))
    assert (float(kl), kl.lower, kl.upper) == (math.inf,) * 3
    assert "different flats" in kl.reason
    assert float(hellinger) == 1
    flat = dg.kl(dg.Samples(p), dg.Samples(rng.normal(size=(100, 2))), method="neighbours")
    assert float(flat) == math.inf


def test_a_curve_is_refused_unless_its_dimension_is_given():
    rng = np.random.default_rng(0)
    a, b = rng.vonmises(0.0, 1.0, 800), rng.vonmises(0.0, 0.001, 800)
    p, q = (dg.Samples(np.column_stack([np.cos(t), np.sin(t)])) for t in (a, b))
    with pytest.raises(InvalidInput, match="locally"):
        dg.kl(p, q, method="neighbours")
    bracket = dg.kl(p, q, method="neighbours", dimension=1, confidence=0.9999)
    # A(1) - ln I0(1) = 0.44640 - 0.23591, against the nearly uniform law
    assert bracket.contains(0.2105)
    with pytest.raises(InvalidInput, match="dimension must be at most 2"):
        dg.kl(p, q, method="neighbours", dimension=3)


def test_direction_and_sizes_matter_as_they_should():
    rng = np.random.default_rng(0)
    wide, narrow = dg.Samples(2 * rng.normal(size=4000)), dg.Samples(rng.normal(size=1500))
    # KL(N(0,1) || N(0,4)) = 0.318, in the other direction 0.807
    assert dg.kl(narrow, wide, method="neighbours").contains(math.log(2) + 1 / 8 - 0.5)
    assert float(dg.kl(wide, narrow, method="neighbours")) > 0.6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"neighbours": 0}, "neighbours must be"),
        ({"neighbours": 1.5}, "neighbours must be"),
        ({"subsamples": 2}, "subsamples must be"),
        ({"seed": -1}, "seed must be"),
        ({"confidence": 1.0}, "confidence must be"),
        ({"dimension": 0}, "dimension must be"),
        ({"steps": 3}, "steps must be an option of the method 'neighbours'"),
        ({"neighbours": 200}, "p must have at least 808 draws"),
    ],
)
def test_bad_options_are_refused_by_name(change, message):
    with pytest.raises(InvalidInput, match=message):
        dg.kl(*_shifted(60, 60, 1, 0.5), method="neighbours", **change)


def test_too_few_draws_and_too_few_neighbours_are_refused():
    with pytest.raises(InvalidInput, match="q must have at least 30 draws"):
        dg.kl(*_shifted(60, 20, 1, 0.5), method="neighbours")
    with pytest.raises(InvalidInput, match="neighbours must be above 2"):
        dg.renyi(*_shifted(60, 60, 1, 0.5), order=2.0, method="neighbours", neighbours=2)


def test_where_the_divergence_is_infinite_the_estimate_is_finite_as_the_docstring_says():
    """Draws of Cauchy's law against normal ones: KL is infinite, and no sample can show it."""
    rng = np.random.default_rng(0)
    bracket = dg.kl(dg.Samples(rng.standard_cauchy(2000)), dg.Samples(rng.normal(size=2000)), method="neighbours")
    assert 0.3 < float(bracket) < 3
    assert "infinite KL (draws of Cauchy's law" in " ".join(dg.kl.__doc__.split())
