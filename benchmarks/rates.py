"""Predicted against measured rates: every method on every game of the catalogue, and the worst difference of all.

The prediction is the spectral radius of the method's own step, differentiated at the equilibrium; the measurement is fitted to a
path that starts next to it, along the slowest mode. ``python -m benchmarks rates`` writes the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch

import dualgap as dg
from benchmarks.case import Case
from dualgap.errors import InvalidInput
from dualgap.games.by_name import METHODS
from dualgap.games.methods import Method

__all__ = ["NO_RATE", "Comparison", "cases", "compare", "comparison", "comparisons"]

#: Small enough that every method is near its flow on every game, and different from all that makes an eigenvalue double.
STEP = 0.1
#: The distance of the start where field and sets are affine, and elsewhere, where nonlinearity enters at this share of the path.
FAR, NEAR = 1e-2, 1e-6
#: Enough for a fit; and where a memory, which starts from rest and not on the slowest mode, has to fade first.
STEPS, STEPS_WITH_MEMORY = 36, 120
#: Every reason for which there is nothing to compare: how the refusal begins, or what the linearisation says.
NO_RATE = {
    "no equilibrium": "at must be given: the game does not know an equilibrium",
    "samples": "game must be deterministic",
    "memory that does not stand still": "method must stand still at the equilibrium",
    "sets without an interior": "game must have sets with an interior",
    "unbounded sets": "game must have bounded sets",
    "sets that are no simplices": "game must have two simplices",
    "other fixed points": "at must be an equilibrium",
    "not differentiable": "method must be differentiable at the equilibrium",
    "y's curvature is singular": "game must have an invertible",
    "defective": "a defective eigenvalue",
    "the slowest mode is not seen": "a mode of the memory alone",
    "arrives": "the equilibrium is reached",
}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What came of a game and a method: both rates, or why there are none."""

    game: str
    method: str
    predicted: float = float("nan")
    measured: float = float("nan")
    why_not: str = ""

    @property
    def difference(self) -> float:
        """Of the two rates, in modulus."""
        return abs(self.predicted - self.measured)


def compare(game: Any, method: Method) -> tuple[float, float]:
    """The predicted and the measured rate.

    Raises
    ------
    InvalidInput
        Where there is no rate, with one of the reasons of ``NO_RATE``.
    """
    found = dg.games.linearise(game, method)
    if found.defective:
        raise InvalidInput("a defective eigenvalue has no rate of its own")
    if found.spectral_radius < 1e-3:
        raise InvalidInput("the equilibrium is reached before a rate can be seen")
    values, vectors = np.linalg.eig(found.jacobian)
    mode = vectors[:, np.abs(values).argmax()][: sum(game.sizes)].real
    if np.linalg.norm(mode) < 1e-6:
        raise InvalidInput("a mode of the memory alone is the slowest: the players do not show it")
    linear = game.affine and game.sets == (dg.games.FreeSpace(), dg.games.FreeSpace())
    mode = torch.as_tensor((FAR if linear else NEAR) * mode / np.linalg.norm(mode))
    start = tuple(part + move for part, move in zip(game.equilibrium, mode.split(game.sizes), strict=True))
    steps = STEPS if len(mode) == len(found.jacobian) else STEPS_WITH_MEMORY
    run = dg.simulate(game, method, start=start, steps=steps)
    return found.spectral_radius, float(run.measured_rate())


def comparisons() -> Iterator[Comparison]:
    """Every game and every method."""
    for game in dg.games.examples():
        for method in METHODS:
            yield comparison(game, method)


@cache
def comparison(game: str, method: str) -> Comparison:
    """A game and a method by their names, at the step of the table."""
    try:
        predicted, measured = compare(dg.games.examples()[game].make(), METHODS[method](STEP))
    except InvalidInput as error:
        return Comparison(game=game, method=method, why_not=str(error))
    return Comparison(game=game, method=method, predicted=predicted, measured=measured)


def cases() -> Iterator[Case]:
    """A case for each pair that has a rate, and the worst difference at the end."""
    compared = [one for one in comparisons() if not one.why_not]
    for one in compared:
        yield Case(
            name=f"{one.game}, {one.method}",
            sizes={"step": STEP},
            contenders={"predicted": lambda one=one: one.predicted, "measured": lambda one=one: one.measured},
            repeats=1,
        )
    worst = max(compared, key=lambda one: one.difference)
    yield Case(
        name=f"worst: {worst.game}, {worst.method}",
        sizes={"pairs": len(compared)},
        contenders={"difference": lambda: worst.difference},
        repeats=1,
    )
