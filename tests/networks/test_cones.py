"""Lower envelopes of cones: what brute force gives, 1-Lipschitz for any centres, heights and projections."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks import cones

Cones = dg.networks.Cones


def brute_force(network, weights, points):
    """In numpy, one cone at a time."""
    k, d = network.number, network.dimension
    weights, points = weights.numpy(), points.numpy()
    centres, heights = weights[: k * d].reshape(k, d), weights[k * d : k * d + k]
    values = []
    for x in points:
        each = []
        for n in range(k):
            offset = x - centres[n]
            if network.rank is not None:
                projections = network._unpack(torch.as_tensor(weights))[2]
                offset = projections[n].numpy() @ offset
            each.append(np.sqrt((offset**2).sum()) + heights[n])
        values.append(network.sign * min(each))
    return np.array(values)


networks = st.integers(1, 4).flatmap(
    lambda d: st.builds(
        Cones,
        st.just(d),
        st.integers(1, 9),
        rank=st.none() | st.integers(1, d),
        sign=st.sampled_from([1, -1]),
    )
)


@given(network=networks, seed=st.integers(0, 1000))
def test_the_envelope_is_that_of_brute_force(network, seed):
    weights = Streams(seed).normal(network.size)
    points = 2 * Streams(seed, purpose=1).normal(11, network.dimension)
    # sums of at most four squares
    assert np.allclose(
        network(weights, points)[:, 0].numpy(), brute_force(network, weights, points), rtol=1e-13, atol=1e-14
    )


@settings(max_examples=30)
@given(network=networks, seed=st.integers(0, 1000), exponent=st.integers(-20, 20))
def test_no_slope_is_above_one_for_any_weights(network, seed, exponent):
    scale = 10.0**exponent
    weights = scale * Streams(seed).normal(network.size)
    points = max(1.0, scale) * Streams(seed, purpose=1).normal(10, network.dimension)
    values = network(weights, points)
    first, second = torch.combinations(torch.arange(10)).T
    rises = (values[first] - values[second]).norm(dim=-1)
    assert bool((rises <= (1 + 1e-6) * (points[first] - points[second]).norm(dim=-1)).all())
    slopes = torch.func.grad(lambda x: network(weights, x).sum())(points).norm(dim=-1)
    assert float(slopes.max()) <= float(network.lipschitz_bound(weights)) * (1 + 1e-14)
    assert float(network.lipschitz_bound(weights)) <= 1 + 1e-12


@given(number=st.integers(1, 20), seed=st.integers(0, 100))
def test_whole_cones_have_slope_one_wherever_they_have_a_slope(number, seed):
    network = Cones(3, number)
    weights = Streams(seed).normal(network.size)
    points = Streams(seed, purpose=1).normal(10, 3)
    slopes = torch.func.grad(lambda x: network(weights, x).sum())(points).norm(dim=-1)
    assert torch.allclose(slopes, torch.ones(10, dtype=torch.float64), atol=1e-14)


@pytest.mark.parametrize("rank", [None, 2])
def test_the_gradient_at_a_centre_is_finite(rank):
    network = Cones(3, 4, rank=rank)
    weights = network.initial(Streams(0))
    points = weights[:12].reshape(4, 3)
    for_points = torch.func.grad(lambda x: network(weights, x).sum())(points)
    for_weights = torch.func.grad(lambda w: network(w, points).sum())(weights)
    assert bool(for_points.isfinite().all())
    assert bool(for_weights.isfinite().all())


@pytest.mark.parametrize("rank", [None, 2])
def test_gradients_are_those_of_finite_differences(rank):
    network = Cones(3, 2, rank=rank)
    weights = network.initial(Streams(0)).requires_grad_()
    points = Streams(0, purpose=1).normal(3, 3).requires_grad_()
    assert torch.autograd.gradcheck(network, (weights, points))
    assert torch.autograd.gradgradcheck(network, (weights, points))  # penalties differentiate slopes


@pytest.mark.parametrize("rank", [None, 2])
def test_a_member_of_an_ensemble_is_the_network_alone(rank):
    network = Cones(3, 6, rank=rank)
    streams = Streams([3, 4, 5])
    weights, points = network.initial(streams), streams.normal(7, 3)
    together, shared = network(weights, points), network(weights, points[0])
    for k in range(3):
        assert torch.equal(network.initial(Streams(3 + k)), weights[k])
        assert torch.allclose(network(weights[k], points[k]), together[k], rtol=1e-13, atol=1e-14)
        assert torch.allclose(network(weights[k], points[0]), shared[k], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("rank", [None, 2])
def test_blocks_of_points_change_nothing(rank, monkeypatch):
    network = Cones(3, 6, rank=rank)
    streams = Streams([0, 1])
    weights, points = network.initial(streams), streams.normal(50, 3)
    whole = network(weights, points)
    monkeypatch.setattr(cones, "BLOCK", 60)
    assert torch.equal(network(weights, points), whole)


def test_no_more_than_a_block_of_distances_is_held(monkeypatch):
    held = []
    cdist = torch.cdist

    def watched(*arguments, **options):
        held.append(cdist(*arguments, **options))
        return held[-1]

    monkeypatch.setattr(torch, "cdist", watched)
    network = Cones(2, 5000)
    network(network.initial(Streams(0)), Streams(1).normal(4000, 2))
    assert sum(part.shape[-2] for part in held) == 4000
    assert max(part.numel() for part in held) <= cones.BLOCK


@given(offset=st.floats(-1e6, 1e6), seed=st.integers(0, 100))
def test_data_far_from_the_origin_lose_nothing_in_double_precision(offset, seed):
    # The product form |x|^2 - 2 x c + |c|^2 would lose twelve digits at an offset of a million.
    network = Cones(2, 5)
    centres, points = Streams(seed).normal(5, 2), Streams(seed, purpose=1).normal(9, 2)
    heights = Streams(seed, purpose=2).normal(5)
    near = network(network.weights(centres, heights), points)
    far = network(network.weights(centres + offset, heights), points + offset)
    assert torch.allclose(near, far, rtol=0, atol=1e-9)  # a coordinate of a million is rounded at 1e-10


def test_single_precision_is_double_precision_to_its_digits():
    network = Cones(16, 200)
    weights, points = network.initial(Streams(0)), Streams(1).normal(300, 16)
    single = network(weights.float(), points.float())
    assert single.dtype == torch.float32
    # the product form errs by 1e-6 in the squares, which are above 1 here; then by rounding
    assert torch.allclose(single.double(), network(weights, points), atol=2e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_centres_start_at_points_of_the_side_that_they_belong_to(sign):
    network = Cones(2, 6, sign=sign)
    real, fake = Streams(0).normal(9, 2), 100 + Streams(1).normal(9, 2)
    weights = network.initial_at(Streams([0, 1]), real, fake)
    own = fake if sign == 1 else real
    for centres in weights[:, :12].unflatten(-1, (6, 2)):
        found = {tuple(row) for row in centres.tolist()}
        assert len(found) == 6
        assert found <= {tuple(row) for row in own.tolist()}
    assert not torch.equal(weights[0], weights[1])
    assert torch.equal(weights[:, 12:], torch.zeros(2, 6, dtype=torch.float64))


def test_with_fewer_points_than_cones_each_is_used_again_moved_a_little():
    network = Cones(2, 8)
    points = Streams(0).normal(3, 2)
    centres = network.initial_at(Streams(0), points, points)[:16].reshape(8, 2)
    assert len({tuple(row) for row in centres.tolist()}) == 8
    assert float(torch.cdist(centres, points).amin(1).max()) < 0.02
    assert set(torch.cdist(centres, points).argmin(1).tolist()) == {0, 1, 2}


def test_with_a_cone_at_each_point_it_is_the_extension_of_the_exact_potential():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)) + 1
    exact = dg.wasserstein(x, y)
    _, g = exact.certificate.potentials
    network = Cones(3, 40)
    weights = network.weights(y, -np.asarray(g))
    values = [network(weights, torch.as_tensor(points)).mean() for points in (x, y)]
    assert float(values[0] - values[1]) == pytest.approx(exact.value, abs=1e-9)


def test_arguments_are_checked():
    for bad in ({"rank": 4}, {"rank": 0}, {"rank": True}):
        with pytest.raises(InvalidInput, match=r"^rank must"):
            Cones(3, 2, **bad)
    for sign in (0, 2, True, "1"):
        with pytest.raises(InvalidInput, match=r"^sign must be 1 or -1"):
            Cones(3, 2, sign=sign)
    with pytest.raises(InvalidInput, match=r"^number must"):
        Cones(3, 0)
    network = Cones(3, 2)
    with pytest.raises(InvalidInput, match=r"^centres must have shape \(2, 3\)"):
        network.weights(np.zeros((3, 3)), np.zeros(3))
    with pytest.raises(InvalidInput, match=r"^heights must have shape \(2,\)"):
        network.weights(np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(InvalidInput, match=r"^centres must have shape"):
        Cones(3, 2, rank=1).weights(np.zeros((2, 3)), np.zeros(2))
    with pytest.raises(InvalidInput, match=r"^points must have shape \(n, 3\)") as caught:
        network.initial_at(Streams(0), torch.zeros(5, 3), torch.zeros(5, 2))
    assert caught.value.argument == "fake_points"
