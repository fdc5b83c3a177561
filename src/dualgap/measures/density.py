"""Laws given by a log-density, with whatever else of them is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.errors import InvalidInput
from dualgap.measures.family import Family
from dualgap.measures.measure import Measure

__all__ = ["Density"]


@final
@dataclass(frozen=True, eq=False)
class Density(Measure):
    """A law on R^d with a density with respect to Lebesgue measure.

    Parameters
    ----------
    log_density : callable, (n, d) array -> (n,) array
        The logarithm of the normalised density, -inf outside the support.
    dimension : int
    sample : callable, (n, numpy Generator) -> (n, d) array, optional
    support : pair (low, high), optional
        A box that holds all the mass: numbers, or (d,) arrays; infinities are allowed. The whole space when omitted.
    cdf, quantile : callables, (n,) array -> (n,) array, optional
        For d = 1.
    family : Family, optional
        The named family that it belongs to, where there is one.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> uniform = dg.Density(lambda x: np.where((x[:, 0] >= 0) & (x[:, 0] <= 1), 0.0, -np.inf),
    ...                      dimension=1, support=(0.0, 1.0))
    >>> uniform.dimension
    1
    """

    log_density: Callable[[Any], Any]
    _: KW_ONLY
    dimension: int
    sample: Callable[[int, np.random.Generator], Any] | None = None
    support: tuple[Any, Any] | None = None
    cdf: Callable[[Any], Any] | None = None
    quantile: Callable[[Any], Any] | None = None
    family: Family | None = None

    def __post_init__(self) -> None:
        for name in ("log_density", "sample", "cdf", "quantile"):
            value = getattr(self, name)
            if not (callable(value) or (value is None and name != "log_density")):
                raise InvalidInput(f"{name} must be callable, got {type(value).__name__}", argument=name)
        d = validation.count(self.dimension, "dimension")
        object.__setattr__(self, "support", _box(self.support, d))


def _box(support: Any, d: int) -> tuple[np.ndarray, np.ndarray]:
    if support is None:
        support = (-np.inf, np.inf)
    try:
        ends = [np.asarray(end) for end in support]
        if any(end.dtype.kind not in "iuf" for end in ends):
            raise TypeError("ends must be real numbers")
        low, high = (np.broadcast_to(end.astype(np.float64), (d,)) for end in ends)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"support must be a pair (low, high) of numbers or ({d},) arrays, got {support!r}",
            argument="support",
        ) from None
    if not (low < high).all():
        raise InvalidInput(f"support must have low below high, got {low} and {high}", argument="support")
    return low, high
