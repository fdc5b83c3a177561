"""Descent on pictures: L-BFGS or Adam, each copy of a batch on its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

import torch

from dualgap.games.methods import Adam as Scaling
from dualgap.validation import count, real

__all__ = ["LBFGS", "Adam", "Descent", "Point"]

#: A step must lower the value by this share of what the slope promises (Armijo).
SUFFICIENT = 1e-4
#: Halvings of a step before the search gives up.
HALVINGS = 20
#: The first step, along the gradient alone, moves the pixel that moves most by this much.
FIRST_STEP = 0.05


@dataclass(frozen=True)
class Point:
    """K copies of n numbers, their values and gradients.

    Parameters
    ----------
    place : (K, n) tensor
    value : (K,) tensor
    gradient : (K, n) tensor
    parts : (K, P) tensor
        Numbers worth recording that belong to the place.
    """

    place: torch.Tensor
    value: torch.Tensor
    gradient: torch.Tensor
    parts: torch.Tensor

    def where(self, chosen: torch.Tensor, other: Point) -> Point:
        """This point for the chosen copies, another for the rest."""
        rows = chosen[:, None]
        return Point(
            place=torch.where(rows, self.place, other.place),
            value=torch.where(chosen, self.value, other.value),
            gradient=torch.where(rows, self.gradient, other.gradient),
            parts=torch.where(rows, self.parts, other.parts),
        )


Evaluate = Callable[[torch.Tensor], Point]
Step = Callable[[Point, torch.Tensor], Point]


class Descent(ABC):
    """A rule for the next point."""

    #: Ends a run when a step lowers the value by less than this share of it.
    tolerance: float

    @abstractmethod
    def steps(self, evaluate: Evaluate, start: Point) -> Step:
        """A function that takes one step after another, with a memory of its own.

        It is given the point and which of the K copies move, a (K,) tensor of booleans. Copies do not see each other.
        """


@final
@dataclass(frozen=True, kw_only=True)
class LBFGS(Descent):
    """Quasi-Newton steps from the last curvature pairs, each shortened until the value falls enough.

    The value never rises. Where no step along the direction lowers a copy's value its memory is cleared, and it tries
    the gradient in the next step.

    Parameters
    ----------
    tolerance : float, at least 0
    memory : int, at least 1
        Pairs that are kept: each is two pictures of memory.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> def bowl(x):
    ...     return Point(x, (x * x).sum(-1), 2 * x, x[:, :0])
    >>> start = bowl(torch.tensor([[3.0, 4.0]], dtype=torch.float64))
    >>> step, point, moving = LBFGS().steps(bowl, start), start, torch.tensor([True])
    >>> for _ in range(3):
    ...     point = step(point, moving)
    >>> bool(point.value < 1e-12)
    True

    Reference: nocedal1980
    """

    tolerance: float = 1e-4
    memory: int = 12

    def __post_init__(self) -> None:
        real(self.tolerance, "tolerance", at_least=0)
        count(self.memory, "memory")

    def steps(self, evaluate: Evaluate, start: Point) -> Step:
        """As the class says."""
        pairs = _Pairs(self.memory)

        def step(here: Point, moving: torch.Tensor) -> Point:
            there = _shortened(evaluate, here, pairs.direction(here.gradient), moving)
            pairs.learn(here, there)
            return there

        return step


@final
@dataclass(frozen=True, kw_only=True)
class Adam(Descent):
    """Steps along the mean gradient over the root of its mean square; the value may rise.

    Parameters
    ----------
    step : float, positive
        How far a pixel moves in a step, about.
    tolerance : float, at least 0
        0, the default, takes every step.
    beta1, beta2 : float
        In [0, 1).

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> def bowl(x):
    ...     return Point(x, (x * x).sum(-1), 2 * x, x[:, :0])
    >>> start = bowl(torch.tensor([[1.0]]))
    >>> Adam(step=0.25).steps(bowl, start)(start, torch.tensor([True])).place
    tensor([[0.7500]])

    Reference: kingma2015
    """

    step: float = 0.02
    tolerance: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.99

    def __post_init__(self) -> None:
        real(self.step, "step", above=0)
        real(self.tolerance, "tolerance", at_least=0)
        Scaling(beta1=self.beta1, beta2=self.beta2)

    def steps(self, evaluate: Evaluate, start: Point) -> Step:
        """As the class says."""
        scaling = Scaling(beta1=self.beta1, beta2=self.beta2)
        state = scaling.init(start.place)

        def step(here: Point, moving: torch.Tensor) -> Point:
            nonlocal state
            direction, state = scaling.direction(here.gradient, state)
            return evaluate(torch.where(moving[:, None], here.place - self.step * direction, here.place))

        return step


@dataclass
class _Pairs:
    """The last changes s of the place and y of the gradient, and what of them a copy may use.

    A pair with s'y <= 0 is no curvature: its weight is 0 for that copy, which leaves it out of both loops.
    """

    memory: int
    changes: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = field(default_factory=list)
    scale: torch.Tensor | None = None

    def direction(self, gradient: torch.Tensor) -> torch.Tensor:
        """The two loops of L-BFGS; along the gradient where a copy has no pair."""
        left = gradient.clone()
        shares = []
        for s, y, weight in reversed(self.changes):
            share = weight * (s * left).sum(-1)
            left -= share[:, None] * y
            shares.append(share)
        plain = FIRST_STEP / gradient.abs().amax(-1).clamp_min(torch.finfo(gradient.dtype).tiny)
        left *= (plain if self.scale is None else torch.where(self.scale > 0, self.scale, plain))[:, None]
        for (s, y, weight), share in zip(self.changes, reversed(shares), strict=True):
            left += (share - weight * (y * left).sum(-1))[:, None] * s
        return -left

    def learn(self, before: Point, after: Point) -> None:
        """Take the pair of a step in; a copy that did not move forgets all it had."""
        s, y = after.place - before.place, after.gradient - before.gradient
        product, square = (s * y).sum(-1), (y * y).sum(-1)
        curved = product > 1e-10 * square.clamp_min(0).sqrt() * s.square().sum(-1).sqrt()
        weight = torch.where(curved, 1 / torch.where(curved, product, 1.0), 0.0)
        moved = (s != 0).any(-1)
        scale = torch.where(curved, product / torch.where(curved, square, 1.0), 0.0)
        old = torch.zeros_like(scale) if self.scale is None else self.scale
        self.scale = torch.where(moved, torch.where(curved, scale, old), 0.0)
        self.changes = [(one, other, torch.where(moved, known, 0.0)) for one, other, known in self.changes]
        self.changes = [*self.changes, (s, y, weight)][-self.memory :]


def _shortened(evaluate: Evaluate, here: Point, direction: torch.Tensor, moving: torch.Tensor) -> Point:
    """The first of the step and its halves that lowers each copy's value enough; the copy's own place where none does."""
    slope = (direction * here.gradient).sum(-1)
    found, looking, length = here, moving & (slope < 0), 1.0
    for _ in range(HALVINGS):
        if not bool(looking.any()):
            break
        tried = evaluate(torch.where(looking[:, None], here.place + length * direction, found.place))
        enough = (tried.value < here.value) & (tried.value <= here.value + SUFFICIENT * length * slope)
        lowered = looking & enough & torch.isfinite(tried.gradient).all(-1)
        found = tried.where(lowered, found)
        looking, length = looking & ~lowered, length / 2
    return found
