"""The numbers of the claims say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("claim_margins")


def test_no_claim_fails_and_no_instance_of_those_that_are_not_about_seeds(data):
    assert set(data["verdict"].tolist()) <= {"HOLDS", "REFUTED_AS_STATED_HOLDS_AS_CORRECTED"}
    alone = ~data["over_seeds"][data["row"]]
    assert (data["margin"][alone] >= 0).all()


def test_every_claim_that_is_not_about_seeds_is_there(data):
    shipped = [one.identifier for one in dg.claims.all() if not isinstance(one.instances, dg.claims.Seeds)]
    assert set(shipped) <= set(data["claim"].tolist())
    assert len(shipped) > 90


def test_the_least_margin_of_a_claim_is_that_of_its_instances(data):
    for k in np.unique(data["row"]):
        assert data["least"][k] == data["margin"][data["row"] == k].min()
    assert np.abs(data["margin"]).max() <= 1
