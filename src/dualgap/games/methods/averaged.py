"""The running average of any method's points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, final

from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, Pair, State, no_sample
from dualgap.games.methods.scaling import joined, part
from dualgap.games.methods.wrapper import Wrapper
from dualgap.validation import choice, real

__all__ = ["Averaged"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Averaged(Wrapper):
    """The players are the average of the points that a method visits; the method goes its own way.

    .. math:: \\hat z_T = \\frac{\\sum_{t=1}^T w_t \\bar z_t}{\\sum_{t=1}^T w_t}, \\qquad
              w_t = \\binom{t + p - 1}{p} \\sim \\frac{t^p}{p!} \\quad\\text{or}\\quad w_t = \\beta^{-t}

    The points are those at which the step's last gradient was taken, which are the half-iterates of
    :class:`ExtraGradient` and :class:`MirrorProx` and the pairs before the step of :class:`SimultaneousGDA`: it is their
    average whose duality gap the theory of regret bounds. The average of the iterates themselves may be asked for.

    Parameters
    ----------
    method : Method
    points : "half-iterates" or "iterates"
        What is averaged: where the step's last gradient was taken, or where the step arrived.
    power : float
        p, at least 0: 0 is the uniform average, 1 weights by t, so that early points fade.
    decay : float, optional
        beta in (0, 1), for the exponential average that is usual for generators: it reaches back over about
        :math:`1/(1 - \\beta)` steps, and its weights add up to 1 from the first step on. Instead of ``power``.

    Raises
    ------
    InvalidInput
        When the half-iterates are asked for of a method that differentiates the field.

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> method = dg.methods.Averaged(method=dg.methods.MultiplicativeWeights(step=0.1))
    >>> run = dg.simulate(game, method, start=([0.9, 0.1], [0.9, 0.1]), steps=2000)
    >>> dg.duality_gap(game, run.x[-1], run.y[-1]).upper < 0.1
    True

    Reference: nemirovski2004
    """

    method: Method
    points: Literal["half-iterates", "iterates"] = "half-iterates"
    power: float = 0.0
    decay: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.decay is not None:
            real(self.decay, "decay", above=0, below=1)
            if self.power:
                raise InvalidInput(
                    f"decay must not be given beside a power, got power {self.power!r}", argument="decay"
                )
        choice(self.points, "points", ("half-iterates", "iterates"))
        real(self.power, "power", at_least=0)
        if self.points == "half-iterates" and self.method.second_order:
            raise InvalidInput(
                f"points must be 'iterates' for {type(self.method).__name__}: it differentiates the field and has no "
                "half-iterates",
                argument="points",
            )

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """Where the method is, the number of steps taken, and the memory of the method."""
        memory = joined(method=self.method.init(game, x, y, draw))
        return {"at.x": x, "at.y": y, "taken": x.new_zeros(()), **memory}

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The method's step from where it is, and the average with its point in it."""
        watched = _Watched(game)
        at_x, at_y, inner = self.method.step(watched, state["at.x"], state["at.y"], part(state, "method"), draw)
        seen_x, seen_y = (at_x, at_y) if self.points == "iterates" else watched.last
        taken = state["taken"] + 1
        if self.decay is None:
            share = (self.power + 1) / (taken + self.power)
        else:
            share = (1 - self.decay) / (1 - self.decay**taken)
        memory = {"at.x": at_x, "at.y": at_y, "taken": taken, **joined(method=inner)}
        return x.lerp(seen_x, share), y.lerp(seen_y, share), memory


class _Watched(Game):
    """A game that notes where its gradients are taken."""

    def __init__(self, game: Game) -> None:
        self._game = game
        self.sizes, self.sets = game.sizes, game.sets
        self.last: Pair

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        return self._game.loss_x(x, y, sample)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        return self._game.loss_y(x, y, sample)

    def project_x(self, x: Tensor) -> Tensor:
        return self._game.project_x(x)

    def project_y(self, y: Tensor) -> Tensor:
        return self._game.project_y(y)

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        self.last = x, y
        return self._game.grad_x(x, y, sample)

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        self.last = x, y
        return self._game.grad_y(x, y, sample)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> Pair:
        self.last = x, y
        return self._game.field(x, y, sample)
