"""One random stream a copy, so that copy k of an ensemble draws what it would draw alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import count

__all__ = ["Streams"]


class Streams:
    """Random generators, one for each seed; what is drawn has a leading axis over the seeds.

    Parameters
    ----------
    seeds : int or sequence of int
        One seed gives draws without a leading axis; K seeds give draws with a leading axis of length K.
    purpose : int
        Streams of one seed for different purposes (the start, the batches) are independent.
    device : torch device
    dtype : torch dtype of real draws

    Raises
    ------
    InvalidInput
        When a seed is not a whole number.

    Examples
    --------
    >>> together = Streams([3, 4]).normal(2)
    >>> bool((together[1] == Streams(4).normal(2)).all())
    True
    """

    def __init__(
        self,
        seeds: int | Sequence[int] = 0,
        *,
        purpose: int = 0,
        device: Any = "cpu",
        dtype: torch.dtype = torch.float64,
    ) -> None:
        single = not isinstance(seeds, Sequence) or isinstance(seeds, str)
        self.seeds = tuple(count(seed, "seeds", at_least=0) for seed in ([seeds] if single else seeds))  # type: ignore[union-attr]
        if not self.seeds:
            raise InvalidInput("seeds must not be empty", argument="seeds")
        self.shape: tuple[int, ...] = () if single else (len(self.seeds),)
        self.device = torch.device(device)
        self.dtype = dtype
        self._generators = [
            torch.Generator(device=self.device).manual_seed(_mixed(seed, purpose)) for seed in self.seeds
        ]
        self.samples = 0

    def count_sample(self) -> int:
        """How many samples of a game were drawn before this one: the clock of a law that changes as a run goes on."""
        self.samples += 1
        return self.samples - 1

    def state(self) -> dict[str, Tensor]:
        """Where every generator is, (K, bytes) on the CPU, and how many samples were drawn: to go on from."""
        states = torch.stack([generator.get_state() for generator in self._generators])
        return {"generators": states, "samples": torch.tensor(self.samples)}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from where :meth:`state` was taken.

        Examples
        --------
        >>> streams = Streams([0, 1])
        >>> kept = streams.state()
        >>> first = streams.normal(3)
        >>> streams.restore(kept)
        >>> bool((streams.normal(3) == first).all())
        True
        """
        for generator, one in zip(self._generators, state["generators"], strict=True):
            generator.set_state(one.clone())
        self.samples = int(state["samples"])

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, of shape ``(K, *shape)`` or ``shape``."""
        return self._each(lambda g: torch.randn(shape, generator=g, device=self.device, dtype=self.dtype))

    def uniform(self, *shape: int) -> Tensor:
        """Uniform numbers on [0, 1)."""
        return self._each(lambda g: torch.rand(shape, generator=g, device=self.device, dtype=self.dtype))

    def integers(self, high: int, *shape: int) -> Tensor:
        """Whole numbers from 0 to high - 1."""
        return self._each(lambda g: torch.randint(high, shape, generator=g, device=self.device))

    def _each(self, draw: Callable[[torch.Generator], Tensor]) -> Tensor:
        drawn = [draw(generator) for generator in self._generators]
        return torch.stack(drawn) if self.shape else drawn[0]


def _mixed(seed: int, purpose: int) -> int:
    """A 64-bit seed, so that neighbouring seeds give unrelated streams."""
    return int(np.random.SeedSequence((seed, purpose)).generate_state(1, np.uint64)[0])
