"""Laws on the integers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures.family import Family
from dualgap.measures.measure import Measure

__all__ = ["Integers"]


@final
@dataclass(frozen=True, eq=False)
class Integers(Measure):
    """A law on the integers, of which infinitely many may have mass: Poisson, geometric, negative binomial.

    .. math:: p = \\sum_k p_k \\delta_k

    Frozen ``scipy.stats`` laws with infinite support and the counting laws of ``torch.distributions`` become one.

    Parameters
    ----------
    log_mass : callable, (n,) array of whole numbers -> (n,) array
        The logarithm of the mass of each, -inf where there is none.
    support : pair (low, high)
        The least and the largest whole number with mass; infinities are allowed.
    sample : callable, (n, numpy Generator) -> (n, 1) array, optional
    tail : callable, whole number -> float, optional
        The mass above it.
    family : Family, optional
        The named family that it belongs to, where there is one.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> halves = dg.measures.Integers(lambda k: -k * np.log(2.0), support=(1, np.inf))
    >>> halves.dimension
    1
    """

    log_mass: Callable[[Any], Any]
    _: KW_ONLY
    support: tuple[float, float]
    sample: Callable[[int, np.random.Generator], Any] | None = None
    tail: Callable[[float], float] | None = None
    family: Family | None = None

    def __post_init__(self) -> None:
        for name in ("log_mass", "sample", "tail"):
            value = getattr(self, name)
            if not (callable(value) or (value is None and name != "log_mass")):
                raise InvalidInput(f"{name} must be callable, got {type(value).__name__}", argument=name)
        try:
            low, high = (float(end) for end in self.support)
        except (TypeError, ValueError):
            raise InvalidInput(
                f"support must be a pair (low, high) of whole numbers, got {self.support!r}", argument="support"
            ) from None
        whole = all(math.isinf(end) or end == round(end) for end in (low, high) if not math.isnan(end))
        if not (low <= high and whole):
            raise InvalidInput(f"support must be whole numbers low <= high, got {low} and {high}", argument="support")
        object.__setattr__(self, "support", (low, high))

    @property
    def dimension(self) -> int:
        """1."""
        return 1
