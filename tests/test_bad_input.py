"""Whatever is wrong with an argument of a public function, the error is InvalidInput and names the argument."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput

METHOD = dg.methods.ExtraGradient(step=0.1)
XY = dg.games.bilinear([[1.0]])
CLOUD = np.random.default_rng(0).normal(size=(30, 2))
PENNIES = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
KR = dg.duals.KantorovichRubinstein()

# What is never an array of finite numbers, whatever its shape should be.
NO_ARRAY = st.sampled_from(
    [
        math.nan,
        [math.nan, 1.0],
        [[0.0, math.inf]],
        np.array([-math.inf, 0.5]),
        torch.tensor([math.nan, 1.0]),
        "text",
        ["a", "b"],
        None,
        [],
        [[]],
        np.zeros((0, 2)),
        [[1.0], [1.0, 2.0]],
        [True, False],
        [1j, 2.0],
        object(),
        {},
        np.array([None, 1.0], dtype=object),
        torch.tensor([True, False]),
    ]
)
NO_WEIGHTS = st.one_of(
    NO_ARRAY,
    st.sampled_from([[0.5, 0.4], [1.5, -0.5], [0.0, 0.0], [2.0, 1.0], 1.0, np.array([0.3, 0.3, 0.3])]),
    st.lists(st.floats(0.01, 10), min_size=2, max_size=5).filter(lambda w: abs(sum(w) - 1) > 1e-3),
)
NO_NUMBER = st.sampled_from([math.nan, math.inf, -math.inf, "1", None, [1.0], True, 1j, object(), np.zeros(2)])
NO_COUNT = st.sampled_from([0, -1, 1.5, "3", None, [3], True, math.nan, math.inf])

#: A call with one argument left open, the argument's name as errors give it, and what does not belong there.
CALLS: list[tuple[str, str, Callable[[Any], Any], st.SearchStrategy[Any]]] = [
    ("Histogram", "weights", dg.Histogram, NO_WEIGHTS),
    ("Points", "points", dg.Points, NO_ARRAY),
    ("Points weights", "weights", lambda bad: dg.Points([0.0, 1.0], bad), NO_WEIGHTS.filter(lambda w: w is not None)),
    ("Samples", "points", dg.Samples, NO_ARRAY),
    ("Gaussian mean", "mean", lambda bad: dg.Gaussian(bad, [[1.0]]), NO_ARRAY),
    ("Gaussian covariance", "covariance", lambda bad: dg.Gaussian([0.0, 0.0], bad), NO_ARRAY),
    ("Mixture", "weights", lambda bad: dg.Mixture(bad, [dg.Gaussian(0.0, 1.0)] * 2), NO_WEIGHTS),
    ("Density", "dimension", lambda bad: dg.Density(lambda x: x, dimension=bad), NO_COUNT),
    ("kl p", "p", lambda bad: dg.kl(bad, [0.5, 0.5]), NO_WEIGHTS),
    ("kl q", "q", lambda bad: dg.kl([0.5, 0.5], bad), NO_WEIGHTS),
    ("js p", "p", lambda bad: dg.js(bad, [0.5, 0.5]), NO_WEIGHTS),
    ("js q", "q", lambda bad: dg.js([0.5, 0.5], bad), NO_WEIGHTS),
    ("wasserstein p", "p", lambda bad: dg.wasserstein(bad, [0.0, 1.0]), NO_ARRAY),
    ("wasserstein q", "q", lambda bad: dg.wasserstein(CLOUD, bad), NO_ARRAY),
    ("order", "order", lambda bad: dg.wasserstein([0.0], [1.0], order=bad), st.one_of(NO_NUMBER, st.just(0.5))),
    ("method", "method", lambda bad: dg.wasserstein([0.0], [1.0], method=bad), st.sampled_from(["best", 1, None])),
    ("methods_for", "p", lambda bad: dg.methods_for(dg.kl, bad, [0.5, 0.5]), NO_WEIGHTS),
    ("bilinear", "matrix", dg.games.bilinear, NO_ARRAY),
    ("matrix_game", "matrix", dg.games.matrix_game, NO_ARRAY),
    ("quadratic", "p", lambda bad: dg.games.quadratic(bad, [[1.0]], [[1.0]]), NO_ARRAY),
    ("dirac_gan", "r1", lambda bad: dg.games.dirac_gan(r1=bad), NO_NUMBER),
    ("Adam", "beta1", lambda bad: dg.methods.Adam(beta1=bad), NO_NUMBER),
    ("start", "start", lambda bad: dg.simulate(XY, METHOD, start=(bad, 1.0), steps=1), NO_ARRAY),
    ("steps", "steps", lambda bad: dg.simulate(XY, METHOD, start=(1.0, 1.0), steps=bad), NO_COUNT),
    ("record", "record", lambda bad: dg.simulate(XY, METHOD, start=(1.0, 1.0), steps=1, record=bad), NO_COUNT),
    ("predict_rate", "at", lambda bad: dg.predict_rate(XY, METHOD, at=(bad, [0.0])), NO_ARRAY),
    ("duality_gap x", "x", lambda bad: dg.duality_gap(PENNIES, bad, [0.5, 0.5]), NO_WEIGHTS),
    ("duality_gap y", "y", lambda bad: dg.duality_gap(PENNIES, [0.5, 0.5], bad), NO_WEIGHTS),
    ("fit p", "p", lambda bad: dg.duals.fit(KR, bad, CLOUD), NO_ARRAY),
    ("fit q", "q", lambda bad: dg.duals.fit(KR, CLOUD, bad), NO_ARRAY),
    ("fit steps", "steps", lambda bad: dg.duals.fit(KR, CLOUD, CLOUD, steps=bad), NO_COUNT),
    ("fit confidence", "confidence", lambda bad: dg.duals.fit(KR, CLOUD, CLOUD, confidence=bad), NO_NUMBER),
    ("WeightClipping", "bound", dg.duals.WeightClipping, NO_NUMBER),
    ("GradientPenalty", "weight", dg.duals.GradientPenalty, NO_NUMBER),
    ("R1", "weight", dg.duals.R1, NO_NUMBER),
    ("Dataset", "points", dg.duals.Dataset, NO_ARRAY),
    ("Ring", "modes", lambda bad: dg.training.Ring(modes=bad), NO_COUNT),
    ("mode_coverage", "points", lambda bad: dg.training.mode_coverage(bad, [[0.0, 0.0]], 0.1), NO_ARRAY),
    ("Box", "low", lambda bad: dg.games.Box(bad, 1.0), NO_NUMBER),
    ("Ball", "radius", dg.games.Ball, NO_NUMBER),
    *[
        (
            f"{name} step",
            "step",
            lambda bad, make=make: make(step=bad),
            st.one_of(NO_NUMBER, st.sampled_from([0, -0.1])),
        )
        for name, make in {
            "simultaneous": dg.methods.SimultaneousGDA,
            "alternating": dg.methods.AlternatingGDA,
            "extragradient": dg.methods.ExtraGradient,
            "optimistic": dg.methods.OptimisticGDA,
        }.items()
    ],
]


@pytest.mark.parametrize("name", [name for name, *_ in CALLS])
@given(data=st.data())
def test_what_does_not_belong_is_refused_by_the_name_of_its_argument(name, data):
    _, argument, call, wrong = next(one for one in CALLS if one[0] == name)
    bad = data.draw(wrong)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidInput) as caught:
            call(bad)
    assert argument in str(caught.value).split(" must ")[0], str(caught.value)


@given(st.integers(1, 4), st.integers(1, 4))
def test_points_of_two_dimensions_do_not_mix(d, e):
    x, y = np.zeros((3, d)), np.ones((3, e))
    if d == e:
        assert dg.wasserstein(x, y).value == pytest.approx(math.sqrt(d))
    else:
        with pytest.raises(InvalidInput, match=f"p and q must have the same dimension, got {d} and {e}"):
            dg.wasserstein(x, y)


@given(st.integers(1, 5), st.integers(1, 5))
def test_histograms_of_two_lengths_do_not_mix(n, m):
    p, q = np.full(n, 1 / n), np.full(m, 1 / m)
    if n == m:
        assert dg.kl(p, q).value == 0
    else:
        with pytest.raises(InvalidInput):
            dg.kl(p, q)


HUGE_NORMAL = stats.norm(-1.7976931348623157e308, 5e-324)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: dg.energy_distance(HUGE_NORMAL, dg.Points([[1e300]])), "p"),
        (lambda: dg.energy_distance(np.array([[0.0, 0.0], [1e200, 0.0]]), np.zeros((1, 2))), "p"),
        (lambda: dg.mmd(HUGE_NORMAL, dg.Points([[1e300]]), bandwidth=1.0), "bandwidth"),
        (lambda: dg.wasserstein(dg.Points([[0.0]]), HUGE_NORMAL), "p"),
        (lambda: dg.wasserstein(dg.Points([[0.0], [1e300]]), stats.norm(0.0, 1.0), order=2), "p"),
        (lambda: dg.kl(torch.empty(2, device="meta"), [0.5, 0.5]), "p"),
        (lambda: dg.kl(torch.tensor([0.5, 0.5]).to_sparse(), [0.5, 0.5]), "p"),
        (lambda: dg.wasserstein([0.0], [1.0]).contains([[1.0], [1.0, 2.0]]), "truth"),
        (lambda: dg.sweep(float, {"x": [torch.empty(0, device="meta")]}), "grid"),
    ],
)
def test_numbers_that_no_double_can_work_with_are_refused_without_a_warning(call, name):
    with pytest.raises(InvalidInput, match=rf"^{name}"):  # warnings are errors in these tests
        call()


def test_laws_that_are_next_to_equal_have_bounds_above_zero():
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(1e-170, 1.0)
    for function in (dg.js, dg.total_variation):
        b = function(p, q)
        assert 0 <= b.lower <= b.upper
        assert b.upper > 0
        b.certificate.check()
