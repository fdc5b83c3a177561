from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dualgap.divergences.generators import (
    ChiSquared,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.kernels import Atoms

GENERATORS = [
    KullbackLeibler(),
    JensenShannon(),
    Jeffreys(),
    TotalVariation(),
    SquaredHellinger(),
    ChiSquared(),
    Power(0.3),
    Power(3.0),
]
IDS = [generator.name for generator in GENERATORS]
T = np.array([0.05, 0.3, 0.9, 1.0, 1.1, 2.5, 40.0])


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_f_is_convex_and_vanishes_at_one(generator):
    t = np.linspace(0.01, 5, 400)
    values = generator.f(t)
    assert generator.f(np.array([1.0]))[0] == 0
    # Midpoints of a grid whose values are below 40: rounding of their sum.
    assert (values[1:-1] <= (values[:-2] + values[2:]) / 2 + 1e-14).all()


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_the_declared_limits_are_those_of_f(generator):
    if math.isfinite(generator.at_zero):
        assert generator.f(np.array([0.0]))[0] == pytest.approx(generator.at_zero, abs=1e-15)
    else:
        assert generator.f(np.array([1e-300]))[0] > 100
    growth = generator.f(np.array([1e12]))[0] / 1e12
    # f(t)/t approaches a finite limit like ln(t)/t or 1/sqrt(t), 1e-6 at 1e12; otherwise it exceeds ln(1e12) = 27.
    assert growth > 20 if generator.at_infinity == math.inf else abs(growth - generator.at_infinity) < 1e-5


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_fenchel_young_with_equality_at_the_slope(generator):
    t = torch.tensor(T, requires_grad=True)
    value = generator.f(t)
    (slope,) = torch.autograd.grad(value.sum(), t)
    touching = slope * t.detach() - generator.conjugate(slope)
    np.testing.assert_allclose(touching.numpy(), value.detach().numpy(), rtol=1e-9, atol=1e-12)  # products up to 1600
    for s in slope:
        assert bool((generator.f(t) >= s * t - generator.conjugate(s) - 1e-9).all())


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_the_slope_is_a_subgradient_and_the_remainder_what_is_above_it(generator):
    u = np.array([-0.25, -0.1, 0.1, 0.25])
    above = generator.f(1 + u) - generator.slope * u
    assert (above > 0).all()
    np.testing.assert_allclose(generator.remainder(u), above, rtol=1e-12)  # 1e-16 of one, divided by 1e-3


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_terms_and_perspective_add_up_to_the_definition(generator):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(7), size=2)
    definition = float((q * generator.f(p / q)).sum())
    assert float(generator.terms(Atoms(p, q)).sum()) == pytest.approx(definition, rel=1e-13)
    assert float(generator.perspective(p, q).sum()) == pytest.approx(definition, rel=1e-13)
