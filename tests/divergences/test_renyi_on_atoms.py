from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, "two", True, None, [2.0]])
def test_an_order_that_is_not_positive_and_finite_is_refused(bad):
    with pytest.raises(InvalidInput, match="order must be") as caught:
        dg.renyi([0.5, 0.5], [0.5, 0.5], order=bad)
    assert caught.value.argument == "order"


def test_points_and_singular_laws_have_renyi_divergences():
    p, q = dg.Points([0.0, 1.0, 1.0], [0.25, 0.5, 0.25]), dg.Points([1.0, 0.0], [0.5, 0.5])
    bracket = dg.renyi(p, q, order=2)
    assert float(bracket.value) == pytest.approx(math.log1p(0.25), rel=1e-14)
    bracket.certificate.check()
    for order in (0.5, 1, 2):
        apart = dg.renyi(p, dg.Gaussian(0.0, 1.0), order=order)
        assert apart.value == math.inf
        assert "made of atoms" in apart.reason
        assert apart.quantity == "renyi"
        apart.certificate.check()


def test_batches_and_tensors():
    p = torch.tensor([[0.5, 0.5], [1.0, 0.0]])
    bracket = dg.renyi(p, torch.tensor([0.0, 1.0]), order=0.5)
    assert bracket.value.dtype == torch.float32
    np.testing.assert_allclose(bracket.value.numpy(), [math.log(2), math.inf], rtol=1e-6)
    bracket.certificate.check()


@pytest.mark.parametrize("order", [1e-12, 1e-6, 1e-3, 0.1, 0.49])
@pytest.mark.parametrize("seed", range(5))
def test_small_orders_keep_relative_accuracy(order, seed, oracle):
    p = np.array([0.49799874, 0.39602735, 0.1059739]) + [1e-8, 0, 0]
    q = np.random.default_rng(seed).dirichlet([3.0, 2.0, 2.0])
    bracket = dg.renyi(p / p.sum(), q, order=order)
    truth = oracle.renyi(p / p.sum(), q, order)
    assert bracket.lower <= truth <= bracket.upper
    assert bracket.gap <= 1e-12 * bracket.upper
    bracket.certificate.check()


@pytest.mark.parametrize("order", [1e-6, 0.3])
def test_small_orders_count_the_masses_of_one_law_alone(order, oracle):
    for p, q in (([0.5, 0.5, 0.0], [0.25, 0.25, 0.5]), ([0.25, 0.25, 0.5], [0.5, 0.5, 0.0])):
        bracket = dg.renyi(p, q, order=order)
        assert bracket.lower <= oracle.renyi(p, q, order) <= bracket.upper
        bracket.certificate.check()
