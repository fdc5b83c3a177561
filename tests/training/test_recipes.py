"""The recipes that ship, and what they are compared with."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training import recipes

FEW = dg.training.Evaluation(points=16)


def test_the_laws_are_those_of_the_published_protocol():
    ring, grid = recipes.ring().game.data, recipes.grid().game.data
    assert (len(ring.centres()), ring.radius, ring.spread) == (8, 1.0, 0.01)
    assert (len(grid.centres()), grid.spacing, grid.spread) == (25, 2.0, 0.05)
    assert recipes.ring().game.latent == recipes.grid().game.latent == 2


@pytest.mark.parametrize("name", [name for name in recipes.names() if name.startswith("ring")] + ["grid", "grid-gan"])
def test_every_recipe_takes_a_step_from_which_its_seeds_are_finite(name):
    recipe = recipes.named(name, steps=1)
    assert recipe.name == name
    run = recipe.train(seeds=range(2), observe=FEW)
    assert torch.isfinite(run.x).all()
    assert not torch.equal(run.x[0], run.x[1])


def test_a_baseline_differs_from_the_plain_gan_by_one_idea():
    plain = recipes.baseline("gan", law="grid").game
    assert (plain.regulariser, plain.noise, plain.packing, plain.saturating) == (None, None, 1, False)
    assert recipes.baseline("packing-4", law="grid").game.packing == 4
    assert recipes.baseline("saturating", law="grid").game.saturating
    assert isinstance(recipes.baseline("unrolled", law="ring").method, dg.methods.Unrolled)
    assert recipes.baseline("gan", law="ring").steps == recipes.ring().steps


def test_a_short_form_of_the_ring_spreads_over_its_modes():
    # a twentieth of the recipe's steps: the shares of the modes are judged (log 8 = 2.08 for one alone), not how narrow they are
    run = recipes.ring(steps=300).train(seeds=range(3), record=300)
    assert float(run.metrics["reverse_kl"][-1].max()) < 0.3


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: recipes.named("rings"), "name"),
        (lambda: recipes.baseline("magic", law="ring"), "variant"),
        (lambda: recipes.baseline("gan", law="torus"), "law"),
        (lambda: recipes.ring(steps=0), "steps"),
        (lambda: recipes.grid(steps=1.5), "steps"),
    ],
)
def test_names_that_are_none_are_named_with_those_there_are(call, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        call()
