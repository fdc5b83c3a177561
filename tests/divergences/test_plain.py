from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from dualgap.divergences.plain import log_quotient, taylor, xlogx


def test_x_log_x_is_zero_at_zero():
    assert xlogx(np.array([0.0, 1.0, math.e])).tolist() == pytest.approx([0.0, 0.0, math.e])


@pytest.mark.parametrize("u", [1e-12, -1e-6, 0.01, -0.25, 0.25])
def test_taylors_integral_is_the_remainder(u):
    with mpmath.workdps(60):
        truth = float((1 + mpmath.mpf(u)) * mpmath.log1p(u) - u)
    assert taylor(lambda t: 1 / t, np.array([u]))[0] == pytest.approx(truth, rel=1e-15)


def test_log_quotient_keeps_its_digits_across_all_doubles():
    p = np.array([1.0, 0.9999999, 5e-324, 1e308, 3e-310, 1e-300, 0.5, 0.75])
    q = np.array([2.0, 1.0000001, 1e308, 5e-324, 1e-310, 2e-300, 0.49999999999999994, 0.7499999999999999])
    truth = [
        float(mpmath.log(mpmath.mpf(a)) - mpmath.log(mpmath.mpf(b)))
        if abs(math.log(a) - math.log(b)) > 1e-3
        else math.log1p((a - b) / b)
        for a, b in zip(p, q, strict=True)
    ]
    # The quotient of nearby numbers is itself rounded, to 1e-16 of its logarithm or absolutely.
    np.testing.assert_allclose(log_quotient(p, q), truth, rtol=1e-13, atol=1.2e-16)
