"""Follow the ridge: its eigenvalues are those of the Schur complement and of the inner Hessian."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.games import linearise

XY = dg.games.bilinear([[1.0]])


@given(st.floats(-1, 1), st.floats(0.1, 2), st.floats(0.2, 1.5), st.floats(0.05, 0.5), st.floats(0.05, 0.5))
def test_the_eigenvalues_are_the_schur_complement_and_the_inner_curvature(p, b, q, step_x, step_y):
    game = dg.games.quadratic([[p]], [[b]], [[q]])
    schur = p + b * b / q
    found = np.sort(linearise(game, dg.methods.FollowTheRidge(step_x=step_x, step_y=step_y)).eigenvalues.real)
    expected = np.sort([1 - step_x * schur, 1 - step_y * q])
    # a triangular matrix up to a change of basis; a double eigenvalue splits by the root of rounding
    assert np.allclose(found, expected, atol=1e-6)


def test_it_attracts_to_a_minimax_point_that_descent_ascent_leaves():
    game = dg.games.quadratic([[-1.0]], [[2.0]], [[0.5]])  # -x^2/2 + 2xy - y^2/4: needs tau > 2
    assert dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.05)) > 1
    assert dg.predict_rate(game, dg.methods.FollowTheRidge(step=0.05)) < 1
    assert dg.predict_rate(game, dg.methods.SimultaneousGDA(step_x=0.005, step_y=0.005 * 2.5)) < 1
