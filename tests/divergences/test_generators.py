from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dualgap.divergences.generators import FDivergence, JensenShannon, KullbackLeibler, log_quotient
from dualgap.divergences.kernels import Atoms

GENERATORS = [leaf() for leaf in FDivergence.__subclasses__()]
IDS = [generator.name for generator in GENERATORS]
T = np.array([0.05, 0.3, 0.9, 1.0, 1.1, 2.5, 40.0])


def test_there_are_generators():
    assert {KullbackLeibler, JensenShannon} <= set(FDivergence.__subclasses__())


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
    np.testing.assert_allclose(
        touching.numpy(), value.detach().numpy(), rtol=1e-9, atol=1e-12
    )  # products up to 1600
    for s in slope:
        assert bool((generator.f(t) >= s * t - generator.conjugate(s) - 1e-9).all())


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_slope_and_curvature_are_derivatives_of_f(generator):
    t = torch.tensor(T, requires_grad=True)
    (first,) = torch.autograd.grad(generator.f(t).sum(), t, create_graph=True)
    assert float(first[3].detach()) == pytest.approx(generator.slope, abs=1e-14)
    if first.requires_grad:
        (second,) = torch.autograd.grad(first.sum(), t)
        np.testing.assert_allclose(generator.curvature(T), second.numpy(), rtol=1e-12)


@pytest.mark.parametrize("generator", GENERATORS, ids=IDS)
def test_terms_and_perspective_add_up_to_the_definition(generator):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(7), size=2)
    definition = float((q * generator.f(p / q)).sum())
    assert float(generator.terms(Atoms(p, q)).sum()) == pytest.approx(definition, rel=1e-13)
    assert float(generator.perspective(p, q).sum()) == pytest.approx(definition, rel=1e-13)


def test_log_quotient_keeps_its_digits_across_all_doubles():
    p = np.array([1.0, 0.9999999, 5e-324, 1e308, 3e-310, 1e-300, 0.5, 0.75])
    q = np.array([2.0, 1.0000001, 1e308, 5e-324, 1e-310, 2e-300, 0.49999999999999994, 0.7499999999999999])
    import mpmath

    truth = [
        float(mpmath.log(mpmath.mpf(a)) - mpmath.log(mpmath.mpf(b)))
        if abs(math.log(a) - math.log(b)) > 1e-3
        else math.log1p((a - b) / b)
        for a, b in zip(p, q, strict=True)
    ]
    # The quotient of nearby numbers is itself rounded, to 1e-16 of its logarithm or absolutely.
    np.testing.assert_allclose(log_quotient(p, q), truth, rtol=1e-13, atol=1.2e-16)
