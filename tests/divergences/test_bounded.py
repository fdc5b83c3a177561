from __future__ import annotations

import math

import pytest
from hypothesis import given

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing import strategies

BOUNDED = [(dg.js, math.log(2)), (dg.total_variation, 1.0), (dg.hellinger, 1.0)]


@pytest.mark.parametrize(("divergence", "largest"), BOUNDED)
@given(pair=strategies.disjoint_histograms())
def test_the_bound_is_reached_exactly_by_mutually_singular_laws(divergence, largest, pair):
    assert float(divergence(*pair)) == pytest.approx(largest, rel=1e-15)


@pytest.mark.parametrize(("divergence", "largest"), BOUNDED)
@given(pair=strategies.histogram_tuples(2))
def test_no_pair_exceeds_it(divergence, largest, pair):
    assert 0 <= float(divergence(*pair)) <= largest * (1 + 1e-15)


@pytest.mark.parametrize("divergence", [dg.kl, dg.js, dg.jeffreys, dg.total_variation, dg.hellinger, dg.chi_squared])
@pytest.mark.parametrize("option", ["generator", "draws", "nonsense"])
def test_an_option_that_the_method_does_not_take_is_refused_by_name(divergence, option):
    with pytest.raises(InvalidInput, match=f"{option} must be an option of the method 'discrete', which takes none"):
        divergence([0.5, 0.5], [0.25, 0.75], **{option: 3})
