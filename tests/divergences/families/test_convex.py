from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch

from dualgap.divergences.families.convex import exponential_excess, logarithm_excess, xlogx_excess

POINTS = [1e-16, 1e-9, 0.1, 1 / 3, 0.34, 1.0, 50.0, -1e-12, -0.1, -1 / 3, -0.34, -0.9, -1 + 1e-12]


@pytest.mark.parametrize(
    ("f", "truth"),
    [
        (logarithm_excess, lambda mp, u: u - mp.log(1 + u)),
        (xlogx_excess, lambda mp, u: (1 + u) * mp.log(1 + u) - u),
        (exponential_excess, lambda mp, u: mp.exp(u) - 1 - u),
    ],
)
def test_remainders_are_right_to_a_few_units_in_the_last_place(f, truth):
    mp = mpmath.MPContext()
    mp.dps = 60
    for u in POINTS:
        exact = truth(mp, mp.mpf(u))
        assert abs(mp.mpf(float(f(np.asarray(u)))) - exact) <= 4e-15 * exact
        tensor = torch.tensor(u, dtype=torch.float64)
        assert abs(float(f(tensor)) - float(f(np.asarray(u)))) <= 4e-15 * float(exact)


def test_the_edges_of_the_domains():
    assert float(logarithm_excess(np.asarray(-1.0))) == np.inf
    assert float(xlogx_excess(np.asarray(-1.0))) == 1
    assert float(logarithm_excess(np.asarray(-1.0), np.asarray(1e-40))) == pytest.approx(40 * np.log(10) - 1)


@pytest.mark.parametrize("f", [logarithm_excess, xlogx_excess, exponential_excess])
def test_remainders_can_be_differentiated_at_the_tangent_and_across_the_switch(f):
    at = torch.tensor([0.0, 1e-9, 0.2, 1.0, -0.5], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(f, at)
