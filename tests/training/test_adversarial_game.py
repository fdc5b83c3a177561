"""A GAN is a game: its losses, its gradients a seed at a time, and what it refuses."""

from __future__ import annotations

import math

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams

PARTS = {
    "generator": dg.networks.MLP((2, 16, 2), activation="tanh"),
    "critic": dg.networks.MLP((2, 16, 1), activation="tanh"),
    "objective": dg.duals.JensenShannon(),
    "data": dg.training.Ring(),
    "latent": 2,
    "batch_size": 32,
    "saturating": True,
}


def made(**changes):
    return dg.training.AdversarialGame(**{**PARTS, **changes})


def test_the_losses_are_the_lectures_cross_entropies():
    game, streams = made(), Streams([0, 1])
    x, y = game.start(streams)
    real_points, latent, _ = sample = game.draw(streams)
    discriminator = (
        torch.sigmoid(game.critic(y, real_points))[..., 0],
        torch.sigmoid(game.critic(y, game.generator(x, latent)))[..., 0],
    )
    negative_loss = discriminator[0].log().mean(-1) + (1 - discriminator[1]).log().mean(-1)
    assert torch.allclose(game.loss_y(x, y, sample), -negative_loss, rtol=1e-12)
    assert torch.allclose(game.loss_x(x, y, sample), (1 - discriminator[1]).log().mean(-1), rtol=1e-12)
    heuristic = made(saturating=False)
    assert torch.allclose(heuristic.loss_x(x, y, sample), -discriminator[1].log().mean(-1), rtol=1e-12)


def test_at_a_generator_that_equals_the_data_and_a_constant_critic_nothing_moves_the_value():
    # p_G = p*, D = 1/2: the dual is -2 log 2
    game, streams = made(), Streams(0)
    x, _ = game.start(streams)
    sample = game.draw(streams)
    value = game.loss_y(x, torch.zeros(game.sizes[1], dtype=torch.float64), sample)
    assert abs(float(value) - 2 * math.log(2)) < 1e-15


@pytest.mark.parametrize("regulariser", [None, dg.duals.R1(0.5), dg.duals.GradientPenalty(10.0)])
def test_a_seeds_gradient_in_an_ensemble_is_the_one_it_has_alone(regulariser):
    game, seeds = made(regulariser=regulariser), [3, 4, 5]
    x, y = game.start(Streams(seeds, purpose=1))
    sample = game.draw(Streams(seeds))
    together = game.field(x, y, sample)
    for k, seed in enumerate(seeds):
        alone_x, alone_y = game.start(Streams(seed, purpose=1))
        assert torch.equal(alone_x, x[k])
        alone = game.field(alone_x, alone_y, game.draw(Streams(seed)))
        # the same sums by another matrix kernel: a few roundings of numbers near 1
        assert torch.allclose(together[0][k], alone[0], rtol=1e-10, atol=1e-14)
        assert torch.allclose(together[1][k], alone[1], rtol=1e-10, atol=1e-14)


def test_the_fields_are_the_gradients_that_autograd_gives_for_a_module():
    game, streams = made(), Streams(0)
    x, y = (part.requires_grad_() for part in game.start(streams))
    sample = game.draw(streams)
    (grad_x,) = torch.autograd.grad(game.loss_x(x, y, sample), x)
    (grad_y,) = torch.autograd.grad(game.loss_y(x, y, sample), y)
    found = game.field(x.detach(), y.detach(), sample)
    assert torch.allclose(found[0], grad_x, rtol=1e-12, atol=1e-16)
    assert torch.allclose(found[1], grad_y, rtol=1e-12, atol=1e-16)


def test_weights_are_clipped_after_the_step():
    game = made(regulariser=dg.duals.WeightClipping(0.05), objective=dg.duals.KantorovichRubinstein())
    method = dg.methods.AlternatingGDA(step=0.5, first="y", steps_y=2)
    run = dg.training.train(game, method, seeds=[0, 1], steps=2)
    assert float(run.y[-1].abs().max()) <= 0.05 * (1 + 1e-7)  # 0.05 in float32
    assert float(run.x[-1].abs().max()) > 0.05


def test_packs_are_neighbours_of_the_batch_and_the_critic_sees_them_at_once():
    game = made(packing=4, critic=dg.networks.MLP((8, 16, 1), activation="tanh"))
    points = torch.arange(2 * 9 * 2.0, dtype=torch.float64).reshape(2, 9, 2)
    packs = game.packed(points)
    assert packs.shape == (2, 2, 8)  # the ninth is left over
    assert packs[1, 1].tolist() == points[1, 4:8].flatten().tolist()
    _, y = game.start(Streams([0, 1]))
    assert game.scores(y, points).shape == (2, 2)
    sample = game.draw(Streams([0, 1]))
    assert sample[2].shape == (2, 8, 1)
    few = dg.training.Evaluation(points=40)
    method = dg.methods.AlternatingGDA(step=1e-3, first="y")
    run = dg.training.train(
        made(packing=4, critic=game.critic, regulariser=dg.duals.GradientPenalty(1.0)),
        method,
        seeds=[0],
        steps=2,
        observe=few,
    )
    assert torch.isfinite(run.x).all()


def test_a_gradient_with_a_graph_is_the_one_without():
    game = made(regulariser=dg.duals.R1(0.5) + dg.duals.R2(0.1))
    x, y = game.start(Streams([0, 1]))
    sample = game.draw(Streams([0, 1]))
    with torch.no_grad():
        plain = game.grad_y(x, y, sample)
    assert torch.allclose(plain, game.grad_y(x, y, sample), rtol=1e-10, atol=1e-14)


BAD = {
    "generator": (dg.networks.MLP((3, 2)), "mlp"),
    "critic": (dg.networks.MLP((2, 2)), None),
    "objective": ("js",),
    "data": ([[0.0, 0.0]],),
    "latent": (0, 1.5),
    "batch_size": (0, "32"),
    "packing": (0, 2, 1.5),
    "noise": (0.1,),
    "saturating": (1, "no"),
    "regulariser": ("r1", 0.5),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_parts_are_named(name, value):
    blamed = {"packing": "(packing|critic)"}.get(name, name)  # two at once is right, for another critic
    with pytest.raises(InvalidInput, match=f"^{blamed} must"):
        made(**{name: value})


def test_the_weights_are_clipped_before_the_first_step():
    """Where the generator moves first, or both at once, it would meet an unclipped critic otherwise."""
    game = made(regulariser=dg.duals.WeightClipping(0.05), objective=dg.duals.KantorovichRubinstein())
    assert float(game.start(dg.games.Streams([0, 1]))[1].abs().max()) <= 0.05
