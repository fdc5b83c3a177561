from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg

RNG = np.random.default_rng(0)
P, Q = dg.Samples(RNG.normal(1.0, 1.0, (80, 2))), dg.Samples(RNG.normal(size=(70, 2)))


@pytest.mark.parametrize(
    ("function", "options", "names"),
    [
        (dg.kl, {}, ["held_out", "neural", "classifier", "neighbours"]),
        (dg.js, {}, ["held_out", "accuracy", "neural", "classifier"]),
        (dg.jeffreys, {}, ["held_out", "neighbours"]),
        (dg.total_variation, {}, ["held_out", "accuracy", "neural"]),
        (dg.hellinger, {}, ["held_out", "neural", "classifier", "neighbours"]),
        (dg.chi_squared, {}, ["held_out", "neural"]),
        (dg.renyi, {"order": 2.0}, ["held_out", "neighbours"]),
        (dg.f_divergence, {"generator": dg.divergences.ChiSquared()}, ["held_out"]),
    ],
)
def test_samples_have_these_methods_best_guarantee_first(function, options, names):
    routes = dg.methods_for(function, P, Q, **options)
    assert [route.name for route in routes] == names
    strengths = [route.guarantee.strength for route in routes]
    assert strengths == sorted(strengths, reverse=True)


def test_an_option_chooses_the_best_method_that_takes_it():
    assert dg.kl(P, Q).method == "held_out"
    assert dg.kl(P, Q, neighbours=2).method == "neighbours"
    assert dg.js(P, Q, features="linear").method == "held_out"


def test_torch_draws_are_taken_as_they_are():
    import torch

    x, y = (torch.as_tensor(law.points) for law in (P, Q))
    for method in ("held_out", "classifier", "neighbours"):
        ours = dg.kl(dg.Samples(x), dg.Samples(y), method=method)
        assert float(ours) == float(dg.kl(P, Q, method=method))
