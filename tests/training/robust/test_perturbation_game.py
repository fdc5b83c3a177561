"""Adversarial training as a game: its payoff, its sets, and the trainer as one of its methods."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn.functional import cross_entropy

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.robust import PerturbationGame, adversarial_training, perceptron, pgd
from dualgap.training.robust.balls import distances

SIGN = dg.methods.RMSProp(beta=0.0, epsilon=1e-30)


def problem(order=math.inf, box=(0.0, 1.0), **options):
    inputs = torch.rand(12, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    labels = (inputs.sum(1) > 1.5).long()
    model = perceptron((3, 5, 2), seed=0).double()
    return PerturbationGame(model=model, inputs=inputs, labels=labels, radius=0.125, order=order, box=box, **options)


def test_the_payoff_is_the_mean_loss_at_the_perturbed_samples():
    game = problem()
    x, y = game.start()
    y = y + 0.01
    with torch.no_grad():
        expected = cross_entropy(game.model(game.inputs + 0.01), game.labels)
    torch.testing.assert_close(game.payoff(x, y, None), expected)
    names = game.weights(x)
    assert all(torch.equal(names[name], weight) for name, weight in game.model.named_parameters())


def test_copies_are_independent():
    game = problem()
    x, y = game.start()
    both = torch.stack([x, 2 * x]), torch.stack([y, y + 0.1])
    found = game.payoff(*both, None)
    for k in range(2):
        torch.testing.assert_close(found[k], game.payoff(both[0][k], both[1][k], None))
    along = game.field(*both)
    torch.testing.assert_close(along[0][1], game.field(both[0][1], both[1][1])[0])


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
def test_every_perturbation_is_brought_back_into_its_own_ball_and_the_box(order):
    game = problem(order)
    y = torch.randn(4, game.sizes[1], generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = game.perturbed(game.project_y(y))
    assert found.shape == (4, 12, 3)
    for copy in found:
        assert float(distances(copy, game.inputs, order=order).max()) <= 0.125 + 1e-12
        assert 0 <= float(copy.min()) <= float(copy.max()) <= 1
    alone = game.project_y(y[2])
    torch.testing.assert_close(game.project_y(y)[2], alone)


def test_signed_ascent_of_the_perturbations_alone_is_pgd():
    game = problem()
    x, y = game.start()
    for _ in range(5):
        y = game.project_y(y - 0.05 * game.grad_y(x, y).sign())
    steps = {"radius": 0.125, "step": 0.05, "steps": 5, "box": (0.0, 1.0)}
    best = pgd(game.model, game.inputs, game.labels, **steps)
    from dualgap.training.robust import iterated_fgsm

    last = iterated_fgsm(game.model, game.inputs, game.labels, **steps)
    # a sign does not depend on the factor 1/n; one rounding a step
    torch.testing.assert_close(game.perturbed(y), last, rtol=0, atol=1e-14)
    with torch.no_grad():
        assert float(game.payoff(x, y, None)) <= float(cross_entropy(game.model(best), game.labels)) + 1e-12


def test_free_training_on_all_samples_is_simultaneous_descent_ascent_of_the_game():
    game = problem()
    method = dg.methods.SimultaneousGDA(step_x=0.01, step_y=0.125, scaling_x=dg.methods.Adam(), scaling_y=SIGN)
    run = dg.simulate(game, method, start=game.start(), steps=6)
    trained = adversarial_training(
        game.model,
        game.inputs,
        game.labels,
        held_out=(game.inputs, game.labels),
        radius=0.125,
        epochs=2,
        replays=3,
        learning_rate=0.01,
        batch_size=12,
        box=(0.0, 1.0),
    )
    weights = torch.cat([weight.detach().reshape(-1) for weight in trained.model.parameters()])
    # the same sums in another order: Adam divides by gradients that may be small
    torch.testing.assert_close(run.x[-1], weights, rtol=1e-7, atol=1e-9)


def test_alternating_with_more_steps_of_the_perturbations_makes_the_classifier_robust():
    game = problem()
    method = dg.methods.AlternatingGDA(
        step_x=0.02, step_y=0.05, first="y", steps_y=3, scaling_x=dg.methods.Adam(), scaling_y=SIGN
    )
    run = dg.simulate(game, method, start=game.start(), steps=150)
    before, after = (float(game.payoff(run.x[k], run.y[k], None)) for k in (1, -1))
    assert after < before - 0.1


def test_a_batch_is_drawn_for_each_copy():
    game = problem(batch_size=4)
    streams = dg.games.Streams([0, 1])
    places = game.draw(streams)
    assert places.shape == (2, 4)
    x, y = (torch.stack([player, player]) for player in game.start())
    found = game.payoff(x, y, places)
    torch.testing.assert_close(found[1], game.payoff(x[1], y[1], places[1]))
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=0.1), start=game.start(), steps=3)
    assert bool(torch.isfinite(run.x[-1]).all())


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"radius": -1}, "radius must be at least 0"),
        ({"order": 1.5}, "order must be 1, 2 or math.inf"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"model": lambda z: z}, "model must be a torch.nn.Module"),
        ({"model": torch.nn.Identity()}, "model must have parameters"),
        ({"labels": torch.full((12,), 2)}, "labels must be classes from 0 to 1, got 2"),
        ({"box": (0.0, 0.1)}, "inputs must be in the box"),
    ],
)
def test_what_makes_no_sense_is_refused(changed, words):
    game = problem()
    parts = {name: getattr(game, name) for name in ("model", "inputs", "labels", "radius", "order", "box")}
    with pytest.raises(InvalidInput, match=f"^{words}"):
        PerturbationGame(**{**parts, **changed})
