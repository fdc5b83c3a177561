"""What an update method is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.validation import is_torch, real

__all__ = ["Draw", "Method", "State", "StepSize", "both_sizes", "moved", "no_sample", "sized", "update_method"]

#: What a method remembers between steps, by name; empty for a method without memory.
State: TypeAlias = dict[str, Tensor]
#: Gives the next sample of a stochastic game; None from a deterministic one.
Draw: TypeAlias = Callable[[], Any]
#: A positive number, or a tensor (...) with one size for each copy.
StepSize: TypeAlias = float | Tensor

M = TypeVar("M", bound="Method")


def no_sample() -> None:
    """The draw of a deterministic game."""


class Method(ABC):
    """A rule that turns one pair of strategies into the next.

    A leaf is a frozen dataclass of step sizes, made by :func:`update_method`; it is pure: the same arguments
    give the same next pair. ``step_x`` and ``step_y`` are the players' step sizes, and the constructor takes
    ``step=`` for both. A method that wraps another has no sizes of its own.
    """

    #: Whether a step differentiates the field, which needs the losses as functions of the players.
    second_order: ClassVar[bool] = False

    if TYPE_CHECKING:

        def __init__(self, *, step: StepSize = ..., **options: Any) -> None: ...

    @abstractmethod
    def gradient_calls(self, game: Game) -> int:
        """The cost of a step: evaluations of one player's gradient, so that methods can be compared at equal cost.

        A product with the Jacobian of the field, or with its transpose, counts as two.
        """

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """What the method remembers before its first step: nothing, unless it says otherwise.

        ``draw`` gives a sample where the memory is of a gradient.
        """
        return {}

    @abstractmethod
    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The next pair and memory.

        Parameters
        ----------
        game : Game
        x, y : (..., n) and (..., m) tensors
        state : State
        draw : callable
            Gives the next sample; called as often as the method samples afresh.
        """


def update_method(cls: type[M]) -> type[M]:
    """Make a method's class a frozen dataclass whose constructor takes ``step=`` for both players.

    ``step`` names the transition (:meth:`Method.step`), so the sizes are stored as ``step_x`` and ``step_y``; the
    constructor takes ``step=``, or ``step_x=`` and ``step_y=``, and refuses sizes that are not positive and finite.
    """
    made = dataclass(frozen=True, kw_only=True, eq=False)(cls)
    build = made.__init__

    def __init__(self: Any, *positional: Any, step: Any = None, **given: Any) -> None:
        if positional:
            raise InvalidInput(f"step must be given by name: {made.__name__}(step={positional[0]!r})", argument="step")
        if step is not None:
            if "step_x" in given and "step_y" in given:
                raise InvalidInput("step must not be given beside both step_x and step_y", argument="step")
            given = {"step_x": step, "step_y": step, **given}
        names = [one.name for one in fields(made)]  # type: ignore[arg-type]
        for name in given:
            if name not in names:
                raise InvalidInput(
                    f"{name} is not an option of {made.__name__}; it takes step, {', '.join(names)}",
                    argument=name,
                )
        for name in ("step_x", "step_y"):
            if name not in given:
                raise InvalidInput(
                    f"step must be given to {made.__name__}: step=, or step_x= and step_y=", argument="step"
                )
            given[name] = _step_size(given[name], "step" if step is not None else name)
        for one in fields(made):  # type: ignore[arg-type]
            if one.name not in given and one.default is MISSING:
                raise InvalidInput(f"{one.name} must be given to {made.__name__}", argument=one.name)
        build(self, **given)

    __init__.__doc__ = build.__doc__
    made.__init__ = __init__  # type: ignore[method-assign]
    return made


def sized(step: StepSize, player: Tensor) -> StepSize:
    """A step size that multiplies a player's vector: one for each copy gets the player's axis."""
    return step.to(player)[..., None] if isinstance(step, Tensor) else step


def moved(game: Game, x: Tensor, y: Tensor, along: Tensor, step_x: StepSize, step_y: StepSize) -> tuple[Tensor, Tensor]:
    """Both players, stepped against a direction (..., n + m) and brought back into their sets."""
    along_x, along_y = along.split([x.shape[-1], y.shape[-1]], -1)
    return game.project_x(x - sized(step_x, x) * along_x), game.project_y(y - sized(step_y, y) * along_y)


def both_sizes(step_x: StepSize, step_y: StepSize, x: Tensor, y: Tensor) -> Tensor:
    """The step size of every coordinate of (x, y), (..., n + m)."""
    return torch.cat([sized(step_x, x) * torch.ones_like(x), sized(step_y, y) * torch.ones_like(y)], -1)


def _step_size(value: Any, name: str) -> StepSize:
    if is_torch(value) and value.ndim > 0:
        if not bool((torch.isfinite(value) & (value > 0)).all()):
            raise InvalidInput(f"{name} must be positive and finite in every copy, got {value}", argument=name)
        return value
    return real(value, name, above=0) if not is_torch(value) else real(value.item(), name, above=0)
