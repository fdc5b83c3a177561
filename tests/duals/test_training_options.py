"""The options of a training: checked, listed, and given by name or as a record."""

from __future__ import annotations

import inspect

import pytest

import dualgap as dg
from dualgap.duals.training_options import takes_training, training_of
from dualgap.errors import InvalidInput

BAD = {
    "steps": 0,
    "batch_size": 1.5,
    "restarts": "2",
    "patience": -1,
    "deadline": 0.0,
    "method": "adam",
    "device": "abacus",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_options_are_named(name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.duals.Training(**{name: BAD[name]})


def test_what_is_said_by_name_replaces_the_records_own():
    record = dg.duals.Training(steps=7, restarts=3)
    assert training_of(record, {"steps": 9}) == dg.duals.Training(steps=9, restarts=3)
    with pytest.raises(InvalidInput, match=r"^speed must be an option of the training"):
        training_of(record, {"speed": 9})
    with pytest.raises(InvalidInput, match=r"^training must be a dg.duals.Training"):
        training_of({"steps": 9}, {})  # type: ignore[arg-type]


def test_a_function_of_options_lists_them():
    @takes_training
    def route(p, *, seed=0, **options):
        return p

    assert list(inspect.signature(route).parameters)[:3] == ["p", "seed", "steps"]
    assert "training" in inspect.signature(dg.duals.fit).parameters
