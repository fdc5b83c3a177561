"""Rates predicted from a method itself: the Jacobian of its own step at an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game, strategies
from dualgap.games.methods.method import Method, State, no_sample
from dualgap.games.simulate import require_game, require_method
from dualgap.games.spectrum import Eigenvalue, spectrum
from dualgap.games.streams import Streams

__all__ = ["Linearisation", "known_equilibrium", "linearise", "predict_rate", "require_deterministic", "step_jacobians"]

#: A step from an equilibrium moves by rounding: a few eps of the size of the strategies and the gradients.
FIXED_POINT_TOLERANCE = 1e-8


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Linearisation:
    """The linear map that a method is near an equilibrium.

    Parameters
    ----------
    jacobian : (k, k) array
        Of one step, with respect to x, y and the method's memory, in this order.
    spectrum : tuple of Eigenvalue
        By falling modulus, each with its error, its multiplicity and its number of eigenvectors.
    gradient_calls : int
        What a step costs: evaluations of one player's gradient.
    """

    jacobian: np.ndarray
    spectrum: tuple[Eigenvalue, ...]
    gradient_calls: int

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """All k of them, (k,), by falling modulus; a multiple one as often as it counts."""
        return np.array([one.value for one in self.spectrum for _ in range(one.multiplicity)])

    @property
    def spectral_radius(self) -> float:
        """The predicted rate: the factor of the distance to the equilibrium in a step, in the long run."""
        return abs(self.spectrum[0].value)

    @property
    def leading(self) -> tuple[Eigenvalue, ...]:
        """The eigenvalues of the largest modulus, up to their errors."""
        first = self.spectrum[0]
        return tuple(one for one in self.spectrum if abs(one.value) + one.error >= abs(first.value) - first.error)

    @property
    def error(self) -> float:
        """How far the spectral radius may be from that of the exact Jacobian, an estimate."""
        return max(one.error for one in self.leading)

    @property
    def defective(self) -> bool:
        """Whether a leading eigenvalue has too few eigenvectors, so that a power of t comes with the rate."""
        return any(one.defective for one in self.leading)

    @property
    def defective_eigenvalues(self) -> tuple[Eigenvalue, ...]:
        """Those with too few eigenvectors, leading or not."""
        return tuple(one for one in self.spectrum if one.defective)

    @property
    def index(self) -> int:
        """The largest Jordan block of a leading eigenvalue: distances go like :math:`t^{\\mathrm{index} - 1} \\rho^t`."""
        return max(one.index for one in self.leading)

    @property
    def rate_per_gradient_call(self) -> float:
        """The rate of a step, spread over its gradient calls, so that methods can be compared at equal cost."""
        return self.spectral_radius ** (1 / self.gradient_calls)

    def __repr__(self) -> str:
        kind = f", defective (Jordan block of {self.index})" if self.defective else ""
        calls = "call" if self.gradient_calls == 1 else "calls"
        return (
            f"Linearisation(spectral radius {self.spectral_radius:.9g} +- {self.error:.1e}{kind}, "
            f"{len(self.eigenvalues)} eigenvalues, {self.gradient_calls} gradient {calls} a step)"
        )


def linearise(game: Game, method: Method, *, at: tuple[Any, Any] | None = None) -> Linearisation:
    """The method's step, linearised at an equilibrium by differentiating it.

    With :math:`w = (x, y, s)` the players and the method's memory and :math:`\\Phi` one step,

    .. math:: w_{t+1} - w^* = D\\Phi(w^*) (w_t - w^*) + o(|w_t - w^*|).

    No formula of any method enters: ``torch`` differentiates ``method.step``.

    Parameters
    ----------
    game : Game
        Deterministic.
    method : Method
    at : pair of (n,) and (m,) arrays, optional
        The equilibrium; the game's own when omitted.

    Returns
    -------
    Linearisation
        Its eigenvalues are exact up to rounding, with an estimate of that; multiple ones are recognised.

    Raises
    ------
    InvalidInput
        When no equilibrium is known, the point is not a fixed point of the method, or the method has none (Adam
        counts its steps).

    Examples
    --------
    >>> import dualgap as dg
    >>> found = linearise(dg.games.bilinear([[1.0]]), dg.methods.AlternatingGDA(step=2.0))
    >>> found.spectral_radius, found.defective, found.index
    (1.0, True, 2)
    """
    require_game(game)
    require_method(method)
    require_deterministic(game)
    if method.copies:
        raise InvalidInput(
            f"method must have one step size, got {tuple(method.copies)} of them; predict the rate of each in turn",
            argument="method",
        )
    jacobian = step_jacobians(game, method, *known_equilibrium(game, at))
    return Linearisation(jacobian=jacobian, spectrum=spectrum(jacobian), gradient_calls=method.gradient_calls(game))


def predict_rate(game: Game, method: Method, *, at: tuple[Any, Any] | None = None) -> float:
    """The rate of a method at an equilibrium: the spectral radius of its linearisation.

    Below 1 the method converges from nearby, by this factor a step in the long run; above 1 it leaves.

    Parameters
    ----------
    game, method, at
        As in :func:`linearise`.

    Returns
    -------
    float

    Raises
    ------
    InvalidInput
        As :func:`linearise`.

    Examples
    --------
    >>> import dualgap as dg
    >>> predicted = dg.predict_rate(dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.3))
    >>> abs(predicted - (1 - 0.3**2 + 0.3**4) ** 0.5) < 1e-12
    True
    """
    return linearise(game, method, at=at).spectral_radius


def step_jacobians(game: Game, method: Method, x: Tensor, y: Tensor) -> np.ndarray:
    """The Jacobian of one step at a fixed point, for each copy on the leading axes.

    Parameters
    ----------
    game : Game
    method : Method
    x, y : (..., n) and (..., m) tensors
        An equilibrium; a method with one step size for each copy, or a game with one parameter for each, needs it as
        often.

    Returns
    -------
    (..., k, k) array
        With respect to x, y and the memory, in this order.

    Raises
    ------
    InvalidInput
        When a step moves it, or cannot be differentiated there.
    """
    state = {name: value.to(torch.float64) for name, value in method.init(game, x, y).items()}
    flat, shapes = _flattened(x, y, state)

    def one_step(w: Tensor) -> Tensor:
        return _flattened(*method.step(game, *_unflattened(w, shapes), no_sample))[0]

    players = x.shape[-1] + y.shape[-1]
    after, pullback, *_ = torch.func.vjp(one_step, flat)
    _require_fixed_point(type(method).__name__, (after - flat).detach(), players, flat.detach())
    basis = torch.eye(flat.shape[-1], dtype=flat.dtype).reshape(-1, *[1] * (flat.ndim - 1), flat.shape[-1])
    rows = torch.func.vmap(pullback)(basis.expand(-1, *flat.shape))[0]
    jacobians = rows.movedim(0, -2).detach().numpy()
    if not np.isfinite(jacobians).all():
        raise InvalidInput(
            f"method must be differentiable at the equilibrium, {type(method).__name__} is not",
            argument="method",
        )
    return jacobians


def known_equilibrium(game: Game, at: tuple[Any, Any] | None) -> tuple[Tensor, Tensor]:
    """The pair that is given, or else the game's own."""
    point = game.equilibrium if at is None else at
    if point is None:
        raise InvalidInput(
            "at must be given: the game does not know an equilibrium; dg.games.equilibria(game) looks for them",
            argument="at",
        )
    return strategies(point, game.sizes, "at")


def require_deterministic(game: Game) -> None:
    """Refuse a game of samples."""
    if game.draw(Streams(0)) is not None:
        raise InvalidInput(
            "game must be deterministic: a step on samples has no linearisation of its own; predict the rate of the "
            "expected game",
            argument="game",
        )


def _require_fixed_point(method: str, moved: Tensor, players: int, flat: Tensor) -> None:
    tolerance = FIXED_POINT_TOLERANCE * (1 + flat.norm(dim=-1))
    steps = moved[..., :players].norm(dim=-1)
    if not bool((steps <= tolerance).all()):
        raise InvalidInput(
            f"at must be an equilibrium: a step of {method} from it moves by {float(steps.max()):.3g}",
            argument="at",
        )
    if not bool((moved[..., players:].norm(dim=-1) <= tolerance).all()):
        raise InvalidInput(
            f"method must stand still at the equilibrium, and the memory of {method} does not (it counts "
            "steps): there is no linear map to predict from; leave out the scaling",
            argument="method",
        )


def _flattened(x: Tensor, y: Tensor, state: State) -> tuple[Tensor, dict[str, torch.Size]]:
    """Players and memory along one axis, behind the axes of the copies; what all copies share is given to each."""
    copies = x.shape[:-1]
    parts = {"x": x, "y": y, **{f"state.{name}": state[name] for name in sorted(state)}}
    own = {
        name: value if value.shape[: len(copies)] == copies else value.expand(*copies, *value.shape)
        for name, value in parts.items()
    }
    flat = torch.cat([value.reshape(*copies, -1) for value in own.values()], -1)
    return flat, {name: value.shape[len(copies) :] for name, value in own.items()}


def _unflattened(flat: Tensor, shapes: dict[str, torch.Size]) -> tuple[Tensor, Tensor, State]:
    pieces = flat.split([shape.numel() for shape in shapes.values()], -1)
    parts = {
        name: piece.reshape((*flat.shape[:-1], *shape))
        for (name, shape), piece in zip(shapes.items(), pieces, strict=True)
    }
    return (
        parts.pop("x"),
        parts.pop("y"),
        {name.removeprefix("state."): value for name, value in parts.items()},
    )
