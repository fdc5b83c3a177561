"""What every distribution has in common."""

from __future__ import annotations

from abc import ABC

__all__ = ["Measure"]


class Measure(ABC):
    """A probability distribution, as an input of a distance.

    Leaves are frozen dataclasses that keep the arrays they were given (numpy or torch, with their gradients) and
    validate them once, when they are built.

    Attributes
    ----------
    dimension : int or None
        The d of the space R^d that the distribution lives in; None for a finite support without geometry.
    """

    dimension: int | None
