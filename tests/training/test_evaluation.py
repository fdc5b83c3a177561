"""What is measured at each record, seed by seed."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training import Evaluation
from dualgap.training.evaluation import METRICS


def game(**changes):
    parts = {
        "generator": dg.networks.MLP((2, 8, 2)),
        "critic": dg.networks.MLP((2, 8, 1)),
        "objective": dg.duals.KantorovichRubinstein(),
        "data": dg.training.Ring(),
        "latent": 2,
        "batch_size": 16,
        "saturating": False,
    }
    return dg.training.AdversarialGame(**{**parts, **changes})


METHOD = dg.methods.AlternatingGDA(step=1e-3, first="y")
#: Draws and does not move, in float32.
STILL = dg.methods.AlternatingGDA(step=1e-30, first="y")
NAMES = {
    *("w1", "w1_lower", "w1_upper", "w2", "w2_lower", "w2_upper", "estimate", "mmd_squared", "mmd_squared_error"),
    *("precision", "recall", "density", "coverage"),
    *(f"gradient_{player}_{level}" for player in "xy" for level in ("low", "median", "high")),
    *("dual", "modes", "high_quality", "reverse_kl"),
}


def run(seeds=(0, 1), **options):
    few = {"points": 50, "compared": 20, **options}
    return dg.training.train(game(), METHOD, seeds=seeds, steps=2, record=1, observe=Evaluation(**few))


def test_every_metric_has_a_number_for_every_seed_at_every_record():
    found = run(measure=METRICS).metrics
    assert set(found) == NAMES
    for value in found.values():
        assert value.shape == (3, 2)
        assert torch.isfinite(value.double()).all()
    assert (found["w1_lower"] <= found["w1"] + 1e-12).all()
    assert (found["w1"] <= found["w2"] + 1e-9).all()  # Jensen
    assert (found["gradient_x_low"] <= found["gradient_x_high"]).all()


def test_a_seed_is_measured_in_an_ensemble_as_alone():
    together, alone = run(measure=METRICS).metrics, run(seeds=[1], measure=METRICS).metrics
    for name in NAMES:
        assert torch.allclose(together[name][:, 1].double(), alone[name][:, 0].double(), atol=1e-4), name


def test_a_single_seed_is_measured_without_a_leading_axis():
    assert all(value.shape == (3,) for value in run(seeds=5, measure=METRICS).metrics.values())


def test_the_critics_value_stands_beside_the_distance_that_it_estimates():
    # a Lipschitz dual's estimate of W1 is its value
    found = run(measure="estimate").metrics
    assert torch.equal(found["estimate"], found["dual"])


def test_the_value_of_a_critic_of_packs_is_not_shown_as_an_estimate_for_one_point():
    packed = game(critic=dg.networks.MLP((4, 8, 1)), packing=2)

    def measured(*names):
        watched = Evaluation(points=50, compared=20, measure=names)
        return dg.training.train(packed, METHOD, seeds=[0], steps=1, observe=watched).metrics

    with pytest.raises(InvalidInput, match=r"^measure must not have 'estimate' .* packing 2") as caught:
        measured("w1", "estimate")
    assert caught.value.argument == "measure"
    assert {"w1", "dual"} <= set(measured("w1"))


def test_held_out_data_are_those_given():
    far = np.full((30, 2), 100.0)
    found = run(measure=("w1",), held_out=far).metrics
    assert (found["w1"] > 130).all()


def test_ones_own_metrics_stand_beside_the_others():
    found = run(also=lambda x, y: {"norm": x.norm(dim=-1)}).metrics
    assert set(found) == {"dual", "modes", "high_quality", "reverse_kl", "norm"}


def test_a_critic_that_compares_the_points_of_a_batch_is_judged_on_batches_of_its_size(monkeypatch):
    critic = dg.networks.WithStatistic(dg.networks.MLP((3, 8, 1)), "deviation")
    sizes = []
    whole = dg.training.AdversarialGame.scores
    monkeypatch.setattr(
        dg.training.AdversarialGame, "scores", lambda self, y, at: (sizes.append(at.shape[-2]), whole(self, y, at))[1]
    )
    dg.training.train(game(critic=critic), METHOD, seeds=[0], steps=1, observe=Evaluation(points=50))
    assert set(sizes) == {16}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"measure": ("w3",)}, "measure"),
        ({"points": 0}, "points"),
        ({"compared": 2}, "compared"),
        ({"also": 3}, "also"),
        ({"held_out": np.zeros((3, 2))}, "held_out"),
        ({"held_out": np.full((30, 2), np.nan)}, "held_out"),
        ({"held_out": np.zeros((30, 3))}, "held_out"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        run(**options)


def test_the_bounds_of_a_distance_keep_their_digits():
    """A lower bound rounded to the nearest float32 may be above the distance."""
    found = run(measure=("w1", "w2")).metrics
    for name in ("w1", "w1_lower", "w1_upper", "w2", "w2_lower", "w2_upper"):
        assert found[name].dtype == torch.float64


def test_gradients_are_measured_under_the_noise_of_their_moment():
    """After the noise has faded they are those of the game without noise: the draws before it come from the same streams."""

    def gradients(noise):
        watched = Evaluation(points=50, compared=20, measure="gradients")
        trained = dg.training.train(game(noise=noise), STILL, seeds=[0, 1], steps=4, record=1, observe=watched)
        return trained.metrics["gradient_y_median"]

    # two samples a step: it is there at the first two records, at half its size at the second, and gone from the third on
    fading, lasting = gradients(dg.training.InstanceNoise(5.0, until=4)), gradients(dg.training.InstanceNoise(5.0))
    none = gradients(dg.training.InstanceNoise(1e-300))
    assert torch.equal(fading[0], lasting[0])
    assert torch.equal(fading[2:], none[2:])
    assert not torch.isclose(fading[1], lasting[1]).any()
    assert not torch.isclose(fading[1], none[1]).any()


def test_a_seed_whose_points_overflow_has_no_metrics_and_the_others_keep_theirs():
    gan = game(data=dg.training.Grid())  # one of whose modes is at 0
    x, y = gan.start(dg.games.Streams([0, 1], purpose=1, dtype=torch.float32))
    broken = torch.stack([x[0] * 1e30, x[1]])
    for points in (50, 10):  # the compared ones are of them, or are made for themselves
        observe = Evaluation(measure=METRICS, points=points, compared=20)
        sound, found = (
            observe.bound(gan, [0, 1], {"dtype": torch.float32, "device": "cpu"})(player, y) for player in (x, broken)
        )
        assert int(found["modes"][0]) == 0
        for name in set(found) - {"dual", "modes"}:
            assert torch.isnan(found[name][0]), name
            assert found[name][1] == sound[name][1], name
    alone = Evaluation().bound(gan, 0, {"dtype": torch.float32, "device": "cpu"})(broken[0], y[0])
    assert int(alone["modes"]) == 0


def test_a_run_whose_points_overflow_is_data():
    gan = game(generator=dg.networks.MLP((2, 16, 16, 16, 16, 2)), objective=dg.duals.LeastSquares())
    run = dg.training.train(gan, dg.methods.SimultaneousGDA(step=1e10), seeds=range(3), steps=9, record=1)
    assert run.status is dg.games.Status.DIVERGED
    assert (run.diverged_at > 0).all()
