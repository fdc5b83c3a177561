"""Every method on every game of the catalogue: the rate of a path is the spectral radius of the linearisation.

A game or a method that is added to the catalogue is compared from then on; where there is no rate, the reason is one of a list.
"""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from benchmarks.rates import NO_RATE, compare, comparison
from dualgap.games.by_name import METHODS

#: Methods that are not maps of the strategies and a memory at rest: they count their steps, or keep their start.
COUNTING = {"anchored", "fast-extragradient", "halpern", "averaged-extragradient"}
#: Methods that need simplices, and those that do not keep to sets without an interior.
ON_SIMPLICES = {"multiplicative-weights", "optimistic-weights"}
NOT_ON_SIMPLICES = {"competitive", "consensus", "follow-the-ridge", "hamiltonian", "slingshot", "symplectic"}
SIMPLICES = {"matching-pennies", "rock-paper-scissors", "random-matrix-game"}


def excused(game: str, method: str) -> set[str]:
    """The reasons for which this pair may have no rate; empty for most."""
    found = set()
    if game == "dirac-wgan-gp":
        found.add("no equilibrium")
    if game == "finite-sum":
        found.add("samples")
    if method in COUNTING:
        found.add("memory that does not stand still")
    if method == "frank-wolfe":
        found |= {
            "unbounded sets",
            "other fixed points",
        }  # a best reply, and not the equilibrium, is what a step moves to
    if game in SIMPLICES and method in NOT_ON_SIMPLICES:
        found.add("sets without an interior")
    if game not in SIMPLICES and method in ON_SIMPLICES:
        found.add("sets that are no simplices")
    if game == "random-matrix-game" and method == "negative-momentum":
        found.add("memory that does not stand still")  # it pushes on against the border
    if method == "unrolled":
        found.add("other fixed points")  # where x reckons with an answer of y that is not zero-sum
    if method == "follow-the-ridge":
        found.add("y's curvature is singular")
    if method in {"two-time-scales", "follow-the-ridge"} and game in {"dirac-gan-r1", "dirac-gan-noise"}:
        found.add("defective")  # R1 is critical for a step of y four times as long
    return found


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("game", dg.games.examples())
def test_the_measured_rate_is_the_predicted_one(game, method):
    found = comparison(game, method)
    if found.why_not:
        reasons = {name for name, begins in NO_RATE.items() if found.why_not.startswith(begins)}
        assert reasons & excused(game, method), f"no rate for {method} on {game}: {found.why_not}"
        pytest.skip(found.why_not)
    assert found.measured == pytest.approx(found.predicted, abs=1e-6)


def test_a_rate_that_is_not_the_predicted_one_is_noticed(monkeypatch):
    game, method = dg.games.xy(), dg.methods.ExtraGradient(step=0.3)
    predicted, measured = compare(game, method)
    assert abs(predicted - measured) < 1e-9
    other = dg.games.linearise(game, dg.methods.ExtraGradient(step=0.31))
    monkeypatch.setattr(dg.games, "linearise", lambda *_: other)
    predicted, measured = compare(game, method)
    assert abs(predicted - measured) > 1e-3


def test_most_methods_have_a_rate_on_most_games():
    """What is excused is the exception."""
    pairs = [(game, method) for game in dg.games.examples() for method in METHODS]
    assert np.mean([not excused(*pair) - {"other fixed points", "y's curvature is singular"} for pair in pairs]) > 0.6
