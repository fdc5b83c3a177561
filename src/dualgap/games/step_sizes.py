"""The largest step that is stable and the step that is fastest, found on the method's own linearisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeAlias, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.derivatives import field_and_jacobian
from dualgap.games.game import Game
from dualgap.games.linearise import known_equilibrium, linearise, require_deterministic, step_jacobians
from dualgap.games.methods.method import Method
from dualgap.games.simulate import require_game

__all__ = ["BestStep", "Steppable", "best_step", "largest_stable_step", "radii", "with_step"]

#: A method class, a method whose sizes are scaled, or a function of a step size that returns a method.
Steppable: TypeAlias = type[Method] | Method | Callable[[Any], Method]

#: The steps that are tried first, in units of one over the norm of the field's Jacobian, and how many in a factor of two.
SMALLEST, LARGEST, PER_OCTAVE = 1e-6, 1e4, 8
#: A bracket of steps is cut into so many parts at once, so often: 32^8 > 10^12.
PARTS, ROUNDS = 32, 8
#: Computed moduli exceed the exact ones by rounding, a few times the matrix's.
ROUNDINGS = 64


@final
@dataclass(frozen=True, kw_only=True)
class BestStep:
    """The step with the smallest spectral radius.

    Parameters
    ----------
    step : float
        As given to the method: ``step_x`` where the players' sizes differ.
    spectral_radius : float
        The rate of a step.
    gradient_calls : int
        What a step costs: evaluations of one player's gradient.
    """

    step: float
    spectral_radius: float
    gradient_calls: int

    @property
    def rate_per_gradient_call(self) -> float:
        """The rate of a step, spread over its gradient calls, so that methods can be compared at equal cost."""
        return self.spectral_radius ** (1 / self.gradient_calls)

    def __repr__(self) -> str:
        return (
            f"BestStep(step {self.step:.6g}: spectral radius {self.spectral_radius:.9g} a step, "
            f"{self.rate_per_gradient_call:.9g} a gradient call)"
        )


def largest_stable_step(game: Game, method: Steppable, *, at: tuple[Any, Any] | None = None) -> float:
    """The step size up to which no deviation from an equilibrium grows.

    .. math:: \\sup \\{ s : \\rho(D\\Phi_r(w^*)) \\le 1 \\text{ for all } r \\le s \\}

    with the method's own linearisation. A method that neither grows nor shrinks, such as alternating descent-ascent on
    ``xy``, counts as stable.

    Parameters
    ----------
    game : Game
        Deterministic.
    method : Method, class of methods, or callable
        A class is called with ``step=``; of a method all sizes are changed in the same ratio, its ``step_x`` being the
        step; a function of the step returns the method, and must take a tensor of steps.
    at : pair of (n,) and (m,) arrays, optional
        The equilibrium; the game's own when omitted.

    Returns
    -------
    float
        To about nine digits: an estimate on a grid of eight steps in a factor of two, refined where it first becomes
        unstable. 0 where the smallest step tried is not stable, infinite where the largest is: 1e-6 and 1e4, in units of one
        over the norm of the field's Jacobian.

    Raises
    ------
    InvalidInput
        As :func:`linearise`.

    Examples
    --------
    >>> import dualgap as dg
    >>> xy = dg.games.bilinear([[1.0]])
    >>> [round(largest_stable_step(xy, method), 6) for method in (dg.methods.ExtraGradient, dg.methods.OptimisticGDA)]
    [1.0, 0.57735]
    """
    point = _checked(game, method, at)
    steps = _grid(game, point)
    stable = _stable(game, method, steps, point)
    if stable.all():
        return float("inf")
    first = int(np.argmin(stable))
    if first == 0:
        return 0.0
    low, high = steps[first - 1], steps[first]
    for _ in range(ROUNDS):
        cuts = np.linspace(low, high, PARTS + 1)
        inner = np.flatnonzero(~_stable(game, method, cuts[1:-1], point))
        first = int(inner[0]) + 1 if len(inner) else PARTS
        low, high = cuts[first - 1], cuts[first]
    return float(low + high) / 2


def best_step(game: Game, method: Steppable, *, at: tuple[Any, Any] | None = None) -> BestStep:
    """The step size at which a method is fastest near an equilibrium.

    .. math:: \\arg\\min_s \\rho(D\\Phi_s(w^*))

    Parameters
    ----------
    game, method, at
        As in :func:`largest_stable_step`.

    Returns
    -------
    BestStep
        The step, its spectral radius, and the rate per gradient call, by which methods can be compared. An estimate: the
        best of a grid of eight steps in a factor of two, refined around it.

    Raises
    ------
    InvalidInput
        As :func:`linearise`.

    Examples
    --------
    >>> import dualgap as dg
    >>> best = best_step(dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient)
    >>> round(best.step, 6), round(best.spectral_radius, 6), round(best.rate_per_gradient_call, 6)
    (0.707107, 0.866025, 0.964679)
    """
    point = _checked(game, method, at)
    steps, step = _grid(game, point), 0.0
    for _ in range(ROUNDS + 1):
        found = radii(game, method, steps, point)
        best = int(np.argmin(found))
        step = float(steps[best])
        steps = np.linspace(steps[max(best - 1, 0)], steps[min(best + 1, len(steps) - 1)], PARTS + 1)
    chosen = linearise(game, with_step(method, step), at=point)
    return BestStep(step=step, spectral_radius=chosen.spectral_radius, gradient_calls=chosen.gradient_calls)


def with_step(method: Steppable, step: float | Tensor) -> Method:
    """The method at a step size, or at one for each copy."""
    if isinstance(method, Method):
        return _scaled(method, step / _step_of(method))
    if isinstance(method, type) and issubclass(method, Method):
        return method(step=step)
    made = method(step)
    if not isinstance(made, Method):
        raise InvalidInput(
            f"method must be an update method, its class, or a function of a step that returns one, got one that "
            f"returns {type(made).__name__}",
            argument="method",
        )
    return made


def radii(game: Game, method: Steppable, steps: np.ndarray, point: tuple[Tensor, Tensor]) -> np.ndarray:
    """The spectral radius at each of some steps (k,)."""
    return np.abs(np.linalg.eigvals(_jacobians(game, method, steps, point))).max(-1)


def _jacobians(game: Game, method: Steppable, steps: np.ndarray, point: tuple[Tensor, Tensor]) -> np.ndarray:
    x, y = (one.expand(len(steps), -1) for one in point)
    return step_jacobians(game, with_step(method, torch.as_tensor(steps)), x, y)


def _stable(game: Game, method: Steppable, steps: np.ndarray, point: tuple[Tensor, Tensor]) -> np.ndarray:
    """Whether no deviation grows, at each of some steps, up to rounding."""
    jacobians = _jacobians(game, method, steps, point)
    rounding = ROUNDINGS * np.finfo(np.float64).eps * np.maximum(np.linalg.norm(jacobians, axis=(-2, -1)), 1.0)
    return np.abs(np.linalg.eigvals(jacobians)).max(-1) <= 1 + rounding


def _grid(game: Game, point: tuple[Tensor, Tensor]) -> np.ndarray:
    norm = float(torch.linalg.matrix_norm(field_and_jacobian(game, *point, None)[1].detach(), 2))
    octaves = np.log2(LARGEST / SMALLEST)
    return np.geomspace(SMALLEST, LARGEST, int(octaves * PER_OCTAVE) + 1) / (norm if norm > 0 else 1.0)


def _checked(game: Game, method: Any, at: Any) -> tuple[Tensor, Tensor]:
    require_game(game)
    require_deterministic(game)
    if not callable(method) and not isinstance(method, Method):
        raise InvalidInput(
            f"method must be an update method, its class, or a function of a step that returns one, got {method!r}",
            argument="method",
        )
    return known_equilibrium(game, at)


def _step_of(method: Method) -> float:
    """The size of x's step, of the innermost method."""
    inner = getattr(method, "method", method)
    if inner is not method:
        return _step_of(inner)
    step = getattr(method, "step_x", None)
    if not isinstance(step, float | int):
        raise InvalidInput(
            f"method must have one step size, {type(method).__name__} has {step!r}; give a function of the step instead",
            argument="method",
        )
    return float(step)


def _scaled(method: Method, factor: float | Tensor) -> Method:
    """The method with all its step sizes times a factor."""
    if not is_dataclass(method):
        raise InvalidInput(
            f"method must be a dataclass for its step to be changed, {type(method).__name__} is not; give a function of "
            "the step instead",
            argument="method",
        )
    changes: dict[str, Any] = {}
    for one in fields(method):
        value = getattr(method, one.name)
        if isinstance(value, Method):
            changes[one.name] = _scaled(value, factor)
        elif one.name in ("step_x", "step_y", "extrapolation_x", "extrapolation_y") and value is not None:
            changes[one.name] = value * factor
    return replace(method, **changes)
