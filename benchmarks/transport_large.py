"""Clouds of 10,000 points, which a dense solver takes minutes and gigabytes for."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.case import Case
from benchmarks.transport import clouds


def cases() -> Iterator[Case]:
    """W2 in the plane and in R^10."""
    for d in (2, 10):
        yield clouds(10_000, d, method="sparse", repeats=1)
