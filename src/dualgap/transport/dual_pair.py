"""A pair of functions that bounds a transport distance from below, whatever the laws."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

__all__ = ["DualPair"]


class DualPair(ABC):
    """Functions f and h on R^d with :math:`f(x) - h(y) \\le |x - y|^r` for all x and y, so that

    .. math:: E_p f - E_q h \\le W_r^r(p, q)

    (weak duality). Clipped to one interval [a, b] they stay such a pair: where f is raised to a, or h lowered to b, the
    difference is at most 0; elsewhere f has become no larger and h no smaller. So the terms of the two means can be given any range.

    Attributes
    ----------
    ground : "euclidean" or "cityblock"
        The distance ``|x - y|``.
    order : float
        r.
    """

    ground: str
    order: float

    @abstractmethod
    def __call__(self, points: Any) -> Any:
        """f at (n, d) points, (n,)."""

    @abstractmethod
    def partner(self, points: Any) -> Any:
        """h at (n, d) points, (n,)."""

    @abstractmethod
    def recomputed(self, points: Any) -> np.ndarray:
        """f again, in float64 by other code, after the two were seen to be such a pair.

        Raises
        ------
        CertificateError
            When that cannot be shown.
        """

    @abstractmethod
    def recomputed_partner(self, points: Any) -> np.ndarray:
        """h again, as :meth:`recomputed` gives f."""
