"""Perceptrons that are 1-Lipschitz whatever their weights are."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks import group_sort

KINDS = ("bjorck", "cayley", "aol", "sll")
kinds = pytest.mark.parametrize("layer", KINDS)


def network_of(layer, inputs=3, outputs=1, hidden=2):
    return dg.networks.LipschitzMLP((inputs, *[6] * hidden, outputs), layer=layer)


@kinds
@settings(max_examples=20)
@given(
    inputs=st.integers(1, 5),
    outputs=st.integers(1, 3),
    hidden=st.integers(1, 3),
    seed=st.integers(0, 500),
    exponent=st.integers(-20, 20),
)
def test_no_slope_is_above_one_for_any_weights(layer, inputs, outputs, hidden, seed, exponent):
    network = network_of(layer, inputs, outputs, hidden)
    scale = 10.0**exponent
    weights = scale * Streams(seed).normal(network.size)
    points = max(1.0, scale) * Streams(seed, purpose=1).normal(12, inputs)
    values = network(weights, points)
    first, second = torch.combinations(torch.arange(12)).T
    rises = (values[first] - values[second]).norm(dim=-1)
    assert bool((rises <= (1 + 1e-6) * (points[first] - points[second]).norm(dim=-1)).all())
    for point in points[:4]:
        jacobian = torch.func.jacrev(lambda x: network(weights, x[None])[0])(point)
        steepest = float(torch.linalg.matrix_norm(jacobian, 2))
        assert steepest <= float(network.lipschitz_bound(weights)) <= 1 + 1e-9
    assert network.lipschitz


@pytest.mark.parametrize("layer", ["bjorck", "cayley"])
def test_orthonormal_layers_reach_slope_one_everywhere(layer):
    network = dg.networks.LipschitzMLP((8, 8, 8, 3), layer=layer)  # wide enough at the input to lose no direction
    weights = network.initial(Streams(0))
    jacobian = torch.func.jacrev(lambda x: network(weights, x[None])[0])(Streams(1).normal(8))
    # a sort of units is a permutation; six steps of Bjorck's iteration leave 1e-8
    assert torch.allclose(torch.linalg.svdvals(jacobian), torch.ones(3, dtype=torch.float64), atol=1e-6)


@kinds
def test_a_member_of_an_ensemble_is_the_network_alone(layer):
    network = network_of(layer)
    streams = Streams([3, 4, 5])
    weights, points = network.initial(streams), streams.normal(7, 3)
    together = network(weights, points)
    shared = network(weights, points[0])
    for k in range(3):
        assert torch.equal(network.initial(Streams(3 + k)), weights[k])
        assert torch.allclose(network(weights[k], points[k]), together[k], rtol=1e-12, atol=1e-13)
        assert torch.allclose(network(weights[k], points[0]), shared[k], rtol=1e-12, atol=1e-13)
        assert float(network.lipschitz_bound(weights)[k]) == pytest.approx(float(network.lipschitz_bound(weights[k])))


@kinds
def test_gradients_are_those_of_finite_differences(layer):
    network = network_of(layer, hidden=1)
    # not the initial weights: where columns are orthogonal the sums of absolute values have a kink
    weights = Streams(0).normal(network.size).requires_grad_()
    points = Streams(1).normal(4, 3).requires_grad_()
    assert torch.autograd.gradcheck(network, (weights, points))


@kinds
def test_gradients_are_finite_at_zero_weights(layer):
    network = network_of(layer)
    gradient = torch.func.grad(lambda w: network(w, torch.ones(2, 3, dtype=torch.float64)).sum())(
        torch.zeros(network.size, dtype=torch.float64)
    )
    assert bool(gradient.isfinite().all())


@kinds
def test_weights_in_single_precision_keep_their_kind(layer):
    network = network_of(layer)
    weights = network.initial(Streams([0, 1], dtype=torch.float32))
    values = network(weights, torch.ones(2, 5, 3))
    assert values.dtype == torch.float32
    assert network.lipschitz_bound(weights).dtype == torch.float64
    # the same weights in double precision are the same function, up to the rounding of seven digits
    assert torch.allclose(values.double(), network(weights.double(), torch.ones(2, 5, 3).double()), atol=1e-5)


@given(values=st.lists(st.floats(-9, 9), min_size=6, max_size=6), groups=st.sampled_from([2, 3, 6]))
def test_sorting_permutes_each_group(values, groups):
    hidden = torch.tensor(values, dtype=torch.float64)
    made = group_sort(hidden, groups)
    before, after = hidden.unflatten(-1, (groups, -1)), made.unflatten(-1, (groups, -1))
    assert torch.equal(before.sort(-2).values, after)


def test_the_constraints_on_widths_are_named():
    with pytest.raises(InvalidInput, match=r"^layer must be one of 'bjorck', 'cayley', 'aol', 'sll'"):
        dg.networks.LipschitzMLP((2, 4, 1), layer="qr")
    with pytest.raises(InvalidInput, match="multiples of the 2 units"):
        dg.networks.LipschitzMLP((2, 5, 1))
    with pytest.raises(InvalidInput, match="multiples of the 3 units"):
        dg.networks.LipschitzMLP((2, 4, 1), groups=3)
    with pytest.raises(InvalidInput, match="equal hidden widths"):
        dg.networks.LipschitzMLP((2, 4, 8, 1), layer="sll")
    for groups in (1, True, 2.0, "2"):
        with pytest.raises(InvalidInput, match=r"^groups must"):
            dg.networks.LipschitzMLP((2, 4, 1), groups=groups)
    network = network_of("aol")
    with pytest.raises(InvalidInput, match=r"^weights must have"):
        network.lipschitz_bound(torch.zeros(3))
    with pytest.raises(InvalidInput, match=r"^points must have dimension 3"):
        network(torch.zeros(network.size), torch.zeros(1, 2))


def test_a_network_without_hidden_layers_is_an_affine_contraction():
    network = dg.networks.LipschitzMLP((3, 1))
    weights = 50 * network.initial(Streams(0))
    slope = torch.func.grad(lambda x: network(weights, x[None]).sum())(torch.zeros(3, dtype=torch.float64))
    assert float(slope.norm()) == pytest.approx(1, abs=1e-9)
