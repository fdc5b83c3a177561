from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput


def test_methods_are_listed_best_guarantee_first():
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0)
    for divergence in (dg.kl, dg.js):
        strengths = [route.guarantee.strength for route in dg.methods_for(divergence, p, q)]
        assert strengths == sorted(strengths, reverse=True)
    assert dg.methods_for(dg.kl, p, q)[0].name == "gaussian"
    assert "overlap" in [route.name for route in dg.methods_for(dg.js, p, q)]


def test_every_listed_method_can_be_called_by_its_name():
    pairs = [
        ([0.5, 0.5], [0.25, 0.75]),
        (dg.Points([0.0, 1.0]), dg.Points([0.0, 1.0], [0.25, 0.75])),
        (dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0)),
        (dg.Points([0.0]), dg.Gaussian(1.0, 2.0)),
    ]
    for divergence in (dg.kl, dg.js):
        for p, q in pairs:
            for route in dg.methods_for(divergence, p, q):
                bracket = divergence(p, q, method=route.name)
                assert (bracket.method, bracket.guarantee) == (route.name, route.guarantee)
                assert bracket.quantity == divergence.__name__
                assert route.summary


def test_a_method_that_does_not_take_the_pair_is_refused_with_those_that_do():
    with pytest.raises(InvalidInput, match="method must be one of 'auto', 'discrete', got 'gaussian'"):
        dg.kl([0.5, 0.5], [0.5, 0.5], method="gaussian")


def test_a_pair_that_no_method_takes_is_refused():
    with pytest.raises(InvalidInput, match="Histogram and Gaussian"):
        dg.kl([0.5, 0.5], dg.Gaussian(0.0, 1.0))
    assert dg.methods_for(dg.kl, np.array([0.5, 0.5]), dg.Gaussian(0.0, 1.0)) == ()


def test_methods_are_listed_whatever_options_are_given_or_left_out():
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 2.0)
    for function in (dg.kl, dg.renyi, dg.f_divergence, dg.mmd, dg.energy_distance):
        for options in ({}, {"order": 2.0}, {"confidence": 0.9}):
            assert dg.methods_for(function, p, q, **options)
            assert dg.methods_for(function, dg.Points([0.0]), q, **options)
