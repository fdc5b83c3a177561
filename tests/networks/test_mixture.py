"""Critics combined are as Lipschitz as the worst of them."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams

Cones, LipschitzMLP, MLP, MixtureCritic = (
    dg.networks.Cones,
    dg.networks.LipschitzMLP,
    dg.networks.MLP,
    dg.networks.MixtureCritic,
)
MEMBERS = (
    Cones(3, 4),
    Cones(3, 4, sign=-1),
    Cones(3, 4, rank=1),
    LipschitzMLP((3, 4, 1)),
    MLP((3, 4, 1), spectral=True),
)
combinations = pytest.mark.parametrize("combine", ["min", "max", "convex"])


@combinations
def test_the_combination_is_that_of_the_members_values(combine):
    network = MixtureCritic(MEMBERS, combine=combine)
    weights, points = Streams([0, 1]).normal(network.size), Streams([0, 1], purpose=1).normal(6, 3)
    sizes = [member.size for member in MEMBERS]
    parts = weights[..., : sum(sizes)].split(sizes, -1)
    values = torch.cat([member(own, points) for member, own in zip(MEMBERS, parts, strict=True)], -1)
    if combine == "convex":
        shares = weights[..., sum(sizes) :].exp()
        expected = (values * shares[:, None]).sum(-1) / shares.sum(-1)[:, None]
    else:
        expected = getattr(values, combine)(-1).values
    assert torch.allclose(network(weights, points)[..., 0], expected, rtol=1e-13, atol=1e-14)


@combinations
@settings(max_examples=25)
@given(seed=st.integers(0, 500), exponent=st.integers(-20, 20))
def test_no_slope_is_above_one_for_any_weights(combine, seed, exponent):
    network = MixtureCritic(MEMBERS, combine=combine)
    scale = 10.0**exponent
    weights = scale * Streams(seed).normal(network.size)
    points = max(1.0, scale) * Streams(seed, purpose=1).normal(8, 3)
    values = network(weights, points)
    first, second = torch.combinations(torch.arange(8)).T
    rises = (values[first] - values[second]).norm(dim=-1)
    assert bool((rises <= (1 + 1e-6) * (points[first] - points[second]).norm(dim=-1)).all())
    slopes = torch.func.grad(lambda x: network(weights, x).sum())(points).norm(dim=-1)
    assert network.lipschitz
    assert float(slopes.max()) <= float(network.lipschitz_bound(weights)) * (1 + 1e-14)
    assert float(network.lipschitz_bound(weights)) <= 1 + 1e-9


@combinations
def test_one_member_that_is_not_lipschitz_makes_the_mixture_so_and_its_bound_counts(combine):
    network = MixtureCritic((Cones(3, 4), MLP((3, 4, 1))), combine=combine)
    weights = 10 * network.initial(Streams(range(3)))
    assert not network.lipschitz
    own = MLP((3, 4, 1)).lipschitz_bound(weights[:, 16 : 16 + MLP((3, 4, 1)).size])
    assert torch.allclose(network.lipschitz_bound(weights), own, rtol=1e-14)


@combinations
def test_gradients_are_those_of_finite_differences(combine):
    network = MixtureCritic((Cones(3, 2), Cones(3, 2, sign=-1)), combine=combine)
    weights = network.initial(Streams(0)).requires_grad_()
    points = Streams(5).normal(3, 3).requires_grad_()
    assert torch.autograd.gradcheck(network, (weights, points))


@combinations
def test_a_member_of_an_ensemble_is_the_network_alone(combine):
    network = MixtureCritic(MEMBERS, combine=combine)
    streams = Streams([3, 4])
    weights, points = network.initial(streams), streams.normal(5, 3)
    together = network(weights, points)
    for k in range(2):
        assert torch.equal(network.initial(Streams(3 + k)), weights[k])
        assert torch.allclose(network(weights[k], points[k]), together[k], rtol=1e-12, atol=1e-13)


def test_every_member_starts_at_the_points_that_it_would_alone():
    network = MixtureCritic((Cones(2, 3), Cones(2, 3, sign=-1)), combine="convex")
    real, fake = torch.ones(3, 2), torch.zeros(3, 2)
    weights = network.initial_at(Streams(0), real, fake)
    assert torch.equal(weights[:6], torch.zeros(6, dtype=torch.float64))
    assert torch.equal(weights[9:15], torch.ones(6, dtype=torch.float64))
    assert network.size == len(weights) == 20


def test_a_mixture_of_mixtures_is_a_mixture():
    inner = MixtureCritic((Cones(3, 2), Cones(3, 2)), combine="max")
    network = MixtureCritic((inner, Cones(3, 1)), combine="min")
    weights = network.initial(Streams(0))
    assert network(weights, torch.zeros(1, 3, dtype=torch.float64)).shape == (1, 1)
    assert float(network.lipschitz_bound(weights)) == 1


def test_arguments_are_checked():
    for bad in ((), None, 3, (MLP((2, 1)), "x")):
        with pytest.raises(InvalidInput, match=r"^networks must be at least one Network"):
            MixtureCritic(bad)
    with pytest.raises(
        InvalidInput, match=r"^networks must be between the same spaces, got R\^2 to R\^1, R\^3 to R\^1"
    ):
        MixtureCritic((MLP((2, 1)), MLP((3, 1))))
    with pytest.raises(InvalidInput, match=r"^combine must be one of"):
        MixtureCritic((MLP((2, 1)),), combine="sum")


def test_a_minimum_of_several_outputs_is_refused_since_each_could_take_another_member():
    members = (dg.networks.MLP((1, 2), spectral=True),) * 2
    for combine in ("min", "max"):
        with pytest.raises(InvalidInput, match=r"^networks must have one output"):
            dg.networks.MixtureCritic(members, combine=combine)
    assert dg.networks.MixtureCritic(members, combine="convex").lipschitz
