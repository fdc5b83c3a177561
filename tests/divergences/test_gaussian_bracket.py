"""Brackets between Gaussians: the same value by both routes, and the stronger word only where the width allows it."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.divergences.gaussian_bracket import WIDE


def nearly_singular(e):
    return np.array([[1.0, 1.0 - e], [1.0 - e, 1.0]])


def kl_of_correlated(e, f):
    """KL of N(0, S(e)) from N(0, S(f)), whose eigenvalues along (1, 1) and (1, -1) are 2 - e and e, in 50 digits."""
    with mpmath.workdps(50):
        e, f = (1 - mpmath.mpf(1.0 - value) for value in (e, f))  # the e that the stored matrix has
        return sum((a / b - 1 - mpmath.log(a / b)) / 2 for a, b in ((2 - e, 2 - f), (e, f)))


@given(st.integers(1, 15), st.integers(1, 15))
def test_kl_of_strongly_correlated_pairs_holds_the_truth_at_every_condition(j, k):
    e, f = 10.0**-j, 3 * 10.0**-k
    bracket = dg.kl(dg.Gaussian(np.zeros(2), nearly_singular(e)), dg.Gaussian(np.zeros(2), nearly_singular(f)))
    assert bracket.lower <= kl_of_correlated(e, f) <= bracket.upper
    bracket.certificate.check()


def test_exact_is_claimed_for_rounding_only():
    rng = np.random.default_rng(0)
    for scale in (1.0, 1e-4, 1e-8, 1e-12):
        root = rng.normal(size=(3, 3)) * [1.0, 1.0, scale]
        p, q = (dg.Gaussian(rng.normal(size=3) * scale, root @ root.T + scale**2 * np.eye(3)) for _ in range(2))
        bracket = dg.kl(p, q)
        narrow = bracket.upper - bracket.lower <= WIDE * bracket.upper
        assert (bracket.guarantee is Guarantee.EXACT) == narrow


def test_lines_that_miss_each_other_by_rounding_are_disjoint():
    ones = np.ones((2, 2))
    near = dg.kl(dg.Gaussian([1.0, 1.0], ones), dg.Gaussian([1.0 + 1e-12, 1.0], ones))
    assert near.value == near.lower == np.inf
    assert near.reason
    assert dg.kl(dg.Gaussian([1.0, 1.0], ones), dg.Gaussian([2.0, 2.0], ones)).value == pytest.approx(0.5)


def test_what_exceeds_the_largest_double_is_bounded_by_it_without_a_warning():
    far = dg.kl(dg.Gaussian(1e200, 1.0), dg.Gaussian(0.0, 1.0))
    assert (far.lower, far.upper) == (np.finfo(float).max, np.inf)
    assert far.guarantee is Guarantee.CERTIFIED
    far.certificate.check()
