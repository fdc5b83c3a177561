"""Which Gaussians are singular, decided exactly: doubles are rational numbers, and elimination in integers rounds nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import final

import numpy as np
from scipy.linalg import get_lapack_funcs

__all__ = [
    "LARGEST_EXACT",
    "TOLERANCE",
    "Rational",
    "Support",
    "common_support",
    "definite",
    "matrix_digits",
    "rank_of_sum",
    "rational",
    "support",
    "unit_scale",
]

#: Up to this dimension elimination in integers takes about a second.
LARGEST_EXACT = 64
#: Correlations whose eigenvalues are all above this are seen to be positive definite in doubles.
MARGIN = 1e-10
#: Below this share of the variance an eigenvalue counts as zero where the matrix is not semi-definite as it is stored.
TOLERANCE = 1e-12
EPS = float(np.finfo(np.float64).eps)
#: Decimal digits that are always carried.
DIGITS = 60

Rational = list[list[Fraction]]


@final
@dataclass(frozen=True)
class Support:
    """Coordinates that fix all others on the support of a Gaussian, as many as its dimension.

    The projection on them is one to one on the support, so divergences are those of these coordinates alone.

    Parameters
    ----------
    coordinates : tuple of int
        Increasing.
    is_proved : bool
        False where the matrix is semi-definite only up to rounding, or is singular to rounding and too large.
    digits : int
        With this many decimal digits the elimination of these rows is right to 30.
    """

    coordinates: tuple[int, ...]
    is_proved: bool
    digits: int


def support(covariance: np.ndarray) -> Support:
    """Of the law with this covariance (d, d), read as (S + S^T) / 2."""
    return _support(np.ascontiguousarray(covariance, dtype=np.float64).tobytes(), len(covariance))


def common_support(first: np.ndarray, second: np.ndarray, mean: np.ndarray, other: np.ndarray) -> bool:
    """Whether two laws of exactly known ranks have the same support: S1, S2 and S1 + S2 + mm^T have the same rank."""
    ranks = [len(support(s).coordinates) for s in (first, second)]
    if ranks[0] != ranks[1]:
        return False
    return ranks[0] == len(first) or rank_of_sum(first, second, mean, other) == ranks[0]


def rank_of_sum(first: np.ndarray, second: np.ndarray, mean: np.ndarray, other: np.ndarray) -> int | None:
    """The rank of S1 + S2 + mm^T with m the difference of the means, whose range is that of all three."""
    m = [Fraction(a) - Fraction(b) for a, b in zip(mean.tolist(), other.tolist(), strict=True)]
    rows = [[a + b for a, b in zip(*pair, strict=True)] for pair in zip(rational(first), rational(second), strict=True)]
    found = _eliminate([[entry + m[i] * m[j] for j, entry in enumerate(row)] for i, row in enumerate(rows)])
    return None if found is None else len(found[0])


def rational(matrix: np.ndarray) -> Rational:
    """(S + S^T) / 2 as fractions."""
    rows = matrix.tolist()
    d = len(rows)
    entries = [[Fraction(entry) for entry in row] for row in rows]
    return [[(entries[i][j] + entries[j][i]) / 2 for j in range(d)] for i in range(d)]


def definite(matrix: Rational) -> int | None:
    """The digits that a positive definite matrix needs; None when it is not positive definite.

    In doubles where a Cholesky factor or a negative eigenvalue leaves a margin; in integers elsewhere. What is too large
    for that is taken to be positive definite.
    """
    if not matrix:
        return DIGITS
    diagonal = [matrix[i][i] for i in range(len(matrix))]
    if min(diagonal) <= 0:
        return None
    plain = np.array([[float(entry) for entry in row] for row in matrix])
    if has_margin(plain):
        return DIGITS
    scale, d = unit_scale(np.diagonal(plain)), len(matrix)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        scaled = plain / scale[:, None] / scale
    if (
        np.isfinite(scaled).all()
        and np.linalg.eigvalsh(scaled)[0] < -MARGIN * max(1.0, float(np.abs(scaled).max())) * d
    ):
        return None
    if d > LARGEST_EXACT:
        return DIGITS
    found = _eliminate(matrix)
    return None if found is None or len(found[0]) < d else found[1]


def matrix_digits(matrix: Rational) -> int:
    """The digits that a positive definite matrix needs, as :func:`definite`; 60 for others."""
    return definite(matrix) or DIGITS


def unit_scale(variances: np.ndarray) -> np.ndarray:
    """Powers of two next to the standard deviations, so that dividing by them rounds nothing."""
    return np.ldexp(1.0, np.frexp(np.sqrt(variances))[1])


def has_margin(matrix: np.ndarray) -> bool:
    """Whether every eigenvalue of the matrix, scaled to variances in [1/4, 1], is proved to be above 1e-10.

    Cholesky's method only succeeds on matrices whose eigenvalues are above -d (d + 1) eps times the largest variance.
    """
    diagonal, d = np.diagonal(matrix), len(matrix)
    if d == 0:
        return True
    if not (diagonal > 1e-280).all() or not np.isfinite(matrix).all():
        return False
    scale = unit_scale(diagonal)
    with np.errstate(over="ignore"):
        scaled = matrix / scale[:, None] / scale
    scaled = (scaled + scaled.T) / 2 - (MARGIN + 2 * d * (d + 3) * EPS) * np.eye(d)
    try:
        np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return False
    return True


@lru_cache(maxsize=64)
def _support(data: bytes, d: int) -> Support:
    matrix = np.frombuffer(data).reshape(d, d)
    if has_margin(matrix):
        return Support(tuple(range(d)), True, DIGITS)
    off = matrix - np.diag(np.diagonal(matrix))
    if not off.any() and (np.diagonal(matrix) >= 0).all():
        return Support(tuple(np.flatnonzero(np.diagonal(matrix) > 0).tolist()), True, DIGITS)
    found = _eliminate(rational(matrix)) if d <= LARGEST_EXACT else None
    if found is not None:
        return Support(found[0], True, found[1])
    return Support(_to_rounding((matrix + matrix.T) / 2), False, DIGITS)


def _eliminate(matrix: Rational) -> tuple[tuple[int, ...], int] | None:
    """Pivots and digits by fraction-free elimination, the largest pivot first; None when not semi-definite.

    The eigenvalues of r rows of variance about 1 are at least their determinant over e, and at least the smallest pivot
    over 4^r, since the largest came first; twice the logarithm is the loss of digits.
    """
    d = len(matrix)
    if any(matrix[i][i] < 0 for i in range(d)):
        return None
    rises = [_exponent(matrix[i][i]) for i in range(d)]
    scaled = [[matrix[i][j] / Fraction(2) ** (rises[i] + rises[j]) for j in range(d)] for i in range(d)]
    common = math.lcm(*(entry.denominator for row in scaled for entry in row))
    work = [[entry.numerator * (common // entry.denominator) for entry in row] for row in scaled]
    left, chosen, previous, smallest = list(range(d)), [], 1, 0.0
    while left:
        best = max(left, key=lambda i: work[i][i])
        pivot = work[best][best]
        if min(work[i][i] for i in left) < 0:
            return None
        if pivot == 0:
            if any(work[i][j] for i in left for j in left):
                return None
            break
        left.remove(best)
        chosen.append(best)
        smallest = max(smallest, _digits(previous) + _digits(common) - _digits(pivot) + 1)
        column = work[best]
        for place, i in enumerate(left):
            row, factor = work[i], column[i]
            for j in left[place:]:
                row[j] = work[j][i] = (row[j] * pivot - factor * column[j]) // previous
        previous = pivot
    lost = min(len(chosen) * _digits(common) - _digits(previous), smallest + 0.61 * len(chosen)) + len(chosen)
    return tuple(sorted(chosen)), DIGITS + 2 * max(int(lost) + 1, 0)


def _digits(number: int) -> float:
    """Decimal digits."""
    return 0.30103 * number.bit_length()


def _exponent(variance: Fraction) -> int:
    """k with variance / 4^k between about 1/8 and 1; 0 for 0."""
    if variance == 0:
        return 0
    return -((variance.denominator.bit_length() - variance.numerator.bit_length() - 1) // 2)


def _to_rounding(matrix: np.ndarray) -> tuple[int, ...]:
    """Pivots above 1e-12 d of the variance by Cholesky's method, the largest first."""
    free = np.flatnonzero(np.diagonal(matrix) > 0)
    if len(free) == 0:
        return ()
    scale = unit_scale(np.diagonal(matrix)[free])
    scaled = matrix[np.ix_(free, free)] / scale[:, None] / scale
    (pstrf,) = get_lapack_funcs(("pstrf",), (scaled,))
    _, order, rank, _ = pstrf(scaled, tol=TOLERANCE * len(matrix), lower=1)
    return tuple(sorted(free[order[:rank] - 1].tolist()))
