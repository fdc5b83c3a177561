from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.divergences.families.pair import FORMS, FamilyPair, family_pair, readings
from dualgap.measures.family import Family


def _family(name, **values):
    return Family(name, {"loc": 0.0, "scale": 1.0} | values)


@pytest.mark.parametrize(
    ("first", "second", "form"),
    [
        (_family("expon"), _family("expon", loc=0.5), "expon"),
        (_family("expon"), _family("gamma", a=2.0), "gamma"),
        (_family("expon"), _family("weibull_min", c=2.0), "weibull_min"),
        (_family("chi2", df=4.0), _family("erlang", a=2.0), "gamma"),
        (_family("rayleigh"), _family("maxwell"), "root_gamma"),
        (_family("t", df=1.0), _family("cauchy"), "cauchy"),
        (_family("uniform"), _family("beta", a=1.0, b=2.0), "beta"),
        (_family("beta", a=1.0, b=1.0), _family("uniform", scale=3.0), "uniform"),
        (_family("t", df=4.0), Family("norm", {"loc": 0.0, "variance": 1.0}), "t from norm"),
        (_family("chi2", df=4.0), Family("norm", {"loc": 0.0, "variance": 1.0}), "gamma from norm"),
        (Family("norm", {"loc": 0.0, "variance": 1.0}), _family("laplace"), "norm from laplace"),
    ],
)
def test_two_laws_meet_in_the_first_form_that_takes_both(first, second, form):
    assert family_pair(first, second).name == form


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_family("gamma", a=2.0), _family("gamma", a=2.0, loc=1.0)),
        (_family("gamma", a=2.0), _family("laplace")),
        (_family("t", df=4.0), _family("t", df=4.0)),
        (Family("norm", {"loc": 0.0, "variance": 1.0}), _family("t", df=4.0)),
        (Family("dirichlet", {"alpha": np.ones(2)}), Family("dirichlet", {"alpha": np.ones(3)})),
        (None, _family("laplace")),
    ],
)
def test_others_have_none(first, second):
    assert family_pair(first, second) is None


def test_a_shape_that_is_to_be_differentiated_is_no_constant():
    shape = torch.tensor(1.0, requires_grad=True)
    assert "expon" not in readings(_family("gamma", a=shape))
    assert "expon" in readings(_family("gamma", a=shape.detach()))


def test_numbers_become_arrays_of_the_kind_and_precision_of_the_tensors():
    pair = FamilyPair("laplace", {"loc": torch.tensor(0.0), "scale": 2.0}, {"loc": 1.0, "scale": torch.tensor(1.0)})
    assert pair.dtype == torch.float32
    assert {value.dtype for one in pair.arrays for value in one.values()} == {torch.float64}
    assert {type(value) for one in pair.numbers for value in one.values()} == {np.ndarray}
    assert pair.mirrored().first == pair.second


def test_every_form_names_parameters_that_its_laws_share():
    assert all(form.kl is not None and form.textbook is not None for form in FORMS.values())
    assert {name for name, form in FORMS.items() if form.joint} == {"dirichlet", "wishart"}
