"""Gaps and values from enclosed replies: rounded outwards, never below zero, infinite where a side is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.errors import CertificateError, InvalidInput
from dualgap.games import Simplex
from dualgap.games.replies import RepliesCertificate, ValueCertificate, require_strategies

NUMBERS = st.fractions(-100, 100)


@dataclass(frozen=True, kw_only=True, eq=False)
class Known(RepliesCertificate):
    """Two enclosures that are given."""

    above: tuple
    below: tuple

    def replies(self):
        return self.above, self.below


def known(above, below):
    return Known(lower=0.0, upper=math.inf, above=above, below=below)


@given(st.tuples(NUMBERS, NUMBERS).map(sorted), st.tuples(NUMBERS, NUMBERS).map(sorted))
def test_the_gap_is_the_difference_rounded_outwards(above, below):
    low, high = known(tuple(above), tuple(below)).bounds()
    assert low >= 0
    assert Fraction(low) <= max(above[0] - below[1], 0)
    assert Fraction(high) >= above[1] - below[0]
    assert Fraction(high) <= max(above[1] - below[0], 0) + Fraction(1, 10**13)
    value = ValueCertificate(lower=-math.inf, upper=math.inf, evidence=known(tuple(above), tuple(below)))
    assert Fraction(value.bounds()[0]) <= below[0]
    assert above[1] <= Fraction(value.bounds()[1])


def test_an_infinite_side_is_infinite_and_names_the_player():
    gains = known((math.inf, math.inf), (Fraction(0), Fraction(0)))
    assert gains.bounds() == (math.inf, math.inf)
    assert gains.reason() == "infinite because y gains without bound"
    assert known((1.0, 1.0), (-math.inf, -math.inf)).reason() == "infinite because x gains without bound"
    assert known((1.0, 1.0), (0.0, 0.0)).reason() == ""
    assert ValueCertificate(lower=0.0, upper=1.0, evidence=gains).bounds() == (0.0, math.inf)


def test_strategies_of_other_lengths_or_outside_of_their_sets_are_refused():
    sets, good = (Simplex(), Simplex()), (np.array([0.5, 0.5]), np.array([1.0]))
    require_strategies((2, 1), good, sets, InvalidInput)
    for bad in ((good[0], np.array([0.9])), (np.array([0.5, 0.5, 0.0]), good[1]), (np.array([np.nan, 1]), good[1])):
        for error in (InvalidInput, CertificateError):
            with pytest.raises(error):
                require_strategies((2, 1), bad, sets, error)
