"""What a critic can see of its batch: small where the batch is one point, the same in whatever order the points come."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.networks import MLP, MinibatchDiscrimination, Rescaled, WithStatistic, batch_statistic

STATISTICS = ("variance", "deviation", "pairwise")


def discrimination():
    return MinibatchDiscrimination(MLP((2, 8, 6)), MLP((6 + 5, 8, 1)), kernels=5, dimension=3)


CRITICS = [discrimination(), *(WithStatistic(MLP((3, 8, 1)), name) for name in STATISTICS)]


@given(st.integers(0, 10**6))
def test_the_statistics_are_what_their_names_say(seed):
    points = Streams([seed, seed + 1]).normal(5, 3)
    expected = {
        "variance": points.var(-2, correction=0).mean(-1),
        "deviation": points.std(-2, correction=0).mean(-1),
    }
    for name, value in expected.items():
        found = batch_statistic(points, name)
        assert found.shape == (2, 5, 1)
        assert torch.allclose(found[..., 0], value[:, None].expand(2, 5), rtol=1e-9)
    # a root with a floor of 1e-12: each point's distance to itself is 1e-6 instead of 0
    assert torch.allclose(batch_statistic(points, "pairwise")[..., 0], torch.cdist(points, points).mean(-1), atol=1e-5)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_one_point_repeated_has_a_statistic_of_nothing_and_a_finite_gradient(statistic):
    points = torch.ones(4, 2, dtype=torch.float64, requires_grad=True)
    found = batch_statistic(points, statistic)
    assert float(found.detach().max()) <= 1e-6 * (1 + 1e-9)
    assert torch.isfinite(torch.autograd.grad(found.sum(), points)[0]).all()


def test_identical_rows_give_the_largest_closeness():
    critic = discrimination()
    weights = critic.initial(Streams([0, 1]))
    same = critic.closeness(weights, torch.ones(2, 7, 2, dtype=torch.float64))
    assert torch.allclose(same, torch.ones_like(same))
    different = critic.closeness(weights, Streams([0, 1], purpose=2).normal(7, 2))
    assert bool((different < 1).all())
    assert bool((different > 0).all())


def test_closeness_is_the_sum_that_the_paper_writes_over_the_others():
    critic = discrimination()
    weights, points = critic.initial(Streams(0)), Streams(1).normal(4, 2)
    own, tensor, _ = weights.split([critic.features.size, 6 * 5 * 3, critic.head.size])
    matrices = (critic.features(own, points) @ tensor.reshape(6, 15)).reshape(4, 5, 3)
    for i in range(4):
        for b in range(5):
            terms = [torch.exp(-(matrices[i, b] - matrices[k, b]).abs().sum()) for k in range(4) if k != i]
            assert float(critic.closeness(weights, points)[i, b]) == pytest.approx(float(sum(terms)) / 3, rel=1e-12)


@pytest.mark.parametrize("critic", CRITICS)
def test_the_scores_move_with_the_points(critic):
    weights, points = critic.initial(Streams([0, 1])), Streams([0, 1], purpose=2).normal(6, 2)
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    assert torch.allclose(critic(weights, points)[:, order], critic(weights, points[:, order]), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("critic", CRITICS)
def test_a_copy_scores_in_an_ensemble_as_alone_and_says_that_it_compares(critic):
    weights, points = critic.initial(Streams([0, 1])), Streams([0, 1], purpose=2).normal(6, 2)
    assert torch.allclose(critic(weights, points)[1], critic(weights[1], points[1]), rtol=1e-10)
    assert critic.batchwise
    assert Rescaled(network=critic).batchwise
    assert not MLP((2, 1)).batchwise


@pytest.mark.parametrize("critic", CRITICS)
def test_a_gan_trains_with_it(critic):
    gan = dg.training.AdversarialGame(
        generator=MLP((2, 8, 2)),
        critic=critic,
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(),
        latent=2,
        batch_size=8,
        saturating=False,
        regulariser=dg.duals.R1(0.1),
    )
    method = dg.methods.AlternatingGDA(step=1e-3, first="y")
    few = dg.training.Evaluation(points=16)
    together = dg.training.train(gan, method, seeds=[0, 1], steps=20, observe=few)
    alone = dg.training.train(gan, method, seeds=[1], steps=20, observe=few)
    assert torch.allclose(together.x[-1, 1], alone.x[-1, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: WithStatistic(MLP((3, 1)), "range"), "statistic"),
        (lambda: WithStatistic(MLP((1, 1)), "variance"), "network"),
        (lambda: WithStatistic("mlp", "variance"), "network"),
        (lambda: MinibatchDiscrimination(MLP((2, 4)), MLP((4, 1)), kernels=2, dimension=1), "head"),
        (lambda: MinibatchDiscrimination(MLP((2, 4)), MLP((6, 1)), kernels=0, dimension=1), "kernels"),
        (lambda: MinibatchDiscrimination(MLP((2, 4)), MLP((6, 1)), kernels=2, dimension=1.5), "dimension"),
        (lambda: MinibatchDiscrimination(3, MLP((6, 1)), kernels=2, dimension=1), "network"),
    ],
)
def test_bad_parts_are_named(make, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        make()
