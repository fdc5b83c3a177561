"""Linear algebra in rational numbers: floats are rationals, so that ranks, ranges and signs are decided, not guessed."""

from __future__ import annotations

import math
from fractions import Fraction
from operator import mul

import numpy as np

__all__ = ["Rationals", "conjugate", "matrix_vector", "outward", "quadratic_form", "rationals"]

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
    rows = [rationals(row) for row in matrix]
    right, total, bounded = list(vector), Fraction(0), True
    for k, row in enumerate(rows):
        pivot = row[k]
        if pivot < 0 or (pivot == 0 and any(row[j] != 0 for j in range(k + 1, len(row)))):
            raise ArithmeticError("the matrix is not positive semi-definite")
        if pivot == 0:
            bounded = bounded and right[k] == 0
            continue
        total += right[k] * right[k] / pivot / 2
        for i in range(k + 1, len(rows)):
            if rows[i][k] != 0:
                factor = rows[i][k] / pivot
                rows[i] = [a - factor * b for a, b in zip(rows[i], row, strict=True)]
                right[i] -= factor * right[k]
    return total if bounded else None


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
