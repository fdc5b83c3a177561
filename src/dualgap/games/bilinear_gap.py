"""Best replies in a bilinear game: the support functions of the two sets, by rational arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.errors import CertificateError
from dualgap.games.exact import matrix_vector
from dualgap.games.replies import Enclosure, RepliesCertificate, require_strategies
from dualgap.games.sets import StrategySet

__all__ = ["BilinearGapCertificate"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BilinearGapCertificate(RepliesCertificate):
    """The gap of x' A y, from the support functions of the two sets.

    .. math:: \\mathrm{gap} = \\sup_{y' \\in Y} \\langle A^\\top x, y' \\rangle + \\sup_{x' \\in X} \\langle -A y, x' \\rangle

    Parameters
    ----------
    lower, upper : float
    matrix : (n, m) array
    x, y : (n,) and (m,) arrays
    sets : pair of StrategySet
    """

    matrix: np.ndarray
    x: np.ndarray
    y: np.ndarray
    sets: tuple[StrategySet, StrategySet]

    def replies(self) -> tuple[Enclosure, Enclosure]:
        """Both between two neighbouring floats.

        Raises
        ------
        CertificateError
            For strategies of other lengths than the matrix, or outside their sets.
        """
        require_strategies(self.matrix.shape, (self.x, self.y), self.sets, CertificateError)
        low, high = self.sets[0].support(matrix_vector(-self.matrix, self.y))
        return self.sets[1].support(matrix_vector(self.matrix.T, self.x)), (-high, -low)

    def reason(self) -> str:
        """Who gains without bound; empty where nobody does."""
        above, below = self.replies()
        pairs = [("y", "x")] * math.isinf(above[0]) + [("x", "y")] * math.isinf(below[0])
        if not pairs:
            return ""
        own, other = pairs[-1]
        return f"infinite because {own} gains without bound: the set of {own} is unbounded where {other} is not zero"
