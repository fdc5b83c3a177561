"""Where in the complex plane a method is stable: its step on the test system of one eigenvalue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import ZeroSum
from dualgap.games.linearise import step_jacobians
from dualgap.games.methods.method import Method, no_sample
from dualgap.games.simulate import require_method
from dualgap.games.step_sizes import PARTS, ROUNDINGS, ROUNDS
from dualgap.validation import as_array, count, detached, unchecked

__all__ = ["StabilityRegion", "amplification", "stability_boundary", "stability_region"]

#: The boundary is looked for out to this distance from 0, in units of the step, from here on in this many cuts.
NEAREST, FARTHEST, CUTS = 1e-4, 1e3, 400


@dataclass(frozen=True, eq=False)
class _TestSystem(ZeroSum):
    """Row of games p x²/2 + w x y - p y²/2: the field has the eigenvalues p +- i w, one pair for each copy."""

    real: Tensor
    imaginary: Tensor

    @property
    def sizes(self) -> tuple[int, int]:
        return 1, 1

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        p, w = self.real[..., None], self.imaginary[..., None]
        return (p * x**2 / 2 + w * x * y - p * y**2 / 2).sum(-1)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class StabilityRegion:
    """How much a step magnifies, over a rectangle of the complex plane.

    Parameters
    ----------
    real : (k,) array
    imaginary : (l,) array
    modulus : (l, k) array
        The spectral radius of a step at the eigenvalue ``real[j] + 1j * imaginary[i]`` of the field, as contour plots
        take it.
    """

    real: np.ndarray
    imaginary: np.ndarray
    modulus: np.ndarray

    @cached_property
    def stable(self) -> np.ndarray:
        """Where deviations shrink, (l, k) booleans."""
        return self.modulus < 1

    def __repr__(self) -> str:
        return (
            f"StabilityRegion({len(self.real)} x {len(self.imaginary)} points, real {self.real[0]:g} to "
            f"{self.real[-1]:g}, imaginary {self.imaginary[0]:g} to {self.imaginary[-1]:g}, "
            f"{self.stable.mean():.0%} stable)"
        )


def amplification(method: Method, eigenvalues: Any) -> np.ndarray:
    """The factor by which a method multiplies deviations, at an eigenvalue of the field.

    .. math:: \\lambda = p + i w \\;\\mapsto\\; \\rho(D\\Phi), \\qquad f = \\tfrac p2 x^2 + w x y - \\tfrac p2 y^2

    by differentiating the method's own step on this test system, whose field has the eigenvalues p +- iw. For methods
    that treat both players alike, what happens at an eigenvalue of any game is what happens here; for alternating ones it
    also depends on how the eigenvalue is made of both players' parts.

    Parameters
    ----------
    method : Method
        With step 1 the argument is the product of step and eigenvalue.
    eigenvalues : (...) array, real or complex

    Returns
    -------
    (...) array
        Infinite at a pole of the method, as the proximal point method has where 1 + step * eigenvalue is 0.

    Raises
    ------
    InvalidInput
        When the method has no linearisation.

    Examples
    --------
    >>> import dualgap as dg
    >>> amplification(dg.methods.SimultaneousGDA(step=1.0), [1.0, 1j]).round(6).tolist()
    [0.0, 1.414214]
    """
    require_method(method)
    if method.copies:
        raise InvalidInput(f"method must have one step size, got {tuple(method.copies)} of them", argument="method")
    values = _complex(eigenvalues)
    flat = torch.as_tensor(values.reshape(-1))
    modulus = np.full(len(flat), np.inf)
    regular = ~_poles(method, flat)
    flat = flat[torch.as_tensor(regular)]
    if len(flat):
        jacobians = step_jacobians(_TestSystem(flat.real, flat.imag), method, *_origin(flat))
        modulus[regular] = np.abs(np.linalg.eigvals(jacobians)).max(-1)
    return modulus.reshape(values.shape)


def _poles(method: Method, eigenvalues: Tensor) -> np.ndarray:
    """Where the method takes no step: an implicit one, at an equation that has no single solution."""
    game, (x, y) = _TestSystem(eigenvalues.real, eigenvalues.imag), _origin(eigenvalues)
    after = method.step(game, x, y, method.init(game, x, y), no_sample)[:2]
    return ~torch.isfinite(torch.cat(after, -1)).all(-1).numpy()


def _origin(eigenvalues: Tensor) -> tuple[Tensor, Tensor]:
    """The equilibrium of the test system, once an eigenvalue."""
    zeros = torch.zeros(len(eigenvalues), 1, dtype=torch.float64)
    return zeros, zeros


def stability_region(
    method: Method,
    *,
    real: tuple[float, float] = (-0.5, 2.5),
    imaginary: tuple[float, float] = (-1.5, 1.5),
    resolution: int = 101,
) -> StabilityRegion:
    """A method's stability region, for plotting.

    See :func:`amplification` for what is computed at each point.

    Parameters
    ----------
    method : Method
    real, imaginary : pair of float
        The rectangle of eigenvalues of the field.
    resolution : int
        Points along each side, at least 2.

    Returns
    -------
    StabilityRegion

    Raises
    ------
    InvalidInput
        As :func:`amplification`, and for sides that do not rise.

    Examples
    --------
    >>> import dualgap as dg
    >>> stability_region(dg.methods.ExtraGradient(step=1.0), resolution=41)
    StabilityRegion(41 x 41 points, real -0.5 to 2.5, imaginary -1.5 to 1.5, 28% stable)
    """
    points = count(resolution, "resolution", at_least=2)
    sides = []
    for name, side in (("real", real), ("imaginary", imaginary)):
        ends = detached(as_array(side, name))
        if ends.shape != (2,) or not ends[0] < ends[1]:
            raise InvalidInput(f"{name} must be a pair of rising numbers, got {side!r}", argument=name)
        sides.append(np.linspace(ends[0], ends[1], points))
    modulus = amplification(method, sides[0][None, :] + 1j * sides[1][:, None])
    return StabilityRegion(real=sides[0], imaginary=sides[1], modulus=modulus)


def stability_boundary(method: Method, angles: Any) -> np.ndarray:
    """How far from 0 a method is stable, in each direction of the complex plane.

    .. math:: r(\\theta) = \\sup \\{ r : \\rho \\le 1 \\text{ at } q e^{i \\theta} \\text{ for all } q \\le r \\}

    At angle 0 it is the limit for a gradient flow, at pi/2 that for a rotation.

    Parameters
    ----------
    method : Method
        With step 1 the radius is the product of step and modulus of the eigenvalue.
    angles : (...) array
        In radians.

    Returns
    -------
    (...) array
        To about nine digits: 0 where the method is not stable at 1e-4, infinite where it is up to 1e3.

    Raises
    ------
    InvalidInput
        As :func:`amplification`.

    Examples
    --------
    >>> import dualgap as dg
    >>> stability_boundary(dg.methods.ExtraGradient(step=1.0), [0.0, 1.5707963267948966]).round(6).tolist()
    [1.0, 1.0]
    """
    directions = detached(as_array(angles, "angles"))
    rays = np.exp(1j * directions.reshape(-1))[:, None]
    limit = 1 + ROUNDINGS * np.finfo(np.float64).eps
    cuts = np.geomspace(NEAREST, FARTHEST, CUTS)[None, :] * np.ones((len(rays), 1))
    radius = np.full(len(rays), np.nan)
    low = high = radius
    for _ in range(ROUNDS):
        stable = amplification(method, rays * cuts) <= limit
        first = np.where(stable.all(1), cuts.shape[1], stable.argmin(1))
        if np.isnan(radius).all():  # the first round: nowhere, and everywhere
            radius[first == 0], radius[first == cuts.shape[1]] = 0.0, np.inf
        rows = np.arange(len(rays))
        low, high = cuts[rows, np.maximum(first - 1, 0)], cuts[rows, np.minimum(first, cuts.shape[1] - 1)]
        cuts = np.linspace(low, high, PARTS + 1, axis=1)
    return np.where(np.isnan(radius), (low + high) / 2, radius).reshape(directions.shape)


def _complex(values: Any) -> np.ndarray:
    array = unchecked(values, "eigenvalues")
    if array.dtype.kind not in "iufc" or array.size == 0 or not np.isfinite(array).all():
        raise InvalidInput(
            f"eigenvalues must be finite real or complex numbers, got {values!r}", argument="eigenvalues"
        )
    return array.astype(np.complex128)
