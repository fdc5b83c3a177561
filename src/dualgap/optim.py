"""The update methods as an optimiser of a user's own modules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.game import Game
from dualgap.games.methods.method import Method
from dualgap.games.parameter_group import ParameterGroup, flat, joined_vector
from dualgap.games.sets import FreeSpace, StrategySet
from dualgap.validation import count

__all__ = ["MinMax"]

Closure = Callable[..., Any]

#: Parameters that were projected in float32 lie in their set up to rounding.
FEASIBILITY_TOLERANCE = 1e-5


class MinMax:
    """Two groups of parameters, one that minimises and one that maximises, updated by a method of :mod:`dualgap.methods`.

    The parameters of each group are one flat vector, and a step is the method's own step: the path is that of
    :func:`dualgap.simulate` on the same game. Methods that differentiate the field (consensus, competitive, proximal point)
    differentiate the closure twice.

    A step points the parameters into new memory, all of a group into one block, and copies nothing: a tensor that shares memory
    with a parameter does not follow it. Between steps the parameters may be changed in every way.

    Parameters
    ----------
    method : Method
        Any but one that differentiates through a player's steps (:class:`~dualgap.games.methods.Unrolled`), with one step size
        for each player.
    minimise, maximise : iterables of torch tensors that require gradients
        For example ``generator.parameters()`` and ``critic.parameters()``; disjoint, of one dtype and device each.
    set_minimise, set_maximise : StrategySet, optional
        What the flat vector of a group is taken from, everything when omitted: ``dg.games.Box(-0.01, 0.01)`` clips weights, and
        ``dg.games.Simplex()`` is for the weights of groups in robust optimisation.

    Attributes
    ----------
    method : Method
        May be replaced by one of the same kind, to change the step size.
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

    def __init__(
        self,
        method: Method,
        *,
        minimise: Iterable[Tensor],
        maximise: Iterable[Tensor],
        set_minimise: StrategySet | None = None,
        set_maximise: StrategySet | None = None,
    ) -> None:
        self.method = _usable(method)
        owners = _parameters(minimise, "minimise"), _parameters(maximise, "maximise")
        if {id(one) for one in owners[0]} & {id(one) for one in owners[1]}:
            raise InvalidInput("maximise must not share parameters with minimise", argument="maximise")
        sets = _set(set_minimise, "set_minimise", owners[0]), _set(set_maximise, "set_maximise", owners[1])
        self._game = _ClosureGame(owners, sets)
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
        next_sample = draw if draw is not None else _nothing
        with torch.no_grad():
            x, y = game.begin(closure if sampled else lambda _: closure())
            try:
                memory = self._state if self._state is not None else self.method.init(game, x, y, next_sample)
                new_x, new_y, state = self.method.step(game, x, y, memory, next_sample)
                if not (_finite(new_x) and _finite(new_y)):
                    raise NotConverged(
                        "the step is not finite; the parameters are as they were before it: use a smaller step",
                        partial=game.first_loss,
                    )
                x, y, self._state = new_x, new_y, state
            finally:  # what was stepped to, or what was there before when the closure failed half way
                game.load(x, y)
        return game.first_loss

    def state_dict(self) -> dict[str, Any]:
        """What the method remembers and how often the closure was evaluated: data that can be saved."""
        return {
            "method": _name(self.method),
            "state": dict(self._state) if self._state is not None else None,
            "gradient_calls": self._game.calls,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict`, bit for bit.

        Raises
        ------
        InvalidInput
            When it is not the state of this method on parameters of these sizes.
        """
        if not isinstance(state, dict) or set(state) != {"method", "state", "gradient_calls"}:
            raise InvalidInput("state must be what state_dict() gave", argument="state")
        if state["method"] != _name(self.method):
            raise InvalidInput(
                f"state must be that of the method {_name(self.method)}, got {state['method']}", argument="state"
            )
        memory, sizes, calls = state["state"], self._game.sizes, count(state["gradient_calls"], "state", at_least=0)
        if memory is not None and not isinstance(memory, dict):
            raise InvalidInput(
                f"state must hold the method's memory as a dict, got {type(memory).__name__}", argument="state"
            )
        for name, value in ({} if memory is None else memory).items():
            if not isinstance(value, Tensor) or (value.ndim == 1 and value.shape[0] not in (1, *sizes)):
                shape = tuple(value.shape) if isinstance(value, Tensor) else type(value).__name__
                raise InvalidInput(
                    f"state must belong to parameters of {sizes[0]} and {sizes[1]} numbers, {name} has {shape}",
                    argument="state",
                )
        device = self._game.owners[0][0].device
        self._state = None if memory is None else {name: value.to(device).clone() for name, value in memory.items()}
        self._game.calls = calls


class _ClosureGame(Game):
    """The game of a closure over parameters: its strategies are what the parameters point into during each evaluation."""

    def __init__(self, owners: tuple[list[Tensor], list[Tensor]], sets: tuple[StrategySet, StrategySet]) -> None:
        self.groups = ParameterGroup(owners[0]), ParameterGroup(owners[1])
        self.owners, self.sets = owners, sets
        self.sizes = self.groups[0].size, self.groups[1].size
        self.calls = 0

    def begin(self, closure: Closure) -> tuple[Tensor, Tensor]:
        """A new step, with this closure, from the parameters as they are."""
        self._closure = closure
        self.first_loss: Tensor = torch.tensor(float("nan"))
        self._fresh = True
        return self.groups[0].vector(), self.groups[1].vector()

    def load(self, x: Tensor, y: Tensor) -> None:
        """Make both vectors the values of the parameters."""
        self.groups[0].point_into(x)
        self.groups[1].point_into(y)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What the first group minimises."""
        return self._losses(x, y, sample)[0]

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """What the second group minimises."""
        losses = self._losses(x, y, sample)
        return -losses[0] if len(losses) == 1 else losses[1]

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """Of the first loss, with respect to the first group."""
        return joined_vector(_gradient(self._losses(x, y, sample)[0], self.owners[0]))

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """Of the second loss, with respect to the second group."""
        losses = self._losses(x, y, sample)
        found = _gradient(losses[-1], self.owners[1])
        return _negative(found) if len(losses) == 1 else joined_vector(found)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """Both gradients from one evaluation, and from one pass backwards where there is one payoff."""
        return self._field(self._losses(x, y, sample))

    def field_and_pullback(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """The field and the function v -> J'v, by differentiating the gradients of one evaluation."""
        field = self._differentiable_field(x, y, sample)
        return field.detach(), lambda vector: joined_vector(_gradient(field, self._all, along=vector, retain=True))

    def jacobian_product(self, x: Tensor, y: Tensor, sample: Any, vector: Tensor) -> Tensor:
        """J v, as the derivative of u -> J'u, from one evaluation."""
        field = self._differentiable_field(x, y, sample)
        direction = torch.zeros_like(field, requires_grad=True)
        with torch.enable_grad():
            pulled = joined_vector(_gradient(field, self._all, along=direction, create_graph=True))
        return joined_vector(_gradient(pulled, [direction], along=vector))

    @property
    def _all(self) -> list[Tensor]:
        return [*self.owners[0], *self.owners[1]]

    def _differentiable_field(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        with torch.enable_grad():
            return torch.cat(self._field(self._losses(x, y, sample), create_graph=True))

    def _field(self, losses: tuple[Tensor, ...], *, create_graph: bool = False) -> tuple[Tensor, Tensor]:
        minimise, maximise = self.owners
        if len(losses) == 2:
            along_x = _gradient(losses[0], minimise, retain=True, create_graph=create_graph)
            along_y = _gradient(losses[1], maximise, create_graph=create_graph)
            return joined_vector(along_x), joined_vector(along_y)
        both = _gradient(losses[0], self._all, create_graph=create_graph)
        return joined_vector(both[: len(minimise)]), _negative(both[len(minimise) :])

    def _losses(self, x: Tensor, y: Tensor, sample: Any) -> tuple[Tensor, ...]:
        """The payoff alone, or both losses."""
        self.load(x, y)
        with torch.enable_grad():
            found = self._closure(sample)
        self.calls += 1
        losses = (found,) if isinstance(found, Tensor) else found
        pair = isinstance(losses, tuple | list) and len(losses) == (1 if losses is not found else 2)
        if not pair or not all(isinstance(one, Tensor) and one.numel() == 1 for one in losses):
            raise InvalidInput(
                f"closure must return one number as a tensor, the payoff, or two, the losses, got {found!r}",
                argument="closure",
            )
        if not all(one.requires_grad for one in losses):
            raise InvalidInput("closure must return a loss that depends on the parameters", argument="closure")
        if self._fresh:
            self.first_loss, self._fresh = losses[0].detach().clone(), False
        return tuple(losses)


def _nothing(*ignored: Any) -> None:
    """No sample."""


def _name(method: Method) -> str:
    """The method's class, and those of the methods inside of it."""
    inner = getattr(method, "method", None)
    return type(method).__name__ + (f"({_name(inner)})" if isinstance(inner, Method) else "")


def _usable(method: Any) -> Method:
    if not isinstance(method, Method):
        raise InvalidInput(
            f"method must be an update method such as dg.methods.ExtraGradient(step=0.1), got {method!r}",
            argument="method",
        )
    if method.differentiates_steps:
        raise InvalidInput(
            f"method must not differentiate through a player's steps, and {_name(method)} does; write the losses as a "
            "dg.games.Payoff and use dg.simulate",
            argument="method",
        )
    if method.copies:
        raise InvalidInput(
            f"method must have one step size for each player, got sizes of shape {tuple(method.copies)}",
            argument="method",
        )
    return method


def _parameters(given: Any, name: str) -> list[Tensor]:
    if not isinstance(given, Iterable) or isinstance(given, Tensor):
        remedy = "; pass its parameters()" if isinstance(given, torch.nn.Module) else ""
        raise InvalidInput(
            f"{name} must be an iterable of parameters, got {type(given).__name__}{remedy}", argument=name
        )
    found = list(given)
    if not found or not all(isinstance(one, Tensor) and one.is_leaf and one.requires_grad for one in found):
        raise InvalidInput(
            f"{name} must hold at least one parameter, and only leaf tensors that require gradients", argument=name
        )
    if len({(one.dtype, one.device) for one in found}) > 1:
        raise InvalidInput(f"{name} must be of one dtype and on one device", argument=name)
    if len({id(one) for one in found}) < len(found):
        raise InvalidInput(f"{name} must hold every parameter once", argument=name)
    return found


def _set(given: Any, name: str, parameters: list[Tensor]) -> StrategySet:
    if given is None:
        return FreeSpace()
    if not isinstance(given, StrategySet):
        raise InvalidInput(f"{name} must be a strategy set such as dg.games.Box(-1, 1), got {given!r}", argument=name)
    outside = given.distance(flat(parameters))
    if outside > FEASIBILITY_TOLERANCE:
        raise InvalidInput(f"{name} must hold the parameters, they are {outside:.3g} outside of {given}", argument=name)
    return given


def _negative(parts: list[Tensor]) -> Tensor:
    vector = joined_vector(parts)
    # in place where the vector is a copy that no graph needs
    return vector.neg_() if len(parts) > 1 and not vector.requires_grad else -vector


def _finite(vector: Tensor) -> bool:
    """Decided by a sum, which reads the vector once and writes nothing; it may overflow where no entry does."""
    return bool(vector.sum().isfinite()) or bool(vector.isfinite().all())


def _gradient(
    of: Tensor,
    parameters: list[Tensor],
    *,
    along: Tensor | None = None,
    retain: bool = False,
    create_graph: bool = False,
) -> list[Tensor]:
    if not of.requires_grad:  # a field that does not depend on the parameters has a Jacobian of zeros
        return [torch.zeros_like(one) for one in parameters]
    return list(
        torch.autograd.grad(
            of,
            parameters,
            grad_outputs=along,
            retain_graph=retain or create_graph,
            create_graph=create_graph,
            allow_unused=True,
            materialize_grads=True,
        )
    )
