"""Games put together from names."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.by_name import LAWS, METHODS, OBJECTIVES, PROBLEMS, REGULARISERS, composed, problem_named

CHOICES = {"law": "ring", "objective": "js", "regulariser": "r1", "method": "alternating"}
EVERY = [
    *({**CHOICES, "law": name} for name in LAWS),
    *({**CHOICES, "objective": name} for name in OBJECTIVES),
    *({**CHOICES, "regulariser": name} for name in REGULARISERS),
    *({**CHOICES, "method": name} for name in METHODS),
    {**CHOICES, "law": "digits", "regulariser": "spectral"},
]


@pytest.mark.parametrize("choices", EVERY, ids=lambda choices: "-".join(choices.values()))
def test_every_choice_takes_a_step(choices):
    law, *_ = options = tuple(choices.values())
    recipe = composed(law, **{key: choices[key] for key in ("objective", "regulariser", "method")}, steps=1)
    run = recipe.train(seeds=[0], observe=dg.training.Evaluation(points=16))
    assert torch.isfinite(run.x).all()
    assert recipe.name == ", ".join(options)


def test_a_law_without_a_recipe_has_none():
    assert problem_named("ring", steps=None).steps == dg.training.recipes.ring().steps
    assert problem_named("spiral", steps=3) is None
    assert len(set(PROBLEMS)) == len(PROBLEMS)


@pytest.mark.parametrize("name", ["problem", "objective", "regulariser", "method"])
def test_a_name_that_is_none_is_named(name):
    options = {"law": "ring", "objective": "js", "regulariser": "r1", "method": "alternating"}
    options["law" if name == "problem" else name] = "nonsense"
    law = options.pop("law")
    with pytest.raises(InvalidInput, match=f"^{name} must be one of"):
        composed(law, **options, steps=1)
    with pytest.raises(InvalidInput, match=r"^problem must be one of"):
        problem_named("nonsense", steps=1)


@pytest.mark.parametrize("method", ["alternating", "alternating-5", "extragradient", "simultaneous"])
def test_the_steps_of_both_players_fade_by_the_end_of_the_run_and_not_before(method):
    recipe = composed("ring", objective="wasserstein", regulariser="clipping", method=method, steps=8)
    run = recipe.train(seeds=0, observe=dg.training.Evaluation(points=16))
    for player in "xy":
        given, last = (run.state[f"method.{player}.given"], getattr(recipe.method.method, f"scaling_{player}").steps)
        assert float(given) == last
