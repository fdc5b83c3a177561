"""Certificates of Gaussian closed forms: the two laws, from which everything is computed again in 60 decimal digits."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from decimal import Decimal, localcontext
from operator import mul
from typing import final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError

__all__ = [
    "GaussianJeffreys",
    "GaussianKL",
    "GaussianOverlap",
    "GaussianPower",
    "GaussianVariation",
    "GaussianVariationBounds",
    "TwoGaussians",
    "squared_distance",
]

DIGITS = 60
Matrix = list[list[Decimal]]


@dataclass(frozen=True, kw_only=True)
class TwoGaussians(Certificate):
    """Means and covariances, with a basis of the common subspace where the covariances are singular.

    Parameters
    ----------
    mean_p, mean_q : (d,) float64 arrays
    covariance_p, covariance_q : (d, d) float64 arrays
    basis : (d, r) float64 array or None
        The laws of the coordinates ``basis.T @ x`` are compared; None for all coordinates as they are.
    """

    mean_p: np.ndarray
    mean_q: np.ndarray
    covariance_p: np.ndarray
    covariance_q: np.ndarray
    basis: np.ndarray | None

    def bounds(self) -> tuple[float, float]:
        """Both bounds, from 60-digit determinants and solves.

        Raises
        ------
        CertificateError
            When a covariance is not positive definite on the common subspace.
        """
        with localcontext() as context:
            context.prec = DIGITS
            basis = None if self.basis is None else _exact(self.basis.T)
            first, second = (_congruent(basis, _exact(s)) for s in (self.covariance_p, self.covariance_q))
            shift = [Decimal(float(a)) - Decimal(float(b)) for a, b in zip(self.mean_p, self.mean_q, strict=True)]
            if basis is not None:
                shift = [sum(map(mul, row, shift), Decimal(0)) for row in basis]
            lower, upper = self._from(first, second, shift)
            return float(lower), float(upper)

    @abstractmethod
    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        """The two bounds."""


@final
@dataclass(frozen=True, kw_only=True)
class GaussianKL(TwoGaussians):
    """(tr(S2^-1 S1) - d - ln det(S1)/det(S2) + (m1-m2)^T S2^-1 (m1-m2)) / 2: the interval has to hold it."""

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        value = _relative_entropy(first, second, shift)
        return value, value


@final
@dataclass(frozen=True, kw_only=True)
class GaussianOverlap(TwoGaussians):
    """Bounds of the Jensen-Shannon divergence from the overlap B and both KL divergences, in 60 digits.

    .. math:: \\ln 2\\,(1 - B) \\le JS \\le
              \\min\\bigl(1 - B,\\; \\tfrac18 J,\\; -\\tfrac12 \\sum \\ln \\tfrac{1 + e^{-KL}}{2}\\bigr)
    """

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        distance = _overlap_distance(first, second, shift)
        apart = 1 - (-distance).exp()
        forward, backward = _relative_entropy(first, second, shift), _relative_entropy(second, first, shift)
        mixed = -sum((((1 + (-kl).exp()) / 2).ln() for kl in (forward, backward)), Decimal(0)) / 2
        return Decimal(2).ln() * apart, min(apart, (forward + backward) / 8, mixed)


@final
@dataclass(frozen=True, kw_only=True)
class GaussianJeffreys(TwoGaussians):
    """KL in both directions: the interval has to hold their sum."""

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        value = _relative_entropy(first, second, shift) + _relative_entropy(second, first, shift)
        return value, value


@final
@dataclass(frozen=True, kw_only=True)
class GaussianPower(TwoGaussians):
    """The Renyi divergence D of order a, or scale (e^((a-1) D) - 1) / (a - 1): the interval has to hold it.

    Parameters
    ----------
    order : float
        a.
    scale : float or None
        None for D itself.
    """

    order: float
    scale: float | None

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        order, slope = Decimal(self.order), Decimal(self.order) - 1
        inner = [
            [order * b - slope * a for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)
        ]
        volumes = [_factor(s)[2] for s in (first, second)]
        try:
            inside = _factor(inner)[2]
        except CertificateError:
            return Decimal("Infinity"), Decimal("Infinity")
        value = order * squared_distance(inner, shift) / 2
        value -= (inside + slope * volumes[0] - order * volumes[1]) / (2 * slope)
        if self.scale is not None:
            value = Decimal(self.scale) * ((slope * value).exp() - 1) / slope
        return value, value


@final
@dataclass(frozen=True, kw_only=True)
class GaussianVariation(TwoGaussians):
    """erf(D / sqrt 8) with D the Mahalanobis distance, for equal covariances: the interval has to hold it.

    .. math:: \\operatorname{erf} x = \\frac{2}{\\sqrt\\pi} \\sum_n \\frac{(-1)^n x^{2n+1}}{n!\\,(2n + 1)}
    """

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        if first != second:
            raise CertificateError("the covariances are not equal")
        square = squared_distance(second, shift) / 8
        if square > 80:  # within e^-80 of 1
            return Decimal(1), Decimal(1)
        term = total = square.sqrt()
        for n in range(1, 600):
            term *= -square / n
            total += term / (2 * n + 1)
        value = 2 * total / _PI.sqrt()
        return value, value


@final
@dataclass(frozen=True, kw_only=True)
class GaussianVariationBounds(TwoGaussians):
    """Bounds of the total variation from the overlap B and both KL divergences.

    .. math:: 1 - B \\le V \\le \\min\\bigl(\\sqrt{1 - B^2},\\; \\sqrt{KL / 2},\\; \\sqrt{1 - e^{-KL}}\\bigr)
    """

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        overlap = (-_overlap_distance(first, second, shift)).exp()
        least = min(_relative_entropy(first, second, shift), _relative_entropy(second, first, shift))
        upper = min(1 - overlap**2, least / 2, 1 - (-least).exp())
        return 1 - overlap, upper.sqrt()


_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def _overlap_distance(first: Matrix, second: Matrix, shift: list[Decimal]) -> Decimal:
    """-ln of the overlap."""
    middle = [[(a + b) / 2 for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]
    volumes = [_factor(s)[2] for s in (middle, first, second)]
    return squared_distance(middle, shift) / 8 + (2 * volumes[0] - volumes[1] - volumes[2]) / 4


def _exact(matrix: np.ndarray) -> Matrix:
    return [[Decimal(entry) for entry in row] for row in matrix.tolist()]


def _congruent(basis: Matrix | None, matrix: Matrix) -> Matrix:
    """basis matrix basis^T, made symmetric."""
    if basis is not None:
        half = [[sum(map(mul, row, column), Decimal(0)) for column in zip(*matrix, strict=True)] for row in basis]
        matrix = [[sum(map(mul, row, other), Decimal(0)) for other in basis] for row in half]
    return [[(matrix[i][j] + matrix[j][i]) / 2 for j in range(len(matrix))] for i in range(len(matrix))]


def _factor(matrix: Matrix) -> tuple[Matrix, list[Decimal], Decimal]:
    """The unit lower triangle L and the diagonal D of L D L^T, and ln det."""
    lower: Matrix = []
    pivots: list[Decimal] = []
    for i, row in enumerate(matrix):
        scaled: list[Decimal] = []  # L D of this row
        for j in range(i):
            scaled.append(row[j] - sum(map(mul, scaled, lower[j]), Decimal(0)))
        unscaled = [entry / pivot for entry, pivot in zip(scaled, pivots, strict=True)]
        pivot = row[i] - sum(map(mul, scaled, unscaled), Decimal(0))
        if pivot <= 0:
            raise CertificateError(f"a covariance is not positive definite: pivot {i} is {float(pivot):.3g}")
        lower.append(unscaled)
        pivots.append(pivot)
    return lower, pivots, sum((pivot.ln() for pivot in pivots), Decimal(0))


def _forward(lower: Matrix, right: list[Decimal]) -> list[Decimal]:
    """L^-1 right."""
    solved: list[Decimal] = []
    for row, entry in zip(lower, right, strict=True):
        solved.append(entry - sum(map(mul, row, solved), Decimal(0)))
    return solved


def squared_distance(matrix: Matrix, shift: list[Decimal]) -> Decimal:
    """shift^T matrix^-1 shift."""
    lower, pivots, _ = _factor(matrix)
    return sum((y * y / pivot for y, pivot in zip(_forward(lower, shift), pivots, strict=True)), Decimal(0))


def _relative_entropy(first: Matrix, second: Matrix, shift: list[Decimal]) -> Decimal:
    lower, pivots, log_determinant = _factor(second)
    half = [_forward(lower, list(column)) for column in zip(*first, strict=True)]  # L^-1 S1, by columns
    whole = [_forward(lower, list(row)) for row in zip(*half, strict=True)]  # L^-1 S1 L^-T
    trace = sum((whole[i][i] / pivots[i] for i in range(len(pivots))), Decimal(0))
    distance = sum((y * y / pivot for y, pivot in zip(_forward(lower, shift), pivots, strict=True)), Decimal(0))
    return (trace - len(pivots) - _factor(first)[2] + log_determinant + distance) / 2
