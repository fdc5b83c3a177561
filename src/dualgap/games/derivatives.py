"""Second derivatives of a game: the Jacobian of its field, and products with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dualgap.games.game import Game

__all__ = ["field_and_jacobian", "field_and_pullback", "jacobian_product"]


def field_and_jacobian(game: Game, x: Tensor, y: Tensor, sample: Any) -> tuple[Tensor, Tensor]:
    """The field F (..., n + m) and its Jacobian J (..., n + m, n + m), row by row.

    .. math:: J = DF, \\qquad F = (\\nabla_x \\ell_x, \\nabla_y \\ell_y)
    """
    value, pullback = field_and_pullback(game, x, y, sample)
    basis = torch.eye(value.shape[-1], dtype=value.dtype, device=value.device)
    return value, torch.stack([pullback(direction.expand_as(value)) for direction in basis], -2)


def field_and_pullback(game: Game, x: Tensor, y: Tensor, sample: Any) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
    """The field F, and the function v -> J'v."""
    value, pullback, *_ = torch.func.vjp(_flat_field(game, x.shape[-1], sample), torch.cat([x, y], -1))
    return value, lambda vector: pullback(vector)[0]


def jacobian_product(game: Game, x: Tensor, y: Tensor, sample: Any, vector: Tensor) -> Tensor:
    """J v for a vector (..., n + m): the transpose of the map u -> J'u, both by reverse differentiation."""
    _, pullback = field_and_pullback(game, x, y, sample)
    return torch.func.vjp(pullback, vector)[1](vector)[0]


def _flat_field(game: Game, n: int, sample: Any) -> Callable[[Tensor], Tensor]:
    return lambda z: torch.cat(game.field(z[..., :n], z[..., n:], sample), -1)
