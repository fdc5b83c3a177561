"""One run shared by several processes, each with its part of every batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, distributed

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods import Method
from dualgap.games.streams import Streams

__all__ = ["Shared", "processes", "rank", "shared"]


@contextmanager
def processes(backend: str | None = None) -> Iterator[int]:
    """Join the processes that ``torchrun`` started; :func:`train` inside shares each batch among them.

    Every process draws the same batches from the same streams and computes the gradients of its own part of them; the parts are
    averaged, so that all take the step of the whole batch and stay equal. Outside of ``torchrun`` it does nothing.

    Parameters
    ----------
    backend : "gloo" or "nccl", optional
        What they speak over; nccl where there is CUDA, gloo otherwise.

    Yields
    ------
    int
        The rank of this process: the first, 0, is the one that writes checkpoints.

    Examples
    --------
    >>> with processes() as mine:
    ...     mine
    0
    """
    if "RANK" not in os.environ or distributed.is_initialized():
        yield rank()
        return
    chosen = backend or ("nccl" if torch.cuda.is_available() else "gloo")
    if chosen == "nccl":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group(chosen)
    try:
        yield rank()
    finally:
        distributed.destroy_process_group()


def rank() -> int:
    """Which of the processes this is; 0 when there is one."""
    return distributed.get_rank() if _several() else 0


def shared(game: Game, method: Method) -> Game:
    """The game as this process plays it: its part of every batch where there are several, the game itself otherwise.

    Raises
    ------
    InvalidInput
        For a method that differentiates the field: the average over processes is not differentiated through.
    """
    if not _several() or distributed.get_world_size() == 1:
        return game
    if method.second_order or method.differentiates_steps:
        raise InvalidInput(
            f"method must not differentiate the field in several processes, got {type(method).__name__}; run it in one",
            argument="method",
        )
    return Shared(game, distributed.get_rank(), distributed.get_world_size())


@final
@dataclass(frozen=True, eq=False)
class Shared(Game):
    """A game whose samples are cut along the batch, and whose gradients are the mean over the processes.

    .. math:: \\nabla \\ell = \\tfrac1P \\sum_p \\nabla \\ell_p, \\qquad \\ell_p \\text{ the mean over part } p

    Equal to the whole batch's gradient where a loss is a mean over points; a statistic of a minibatch is that of the part.

    Parameters
    ----------
    game : Game
        Draws a tuple of tensors (..., B, d).
    rank, number : int
    """

    game: Game
    rank: int
    number: int

    @property
    def sizes(self) -> tuple[int, int]:
        """Those of the game."""
        return self.game.sizes

    def draw(self, streams: Streams) -> Any:
        """This process's part of the sample that every process draws."""
        parts = []
        for one in self.game.draw(streams):
            if one.shape[-2] % self.number:
                raise InvalidInput(
                    f"batch_size must be a multiple of the {self.number} processes, got {one.shape[-2]}",
                    argument="batch_size",
                )
            parts.append(one.chunk(self.number, dim=-2)[self.rank])
        return tuple(parts)

    def project_x(self, x: Tensor) -> Tensor:
        """As in the game."""
        return self.game.project_x(x)

    def project_y(self, y: Tensor) -> Tensor:
        """As in the game."""
        return self.game.project_y(y)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """On this process's part."""
        return self.game.loss_x(x, y, sample)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """On this process's part."""
        return self.game.loss_y(x, y, sample)

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The mean over the processes."""
        return self._mean(self.game.grad_x(x, y, sample))

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The mean over the processes."""
        return self._mean(self.game.grad_y(x, y, sample))

    def _mean(self, gradient: Tensor) -> Tensor:
        total = gradient.detach().contiguous().clone()
        distributed.all_reduce(total)
        return total / self.number


def _several() -> bool:
    return distributed.is_available() and distributed.is_initialized()
