"""Training on the common loop: seeds do not disturb each other, and the ring is learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Status


def game(**changes):
    parts = {
        "generator": dg.networks.MLP((2, 32, 32, 2)),
        "critic": dg.networks.MLP((2, 32, 32, 1)),
        "objective": dg.duals.JensenShannon(),
        "data": dg.training.Ring(spread=0.05),
        "latent": 2,
        "batch_size": 64,
        "saturating": False,
        "regulariser": dg.duals.R1(0.1),
    }
    return dg.training.AdversarialGame(**{**parts, **changes})


ADAM = dg.methods.Adam(beta1=0.0, beta2=0.99)
METHOD = dg.methods.AlternatingGDA(step=3e-3, first="y", scaling=ADAM)


@pytest.mark.parametrize(
    "method",
    [
        METHOD,
        dg.methods.SimultaneousGDA(step=3e-3, scaling=ADAM),
        dg.methods.ExtraGradient(step=3e-3, scaling=ADAM),
    ],
)
def test_a_seed_trains_in_an_ensemble_as_it_trains_alone(method):
    together = dg.training.train(game(), method, seeds=[1, 2, 3], steps=20)
    alone = dg.training.train(game(), method, seeds=[2], steps=20)
    # float32 sums by different kernels; rounding grows chaotically only later
    assert torch.allclose(together.x[-1, 1], alone.x[-1, 0], atol=1e-5)
    assert torch.allclose(together.y[-1, 1], alone.y[-1, 0], atol=1e-5)


def test_the_same_seeds_give_the_same_run_and_others_do_not():
    runs = [dg.training.train(game(), METHOD, seeds=seeds, steps=5) for seeds in ([1, 2], [1, 2], [1, 3])]
    assert torch.equal(runs[0].x, runs[1].x)
    assert not torch.equal(runs[0].x[-1, 1], runs[2].x[-1, 1])


def test_training_covers_the_ring():
    run = dg.training.train(game(), METHOD, seeds=range(3), steps=600)
    assert run.status is Status.BUDGET
    # of log 8 = 2.08 for one mode and about 0.001 for the law itself: spread evenly, whatever each mode's shape
    assert bool((run.metrics["reverse_kl"][-3:].mean(0) < 0.1).all())
    assert bool((run.metrics["modes"][-3:].max(0).values == 8).all())


def test_the_weights_at_every_record_can_be_kept_to_look_back():
    run = dg.training.train(game(), METHOD, seeds=[0, 1], steps=6, record=2, path=True)
    assert run.x.shape == (4, 2, game().sizes[0])
    assert run.steps.tolist() == [0, 2, 4, 6]
    points = game().generate(run.x[-1], dg.games.Streams([0, 1], dtype=torch.float32), 50)
    assert points.shape == (2, 50, 2)


def test_a_single_seed_has_no_leading_axis():
    run = dg.training.train(game(), METHOD, seeds=7, steps=2)
    assert run.x.shape == (2, game().sizes[0])
    assert run.metrics["modes"].shape == (3,)


def test_a_users_metrics_are_recorded_beside_the_others():
    run = dg.training.train(game(), METHOD, seeds=[0], steps=2, observe=lambda x, y: {"norm": x.norm(dim=-1)})
    assert set(run.metrics) == {"dual", "modes", "high_quality", "reverse_kl", "norm"}


@pytest.mark.parametrize("found", [3, {"norm": "large"}, {"norm": torch.zeros(3)}, {"norm": 1.0}])
def test_metrics_that_are_no_numbers_of_the_seeds_are_refused(found):
    with pytest.raises(InvalidInput, match=r"^observe must return a dict of tensors of shape \(2,\), got ") as caught:
        dg.training.train(game(), METHOD, seeds=[0, 1], steps=1, observe=lambda x, y: found)
    assert caught.value.argument == "observe"


@pytest.mark.parametrize("found", [3, "yes", None, torch.ones(3, dtype=torch.bool), torch.ones(2)])
def test_an_answer_to_whether_to_stop_that_is_no_truth_value_is_refused(found):
    with pytest.raises(InvalidInput, match=r"^stop must return a bool, or \(2,\) of them, got ") as caught:
        dg.training.train(game(), METHOD, seeds=[0, 1], steps=1, stop=lambda metrics: found)
    assert caught.value.argument == "stop"


def test_of_one_seed_no_other_shape_of_the_answer_is_asked_for():
    with pytest.raises(InvalidInput, match=r"^stop must return a bool, got 3 \(int\)"):
        dg.training.train(game(), METHOD, seeds=0, steps=1, stop=lambda metrics: 3)


@pytest.mark.parametrize("found", [True, np.array([True, True]), [True, True], np.True_])
def test_truth_values_of_any_kind_stop_a_run(found):
    run = dg.training.train(game(), METHOD, seeds=[0, 1], steps=4, record=1, stop=lambda metrics: found)
    assert run.status is Status.CONVERGED


def test_divergence_is_a_status_that_names_the_seed_and_the_step():
    run = dg.training.train(game(), dg.methods.SimultaneousGDA(step=1e9), seeds=[0, 1], steps=50)
    assert run.status is Status.DIVERGED
    assert (run.diverged_at > 0).all()
    assert torch.isfinite(run.x).all()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"seeds": []}, "seeds"),
        ({"seeds": -1}, "seeds"),
        ({"steps": 0}, "steps"),
        ({"record": 0}, "record"),
        ({"observe": 1}, "observe"),
        ({"dtype": "float32"}, "dtype"),
        ({"dtype": torch.int32}, "dtype"),
        ({"dtype": torch.float16}, "dtype"),
        ({"device": "foo"}, "device"),
        ({"device": None}, "device"),
        ({"device": "meta"}, "device"),
    ],
)
def test_bad_input_is_named(change, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.training.train(game(), METHOD, **{"seeds": [0], "steps": 1, **change})


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is there")
def test_a_device_that_is_not_there_is_named_before_any_work():
    with pytest.raises(InvalidInput, match=r"^device must be one that torch can use here, .* got 'cuda'"):
        dg.training.train(game(), METHOD, seeds=[0], steps=1, device="cuda")


def test_what_is_not_a_gan_is_named():
    with pytest.raises(InvalidInput, match=r"^game must be an AdversarialGame"):
        dg.training.train(dg.games.bilinear([[1.0]]), METHOD, seeds=[0], steps=1)
