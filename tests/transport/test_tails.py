"""A law without a moment is infinitely far from a law that has it."""

from __future__ import annotations

import math

import pytest
from scipy import stats

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.measures import Points
from dualgap.measures.convert import as_measure
from dualgap.transport.tails import moments_below


@pytest.mark.parametrize(
    ("p", "q", "order"),
    [
        (stats.cauchy(), stats.norm(), 1),
        (stats.norm(), stats.cauchy(), 1),
        (stats.cauchy(), [0.0, 1.0], 1),
        (stats.t(2), stats.norm(), 2),
        (stats.pareto(1.5), stats.uniform(), 2),
        (stats.levy(), stats.expon(), 1),
        (stats.t(2), stats.t(3), 2),
    ],
)
def test_a_law_without_the_moment_is_infinitely_far_from_one_that_has_it(p, q, order):
    b = dg.wasserstein(p, q, order=order)
    assert (b.value, b.lower, b.upper) == (math.inf,) * 3
    assert b.guarantee is Guarantee.EXACT
    assert "no moment of order" in b.reason


def test_two_laws_without_the_moment_may_be_close_and_get_no_promise():
    b = dg.wasserstein(stats.cauchy(), stats.cauchy(1.0))  # a shift by 1
    assert b.guarantee is Guarantee.NONE
    assert b.value == pytest.approx(1.0, rel=1e-6)
    assert "tails are not bounded" in b.reason


@pytest.mark.parametrize(
    "law",
    [
        stats.cauchy(), stats.t(1.5), stats.t(3), stats.pareto(1.5), stats.lomax(2.5), stats.fisk(1.5),
        stats.invweibull(1.5), stats.invgamma(2.5), stats.betaprime(2, 1.5), stats.f(3, 5), stats.expon(),
        stats.lognorm(1.0), stats.halfcauchy(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", [1, 2])
def test_the_tail_of_a_law_falls_faster_than_the_power_where_the_table_says_that_it_has_the_moment(law, order):
    # Tails fall like x**-s with s at least 0.5 away from the orders, or equal to them (no moment then).
    near, far = (x**order * law.sf(x) for x in (1e4, 1e8))
    assert (far <= 0.1 * near) == (order < moments_below(as_measure(law, "p", bare=Points)))
