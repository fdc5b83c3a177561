"""Mirror-prox: its step is a Bregman projection, and the gap of its averaged half-iterates stays below its bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.methods.mirror_prox import reweighted

WEIGHTS = st.lists(st.integers(1, 100), min_size=4, max_size=4).map(lambda n: torch.tensor(n).double() / sum(n))
LOSSES = st.lists(st.floats(-4, 4), min_size=4, max_size=4).map(lambda v: torch.tensor(v, dtype=torch.float64))


def gap(matrix, x, y):
    """max_j (A'x)_j - min_i (A y)_i."""
    return float((matrix.T @ x).max() - (matrix @ y).min())


def random_matrix(n, m, seed):
    return torch.as_tensor(np.random.default_rng(seed).uniform(-1, 1, (n, m)))


@given(WEIGHTS, LOSSES, st.floats(0.01, 5))
def test_the_entropic_step_minimises_the_linear_loss_plus_the_relative_entropy(weights, losses, step):
    found = reweighted(weights, step, losses)
    others = torch.as_tensor(np.vstack([np.random.default_rng(0).dirichlet(np.ones(4), 300), np.eye(4)]))

    def objective(u):
        return step * (u @ losses) + torch.special.xlogy(u, u / weights).sum(-1)

    assert abs(float(found.sum()) - 1) < 1e-14
    # the minimum is -log sum z e^{-step g}; a minimum of terms below 20 is attained to a few roundings
    expected = -torch.logsumexp(weights.log() - step * losses, -1)
    assert abs(float(objective(found) - expected)) < 1e-13
    assert float(objective(others).min()) >= float(expected) - 1e-13


@given(WEIGHTS, LOSSES)
def test_an_enormous_step_ends_at_the_least_loss_without_overflow(weights, losses):
    for sign in (1, -1):
        found = reweighted(weights, 1e300, sign * losses)
        assert abs(float(found.sum()) - 1) < 1e-12
        assert float(found @ (sign * losses)) == pytest.approx(float((sign * losses).min()))


def test_a_weight_of_zero_stays_zero_however_small_its_loss():
    found = reweighted(torch.tensor([0.0, 0.5, 0.5]), 1.0, torch.tensor([-1e30, 0.0, 0.0]))
    assert found.tolist() == [0.0, 0.5, 0.5]


@pytest.mark.parametrize("one", [dg.games.FreeSpace(), dg.games.Box(-1.0, 0.5), dg.games.Ball(0.8)])
def test_where_there_is_no_simplex_it_is_extragradient(one):
    game = dg.games.bilinear([[1.0, 0.5], [-0.3, 0.7]], set_x=one, set_y=one)
    start = [0.4, -0.5], [0.1, 0.45]
    runs = [
        dg.simulate(game, m(step=0.4), start=start, steps=50) for m in (dg.methods.MirrorProx, dg.methods.ExtraGradient)
    ]
    assert torch.equal(runs[0].x, runs[1].x)
    assert torch.equal(runs[0].y, runs[1].y)


@pytest.mark.parametrize(("n", "m", "seed"), [(2, 3, 0), (5, 5, 1), (20, 8, 2), (40, 60, 3)])
def test_the_gap_of_the_averaged_half_iterates_is_below_the_bound_of_the_geometry(n, m, seed):
    matrix = random_matrix(n, m, seed)
    game = dg.games.matrix_game(matrix.numpy())
    start = torch.full((n,), 1 / n, dtype=torch.float64), torch.full((m,), 1 / m, dtype=torch.float64)
    entropic, euclidean = 1 / float(matrix.abs().max()), 1 / float(torch.linalg.matrix_norm(matrix, 2))
    # the farthest points of the simplices from their centres are their vertices
    square = (1 - 1 / n) + (1 - 1 / m)
    cases = {
        dg.methods.MirrorProx(step=entropic): (math.log(n) + math.log(m)) / entropic,
        dg.methods.ExtraGradient(step=euclidean): square / (2 * euclidean),
    }
    for method, constant in cases.items():
        run = dg.simulate(game, dg.methods.Averaged(method=method), start=start, steps=200, record=20)
        for t, x, y in zip(run.steps[1:], run.x[1:], run.y[1:], strict=True):
            assert 0 <= gap(matrix, x, y) <= constant / int(t) + 1e-12
            # the value lies between the worst cases of both players
            assert float((matrix @ y).min()) - 1e-9 <= game.value <= float((matrix.T @ x).max()) + 1e-9


def test_each_player_moves_in_the_geometry_of_its_own_set():
    class Mixed(dg.games.ZeroSum):
        sizes, sets = (1, 2), (dg.games.Box(-1.0, 1.0), dg.games.Simplex())

        def payoff(self, x, y, sample):
            return (x**2).sum(-1) * y[..., 0] + ((x - 1) ** 2).sum(-1) * y[..., 1]

    run = dg.simulate(Mixed(), dg.methods.MirrorProx(step=0.2), start=([0.9], [0.5, 0.5]), steps=2000)
    # min_x max(x^2, (x - 1)^2) is at 1/2, where x (y_0 + y_1) = y_1
    assert run.x[-1].item() == pytest.approx(0.5, abs=1e-9)
    assert run.y[-1].tolist() == pytest.approx([0.5, 0.5], abs=1e-9)


def test_what_is_not_a_way_to_sample_is_named():
    with pytest.raises(InvalidInput, match=r"^sample must be one of"):
        dg.methods.MirrorProx(step=0.1, sample="both")
