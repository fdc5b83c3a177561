"""A network of a user's own is a player like any other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import dualgap as dg


@dataclass(frozen=True)
class Cone(dg.networks.Network):
    """x -> |x - c| + b: one learned cone, 1-Lipschitz for any weights."""

    inputs: int
    outputs: int = 1

    @property
    def size(self):
        return self.inputs + 1

    def initial(self, streams):
        return streams.normal(self.size)

    def __call__(self, weights, points):
        centre, offset = weights.split([self.inputs, 1], -1)
        distance = torch.sqrt(((points - centre[..., None, :]) ** 2).sum(-1) + 1e-12)
        return (distance + offset)[..., None]


def test_a_users_network_can_be_the_critic_of_a_fit():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 2))
    y = 0.5 * x  # moved towards the origin: the distance's potential is the cone at the origin
    method = dg.methods.SimultaneousGDA(step=0.02, scaling=dg.methods.Adam(beta1=0.5))
    fitted = dg.duals.fit(
        dg.duals.KantorovichRubinstein(), dg.Points(x), dg.Points(y), critic=Cone(2), steps=300, method=method
    )
    exact = dg.wasserstein(x, y)
    assert fitted.bracket.lower <= exact.upper
    assert fitted.bracket.lower > 0.9 * exact.value


def test_of_a_users_network_nothing_is_claimed_that_it_does_not_say():
    network = Cone(2)
    weights = network.initial(dg.games.Streams([0, 1]))
    assert network.lipschitz is False
    assert network.lipschitz_bound(weights).tolist() == [np.inf, np.inf]
    points = torch.zeros(5, 2)
    assert torch.equal(network.initial_at(dg.games.Streams([0, 1]), points, points), weights)


@pytest.mark.parametrize(
    "network",
    [
        *(dg.networks.LipschitzMLP((2, 4, 1), layer=layer) for layer in ("bjorck", "cayley", "aol", "sll")),
        dg.networks.MLP((2, 4, 1)),
        dg.networks.MLP((2, 4, 1), spectral=True),
        dg.networks.Cones(2, 3),
        dg.networks.Cones(2, 3, rank=1),
        dg.networks.MixtureCritic((dg.networks.Cones(2, 3), dg.networks.MLP((2, 4, 1))), combine="convex"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_of_weights_that_are_not_finite_nothing_is_claimed_and_of_those_beside_them_the_same(network, bad):
    weights = network.initial(dg.games.Streams([0, 1]))
    known = network.lipschitz_bound(weights)
    for place in (0, network.size - 1):
        broken = weights.clone()
        broken[1, place] = bad
        assert network.lipschitz_bound(broken).tolist() == [pytest.approx(float(known[0]), rel=1e-12), math.inf]
