"""A network in other units is the network, with the chain rule of the units."""

from __future__ import annotations

import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks import MLP, Rescaled

PLAIN = MLP((2, 8, 3), activation="tanh")


def test_inputs_are_divided_and_outputs_multiplied():
    streams = Streams([0, 1])
    weights, points = PLAIN.initial(streams), streams.normal(5, 2)
    found = Rescaled(network=PLAIN, unit_in=4.0, unit_out=0.5)
    assert (found.inputs, found.outputs, found.size) == (2, 3, PLAIN.size)
    assert torch.equal(found(weights, points), 0.5 * PLAIN(weights, points / 4))
    assert torch.equal(found.initial(Streams([0, 1])), PLAIN.initial(Streams([0, 1])))


def test_the_lipschitz_bound_is_in_the_new_units():
    weights = PLAIN.initial(Streams([0, 1]))
    found = Rescaled(network=PLAIN, unit_in=4.0, unit_out=0.5).lipschitz_bound(weights)
    assert torch.allclose(found, PLAIN.lipschitz_bound(weights) / 8, rtol=1e-12)


@pytest.mark.parametrize("options", [{"network": "mlp"}, {"unit_in": 0.0}, {"unit_out": -1.0}, {"unit_in": True}])
def test_bad_options_are_named(options):
    with pytest.raises(InvalidInput, match=f"^{next(iter(options))} must"):
        Rescaled(**{"network": PLAIN, **options})
