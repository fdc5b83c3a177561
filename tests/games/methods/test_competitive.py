"""Competitive descent is the proximal point method on bilinear games, and solves its local game elsewhere."""

from __future__ import annotations

import torch

import dualgap as dg
from dualgap.games.derivatives import field_and_jacobian

XY = dg.games.bilinear([[1.0]])


def test_on_bilinear_games_it_takes_the_path_of_the_proximal_point_method():
    game = dg.games.bilinear([[1.0, 0.3], [0.0, 0.7]])
    start = (
        torch.tensor([[1.0, -1.0], [2.0, 0.1]], dtype=torch.float64),
        torch.tensor([0.5, 2.0], dtype=torch.float64),
    )
    paths = [
        dg.simulate(game, method(step=0.8), start=start, steps=20)
        for method in (dg.methods.CompetitiveGradientDescent, dg.methods.ProximalPoint)
    ]
    assert torch.allclose(paths[0].x, paths[1].x, rtol=0, atol=1e-13)
    assert torch.allclose(paths[0].y, paths[1].y, rtol=0, atol=1e-13)


def test_its_step_is_the_nash_equilibrium_of_the_local_game():
    game, h = dg.games.dirac_gan(), 0.7
    x, y = torch.tensor([0.9], dtype=torch.float64), torch.tensor([-0.6], dtype=torch.float64)
    method = dg.methods.CompetitiveGradientDescent(step=h)
    new_x, new_y, _ = method.step(game, x, y, {}, lambda: None)
    # min over dx of dx f_x + dx f_xy dy + dx^2 / 2h, and the other player's: both first-order conditions hold
    p, q = x.clone().requires_grad_(), y.clone().requires_grad_()
    loss_x, loss_y = game.loss_x(p, q, None), game.loss_y(p, q, None)
    (f_x,) = torch.autograd.grad(loss_x, p, create_graph=True)
    (f_y,) = torch.autograd.grad(loss_y, q, create_graph=True)
    (f_xy,) = torch.autograd.grad(f_x, q, retain_graph=True)
    (f_yx,) = torch.autograd.grad(f_y, p)
    dx, dy = new_x - x, new_y - y
    assert abs((f_x + f_xy * dy + dx / h).item()) < 1e-14
    assert abs((f_y + f_yx * dx + dy / h).item()) < 1e-14


def test_the_first_order_of_its_step_is_extragradient_on_a_bilinear_game():
    game, h = dg.games.bilinear([[1.0, 0.3], [0.0, 0.7]]), 0.4
    x, y = torch.tensor([1.0, -0.5], dtype=torch.float64), torch.tensor([0.2, 0.9], dtype=torch.float64)
    field, jacobian = field_and_jacobian(game, x, y, None)
    # (I + h J)^{-1} = I - h J + ..., all of J being across the players
    expected = torch.cat([x, y]) - h * (field - h * jacobian @ field)
    new_x, new_y, _ = dg.methods.ExtraGradient(step=h).step(game, x, y, {}, lambda: None)
    assert torch.allclose(torch.cat([new_x, new_y]), expected, rtol=0, atol=1e-15)


def test_a_size_for_each_copy_broadcasts():
    sizes = torch.tensor([0.2, 0.9], dtype=torch.float64)
    together = dg.simulate(XY, dg.methods.CompetitiveGradientDescent(step=sizes), start=(1.0, 1.0), steps=5)
    alone = dg.simulate(XY, dg.methods.CompetitiveGradientDescent(step=0.9), start=(1.0, 1.0), steps=5)
    assert torch.allclose(together.x[:, 1], alone.x, rtol=1e-14)
