"""Evaluation mode for a while, also when something goes wrong meanwhile."""

from __future__ import annotations

import pytest
from torch import nn

from dualgap.training.robust.evaluating import evaluating


def test_each_parts_mode_is_given_back():
    model = nn.Sequential(nn.Dropout(), nn.BatchNorm1d(2))
    model[1].eval()
    seen = []

    def fail() -> None:
        seen.append(model[0].training)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), evaluating(model):
        fail()
    assert seen == [False]
    assert model.training
    assert model[0].training
    assert not model[1].training


def test_what_is_no_module_has_no_mode():
    with evaluating(lambda x: x):
        pass
