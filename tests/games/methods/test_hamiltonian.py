"""Hamiltonian descent: the rate of a quadratic, and no taste in critical points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg

XY = dg.games.bilinear([[1.0]])


@given(st.floats(0.05, 0.5), st.floats(0.2, 1.0), st.floats(0.2, 1.0))
def test_on_a_bilinear_game_the_rate_is_that_of_the_smallest_singular_value(h, a, b):
    game = dg.games.bilinear([[a, 0.0], [0.0, b]])
    assert abs(dg.predict_rate(game, dg.methods.HamiltonianDescent(step=h)) - (1 - h * min(a, b) ** 2)) < 1e-12


def test_it_also_converges_to_a_maximum_of_both_losses():
    game = dg.games.quadratic([[-1.0]], [[0.0]], [[-1.0]])
    assert (
        dg.predict_rate(game, dg.methods.HamiltonianDescent(step=0.5))
        < 1
        < dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.5))
    )
