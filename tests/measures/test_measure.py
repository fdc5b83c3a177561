from __future__ import annotations

import dataclasses

import pytest

import dualgap as dg
from dualgap.measures import Measure

LEAVES = [
    dg.Histogram([0.5, 0.5]),
    dg.Points([0.0]),
    dg.Samples([0.0, 1.0]),
    dg.Gaussian(0.0, 1.0),
    dg.Mixture([1.0], [dg.Gaussian(0.0, 1.0)]),
    dg.Density(lambda x: -(x[:, 0] ** 2), dimension=1),
]


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: type(leaf).__name__)
def test_every_measure_is_frozen_final_and_knows_its_dimension(leaf):
    assert isinstance(leaf, Measure)
    assert getattr(type(leaf), "__final__", False)
    assert leaf.dimension == (None if isinstance(leaf, dg.Histogram) else 1)
    field = dataclasses.fields(leaf)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(leaf, field, None)


def test_measures_are_compared_by_identity_and_can_be_keys():
    assert dg.Points([0.0]) != dg.Points([0.0])
    assert len(set(LEAVES)) == len(LEAVES)
