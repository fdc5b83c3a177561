"""The distance between laws from draws: bounds that hold as often as promised, and evidence that is checked without the solver."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport.extension import Extension
from dualgap.transport.population import deviation, population_bracket
from dualgap.transport.profile import Profile
from dualgap.transport.splits import split_draws

#: Laws with a known distance: a sampler of pairs, W_1, W_2 and a diameter.
LINE = (lambda rng, n: (rng.uniform(size=(n, 1)), rng.uniform(size=(n, 1)) / 2), 0.25, math.sqrt(1 / 12), 1.0)
SHIFT = (lambda rng, n: (rng.uniform(size=(n, 2)), rng.uniform(size=(n, 2)) + [0.3, 0.4]), 0.5, 0.5, 2.3)


def _pair(rng, n, problem):
    x, y = problem[0](rng, n)
    return dg.Samples(x), dg.Samples(y)


@pytest.mark.parametrize("problem", [LINE, SHIFT])
@pytest.mark.parametrize("order", [1, 2])
def test_both_bounds_hold_at_least_as_often_as_promised(problem, order):
    rng = np.random.default_rng(0)
    repetitions, level, misses = 60, 0.8, 0
    for seed in range(repetitions):
        found = dg.wasserstein(*_pair(rng, 60, problem), order=order, diameter=problem[3], confidence=level, seed=seed)
        misses += not found.lower <= problem[order] <= found.upper
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 1 - level)


@pytest.mark.parametrize("dimension", [1, 3])
def test_equal_laws_are_not_told_apart_more_often_than_promised(dimension):
    rng = np.random.default_rng(1)
    repetitions, level = 100, 0.8
    misses = sum(
        dg.wasserstein(
            *(dg.Samples(rng.exponential(size=(50, dimension))) for _ in "pq"), confidence=level, seed=k
        ).lower
        > 0
        for k in range(repetitions)
    )
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 1 - level)


@pytest.mark.parametrize("dimension", [2, 8, 32])
def test_a_shift_and_a_scale_are_proved_in_any_dimension(dimension):
    within = (
        0.2  # 1,050 held-out draws: a mean is off by 4%, and a bound at 95% asks for 1.6 of these and for its window
    )
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(2, 3000, dimension))
    radius = math.sqrt(2) * math.exp(math.lgamma((dimension + 1) / 2) - math.lgamma(dimension / 2))
    for other, truth in ((y + np.eye(dimension)[0], 1.0), (2 * y, radius)):
        found = dg.wasserstein(dg.Samples(x), dg.Samples(other))
        assert (1 - within) * truth <= found.lower <= truth
        assert found.upper == math.inf
        assert found.value == pytest.approx(truth, rel=0.1)


@pytest.mark.parametrize("ground", ["euclidean", "cityblock"])
@pytest.mark.parametrize("diameter", [None, 20.0])
def test_the_certificate_recomputes_what_was_claimed(ground, diameter):
    rng = np.random.default_rng(3)
    p, q = dg.Samples(rng.uniform(-1, 1, size=(80, 2))), dg.Samples(rng.uniform(-1, 1, size=(60, 2)) + 2)
    found = dg.wasserstein(p, q, ground=ground, diameter=diameter)
    assert found.method == "held_out"
    assert found.guarantee is dg.Guarantee.CONFIDENCE
    found.certificate.check()
    for change in ({"lower": found.lower + 1e-6}, {"upper": 1.0}, {"level": 1.5}, {"window": (1.0, 0.0)}):
        with pytest.raises(CertificateError):
            dataclasses.replace(found.certificate, **change).check()


@pytest.mark.parametrize(
    "change",
    [
        {"axes": np.array([[1.1, 0.0]]), "anchors": np.zeros((1, 1)), "potential": np.zeros(1)},
        {"sign": 2},
        {"ground": "chess"},
        {"potential": np.zeros(3)},
        {"anchors": np.full((1, 2), np.nan)},
    ],
)
def test_a_critic_that_is_not_1_lipschitz_by_construction_proves_nothing(change):
    rng = np.random.default_rng(4)
    found = dg.wasserstein(dg.Samples(rng.normal(size=(40, 2))), dg.Samples(rng.normal(size=(40, 2)) + 3))
    sound = Extension(np.zeros((2, 2)), np.zeros(2), "euclidean")
    broken = dataclasses.replace(sound, **change)
    with pytest.raises(CertificateError):
        dataclasses.replace(found.certificate, critic=broken).check()


@pytest.mark.parametrize("scale", [1e-150, 1e150])
def test_the_bound_scales_with_the_coordinates(scale):
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(100, 2)), rng.normal(size=(100, 2)) + 2
    found, scaled = (dg.wasserstein(dg.Samples(x * s), dg.Samples(y * s)) for s in (1.0, scale))
    assert scaled.lower / scale == pytest.approx(found.lower, rel=1e-6)


def test_more_confidence_proves_less():
    rng = np.random.default_rng(7)
    p, q = dg.Samples(rng.normal(size=300)), dg.Samples(rng.normal(size=300) + 1)
    lower = [dg.wasserstein(p, q, confidence=level).lower for level in (0.8, 0.95, 0.999)]
    assert lower == sorted(lower, reverse=True)
    assert lower[-1] < lower[0]


def test_the_deviation_is_hoeffdings():
    assert deviation(2.0, 100, 50, 0.95) == pytest.approx(
        2 * math.sqrt((1 / 100 + 1 / 50) * math.log(20) / 2), rel=1e-14
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"confidence": 1.0}, "confidence must be below 1"),
        ({"diameter": 0.0}, "diameter must be above 0"),
        ({"diameter": 0.5}, "diameter must be at least the distance of any two draws"),
        ({"plan_points": 1}, "plan_points must be at least 2"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"steps": 5, "method": "held_out"}, "steps must be an option of the method 'held_out'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, said):
    rng = np.random.default_rng(8)
    with pytest.raises(InvalidInput, match=said):
        dg.wasserstein(dg.Samples(rng.normal(size=50)), dg.Samples(rng.normal(size=50)), **options)


@pytest.mark.parametrize(("n", "said"), [(10, "at least 20 draws"), (30, "must not be constant")])
def test_draws_that_cannot_be_split_are_refused(n, said):
    with pytest.raises(InvalidInput, match=said):
        dg.wasserstein(dg.Samples(np.ones(n)), dg.Samples(np.ones(n)))


def test_where_the_validation_draws_prove_nothing_the_most_promising_critic_is_chosen():
    """And not the one with the smallest range, which is the least far below 0."""
    rng = np.random.default_rng(12)
    x, y = rng.normal(size=(2, 80, 2))
    split = split_draws(dg.Samples(x + [0.8, 0.0]), dg.Samples(y), 0)
    along = Extension(np.array([[-100.0]]), np.zeros(1), "euclidean", axes=np.array([[1 - 1e-12, 0.0]]))
    hardly = Profile(np.array([0.0, 1.0]), np.array([0.0, 1e-6]), "euclidean", None, np.zeros(2))
    for critics in ([along, hardly], [hardly, along]):
        found = population_bracket(
            critics, split, order=1, level=0.999999, diameter=None, plan_points=2, method="held_out"
        )
        assert found.lower == 0.0  # 12 draws prove nothing at this confidence, and 28 do not either
        assert found.certificate.critic is along
        assert found.value > 0.3
