"""Gaussians of equal covariance in any dimension: every f-divergence depends on their Mahalanobis distance only.

The projection on the line through both means is sufficient, so the divergence is that of N(0, 1) from N(D, 1); and it
increases with D, since N(D, 1) is a scaled N(D', 1) with noise added for D < D'.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences import decimals
from dualgap.divergences.cells import bracket_on_line
from dualgap.divergences.cells_recomputed import CellsRecomputed
from dualgap.divergences.gaussian import have_equal_covariance
from dualgap.divergences.gaussian_bracket import CHEAP, HOPELESS, WIDE, evidence
from dualgap.divergences.gaussian_pair import GaussianPair, difference_of_supports, doubt
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import constant
from dualgap.divergences.line import NormalHump
from dualgap.divergences.user import Generator
from dualgap.errors import CertificateError
from dualgap.measures import Gaussian

__all__ = ["ShiftRecomputed", "are_shifted", "between_shifted"]


@final
@dataclass(frozen=True, kw_only=True)
class ShiftRecomputed(decimals.TwoGaussians):
    """Cells for a smaller and for a larger distance than the one that the two laws have.

    Parameters
    ----------
    nearer, farther : CellsRecomputed
        Certificates on the line, of which the one proves the lower bound and the other the upper.
    """

    nearer: CellsRecomputed
    farther: CellsRecomputed

    def _from(self, first: decimals.Matrix, second: decimals.Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        if first != second:
            raise CertificateError("the covariances are not equal")
        if self.nearer.generator != self.farther.generator or not all(
            _is_shift(one) for one in (self.nearer, self.farther)
        ):
            raise CertificateError("the cells are not those of N(0, 1) from N(D, 1)")
        distance = decimals.squared_distance(second, shift).sqrt()
        ends = [Decimal(float(one.q.humps[0].mode)) for one in (self.nearer, self.farther)]
        if not ends[0] <= distance <= ends[1]:
            raise CertificateError(f"the distance {float(distance)} does not lie between those of the cells")
        return Decimal(self.nearer.bounds()[0]), Decimal(self.farther.bounds()[1])


def _is_shift(cells: CellsRecomputed) -> bool:
    """Whether the cells are those of N(0, 1) and a normal law of variance 1."""
    laws = cells.p, cells.q
    plain = all(
        law.weights.tolist() == [1.0] and isinstance(law.humps[0], NormalHump) and law.humps[0].scale == 1
        for law in laws
    )
    return plain and cells.p.humps[0].mode == 0


def are_shifted(p: Gaussian, q: Gaussian, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether the method takes the pair: different means, equal covariances, more than one dimension."""
    if p.dimension == 1 or isinstance(generator, Generator) or not have_equal_covariance(p, q):
        return False
    return not difference_of_supports(p, q) and bool((constant(GaussianPair(p, q).reduced[2]) != 0).any())


def between_shifted(p: Gaussian, q: Gaussian, *, generator: FDivergence) -> Bracket:
    """Bounds from cells on the line through both means, to which the divergence reduces."""
    pair = GaussianPair(p, q)
    xp = pair.xp
    distance, rounding = _distance(pair)
    plain = float(constant(distance))
    origin, one = 0 * constant(distance)[None], (1 + 0 * constant(distance))[None, None]
    center = bracket_on_line(Gaussian(origin, one), Gaussian(distance[None], one), generator=generator)
    lines = [Gaussian(0.0, 1.0), *(Gaussian(plain * (1 + sign * rounding), 1.0) for sign in (-1, 1))]
    nearer, farther = (bracket_on_line(lines[0], line, generator=generator) for line in lines[1:])
    value = xp.astype(center.value, pair.dtype)
    shown = float(constant(value))
    lower, upper = min(nearer.lower, shown), max(farther.upper, shown)
    if not (isinstance(nearer.certificate, CellsRecomputed) and isinstance(farther.certificate, CellsRecomputed)):
        raise CertificateError("the cells have no certificate")
    reason = doubt(p, q)
    if reason:
        return Bracket(
            value=value[()] if isinstance(value, np.ndarray) else value,
            lower=math.nan,
            upper=math.nan,
            guarantee=Guarantee.NONE,
            method="cells",
            reason=reason,
        )
    return Bracket(
        value=value[()] if isinstance(value, np.ndarray) else value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED,
        method="cells",
        certificate=ShiftRecomputed(
            lower=lower, upper=upper, nearer=nearer.certificate, farther=farther.certificate, **evidence(pair)
        ),
        reason="" if math.isfinite(upper) else center.reason,
    )


def _distance(pair: GaussianPair) -> tuple[Any, float]:
    """The Mahalanobis distance and a bound on its relative error; in many digits where the condition is poor."""
    rough = pair.xp.sqrt(pair.distance(pair.reduced[1])) if pair.rounding <= HOPELESS else None
    if rough is not None and (pair.rounding <= WIDE or pair.rank > CHEAP):
        return rough, 2 * pair.rounding
    divergence = decimals.GaussianKL(lower=0.0, upper=math.inf, **evidence(pair)).bounds()[0]
    root = math.sqrt(2 * divergence)  # KL is half the squared distance, the covariances being equal
    if rough is None:
        return pair.reduced[2][0] * 0 + root, 1e-15
    return rough + (root - constant(rough)), 1e-15
