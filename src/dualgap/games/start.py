"""What a run starts from: two players that fit the game and each other, where it can be played."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.affine import step_shapes
from dualgap.games.game import Game, ZeroSum
from dualgap.games.methods.method import Method
from dualgap.games.streams import Streams
from dualgap.validation import as_array, is_torch

__all__ = ["check_start", "starting_players"]

#: A float32 strategy that was projected or normalised lies in its set up to rounding.
FEASIBILITY_TOLERANCE = 1e-5


def starting_players(game: Game, method: Method | None, start: Any) -> tuple[Tensor, Tensor]:
    """Both players at the start, of one precision, with all their copies: those of their own and of the step sizes."""
    if not isinstance(start, tuple | list) or len(start) != 2:
        raise InvalidInput(f"start must be a pair (x, y), got {start!r}", argument="start")
    players = []
    for value, name, size in zip(start, ("x", "y"), game.sizes, strict=True):
        if size == 0:
            players.append(torch.as_tensor(value))
            continue
        array = torch.as_tensor(as_array(value, f"start ({name})"))
        array = array.reshape(1) if array.ndim == 0 else array
        if array.shape[-1] != size:
            raise InvalidInput(
                f"start must have {size} numbers of {name} along the last axis, got shape {tuple(array.shape)}",
                argument="start",
            )
        players.append(array if is_torch(value) else array.to(torch.float64))
    x, y = _alike(players, start)
    sizes = [] if method is None else [tuple(shape) for shape in step_shapes(method)]
    try:
        copies = np.broadcast_shapes(x.shape[:-1], y.shape[:-1], *sizes)
    except ValueError:
        raise InvalidInput(
            f"start must have leading axes that broadcast, got {tuple(x.shape)} and {tuple(y.shape)} with "
            f"step sizes of shape {sizes}",
            argument="start",
        ) from None
    return x.expand(*copies, x.shape[-1]).detach(), y.expand(*copies, y.shape[-1]).detach()


def _alike(players: list[Tensor], start: Any) -> tuple[Tensor, Tensor]:
    """Both players in one precision and one place: a tensor's, for what is given beside it as numbers."""
    x, y = players
    given = [is_torch(value) for value in start]
    if given[0] != given[1]:
        return (x, y.to(x)) if given[0] else (x.to(y), y)
    if x.dtype != y.dtype or x.device != y.device:
        raise InvalidInput(
            f"start must have both players of one dtype and on one device, got {x.dtype} on {x.device} and {y.dtype} on "
            f"{y.device}",
            argument="start",
        )
    return x, y


def check_start(game: Game, x: Tensor, y: Tensor, streams: Streams, seeds: Any) -> bool:
    """Refuse a start that the game cannot be played from; whether the game is deterministic."""
    if streams.shape and x.shape[:1] != streams.shape:
        raise InvalidInput(
            f"seeds must be one for each copy of the leading axis, got {len(streams.seeds)} seeds for "
            f"players of shape {tuple(x.shape)}",
            argument="seeds",
        )
    sample = game.draw(Streams(seeds, device=x.device, dtype=x.dtype))
    with torch.no_grad():
        finite = [bool(torch.isfinite(one).all()) for one in game.field(x, y, sample)]
        losses = {"loss_x": game.loss_x(x, y, sample)}
        if not isinstance(game, ZeroSum):
            losses["loss_y"] = game.loss_y(x, y, sample)
    for one, player, name in zip(game.sets, (x, y), "xy", strict=True):
        outside = float((one.project(player) - player).norm(dim=-1).max()) if player.shape[-1] else 0.0
        if outside > FEASIBILITY_TOLERANCE:
            raise InvalidInput(
                f"start must have {name} in its set {one}, it is {outside:.3g} outside", argument="start"
            )
    if not all(finite):
        raise InvalidInput("start must be where the game's gradients are finite; they are not", argument="start")
    for name, loss in losses.items():
        if loss.shape[: x.ndim - 1] != x.shape[:-1]:
            raise InvalidInput(
                f"game must have a {name} for each copy, of shape {tuple(x.shape[:-1])}, got {tuple(loss.shape)}; reduce "
                "over the last axis only",
                argument="game",
            )
        if not bool(torch.isfinite(loss).all()):
            raise InvalidInput(
                f"start must be where the game's losses are finite; {name} is {float(loss[~torch.isfinite(loss)][0])}",
                argument="start",
            )
    return sample is None
