"""What a fit is given, in parts that cannot leak into one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch

from dualgap.duals.sources import Dataset, Source, source_of
from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.measures import Measure, Points, Samples, as_measure
from dualgap.measures.draws import can_be_drawn
from dualgap.measures.gaussian import Gaussian
from dualgap.measures.mixture import Mixture
from dualgap.transport.splits import SHARES as SHARES_OF_SAMPLES
from dualgap.transport.splits import Split, halves_of, split_of
from dualgap.validation import same_length

__all__ = ["Parts", "parts_of"]

#: Of each law that can be drawn from: draws that are held out, and the shares of that number to look at in training
#: (anchors, plans, scale) and to choose by.
HELD_OUT = 20_000
SHARES = (0.5, 0.5)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Two laws, or two discrete measures, ready to be trained on.

    Parameters
    ----------
    split : Split
        Draws to look at, to choose by, and to prove with; of Points all of them each time.
    sources : pair of Source
        Of batches: fresh draws where a law can be drawn from, the training draws otherwise.
    points : pair of Points or None
        The two measures, where they are discrete.
    """

    split: Split
    sources: tuple[Source, Source]
    points: tuple[Points, Points] | None


def parts_of(p: Any, q: Any, seed: int, draws: int | None, *, shares: tuple[float, float] = SHARES_OF_SAMPLES) -> Parts:
    """The parts of two arguments of :func:`dualgap.duals.fit`.

    Parameters
    ----------
    p, q : both Points, or each Samples, a law that can be drawn from, or a Source
    seed : int
    draws : int or None
        How many held-out draws are made of a law.
    shares : pair of float
        Of the draws of Samples: to train on, and to choose by; the others are held out.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> parts = parts_of(np.zeros((100, 1)) + np.arange(100.0)[:, None], Gaussian(0.0, 1.0), 0, 1000)
    >>> [len(part) for part in parts.split.held_out]
    [35, 1000]
    """
    first, second = (
        value if isinstance(value, Source) else _measure(value, name) for value, name in ((p, "p"), (q, "q"))
    )
    same_length(first.dimension or 0, second.dimension or 0, ("p", "q"), "dimension")
    if isinstance(first, Points) and isinstance(second, Points):
        split = split_of((first, second))
        sources = tuple(Dataset(x, w) for x, w in zip(split.train, split.train_masses, strict=True))
        return Parts(split=split, sources=sources, points=(first, second))  # pyright: ignore[reportArgumentType]
    for one, other, name in ((first, second, "p"), (second, first, "q")):
        if isinstance(one, Points):
            raise InvalidInput(
                f"{name} must not be Points where the other is {type(other).__name__}: the distance of laws is another "
                "one than that of discrete measures; write dg.Samples(array) for draws of a law",
                argument=name,
            )
    cut, sources = [], []
    for k, (law, name) in enumerate(((first, "p"), (second, "q"))):
        if isinstance(law, Samples):
            cut.append(halves_of(law, name, np.random.default_rng((seed, k)), shares=shares))
            sources.append(Dataset(cut[-1][0]))
        else:
            sources.append(source_of(law))
            cut.append(_drawn(sources[-1], (seed, k), HELD_OUT if draws is None else draws))
    return Parts(split=split_of(tuple(cut)), sources=(sources[0], sources[1]), points=None)


def _measure(value: Any, name: str) -> Measure:
    measure = as_measure(value, name, bare=Samples)
    drawable = isinstance(measure, Gaussian) or (isinstance(measure, Mixture) and _all_drawable(measure))
    if not (isinstance(measure, Points | Samples) or drawable or can_be_drawn(measure)):
        raise InvalidInput(
            f"{name} must be Points, Samples, or a law that can be drawn from (a Gaussian, a Mixture, a Density with "
            f"sample=), got {type(measure).__name__}",
            argument=name,
        )
    return measure


def _all_drawable(law: Mixture) -> bool:
    return all(
        isinstance(part, Gaussian) or can_be_drawn(part) or (isinstance(part, Mixture) and _all_drawable(part))
        for part in law.components
    )


def _drawn(source: Source, key: tuple[int, int], held_out: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draws to look at, to choose by, and to prove with, from one stream: all independent."""
    streams = Streams(key[0], purpose=100 + key[1], dtype=torch.float64)
    sizes = [max(20, round(share * held_out)) for share in SHARES] + [held_out]
    first, second, third = (source.draw(streams, size).numpy() for size in sizes)
    return first, second, third
