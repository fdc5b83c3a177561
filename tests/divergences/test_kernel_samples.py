from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences.kernel_samples import exceeding_permutations
from dualgap.errors import CertificateError, InvalidInput

RNG = np.random.default_rng(0)


def _square(x, y, kernel):
    """The unbiased square, from its definition."""
    within = [
        sum(kernel(abs(a - b)) for i, a in enumerate(z) for j, b in enumerate(z) if i != j) / len(z) / (len(z) - 1)
        for z in (x, y)
    ]
    return sum(within) - 2 * sum(kernel(abs(a - b)) for a in x for b in y) / len(x) / len(y)


def test_the_value_is_the_root_of_the_unbiased_square():
    x, y = RNG.normal(size=12), RNG.normal(2.0, 1.0, 15)
    energy = dg.energy_distance(dg.Samples(x), dg.Samples(y))
    assert float(energy) == pytest.approx(math.sqrt(_square(x, y, lambda t: -t)), rel=1e-12)
    mmd = dg.mmd(dg.Samples(x), dg.Samples(y), bandwidth=0.8, method="u_statistic")
    square = _square(x, y, lambda t: math.exp(-(t**2) / 1.28))
    assert float(mmd) == pytest.approx(math.sqrt(square), rel=1e-12)
    for bracket in (energy, mmd):
        assert bracket.guarantee is dg.Guarantee.ASYMPTOTIC
        bracket.certificate.check()


@pytest.mark.parametrize(("shift", "n", "m"), [(0.0, 60, 60), (0.6, 80, 50), (3.0, 50, 80)])
def test_the_interval_covers_the_distance_of_the_laws(shift, n, m):
    """A reduced form of benchmarks/coverage.py: at 95%, 150 repetitions miss 20 or more with probability 1e-4."""
    p, q = dg.Gaussian(shift, 1.0), dg.Gaussian(0.0, 1.0)
    truths = float(dg.energy_distance(p, q)), float(dg.mmd(p, q, bandwidth=1.0))
    rng, held = np.random.default_rng(1), np.zeros(2)
    for _ in range(150):
        x, y = dg.Samples(rng.normal(shift, 1.0, n)), dg.Samples(rng.normal(size=m))
        brackets = dg.energy_distance(x, y), dg.mmd(x, y, bandwidth=1.0, method="u_statistic")
        held += [bracket.contains(truth) for bracket, truth in zip(brackets, truths, strict=True)]
    assert (held > 130).all()


def test_it_is_narrower_than_what_holds_at_every_sample_size():
    x, y = dg.Samples(RNG.normal(1.0, 1.0, 200)), dg.Samples(RNG.normal(size=200))
    narrow, wide = (dg.mmd(x, y, bandwidth=1.0, method=name) for name in ("u_statistic", "sample"))
    assert narrow.gap < wide.gap / 2
    wide.certificate.check()
    with pytest.raises(CertificateError):
        dataclasses.replace(wide.certificate, lower=wide.lower + 1e-6).check()


def test_changed_evidence_is_found():
    proof = dg.energy_distance(dg.Samples(RNG.normal(size=20)), dg.Samples(RNG.normal(1, 1, 20))).certificate
    for forged in (
        dataclasses.replace(proof, upper=proof.upper - 1e-6),
        dataclasses.replace(proof, x=proof.x - 3),
        dataclasses.replace(proof, y=np.zeros((3, 2))),
    ):
        with pytest.raises(CertificateError):
            forged.check()


def test_constant_and_tied_draws_are_nothing_special():
    same = dg.mmd(dg.Samples(np.ones(20)), dg.Samples(np.ones(20)), bandwidth=1.0, permutations=19)
    assert (float(same), same.lower) == (0, 0)
    assert same.upper < 1e-6  # the root of the rounding
    assert same.certificate.p_value == 1  # every permutation is as large
    bits = dg.energy_distance(dg.Samples(RNG.integers(0, 2, 50)), dg.Samples(RNG.integers(0, 2, 40)))
    assert math.isfinite(float(bits))


def test_permutations_are_counted_as_their_definition_says():
    x, y = RNG.normal(size=(7, 1)), RNG.normal(0.5, 1.0, (5, 1))
    kernel = np.negative
    found = exceeding_permutations(x, y, kernel, 200, seed=3)
    rng, everything = np.random.default_rng(3), np.concatenate([x, y])[:, 0]
    observed, counted = _square(x[:, 0], y[:, 0], lambda t: -t), 0
    for _ in range(200):
        chosen = rng.permutation(12)[:7]
        other = np.setdiff1d(np.arange(12), chosen)
        counted += _square(everything[chosen], everything[other], lambda t: -t) >= observed - 1e-12
    assert found == counted


def test_a_p_value_is_given_where_it_is_asked_for():
    x, y = dg.Samples(RNG.normal(2.0, 1.0, 40)), dg.Samples(RNG.normal(size=30))
    bracket = dg.energy_distance(x, y, permutations=99, seed=1)
    assert bracket.certificate.p_value == 0.01
    assert "p-value of p = q is 0.01, by 99 permutations" in bracket.explain()
    assert math.isnan(dg.energy_distance(x, y).certificate.p_value)
    assert dg.mmd(x, y, bandwidth=1.0, permutations=99).method == "u_statistic"  # the method that takes the option


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"permutations": -1}, "permutations must be"),
        ({"seed": 1.5}, "seed must be"),
        ({"confidence": 2}, "confidence must be"),
        ({"bandwidth": 1}, "bandwidth must be an option"),
    ],
)
def test_bad_options_are_refused_by_name(change, message):
    x = dg.Samples(np.arange(12.0))
    with pytest.raises(InvalidInput, match=message):
        dg.energy_distance(x, x, **change)
    with pytest.raises(InvalidInput, match="q must have at least 10 draws"):
        dg.energy_distance(x, dg.Samples([0.0, 1.0]))
