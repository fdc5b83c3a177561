"""Newton's method for critical points, on any number of starts at once."""

from __future__ import annotations

import torch
from torch import Tensor

from dualgap.games.derivatives import value_and_jacobian
from dualgap.games.game import Game
from dualgap.games.residual import residual_vector

__all__ = ["newton"]

#: Halvings of a step that does not reduce the residual.
HALVINGS = 8


def newton(game: Game, x: Tensor, y: Tensor, *, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Damped Newton steps towards zeros of the natural residual.

    .. math:: z' = z - t \\, (R^\\top R + \\lambda)^{-1} R^\\top r(z), \\qquad R = Dr(z), \\; \\lambda = |r|^2,

    with the largest t = 1, 1/2, 1/4, ... that reduces the residual r; the shift keeps steps finite where R is singular, and
    vanishes fast enough to keep the convergence quadratic.

    Parameters
    ----------
    game : Game
        Deterministic.
    x, y : (k, n) and (k, m) tensors
    steps : int

    Returns
    -------
    x, y, residuals : (k, n), (k, m) and (k,) tensors
        Points that cannot be improved stay where they are; their residuals say how near they came.
    """
    n = x.shape[-1]

    def residual(z: Tensor) -> Tensor:
        return residual_vector(game, z[..., :n], z[..., n:])

    z = torch.cat([x, y], -1)
    value, jacobian = value_and_jacobian(residual, z)
    value, jacobian = value.detach(), jacobian.detach()
    for _ in range(steps):
        norms = value.norm(dim=-1)
        if not bool((norms > 0).any()):
            break
        move = _step(jacobian, value, norms)
        factors = 0.5 ** torch.arange(HALVINGS, dtype=z.dtype)
        tried = z + factors[:, None, None] * move
        with torch.no_grad():
            reached = residual(tried.reshape(-1, z.shape[-1])).norm(dim=-1).reshape(HALVINGS, -1)
        reached = torch.where(torch.isfinite(reached), reached, torch.inf)
        better = reached < norms
        chosen = better.int().argmax(0)  # the first that is better
        improved = better.any(0)
        if not bool(improved.any()):
            break
        z = torch.where(improved[:, None], tried[chosen, torch.arange(len(z))], z)
        value, jacobian = (one.detach() for one in value_and_jacobian(residual, z))
    return z[:, :n], z[:, n:], value.norm(dim=-1)


def _step(jacobian: Tensor, value: Tensor, norms: Tensor) -> Tensor:
    """The shifted Newton steps; none where the Jacobian is not finite."""
    usable = torch.isfinite(jacobian).all(-1).all(-1) & torch.isfinite(value).all(-1)
    jacobian = torch.where(usable[:, None, None], jacobian, 0.0)
    unit = torch.eye(jacobian.shape[-1], dtype=jacobian.dtype)
    square = jacobian.mT @ jacobian
    least = torch.finfo(jacobian.dtype).eps * square.diagonal(dim1=-2, dim2=-1).sum(-1) + 1e-300
    shift = torch.maximum(torch.where(usable, norms**2, 1.0), least)
    step = torch.linalg.solve(
        square + shift[:, None, None] * unit, -(jacobian.mT @ torch.where(usable, value.mT, 0.0).mT[..., None])
    )[..., 0]
    return torch.where(usable[:, None], step, 0.0)
