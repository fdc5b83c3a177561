"""Where instances come from."""

from __future__ import annotations

import math

import pytest
from hypothesis import strategies as st

from dualgap.binomial import clopper_pearson
from dualgap.claims import Drawn, Listed, Seeds
from dualgap.claims.instances import as_instances
from dualgap.errors import InvalidInput


def test_a_strategy_is_drawn_from_and_a_sequence_is_a_list():
    assert isinstance(as_instances(st.integers()), Drawn)
    assert as_instances(range(3)) == Listed((0, 1, 2))
    seeds = Seeds(at_least=0.5, quick=2, full=4)
    assert as_instances(seeds) is seeds


def test_each_budget_has_its_own_number_of_instances():
    assert (
        Drawn(st.integers(), quick=3, full=7).count("quick"),
        Drawn(st.integers(), quick=3, full=7).count("full"),
    ) == (3, 7)
    assert (
        Seeds(at_least=0.5, quick=2, full=4).count("quick"),
        Seeds(at_least=0.5, quick=2, full=4).count("full"),
    ) == (2, 4)


@pytest.mark.parametrize("value", ["a text", 3, None])
def test_what_is_no_source_of_instances_is_refused(value):
    with pytest.raises(InvalidInput, match=r"^instances must"):
        as_instances(value)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Drawn([1, 2]), "strategy"),  # pyright: ignore[reportArgumentType]
        (lambda: Drawn(st.integers(), quick=0), "quick"),
        (lambda: Listed(()), "values"),
        (lambda: Seeds(at_least=1.0, quick=1, full=1), "at_least"),
        (lambda: Seeds(at_least=0.5, quick=1, full=0), "full"),
        (lambda: Drawn(st.integers()).count("huge"), "budget"),
    ],
)
def test_sources_that_cannot_be_tried_are_refused(make, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        make()


@pytest.mark.parametrize("budget", ["quick", "full"])
@pytest.mark.parametrize("at_least", [0.5, 0.9])
def test_the_power_is_the_frequency_with_which_the_interval_lies_below_what_is_claimed(budget, at_least):
    over = Seeds(at_least=at_least, quick=8, full=64)
    n = over.count(budget)
    share = 0.8 * at_least
    # the oracle: every count with its probability, and its verdict by the interval
    refuted = sum(
        math.comb(n, k) * share**k * (1 - share) ** (n - k)
        for k in range(n + 1)
        if clopper_pearson(k, n, 0.95)[1] < at_least
    )
    borne_out = sum(
        math.comb(n, k) * at_least**k * (1 - at_least) ** (n - k)
        for k in range(n + 1)
        if clopper_pearson(k, n, 0.95)[0] >= at_least
    )
    assert over.power(share, budget) == pytest.approx(refuted, abs=1e-12)
    assert over.believed(budget) == pytest.approx(borne_out, abs=1e-12)
    assert over.believed(budget) <= 0.025  # one tail of the interval


def test_more_seeds_notice_smaller_faults_and_too_few_notice_none():
    over = Seeds(at_least=0.6, quick=8, full=64)
    assert over.power(over.noticed("quick"), "quick") == pytest.approx(0.9, abs=1e-12)
    assert over.noticed("quick") < over.noticed("full") < 0.6
    assert math.isnan(Seeds(at_least=0.1, quick=2, full=3).noticed("full"))
    assert Seeds(at_least=0.9, quick=2, full=3).believed("full") == 0  # three of three do not prove nine of ten
    assert over.noticed("full", power=0.01) == 0.6  # the check refutes that often where the share is what is claimed
    with pytest.raises(InvalidInput, match=r"^share must"):
        over.power(1.5, "quick")
