"""Games: the field is each player's own gradient, copy by copy."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Payoff, ZeroSum

SADDLE = Payoff(lambda x, y: (x**3).sum(-1) + (x * y).sum(-1) - (y**4).sum(-1), sizes=(2, 2))


def finite_differences(function, point, h=1e-6):
    steps = h * torch.eye(len(point), dtype=torch.float64)
    return torch.stack([(function(point + step) - function(point - step)) / (2 * h) for step in steps])


@given(st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_the_field_is_the_descent_gradient_of_each_players_own_loss(numbers):
    x, y = torch.tensor(numbers, dtype=torch.float64).split(2)
    grad_x, grad_y = SADDLE.field(x, y)
    # central differences err by h^2 f''' / 6 + eps |f| / h, both below 1e-8 for |x| <= 2
    assert torch.allclose(grad_x, finite_differences(lambda x: SADDLE.loss_x(x, y, None), x), atol=1e-7)
    assert torch.allclose(grad_y, finite_differences(lambda y: SADDLE.loss_y(x, y, None), y), atol=1e-7)
    assert torch.equal(grad_x, SADDLE.grad_x(x, y))
    assert torch.equal(grad_y, SADDLE.grad_y(x, y))


def test_a_zero_sum_game_has_losses_that_cancel():
    x, y = torch.tensor([0.3, -1.0]), torch.tensor([2.0, 0.1])
    assert isinstance(SADDLE, ZeroSum)
    assert SADDLE.loss_x(x, y, None) == -SADDLE.loss_y(x, y, None)


def test_every_copy_has_the_gradient_that_it_has_alone():
    x, y = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    together = SADDLE.field(x, y)
    for k in range(5):
        alone = SADDLE.field(x[k], y[k])
        assert torch.equal(together[0][k], alone[0])
        assert torch.equal(together[1][k], alone[1])


def test_a_field_can_itself_be_differentiated():
    x, y = torch.tensor([1.0, 2.0], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    hessian = torch.func.jacrev(lambda x: SADDLE.grad_x(x, y))(x)
    assert torch.equal(hessian, torch.diag(6 * x))


@pytest.mark.parametrize(
    ("function", "sizes"), [("f", (1, 1)), (len, (1,)), (len, [1, 1]), (len, (1, -1)), (len, (1, 1.5))]
)
def test_a_payoff_needs_a_function_and_two_sizes(function, sizes):
    with pytest.raises(InvalidInput, match=r"^(function|sizes) must"):
        dg.games.Payoff(function, sizes=sizes)
