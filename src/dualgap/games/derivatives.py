"""Second derivatives of a game: the Jacobian of its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from dualgap.games.game import Game

__all__ = ["field_and_jacobian", "value_and_jacobian"]


def field_and_jacobian(game: Game, x: Tensor, y: Tensor, sample: Any) -> tuple[Tensor, Tensor]:
    """The field F (..., n + m) and its Jacobian J (..., n + m, n + m), row by row.

    .. math:: J = DF, \\qquad F = (\\nabla_x \\ell_x, \\nabla_y \\ell_y)
    """
    value, pullback = game.field_and_pullback(x, y, sample)
    return value, _rows(value, pullback)


def value_and_jacobian(function: Callable[[Tensor], Tensor], point: Tensor) -> tuple[Tensor, Tensor]:
    """A map of vectors (..., k) to vectors (..., l), copy by copy, and its Jacobian (..., l, k), row by row."""
    value, pullback, *_ = torch.func.vjp(function, point)
    return value, _rows(value, lambda vector: pullback(vector)[0])


def _rows(value: Tensor, pullback: Callable[[Tensor], Tensor]) -> Tensor:
    basis = torch.eye(value.shape[-1], dtype=value.dtype, device=value.device)
    return torch.stack([pullback(direction.expand_as(value)) for direction in basis], -2)
