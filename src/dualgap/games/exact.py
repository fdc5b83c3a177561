"""Linear algebra in rational numbers: floats are rationals, so that ranks, ranges and signs are decided, not guessed."""

from __future__ import annotations

import math
from fractions import Fraction
from operator import mul

import numpy as np

__all__ = [
    "Rationals",
    "conjugate",
    "is_definite",
    "least_eigenvalue_bound",
    "matrix_vector",
    "outward",
    "quadratic_form",
    "rationals",
]

#: A vector of rational numbers.
Rationals = list[Fraction]


def rationals(array: np.ndarray) -> Rationals:
    """The entries of a vector, exactly.

    Examples
    --------
    >>> rationals(np.array([0.5, -2.0]))
    [Fraction(1, 2), Fraction(-2, 1)]
    """
    return [Fraction(float(value)) for value in array]


def matrix_vector(matrix: np.ndarray, vector: np.ndarray) -> Rationals:
    """The product of two float arrays, without rounding: as integers times a common power of two.

    Examples
    --------
    >>> matrix_vector(np.array([[1e16, 1.0, -1e16]]), np.ones(3))
    [Fraction(1, 1)]
    """
    rows, unit = _integers(matrix)
    entries, step = _integers(vector)
    scale = Fraction(2) ** (unit + step)
    return [sum(map(mul, row, entries)) * scale for row in rows]


def _integers(array: np.ndarray) -> tuple[list, int]:
    """Integers k and an exponent e with array = k 2^e, in nested lists."""
    mantissas, exponents = np.frexp(np.asarray(array, dtype=np.float64))
    whole = np.ldexp(mantissas, 53).astype(np.int64).astype(object)
    least = int(exponents.min(initial=0, where=mantissas != 0)) if np.any(mantissas != 0) else 0
    shifts = np.where(mantissas != 0, exponents - least, 0)
    return np.vectorize(lambda k, shift: k << int(shift), otypes=[object])(whole, shifts).tolist(), least - 53


def quadratic_form(matrix: np.ndarray, vector: np.ndarray) -> Fraction:
    """x' M x, without rounding."""
    return sum((a * b for a, b in zip(rationals(vector), matrix_vector(matrix, vector), strict=True)), Fraction(0))


def conjugate(matrix: np.ndarray, vector: Rationals) -> Fraction | None:
    """The conjugate of a convex quadratic function.

    .. math:: \\sup_z \\; v^\\top z - \\tfrac12 z^\\top M z = \\tfrac12 v^\\top M^+ v \\text{ for } v \\text{ in the range of } M

    by Gaussian elimination; None where it is infinite because v leaves the range.

    Raises
    ------
    ArithmeticError
        When M is not positive semi-definite.

    Examples
    --------
    >>> conjugate(np.diag([2.0, 0.0]), rationals(np.array([2.0, 0.0])))
    Fraction(1, 1)
    >>> conjugate(np.diag([2.0, 0.0]), rationals(np.array([2.0, 1e-300]))) is None
    True
    """
    total, bounded = Fraction(0), True
    for pivot, right in _eliminated(matrix, vector):
        if pivot == 0:
            bounded = bounded and right == 0
        else:
            total += right * right / pivot / 2
    return total if bounded else None


def _eliminated(matrix: np.ndarray, vector: Rationals) -> list[tuple[Fraction, Fraction]]:
    """The pivots of Gaussian elimination, each with its entry of the right side.

    Raises
    ------
    ArithmeticError
        When the matrix is not positive semi-definite.
    """
    rows, right = [rationals(row) for row in matrix], list(vector)
    for k, row in enumerate(rows):
        pivot = row[k]
        if pivot < 0 or (pivot == 0 and any(row[k + 1 :])):
            raise ArithmeticError("the matrix is not positive semi-definite")
        for i in range(k + 1, len(rows)):
            if rows[i][k] != 0:
                factor = rows[i][k] / pivot
                rows[i] = [a - factor * b for a, b in zip(rows[i], row, strict=True)]
                right[i] -= factor * right[k]
    return [(row[k], right[k]) for k, row in enumerate(rows)]


def is_definite(matrix: np.ndarray) -> bool | None:
    """Whether a symmetric matrix is positive definite: True, False where it is only semi-definite, None where not even that.

    Examples
    --------
    >>> is_definite(np.diag([2.0, 1e-300])), is_definite(np.diag([2.0, 0.0])), is_definite(np.diag([2.0, -1e-300]))
    (True, False, None)
    """
    try:
        pivots = _eliminated(matrix, rationals(np.zeros(len(matrix))))
    except ArithmeticError:
        return None
    return all(pivot > 0 for pivot, _ in pivots)


def least_eigenvalue_bound(matrix: np.ndarray) -> float:
    """A proved lower bound of the least eigenvalue of a symmetric matrix; 0 or below where none above is proved.

    When the Cholesky factorisation of B = A - s I runs to its end in floating point, its rounding error is at most

    .. math:: \\|R^\\top R - B\\| \\le \\frac{\\gamma_{n+1}}{1 - \\gamma_{n+1}} \\operatorname{tr} B, \\qquad
        \\gamma_k = \\frac{k u}{1 - k u}, \\quad u = 2^{-53},

    so that the least eigenvalue of A is at least s minus this and the rounding of the diagonal.

    Examples
    --------
    >>> 0.9 < least_eigenvalue_bound(np.diag([1.0, 3.0])) <= 1.0
    True
    >>> least_eigenvalue_bound(np.diag([0.0, 3.0])) > 0
    False

    Reference: rump2006
    """
    n, unit = len(matrix), 2.0**-53
    if not np.array_equal(matrix, matrix.T):
        return -math.inf
    gamma = (n + 1) * unit / (1 - (n + 1) * unit)
    # a thousandth of the eigenvalue is room enough for the rounding; where it is not, nothing is proved
    shift = float(np.linalg.eigvalsh(matrix)[0]) * (1 - 2.0**-10)
    shifted = matrix - shift * np.eye(n)
    try:
        np.linalg.cholesky(shifted)
    except np.linalg.LinAlgError:
        return -math.inf
    diagonal = np.diag(shifted)
    # twice the bound covers the rounding of the bound itself
    return shift - 2 * (gamma / (1 - gamma) * float(diagonal.sum()) + unit * float(np.abs(diagonal).max()))


def outward(exact: Fraction) -> tuple[float, float]:
    """The two floats around a rational number.

    Examples
    --------
    >>> outward(Fraction(1, 2))
    (0.5, 0.5)
    >>> below, above = outward(Fraction(1, 3))
    >>> Fraction(below) < Fraction(1, 3) < Fraction(above)
    True
    """
    try:
        near = float(exact)
    except OverflowError:
        return math.nextafter(math.inf, 0), math.inf
    below = near if Fraction(near) <= exact else math.nextafter(near, -math.inf)
    above = near if Fraction(near) >= exact else math.nextafter(near, math.inf)
    return below, above
