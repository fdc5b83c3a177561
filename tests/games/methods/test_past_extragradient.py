"""Past-extragradient has the rate of optimistic descent at half the cost of extragradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.45))
def test_it_has_the_rate_of_optimistic_descent(h):
    rates = [dg.predict_rate(XY, method(step=h)) for method in (dg.methods.PastExtraGradient, dg.methods.OptimisticGDA)]
    assert abs(rates[0] - rates[1]) < 1e-9  # the same spectrum; near a = 1/2 it is ill conditioned


@pytest.mark.parametrize("one", [dg.games.Box(-0.4, 0.5), dg.games.Ball(0.6)])
def test_under_projection_the_points_it_looks_at_are_not_the_optimistic_path(one):
    game, h = dg.games.bilinear([[1.0, 0.5], [-0.4, 0.8]], set_x=one, set_y=one), 0.5
    past, optimistic = dg.methods.PastExtraGradient(step=h), dg.methods.OptimisticGDA(step=h)
    x, y = torch.tensor([0.5, -0.3], dtype=torch.float64), torch.tensor([-0.4, 0.2], dtype=torch.float64)
    state = memory = past.init(game, x, y)
    own, apart = None, 0.0
    for _ in range(30):
        looked = game.project_x(x - h * state["past.x"]), game.project_y(y - h * state["past.y"])
        own = looked if own is None else own
        apart = max(apart, float((own[0] - looked[0]).norm()))
        x, y, state = past.step(game, x, y, state, lambda: None)
        own_x, own_y, memory = optimistic.step(game, *own, memory, lambda: None)
        own = own_x, own_y
    assert apart > 1e-3


@given(st.floats(0.05, 0.4), st.floats(0.05, 0.4))
def test_its_look_ahead_may_have_a_size_of_its_own(h, g):
    eigenvalues = linearise(XY, dg.methods.PastExtraGradient(step=h, extrapolation=g)).eigenvalues
    # w' = F(z - g w) = i z - i g w, z' = z - h w': the matrix [[1 - i h, i g h], [i, -i g]] and its conjugate
    expected = np.linalg.eigvals(np.array([[1 - 1j * h, 1j * g * h], [1j, -1j * g]]))
    for value in expected:
        assert np.abs(eigenvalues - value).min() < 1e-7  # a double eigenvalue loses half of the digits


def test_it_costs_half_of_extragradient():
    assert 2 * dg.methods.PastExtraGradient(step=0.1).gradient_calls(XY) == dg.methods.ExtraGradient(
        step=0.1
    ).gradient_calls(XY)
