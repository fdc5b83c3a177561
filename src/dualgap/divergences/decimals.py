"""Certificates of Gaussian closed forms: the two laws, from which everything is computed again in 60 and more digits."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import MAX_EMAX, MIN_EMIN, Decimal, Overflow, getcontext, localcontext
from fractions import Fraction
from operator import mul
from typing import final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.divergences.exact_rank import (
    TOLERANCE,
    Rational,
    Support,
    common_support,
    definite,
    matrix_digits,
    rational,
    support,
)
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

#: The largest double.
LARGEST = float(np.finfo(np.float64).max)
Matrix = list[list[Decimal]]


@dataclass(frozen=True, kw_only=True)
class TwoGaussians(Certificate):
    """Means and covariances. Where the covariances are singular, the laws of coordinates that fix all others are compared.

    Whether the laws live on the same affine subspace, and which coordinates these are, is decided in integers again.

    Parameters
    ----------
    mean_p, mean_q : (d,) float64 arrays
    covariance_p, covariance_q : (d, d) float64 arrays
    """

    mean_p: np.ndarray
    mean_q: np.ndarray
    covariance_p: np.ndarray
    covariance_q: np.ndarray

    def bounds(self) -> tuple[float, float]:
        """Both bounds, from determinants and solves in 60 digits and what the condition of the covariances takes.

        Raises
        ------
        CertificateError
            When a covariance is not positive definite on the common subspace, or there is none.
        """
        supports = [self._support(s) for s in (self.covariance_p, self.covariance_q)]
        coordinates = list(supports[0].coordinates)
        laws = self.covariance_p, self.covariance_q, self.mean_p, self.mean_q
        if all(one.is_proved for one in supports) and not common_support(*laws):
            raise CertificateError("the two laws do not live on the same affine subspace")
        rows = np.ix_(coordinates, coordinates)
        first, second = (rational(s[rows]) for s in (self.covariance_p, self.covariance_q))
        with localcontext() as context:
            context.prec = max(one.digits for one in supports)
            context.prec = max(context.prec, matrix_digits(second), *self._more_digits(first, second))
            context.Emax, context.Emin = MAX_EMAX, MIN_EMIN
            context.traps[Overflow] = False
            shift = [Decimal(float(self.mean_p[i])) - Decimal(float(self.mean_q[i])) for i in coordinates]
            lower, upper = self._from(_decimal(first), _decimal(second), shift)
            return min(float(lower), LARGEST), float(upper)

    def _support(self, covariance: np.ndarray) -> Support:
        found = support(covariance)
        least = np.linalg.eigvalsh((covariance + covariance.T) / 2)[0]
        if not found.is_proved and least < -TOLERANCE * len(covariance) * np.abs(covariance).max() * len(covariance):
            raise CertificateError(f"a covariance is not positive definite: it has the eigenvalue {least:.3g}")
        return found

    def _more_digits(self, first: Rational, second: Rational) -> list[int]:
        """What other matrices need."""
        return []

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
        apart = -_expm1(-distance)
        forward, backward = _relative_entropy(first, second, shift), _relative_entropy(second, first, shift)
        mixed = -sum((_log1p(_expm1(-kl) / 2) for kl in (forward, backward)), Decimal(0)) / 2
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

    def _inner(self, first: Rational, second: Rational) -> Rational:
        """a S2 - (a - 1) S1, exactly."""
        order = Fraction(self.order)
        return [
            [order * b + (1 - order) * a for a, b in zip(*rows, strict=True)]
            for rows in zip(first, second, strict=True)
        ]

    def _more_digits(self, first: Rational, second: Rational) -> list[int]:
        return [matrix_digits(self._inner(first, second))]

    def bounds(self) -> tuple[float, float]:
        """Both bounds; infinite where a S2 - (a - 1) S1 is not positive definite, which is decided in integers."""
        coordinates = list(self._support(self.covariance_p).coordinates)
        rows = np.ix_(coordinates, coordinates)
        inner = self._inner(*(rational(s[rows]) for s in (self.covariance_p, self.covariance_q)))
        if definite(inner) is None:
            TwoGaussians.bounds(replace(self, order=0.5))  # the laws have to be admissible
            return math.inf, math.inf
        return TwoGaussians.bounds(self)

    def _from(self, first: Matrix, second: Matrix, shift: list[Decimal]) -> tuple[Decimal, Decimal]:
        order, slope = Decimal(self.order), Decimal(self.order) - 1
        inner = [
            [order * b - slope * a for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)
        ]
        try:
            inside = _factor(inner)[2]
        except CertificateError:
            return Decimal("Infinity"), Decimal("Infinity")
        volumes = [_factor(s)[2] for s in (first, second)]
        value = order * squared_distance(inner, shift) / 2
        if first != second:
            value -= (inside + slope * volumes[0] - order * volumes[1]) / (2 * slope)
        if self.scale is not None:
            value = Decimal(self.scale) * _expm1(slope * value) / slope
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
        apart = _overlap_distance(first, second, shift)
        least = min(_relative_entropy(first, second, shift), _relative_entropy(second, first, shift))
        upper = min(-_expm1(-2 * apart), least / 2, -_expm1(-least))
        return -_expm1(-apart), upper.sqrt()


_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def _expm1(x: Decimal) -> Decimal:
    """e^x - 1 to all digits, also where x is small: by its series."""
    if abs(x) > Decimal("0.1"):
        return x.exp() - 1
    return _series(x, lambda term, n: term * x / (n + 1), lambda n: 1)


def _log1p(x: Decimal) -> Decimal:
    """ln(1 + x) to all digits, also where x is small: by its series."""
    if abs(x) > Decimal("0.1"):
        return (1 + x).ln()
    return _series(x, lambda term, n: -term * x, lambda n: n)


def _series(first: Decimal, following: Callable[[Decimal, int], Decimal], over: Callable[[int], int]) -> Decimal:
    """The sum of term / over(n) from n = 1 on, as far as the digits of the context go."""
    term = total = first
    n = 1
    while term and abs(term) > abs(total).scaleb(-getcontext().prec - 3):
        term = following(term, n)
        n += 1
        total += term / over(n)
    return total


def _overlap_distance(first: Matrix, second: Matrix, shift: list[Decimal]) -> Decimal:
    """-ln of the overlap."""
    middle = [[(a + b) / 2 for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]
    if first == second:
        return squared_distance(middle, shift) / 8
    volumes = [_factor(s)[2] for s in (middle, first, second)]
    return squared_distance(middle, shift) / 8 + (2 * volumes[0] - volumes[1] - volumes[2]) / 4


def _decimal(matrix: Rational) -> Matrix:
    return [[Decimal(entry.numerator) / Decimal(entry.denominator) for entry in row] for row in matrix]


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
    if first == second:
        return squared_distance(second, shift) / 2
    lower, pivots, log_determinant = _factor(second)
    half = [_forward(lower, list(column)) for column in zip(*first, strict=True)]  # L^-1 S1, by columns
    whole = [_forward(lower, list(row)) for row in zip(*half, strict=True)]  # L^-1 S1 L^-T
    trace = sum((whole[i][i] / pivots[i] for i in range(len(pivots))), Decimal(0))
    distance = sum((y * y / pivot for y, pivot in zip(_forward(lower, shift), pivots, strict=True)), Decimal(0))
    return (trace - len(pivots) - _factor(first)[2] + log_determinant + distance) / 2
