"""A network of a user's own is a player like any other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
