"""The update methods as an optimiser of a user's own modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.game import Game
from dualgap.games.methods.method import Method

__all__ = ["MinMax"]

Closure = Callable[..., Any]


class MinMax:
    """Two groups of parameters, one that minimises and one that maximises, updated by a method of :mod:`dualgap.methods`.

    The parameters of each group are one flat vector, and a step is the method's own step: the path is that of
    :func:`dualgap.simulate` on the same game.

    Parameters
    ----------
    method : Method
        A first-order one: a closure cannot be differentiated twice.
    minimise, maximise : iterables of torch tensors that require gradients
        For example ``generator.parameters()`` and ``critic.parameters()``; disjoint, of one dtype and device each.

    Attributes
    ----------
    gradient_calls : int
        How often the closure was evaluated so far.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    >>> optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.5), minimise=[x], maximise=[y])
    >>> for _ in range(100):
    ...     payoff = optimiser.step(lambda: (x * y).sum())
    >>> bool(abs(x) < 1e-3), optimiser.gradient_calls
    (True, 200)
    """

    def __init__(self, method: Method, *, minimise: Iterable[Tensor], maximise: Iterable[Tensor]) -> None:
        if not isinstance(method, Method):
            raise InvalidInput(
                f"method must be an update method such as dg.methods.ExtraGradient(step=0.1), got {method!r}",
                argument="method",
            )
        if method.second_order:
            raise InvalidInput(
                f"method must be of first order, and {type(method).__name__} differentiates the field; write the losses "
                "as a dg.games.Payoff and use dg.simulate",
                argument="method",
            )
        self.method = method
        self._game = _ClosureGame(_parameters(minimise, "minimise"), _parameters(maximise, "maximise"))
        if {id(one) for one in self._game.owners[0]} & {id(one) for one in self._game.owners[1]}:
            raise InvalidInput("maximise must not share parameters with minimise", argument="maximise")
        self._state: dict[str, Tensor] | None = None

    @property
    def gradient_calls(self) -> int:
        """Evaluations of the closure so far."""
        return self._game.calls

    def step(self, closure: Closure, *, draw: Callable[[], Any] | None = None) -> Tensor:
        """Update all parameters once.

        Parameters
        ----------
        closure : callable
            Evaluates the losses at the parameters as they are and returns the payoff that the first group minimises and
            the second maximises, or the pair of losses that each group minimises. It must not call ``backward``. It is
            called as often as the method takes gradients.
        draw : callable, optional
            Gives the next sample, which the closure is then called with, so that the method decides which gradients share
            one. Without it the closure draws for itself.

        Returns
        -------
        () tensor
            What the first group minimises, at the first evaluation, without its graph.

        Raises
        ------
        InvalidInput
            When the closure is no callable, or returns anything else.
        NotConverged
            When a gradient is not finite; the parameters then stay as they were.
        """
        if not callable(closure):
            raise InvalidInput(f"closure must be callable, got {type(closure).__name__}", argument="closure")
        if draw is not None and not callable(draw):
            raise InvalidInput(f"draw must be callable or None, got {type(draw).__name__}", argument="draw")
        game, sampled = self._game, draw is not None
        game.begin(closure if sampled else lambda _: closure())
        next_sample = draw if draw is not None else _nothing
        with torch.no_grad():
            x, y = (_flat(owned) for owned in game.owners)
            if self._state is None:
                self._state = self.method.init(game, x, y, next_sample)
            new_x, new_y, state = self.method.step(game, x, y, self._state, next_sample)
            if not bool(torch.isfinite(new_x).all() and torch.isfinite(new_y).all()):
                game.load(x, y)
                raise NotConverged(
                    "the step is not finite; the parameters are as they were before it: use a smaller step",
                    partial=game.first_loss,
                )
            self._state = state
            game.load(new_x, new_y)
        return game.first_loss

    def state_dict(self) -> dict[str, Any]:
        """What the method remembers and how often the closure was evaluated: data that can be saved."""
        return {"state": dict(self._state) if self._state is not None else None, "gradient_calls": self._game.calls}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict`.

        Raises
        ------
        InvalidInput
            When it is not the state of this method on parameters of these sizes.
        """
        if not isinstance(state, dict) or set(state) != {"state", "gradient_calls"}:
            raise InvalidInput("state must be what state_dict() gave", argument="state")
        loaded = state["state"]
        if loaded is not None:
            with torch.no_grad():
                x, y = (_flat(owned) for owned in self._game.owners)
            for name, value in loaded.items():
                if value.ndim == 1 and value.shape[0] not in (x.shape[0], y.shape[0]):
                    raise InvalidInput(
                        f"state must belong to parameters of {x.shape[0]} and {y.shape[0]} numbers, {name} has "
                        f"{value.shape[0]}",
                        argument="state",
                    )
            loaded = {name: value.clone() for name, value in loaded.items()}
        self._state, self._game.calls = loaded, int(state["gradient_calls"])


class _ClosureGame(Game):
    """The game of a closure over parameters: its strategies are loaded into them before each evaluation."""

    def __init__(self, minimise: list[Tensor], maximise: list[Tensor]) -> None:
        self.owners = (minimise, maximise)
        self.sizes = (sum(one.numel() for one in minimise), sum(one.numel() for one in maximise))
        self.calls = 0
        self.begin(_nothing)

    def begin(self, closure: Closure) -> None:
        """A new step, with this closure."""
        self._closure = closure
        self.first_loss: Tensor = torch.tensor(float("nan"))
        self._fresh = True

    def load(self, x: Tensor, y: Tensor) -> None:
        """Write both flat vectors into the parameters."""
        for owned, flat in zip(self.owners, (x, y), strict=True):
            for one, piece in zip(owned, flat.split([one.numel() for one in owned]), strict=True):
                one.copy_(piece.view_as(one))

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What the first group minimises."""
        return self._losses(x, y, sample)[0]

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What the second group minimises."""
        return self._losses(x, y, sample)[1]

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """Of the first loss, with respect to the first group."""
        return _gradient(self._losses(x, y, sample)[0], self.owners[0], retain=False)

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """Of the second loss, with respect to the second group."""
        return _gradient(self._losses(x, y, sample)[1], self.owners[1], retain=False)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """Both gradients from one evaluation."""
        loss_x, loss_y = self._losses(x, y, sample)
        return _gradient(loss_x, self.owners[0], retain=True), _gradient(loss_y, self.owners[1], retain=False)

    def _losses(self, x: Tensor, y: Tensor, sample: Any) -> tuple[Tensor, Tensor]:
        self.load(x, y)
        with torch.enable_grad():
            found = self._closure(sample)
            losses = (found, -found) if isinstance(found, Tensor) else found
        self.calls += 1
        valid = isinstance(losses, tuple | list) and len(losses) == 2 and all(isinstance(one, Tensor) for one in losses)
        if not valid or any(one.numel() != 1 for one in losses):
            raise InvalidInput(
                f"closure must return one number as a tensor, the payoff, or two, the losses, got {found!r}",
                argument="closure",
            )
        if self._fresh:
            self.first_loss, self._fresh = losses[0].detach().clone(), False
        return losses[0], losses[1]


def _nothing(*ignored: Any) -> None:
    """No sample."""


def _parameters(given: Any, name: str) -> list[Tensor]:
    if not isinstance(given, Iterable) or isinstance(given, Tensor):
        raise InvalidInput(f"{name} must be an iterable of parameters, got {type(given).__name__}", argument=name)
    found = list(given)
    if not found or not all(isinstance(one, Tensor) and one.is_leaf and one.requires_grad for one in found):
        raise InvalidInput(
            f"{name} must hold at least one parameter, and only leaf tensors that require gradients", argument=name
        )
    if len({(one.dtype, one.device) for one in found}) > 1:
        raise InvalidInput(f"{name} must be of one dtype and on one device", argument=name)
    return found


def _flat(parameters: list[Tensor]) -> Tensor:
    return torch.cat([one.detach().reshape(-1) for one in parameters])


def _gradient(loss: Tensor, parameters: list[Tensor], *, retain: bool) -> Tensor:
    if not loss.requires_grad:
        raise InvalidInput("closure must return a loss that depends on the parameters", argument="closure")
    found = torch.autograd.grad(loss, parameters, retain_graph=retain, allow_unused=True)
    return torch.cat(
        [
            torch.zeros_like(one).reshape(-1) if gradient is None else gradient.reshape(-1)
            for one, gradient in zip(parameters, found, strict=True)
        ]
    )
