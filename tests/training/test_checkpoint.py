"""A run that is killed and resumed is the run that was left alone; a damaged or foreign file is never gone on from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

import dualgap as dg
from dualgap.errors import InvalidInput, Unwritable
from dualgap.training import Checkpoint
from dualgap.training.checkpoint import OtherConfiguration


def game(**changes):
    parts = {
        "generator": dg.networks.MLP((2, 8, 2)),
        "critic": dg.networks.MLP((2, 8, 1)),
        "objective": dg.duals.JensenShannon(),
        "data": dg.training.Ring(),
        "latent": 2,
        "batch_size": 8,
        "saturating": False,
        "regulariser": dg.duals.R1(0.1),
        "noise": dg.training.InstanceNoise(0.2, until=30),
    }
    return dg.training.AdversarialGame(**{**parts, **changes})


ADAM = dg.methods.Annealed(scaling=dg.methods.Adam(beta1=0.5), steps=20)
METHODS = {
    "alternating": dg.methods.AlternatingGDA(step=1e-2, first="y", scaling=ADAM),
    "averaged": dg.methods.Averaged(
        method=dg.methods.AlternatingGDA(step=1e-2, first="y", scaling=ADAM), points="iterates", decay=0.9
    ),
    "extragradient": dg.methods.ExtraGradient(step=1e-2, scaling=dg.methods.Adam()),
    "optimistic": dg.methods.OptimisticGDA(step=1e-2, scaling=dg.methods.Adam()),
}


def run(method="averaged", **changes):
    few = dg.training.Evaluation(points=16)
    options = {"seeds": [1, 2], "steps": 12, "record": 3, "path": True, "observe": few, **changes}
    return dg.training.train(options.pop("game", game()), METHODS[method], **options)


class Killed(Exception):
    pass


def killed_at(step):
    """A metric that ends the process, so to speak, when it is asked for the (step + 1)-th time."""
    asked = []

    def observe(x, y):
        asked.append(1)
        if len(asked) > step:
            raise Killed
        return {"norm": x.norm(dim=-1)}

    return dg.training.Evaluation(points=16, also=observe)


NORM = dg.training.Evaluation(points=16, also=lambda x, y: {"norm": x.norm(dim=-1)})


def same(one, other):
    assert torch.equal(one.x, other.x)
    assert torch.equal(one.y, other.y)
    assert one.metric_steps.tolist() == other.metric_steps.tolist()
    assert set(one.metrics) == set(other.metrics)
    assert all(torch.equal(one.metrics[name], other.metrics[name]) for name in one.metrics)
    assert set(one.state) == set(other.state)
    assert all(torch.equal(one.state[name], other.state[name]) for name in one.state)
    assert (one.status, one.gradient_calls) == (other.status, other.gradient_calls)


@pytest.mark.parametrize("method", METHODS)
def test_a_run_killed_at_any_step_and_resumed_gives_the_same_numbers_to_the_last_bit(method, tmp_path):
    alone = run(method, record=1, observe=NORM)
    for step in (1, 2, 7, 12):
        path = tmp_path / f"{step}.safetensors"
        with pytest.raises(Killed):
            run(method, record=1, checkpoint=path, observe=killed_at(step))
        resumed = run(method, record=1, checkpoint=path, observe=NORM)
        same(resumed, alone)


@settings(max_examples=8)
@given(every=st.integers(1, 14), first=st.integers(1, 12), record=st.integers(1, 14))
def test_more_steps_go_on_from_where_fewer_ended(tmp_path_factory, every, first, record):
    checkpoint = Checkpoint(tmp_path_factory.mktemp("run") / "run", every=every)
    run(steps=first, record=record, checkpoint=checkpoint)
    longer = run(steps=12, record=record, checkpoint=checkpoint)
    alone = run(steps=12, record=record)
    assert torch.equal(longer.x[-1], alone.x[-1])
    assert torch.equal(longer.y[-1], alone.y[-1])
    assert set(alone.metric_steps) <= {*longer.metric_steps}


def test_a_finished_run_is_read_and_not_run_again(tmp_path):
    first = run(checkpoint=tmp_path / "run")
    again = run(checkpoint=tmp_path / "run")
    same(again, first)


def test_a_single_seed_is_kept_without_a_leading_axis(tmp_path):
    run(seeds=3, steps=5, checkpoint=tmp_path / "run")
    same(run(seeds=3, checkpoint=tmp_path / "run", record=1), run(seeds=3, checkpoint=tmp_path / "run", record=1))
    assert torch.equal(run(seeds=3, checkpoint=tmp_path / "run").x[-1], run(seeds=3).x[-1])


def test_a_run_that_diverged_is_kept_as_such(tmp_path):
    wild = {"seeds": [0, 1], "steps": 40, "record": 5}
    method = dg.methods.SimultaneousGDA(step=1e9)
    runs = [dg.training.train(game(), method, **wild, checkpoint=tmp_path / "run") for _ in range(2)]
    same(*runs)
    assert runs[1].status is dg.games.Status.DIVERGED
    assert (runs[0].diverged_at == runs[1].diverged_at).all()


@pytest.mark.parametrize("damage", ["truncated", "one byte", "empty", "text"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before_it(damage, tmp_path):
    path = tmp_path / "run"
    run(checkpoint=Checkpoint(path, every=4))
    data = path.read_bytes()
    broken = {
        "truncated": data[: len(data) // 2],
        "one byte": data[:-1] + bytes([data[-1] ^ 1]),
        "empty": b"",
        "text": b"not a checkpoint, and longer than eight bytes",
    }
    path.write_bytes(broken[damage])
    resumed = run(checkpoint=Checkpoint(path, every=4))
    assert torch.equal(resumed.x, run().x)
    path.write_bytes(broken[damage])
    path.with_name("run.previous").write_bytes(broken[damage])
    with pytest.raises(InvalidInput, match=r"^checkpoint must be a whole checkpoint, .* damaged"):
        run(checkpoint=path)


def test_where_only_the_one_before_is_left_it_is_gone_on_from(tmp_path):
    path = tmp_path / "run"
    run(checkpoint=path)
    path.unlink()  # as when the process ends between two renames
    assert torch.equal(run(checkpoint=path).x, run().x)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"game": game(batch_size=16)}, r"game.batch_size is 8 there and 16 here"),
        ({"game": game(regulariser=dg.duals.R1(0.2))}, r"game.regulariser.weight is 0.1 there and 0.2 here"),
        ({"game": game(regulariser=None)}, r"game.regulariser is R1 there and None here"),
        ({"game": game(data=dg.training.Ring(modes=7))}, r"game.data.modes is 8 there and 7 here"),
        ({"seeds": [1, 3]}, r"seeds is \[1, 2\] there and \[1, 3\] here"),
        ({"method": "extragradient"}, r"method is Averaged there and ExtraGradient here"),
        ({"dtype": torch.float64}, r"dtype is 'torch.float32' there and 'torch.float64' here"),
    ],
)
def test_a_checkpoint_of_another_configuration_says_what_differs(change, said, tmp_path):
    run(checkpoint=tmp_path / "run")
    with pytest.raises(InvalidInput, match=rf"^checkpoint must be of this configuration, .*{said}"):
        run(**change, checkpoint=tmp_path / "run")


def test_a_program_is_told_what_differs_as_data(tmp_path):
    run(checkpoint=tmp_path / "run")
    with pytest.raises(OtherConfiguration) as caught:
        run(game=game(batch_size=16, regulariser=None), checkpoint=tmp_path / "run")
    assert caught.value.differences == {
        "game.batch_size": ("16", "8"),
        "game.regulariser": ("None", "R1"),
        "game.regulariser.weight": (None, "0.1"),
    }
    assert caught.value.argument == "checkpoint"


def test_a_long_list_of_what_differs_is_cut():
    said = str(OtherConfiguration(Path("run"), {f"a{k}": ("1", None) for k in range(7)}))
    assert "a4 is absent there and 1 here; and 2 more; choose" in said


def test_data_of_equal_shape_and_other_numbers_are_another_configuration(tmp_path):
    points = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    run(game=game(data=points), checkpoint=tmp_path / "run")
    with pytest.raises(InvalidInput, match=r"game.data.points is float64 array \(20, 2\)"):
        run(game=game(data=points + 1e-3), checkpoint=tmp_path / "run")


def test_a_path_that_was_not_kept_is_refused(tmp_path):
    kept = tmp_path / "run"
    dg.training.train(game(), METHODS["averaged"], seeds=[0], steps=4, record=1, checkpoint=kept)
    with pytest.raises(InvalidInput, match=r"^checkpoint must hold the weights of every record") as caught:
        dg.training.train(game(), METHODS["averaged"], seeds=[0], steps=8, record=1, path=True, checkpoint=kept)
    assert caught.value.argument == "checkpoint"


def test_other_metrics_than_were_kept_are_refused_before_the_next_step(tmp_path, monkeypatch):
    run(checkpoint=tmp_path / "run.safetensors", steps=6)
    monkeypatch.setattr(dg.methods.Averaged, "step", lambda *_: pytest.fail("a step was taken"))
    with pytest.raises(InvalidInput, match=r"^observe must return the same names every time, got .*w1"):
        run(checkpoint=tmp_path / "run.safetensors", observe=dg.training.Evaluation(points=16, measure=("w1",)))


def test_fewer_steps_than_were_taken_are_refused(tmp_path):
    run(checkpoint=tmp_path / "run")
    with pytest.raises(InvalidInput, match=r"^steps must be at least the 12 that the checkpoint has, got 5"):
        run(steps=5, checkpoint=tmp_path / "run")


@pytest.mark.parametrize("path", ["", 3, ["a"]])
def test_what_is_no_path_is_named(path):
    with pytest.raises(InvalidInput, match=r"^checkpoint must be a path"):
        run(checkpoint=path)


def test_a_place_that_cannot_be_written_to_is_refused_before_any_work(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(dg.training.AdversarialGame, "start", lambda *_: pytest.fail("began"))
    for path in (tmp_path / "file" / "run", tmp_path):
        with pytest.raises(Unwritable, match=r"^checkpoint must be"):
            run(checkpoint=path)
    with pytest.raises(InvalidInput, match=r"^every must"):
        Checkpoint(tmp_path / "run", every=0)


def test_the_file_holds_every_generators_state_and_no_code(tmp_path):
    run(checkpoint=tmp_path / "run")
    tensors = load_file(tmp_path / "run")
    assert tensors["streams.generators"].shape[0] == 2
    assert int(tensors["streams.samples"]) == 24
    header = (tmp_path / "run").read_bytes()
    size = int.from_bytes(header[:8], "little")
    said = json.loads(header[8 : 8 + size])["__metadata__"]
    assert json.loads(said["configuration"])["game.batch_size"] == "8"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["run", "run.previous"]
