"""The terms of the power divergence have full relative accuracy, and overflow only where they do."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from dualgap.divergences.generators import Power
from dualgap.divergences.kernels import Atoms
from dualgap.divergences.power_kernel import power_terms


def truth(p: float, q: float, order: float) -> mpmath.mpf:
    with mpmath.workdps(60):
        p, q, order = mpmath.mpf(p), mpmath.mpf(q), mpmath.mpf(order)
        return (p**order * q ** (1 - order) - order * p - (1 - order) * q) / (order - 1)


def found(p: list[float], q: list[float], order: float) -> float:
    """Of measures of one mass, to the last bit: the terms are of such ones."""
    return float(power_terms(Atoms(np.array(p), np.array(q), reach=Power(order).reach), order).sum())


@pytest.mark.parametrize("order", [0.01, 0.3, 0.5, 0.9, 1.5, 2.0, 7.0, 40.0])
@pytest.mark.parametrize("t", [1e-9, 1e-3, 0.19, 0.21, 0.7, 0.9999])
def test_terms_agree_with_sixty_digits_near_equal_masses_and_far_from_them(order, t):
    p, q = 0.5 * (1 + t), 1 - 0.5 * (1 + t)
    known = truth(p, q, order) + truth(q, p, order)
    exponent = 1 + order * abs(np.log(p / q))  # an exponential carries the rounding of its exponent
    assert found([p, q], [q, p], order) == pytest.approx(float(known), rel=5e-15 * exponent)


@pytest.mark.parametrize(("p", "q", "order"), [(2.0**-5, 1e-307, 2.0), (1e-3, 1e-200, 2.5), (1e-10, 1e-110, 4.0)])
def test_a_power_overflows_only_where_the_term_does(p, q, order):
    known = truth(p, q, order)
    assert 1e250 < known < mpmath.mpf("1.7e308")
    assert found([p, 1 - p], [q, 1.0], order) == pytest.approx(float(known), rel=1e-12)
