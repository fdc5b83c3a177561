"""The Jacobian of a field, and products with it, copy by copy."""

from __future__ import annotations

import torch

import dualgap as dg
from dualgap.games.derivatives import field_and_jacobian

GAME = dg.games.Payoff(lambda x, y: (x**3).sum(-1) + (x[..., 0] * y[..., 0] ** 2) - (y**4).sum(-1), sizes=(2, 1))
GENERATOR = torch.Generator().manual_seed(0)
X, Y, V = (torch.randn(4, n, generator=GENERATOR, dtype=torch.float64) for n in (2, 1, 3))


def by_finite_differences(h=1e-6):
    columns = []
    for i in range(3):
        step = torch.zeros(3, dtype=torch.float64)
        step[i] = h
        ahead, behind = (torch.cat(GAME.field(X + s * step[:2], Y + s * step[2:]), -1) for s in (1, -1))
        columns.append((ahead - behind) / (2 * h))
    return torch.stack(columns, -1)


def test_the_jacobian_is_that_of_finite_differences():
    field, jacobian = field_and_jacobian(GAME, X, Y, None)
    assert torch.equal(field, torch.cat(GAME.field(X, Y), -1))
    assert torch.allclose(jacobian, by_finite_differences(), atol=1e-7)  # central differences: h^2 and eps / h


def test_products_with_it_and_its_transpose_agree_with_the_matrix():
    _, jacobian = field_and_jacobian(GAME, X, Y, None)
    _, pullback = GAME.field_and_pullback(X, Y, None)
    assert torch.allclose(pullback(V), (jacobian.mT @ V[..., None])[..., 0], rtol=1e-13)
    assert torch.allclose(GAME.jacobian_product(X, Y, None, V), (jacobian @ V[..., None])[..., 0], rtol=1e-13)
