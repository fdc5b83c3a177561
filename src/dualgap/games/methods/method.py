"""What an update method is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.validation import as_array, is_torch, real

__all__ = [
    "Draw",
    "Method",
    "Pair",
    "State",
    "StepSize",
    "both_sizes",
    "either",
    "halves",
    "moved",
    "no_sample",
    "require_inner",
    "sized",
    "stepped",
    "update_method",
]

#: What a method remembers between steps, by name; empty for a method without memory.
State: TypeAlias = dict[str, Tensor]
#: Gives the next sample of a stochastic game; None from a deterministic one.
Draw: TypeAlias = Callable[[], Any]
#: A positive number, or a tensor (...) with one size for each copy.
StepSize: TypeAlias = float | Tensor
#: One tensor for each player.
Pair: TypeAlias = tuple[Tensor, Tensor]

#: The sizes that a constructor checks; ``step=`` stands for ``step_x=`` and ``step_y=``, and likewise the others.
SIZES = ("step", "extrapolation")

M = TypeVar("M", bound="Method")


def no_sample() -> None:
    """The draw of a deterministic game."""


class Method(ABC):
    """A rule that turns one pair of strategies into the next.

    A leaf is a frozen dataclass of step sizes, made by :func:`update_method`; it is pure: the same arguments
    give the same next pair. ``step_x`` and ``step_y`` are the players' step sizes, and the constructor takes
    ``step=`` for both. A method that wraps another has no sizes of its own.

    What a step costs and how it goes about it is declared: :meth:`gradient_calls`, :attr:`draws` and
    :attr:`update_order`.
    """

    #: Whether a step differentiates the field, which needs the losses as functions of the players.
    second_order: ClassVar[bool] = False
    #: Whether it differentiates through steps of a player, which needs the losses as functions of moved players.
    differentiates_steps: ClassVar[bool] = False
    #: Whether its fixed points are the equilibria of games on any set, by projection. Otherwise they are so only in the
    #: interior of the sets, and sets without an interior are refused.
    projects: ClassVar[bool] = True

    if TYPE_CHECKING:

        def __init__(self, *, step: StepSize = ..., **options: Any) -> None: ...

    @abstractmethod
    def gradient_calls(self, game: Game) -> int:
        """The cost of a step: evaluations of one player's gradient, so that methods can be compared at equal cost.

        A product with the Jacobian of the field, or with its transpose, counts as two.
        """

    @property
    def draws(self) -> int:
        """How many samples of a stochastic game a step draws: gradients beyond that share one."""
        return 1

    @property
    def update_order(self) -> str:
        """Who moves first: ``"simultaneous"`` (both answer to the same pair), ``"x first"`` or ``"y first"``."""
        return "simultaneous"

    @property
    def copies(self) -> torch.Size:
        """The leading axes that the step sizes bring along: empty when they are numbers."""
        values = [getattr(self, one.name) for one in fields(self)] if is_dataclass(self) else []
        shapes = [value.copies if isinstance(value, Method) else getattr(value, "shape", ()) for value in values]
        return torch.broadcast_shapes(*shapes) if shapes else torch.Size()

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """What the method remembers before its first step: nothing, unless it says otherwise.

        ``draw`` gives a sample where the memory is of a gradient.

        Raises
        ------
        InvalidInput
            When the method cannot keep to the game's sets.
        """
        if not self.projects:
            _require_interior(type(self).__name__, game)
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
    constructor takes ``step=``, or ``step_x=`` and ``step_y=``, and refuses sizes that are not positive and finite. Every
    other pair of fields, such as ``scaling_x`` and ``scaling_y``, is given the same way.
    """
    made = dataclass(frozen=True, kw_only=True, eq=False)(cls)
    build = made.__init__
    names = {one.name: one for one in fields(made)}  # type: ignore[arg-type]
    both = [name[:-2] for name in names if name.endswith("_x") and f"{name[:-2]}_y" in names]

    def __init__(self: Any, *positional: Any, **given: Any) -> None:
        if positional:
            raise InvalidInput(f"step must be given by name: {made.__name__}(step={positional[0]!r})", argument="step")
        said = {name: _for_both(name, given) for name in both}
        for name in given:
            if name not in names:
                raise InvalidInput(
                    f"{name} is not an option of {made.__name__}; it takes {', '.join([*both, *names])}",
                    argument=name,
                )
        for name, one in names.items():
            stem = name[:-2] if name[:-2] in both else name
            if name not in given and one.default is MISSING:
                message = f"{stem} must be given to {made.__name__}"
                alternatives = "" if stem == name else f": {stem}=, or {stem}_x= and {stem}_y="
                raise InvalidInput(message + alternatives, argument=stem)
            if name in given and stem in SIZES and not (given[name] is None and one.default is None):
                given[name] = _step_size(given[name], stem if said[stem] else name)
        build(self, **given)

    __init__.__doc__ = build.__doc__
    made.__init__ = __init__  # type: ignore[method-assign]
    return made


def _for_both(name: str, given: dict[str, Any]) -> bool:
    """Replace what is said for both players by what it says for each; whether it was said."""
    value = given.pop(name, None)
    if value is None:
        return False
    if f"{name}_x" in given and f"{name}_y" in given:
        raise InvalidInput(f"{name} must not be given beside both {name}_x and {name}_y", argument=name)
    for player in "xy":
        given.setdefault(f"{name}_{player}", value)
    return True


def sized(step: StepSize, player: Tensor) -> StepSize:
    """A step size that multiplies a player's vector: one for each copy gets the player's axis."""
    return step.to(player)[..., None] if isinstance(step, Tensor) else step


def halves(vector: Tensor, x: Tensor) -> Pair:
    """A vector (..., n + m) as the two players' parts, n being the length of x."""
    n = x.shape[-1]
    return vector[..., :n], vector[..., n:]


def either(size: StepSize | None, default: StepSize) -> StepSize:
    """A size, or the one that stands in for it."""
    return default if size is None else size


def stepped(player: Tensor, step: StepSize, along: Tensor) -> Tensor:
    """A player's vector, stepped against a direction of its shape, in one pass over the memory."""
    if isinstance(step, Tensor) and step.ndim == 0:  # a size that is differentiated in
        return player - sized(step, player) * along
    if isinstance(step, Tensor):
        return torch.addcmul(player, step.to(player)[..., None], along, value=-1)  # rounds as the line below does
    return torch.sub(player, along, alpha=step)


def moved(game: Game, players: Pair, along: Pair, steps: tuple[StepSize, StepSize]) -> Pair:
    """Both players, stepped against their directions and brought back into their sets."""
    return (
        game.project_x(stepped(players[0], steps[0], along[0])),
        game.project_y(stepped(players[1], steps[1], along[1])),
    )


def both_sizes(step_x: StepSize, step_y: StepSize, x: Tensor, y: Tensor) -> Tensor:
    """The step size of every coordinate of (x, y), (..., n + m)."""
    return torch.cat([sized(step_x, x) * torch.ones_like(x), sized(step_y, y) * torch.ones_like(y)], -1)


def require_inner(method: Any) -> None:
    """Refuse what is no method inside of another."""
    if not isinstance(method, Method):
        raise InvalidInput(f"method must be an update method, got {method!r}", argument="method")


def _require_interior(name: str, game: Game) -> None:
    for one, player in zip(game.sets, "xy", strict=True):
        if not one.solid:
            raise InvalidInput(
                f"game must have sets with an interior for {name}, {player} is taken from {one}, where the method's "
                "fixed points are no equilibria: use a method that projects, such as dg.methods.ExtraGradient",
                argument="game",
            )


def _step_size(value: Any, name: str) -> StepSize:
    value = as_array(value, name) if is_torch(value) else value
    if is_torch(value) and value.ndim > 0:
        if not bool((torch.isfinite(value) & (value > 0)).all()):
            raise InvalidInput(f"{name} must be positive and finite in every copy, got {value}", argument=name)
        return value
    return real(value, name, above=0) if not is_torch(value) else real(value.item(), name, above=0)
