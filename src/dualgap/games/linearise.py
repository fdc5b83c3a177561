"""Rates predicted from a method itself: the Jacobian of its own step at an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game, strategies
from dualgap.games.methods.method import Method, State
from dualgap.games.simulate import require_game, require_method
from dualgap.games.streams import Streams

__all__ = ["Linearisation", "linearise", "predict_rate"]

#: A step from an equilibrium moves by rounding: a few eps of the size of the strategies and the gradients.
FIXED_POINT_TOLERANCE = 1e-8
#: Eigenvalues of a double eigenvalue split by the root of rounding, 1e-8; two nearer than this count as one.
CLUSTER = 1e-6


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Linearisation:
    """The linear map that a method is near an equilibrium.

    Parameters
    ----------
    jacobian : (k, k) array
        Of one step, with respect to x, y and the method's memory, in this order.
    eigenvalues : (k,) complex array
        By falling modulus.
    spectral_radius : float
        The predicted rate: the factor of the distance to the equilibrium in a step, in the long run.
    defective : bool
        Whether a double eigenvalue of that modulus has one eigenvector only, so that a factor t comes with the rate. (A
        triple one splits by the cube root of rounding and is not recognised.)
    """

    jacobian: np.ndarray
    eigenvalues: np.ndarray
    spectral_radius: float
    defective: bool


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

    Raises
    ------
    InvalidInput
        When no equilibrium is known, the point is not a fixed point of the method, or the method has none (Adam
        counts its steps).

    Examples
    --------
    >>> import dualgap as dg
    >>> found = linearise(dg.games.bilinear([[1.0]]), dg.methods.AlternatingGDA(step=2.0))
    >>> round(found.spectral_radius, 6), found.defective
    (1.0, True)
    """
    require_game(game)
    require_method(method)
    _require_single(game, method)
    x, y = _equilibrium(game, at)
    state = {name: value.to(torch.float64) for name, value in method.init(game, x, y).items()}
    flat, shapes = _flattened(x, y, state)

    def one_step(w: Tensor) -> Tensor:
        return _flattened(*method.step(game, *_unflattened(w, shapes), lambda: None))[0]

    _require_fixed_point(
        type(method).__name__, (one_step(flat) - flat).detach(), x.numel() + y.numel(), float(flat.norm())
    )
    jacobian = torch.func.jacrev(one_step)(flat).detach().numpy()
    if not np.isfinite(jacobian).all():
        raise InvalidInput(
            f"method must be differentiable at the equilibrium, {type(method).__name__} is not",
            argument="method",
        )
    eigenvalues = np.linalg.eigvals(jacobian)
    eigenvalues = eigenvalues[np.argsort(-np.abs(eigenvalues), kind="stable")]
    radius = float(np.abs(eigenvalues[0])) if len(eigenvalues) else 0.0
    return Linearisation(
        jacobian=jacobian,
        eigenvalues=eigenvalues,
        spectral_radius=radius,
        defective=_is_defective(jacobian, eigenvalues, radius),
    )


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


def _equilibrium(game: Game, at: tuple[Any, Any] | None) -> tuple[Tensor, Tensor]:
    point = game.equilibrium if at is None else at
    if point is None:
        raise InvalidInput("at must be given: the game does not know an equilibrium", argument="at")
    return strategies(point, game.sizes, "at")


def _require_single(game: Game, method: Method) -> None:
    if game.draw(Streams(0)) is not None:
        raise InvalidInput(
            "game must be deterministic: a step on samples has no linearisation of its own; predict the rate of the "
            "expected game",
            argument="game",
        )
    for name in ("step_x", "step_y"):
        step = getattr(method, name, None)
        if isinstance(step, Tensor) and step.ndim > 0:
            raise InvalidInput(
                f"method must have one step size, got {tuple(step.shape)} of them; predict the rate of each in turn",
                argument="method",
            )


def _require_fixed_point(method: str, moved: Tensor, players: int, size: float) -> None:
    tolerance = FIXED_POINT_TOLERANCE * (1 + size)
    if not float(moved[:players].norm()) <= tolerance:
        raise InvalidInput(
            f"at must be an equilibrium: a step of {method} from it moves by {float(moved[:players].norm()):.3g}",
            argument="at",
        )
    if not float(moved[players:].norm()) <= tolerance:
        raise InvalidInput(
            f"method must stand still at the equilibrium, and the memory of {method} does not (it counts "
            "steps): there is no linear map to predict from; leave out the scaling",
            argument="method",
        )


def _flattened(x: Tensor, y: Tensor, state: State) -> tuple[Tensor, dict[str, torch.Size]]:
    parts = {"x": x, "y": y, **{f"state.{name}": state[name] for name in sorted(state)}}
    return torch.cat([value.reshape(-1) for value in parts.values()]), {name: one.shape for name, one in parts.items()}


def _unflattened(flat: Tensor, shapes: dict[str, torch.Size]) -> tuple[Tensor, Tensor, State]:
    pieces = flat.split([shape.numel() for shape in shapes.values()])
    parts = {name: piece.reshape(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
    return (
        parts.pop("x"),
        parts.pop("y"),
        {name.removeprefix("state."): value for name, value in parts.items()},
    )


def _is_defective(jacobian: np.ndarray, eigenvalues: np.ndarray, radius: float) -> bool:
    """Whether a leading eigenvalue has a smaller eigenspace than its multiplicity."""
    scale = max(np.abs(jacobian).max(initial=0.0), 1e-300)
    for value in eigenvalues[np.abs(eigenvalues) > radius * (1 - CLUSTER)]:
        multiplicity = int((np.abs(eigenvalues - value) < CLUSTER * max(radius, scale)).sum())
        shifted = np.linalg.svd(jacobian - value * np.eye(len(jacobian)), compute_uv=False)
        if int((shifted < CLUSTER * scale).sum()) < multiplicity:
            return True
    return False
