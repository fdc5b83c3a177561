"""Two settings have the same lines exactly when they are the same."""

from __future__ import annotations

import numpy as np
import torch

import dualgap as dg
from dualgap.training.configuration import configuration, differences


def test_every_setting_has_a_line():
    method = dg.methods.AlternatingGDA(step=0.1, first="y", scaling=dg.methods.Adam(beta1=0.5))
    found = configuration(method=method, seeds=[1, 2], none=None)
    assert found["method"] == "AlternatingGDA"
    assert found["method.step_x"] == "0.1"
    assert found["method.scaling_y.beta1"] == "0.5"
    assert found["seeds"] == "[1, 2]"
    assert found["none"] == "None"


def test_one_changed_setting_is_one_difference():
    def lines(**changes):
        return configuration(scaling=dg.methods.Adam(**changes))

    assert differences(lines(), lines()) == {}
    assert differences(lines(), lines(beta2=0.5)) == {"scaling.beta2": ("0.999", "0.5")}
    assert differences({}, {"a": "1"}) == {"a": (None, "1")}


def test_arrays_are_compared_by_their_numbers_and_functions_by_their_names():
    one, other = np.arange(3.0), np.array([0.0, 1.0, 2.5])
    assert configuration(a=one) == configuration(a=torch.tensor(one))
    assert configuration(a=one) != configuration(a=other)
    assert configuration(a=one) != configuration(a=one.astype(np.float32))
    assert configuration(a=np.sort)["a"] == "sort"
    assert configuration(a={"b": [dg.training.Ring()]})["a.b.0.modes"] == "8"
