"""Simulation against loops written by hand: powers where the step is linear, one step after another where it is not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import dualgap as dg
from benchmarks.case import Case

STEP = 0.1


class Stepwise(dg.games.Game):
    """A game that does not say that its field is affine, so that every step of it is taken."""

    def __init__(self, game: dg.games.Game) -> None:
        self.game, self.sizes = game, game.sizes

    def loss_x(self, x: Any, y: Any, sample: Any) -> Any:
        return self.game.loss_x(x, y, sample)

    def loss_y(self, x: Any, y: Any, sample: Any) -> Any:
        return self.game.loss_y(x, y, sample)

    def field(self, x: Any, y: Any, sample: Any = None) -> Any:
        return self.game.field(x, y, sample)


def cases() -> Iterator[Case]:
    """Extragradient on xy and on the Dirac-GAN, and a million steps of one copy."""
    xy, dirac = dg.games.bilinear([[1.0]]), dg.games.dirac_gan()
    for copies, steps in ((100, 1000), (100_000, 1000)):
        x, y = np.random.default_rng(0).normal(size=(2, copies, 1))
        yield Case(
            name="extragradient on xy",
            sizes={"copies": copies, "steps": steps},
            contenders={
                "dualgap": lambda x=x, y=y, steps=steps: simulated(xy, x, y, steps),
                "dualgap, stepwise": lambda x=x, y=y, steps=steps: simulated(Stepwise(xy), x, y, steps),
                "numpy": lambda x=x, y=y, steps=steps: by_hand(x, y, steps),
                "numpy, in place": lambda x=x, y=y, steps=steps: by_hand_in_place(x, y, steps),
            },
            repeats=3,
        )
    x, y = np.random.default_rng(0).normal(size=(2, 100_000, 1))
    yield Case(
        name="extragradient on the Dirac-GAN",
        sizes={"copies": 100_000, "steps": 100},
        contenders={
            "dualgap": lambda: simulated(dirac, x, y, 100),
            "numpy": lambda: dirac_by_hand(x, y, 100),
        },
        repeats=3,
    )
    one = np.ones(1)
    yield Case(
        name="extragradient on xy",
        sizes={"copies": 1, "steps": 1_000_000},
        contenders={
            "dualgap": lambda: simulated(xy, one, one, 1_000_000),
            "dualgap, every step": lambda: simulated(xy, one, one, 1_000_000, record=1),
            "python": lambda: by_numbers(1_000_000),
        },
        repeats=5,
    )


def simulated(game: dg.games.Game, x: np.ndarray, y: np.ndarray, steps: int, record: int | None = None) -> float:
    """The mean squared distance from the origin at the end."""
    method = dg.methods.ExtraGradient(step=STEP)
    run = dg.simulate(
        game, method, start=(torch.from_numpy(x), torch.from_numpy(y)), steps=steps, record=record or steps
    )
    return float((run.x[-1] ** 2 + run.y[-1] ** 2).mean())


def by_hand(x: np.ndarray, y: np.ndarray, steps: int) -> float:
    """What one writes first."""
    for _ in range(steps):
        ahead_x, ahead_y = x - STEP * y, y + STEP * x
        x, y = x - STEP * ahead_y, y + STEP * ahead_x
    return float((x**2 + y**2).mean())


def by_hand_in_place(x: np.ndarray, y: np.ndarray, steps: int) -> float:
    """The same without new arrays."""
    x, y = x.copy(), y.copy()
    ahead_x, ahead_y, change = (np.empty_like(x) for _ in range(3))
    for _ in range(steps):
        np.subtract(x, np.multiply(y, STEP, out=change), out=ahead_x)
        np.add(y, np.multiply(x, STEP, out=change), out=ahead_y)
        np.subtract(x, np.multiply(ahead_y, STEP, out=change), out=x)
        np.add(y, np.multiply(ahead_x, STEP, out=change), out=y)
    return float((x**2 + y**2).mean())


def dirac_by_hand(x: np.ndarray, y: np.ndarray, steps: int) -> float:
    """F = (-s y, s x), s = 1 / (1 + exp(-x y)): the gradients of log(1 + exp(x y)), whose sign the saturating loss turns."""
    for _ in range(steps):
        slope = STEP / (1 + np.exp(-x * y))
        ahead_x, ahead_y = x + slope * y, y - slope * x
        slope = STEP / (1 + np.exp(-ahead_x * ahead_y))
        x, y = x + slope * ahead_y, y - slope * ahead_x
    return float((x**2 + y**2).mean())


def by_numbers(steps: int) -> float:
    """One copy as two numbers of the language."""
    x = y = 1.0
    for _ in range(steps):
        ahead_x, ahead_y = x - STEP * y, y + STEP * x
        x, y = x - STEP * ahead_y, y + STEP * ahead_x
    return math.hypot(x, y) ** 2
