"""The assertions pass when they should, and, above all, fail when they must."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing import assertions, strategies

LINE = [0.0, 1.0, 3.0]


def _bracket():
    return dg.wasserstein([[0.0, 0.0], [1.0, 0.0]], [[0.0, 1.0], [2.0, 0.0]])


def test_a_metric_is_one():
    assertions.assert_metric(lambda a, b: abs(a - b), LINE, tolerance=0.0)


@given(strategies.histogram_tuples(3))
def test_brackets_are_distances_too(laws):
    # the root of a divergence that is exact to a few units of 1e-16, relatively
    assertions.assert_metric(lambda p, q: np.sqrt(float(dg.js(p, q))), laws, tolerance=1e-14)


@pytest.mark.parametrize(
    ("distance", "axiom"),
    [
        (lambda a, b: abs(a - b) + 1, "identity"),
        (lambda a, b: a - b, "not negative"),
        (lambda a, b: abs(a - b) * (2 if a < b else 1), "symmetry"),
        (lambda a, b: (a - b) ** 2, "triangle inequality"),
        (lambda a, b: float("nan"), "identity"),
    ],
)
def test_what_is_no_metric_is_told_which_axiom_fails(distance, axiom):
    with pytest.raises(AssertionError, match=axiom):
        assertions.assert_metric(distance, LINE, tolerance=1e-12)


def test_a_triangle_needs_three_points():
    with pytest.raises(InvalidInput, match=r"^points must"):
        assertions.assert_metric(lambda a, b: 0.0, LINE[:2], tolerance=0.0)


def test_a_certified_bracket_is_certified():
    assertions.assert_certified(_bracket(), gap=1e-9)


def test_a_spoilt_certificate_is_found():
    bracket = _bracket()
    potential, _ = bracket.potentials
    potential += 0.1
    with pytest.raises(AssertionError, match="does not prove"):
        assertions.assert_certified(bracket)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"certificate": None}, "no certificate"),
        ({"guarantee": dg.Guarantee.NONE}, "not certified"),
        ({"guarantee": dg.Guarantee.CONFIDENCE}, "not certified"),
        ({"value": 99.0}, "not between"),
        ({"upper": 99.0}, "gap"),
    ],
)
def test_a_bracket_that_proves_less_is_found(changes, match):
    with pytest.raises(AssertionError, match=match):
        assertions.assert_certified(dataclasses.replace(_bracket(), **changes), gap=1e-9)


def test_what_is_no_bracket_is_refused():
    for check in (lambda: assertions.assert_certified(1.0), lambda: assertions.assert_bracket_contains(1.0, 1.0)):  # pyright: ignore
        with pytest.raises(InvalidInput, match=r"^bracket must"):
            check()


def test_a_bracket_contains_its_truth_and_nothing_else():
    assertions.assert_bracket_contains(dg.wasserstein([0.0, 1.0], [2.0, 3.0]), 2.0)
    with pytest.raises(AssertionError, match=r"does not contain 2\.5"):
        assertions.assert_bracket_contains(dg.wasserstein([0.0, 1.0], [2.0, 3.0]), 2.5)


def test_an_estimate_without_bounds_contains_nothing():
    bracket = dg.Bracket(value=1.0, lower=float("nan"), upper=float("nan"), guarantee=dg.Guarantee.NONE, method="guess")
    with pytest.raises(AssertionError, match="does not contain"):
        assertions.assert_bracket_contains(bracket, 1.0)


def test_a_lower_bound_is_one_entry_by_entry():
    assertions.assert_lower_bound([0.9, 1.0], [1.0, 1.0], tolerance=0.0)
    with pytest.raises(AssertionError, match=r"exceeds the truth by 0\.1"):
        assertions.assert_lower_bound([0.9, 1.1], [1.0, 1.0], tolerance=0.05)
    with pytest.raises(AssertionError, match="exceeds"):
        assertions.assert_lower_bound(float("nan"), 1.0, tolerance=0.0)


def test_a_rate_is_found_and_a_method_that_misses_it_too():
    game = dg.games.bilinear([[1.0]])
    assertions.assert_rate(game, dg.methods.ExtraGradient(step=0.3), start=([1.0], [0.5]), steps=100, tolerance=1e-9)
    # near (1, 1) the Dirac-GAN is not the linear game that its rate is predicted from
    with pytest.raises(AssertionError, match="predicts"):
        assertions.assert_rate(
            dg.games.dirac_gan(), dg.methods.SimultaneousGDA(step=0.5), start=([3.0], [3.0]), steps=100, tolerance=1e-9
        )


def test_a_lower_bound_that_covers_passes_and_one_that_does_not_fails():
    def honest(seed):
        return np.random.default_rng(seed).normal() - 1.6448536  # the truth is 0: exceeded once in twenty times

    assertions.assert_lower_bound_covers(honest, 0.0, seeds=range(300), confidence=0.95)
    for wrong in (lambda seed: honest(seed) + 1.0, lambda seed: np.nan):
        with pytest.raises(AssertionError, match="the bound exceeds the truth 0 for"):
            assertions.assert_lower_bound_covers(wrong, 0.0, seeds=range(300), confidence=0.95)


def test_the_lower_bound_of_a_bracket_is_what_counts():
    def bracket(seed):
        rng = np.random.default_rng(seed)
        return dg.wasserstein(dg.Samples(rng.normal(size=40)), dg.Samples(rng.normal(size=40) + 1), confidence=0.8)

    assertions.assert_lower_bound_covers(bracket, 1.0, seeds=range(30), confidence=0.8)
    with pytest.raises(AssertionError):
        assertions.assert_lower_bound_covers(bracket, -1.0, seeds=range(30), confidence=0.8)


@pytest.mark.parametrize(
    ("options", "name"),
    [({"seeds": range(9), "confidence": 0.9}, "seeds"), ({"seeds": range(20), "confidence": 1.0}, "confidence")],
)
def test_too_few_seeds_and_a_level_that_is_none_are_refused(options, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        assertions.assert_lower_bound_covers(lambda seed: 0.0, 1.0, **options)


def test_an_equilibrium_is_told_from_a_point_beside_it():
    cases = (
        (dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]), ([0.5, 0.5], [0.5, 0.5]), ([0.6, 0.4], [0.5, 0.5])),
        (dg.games.bilinear([[1.0]]), ([0.0], [0.0]), ([0.1], [0.0])),
        (dg.games.quadratic([[1.0]], [[1.0]], [[1.0]]), ([0.0], [0.0]), ([0.0], [0.1])),
        (dg.games.dirac_gan(), ([0.0], [0.0]), ([0.2], [0.1])),
    )
    for game, there, beside in cases:
        assertions.assert_equilibrium(game, *there, tolerance=1e-12)
        with pytest.raises(AssertionError):
            assertions.assert_equilibrium(game, *beside, tolerance=1e-3)
