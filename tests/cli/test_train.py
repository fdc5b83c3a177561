"""``dualgap train``."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import typer
from PIL import Image

import dualgap as dg
from dualgap.cli.codes import Code
from dualgap.training.by_name import METHODS


@pytest.mark.parametrize("objective", ["js", "wasserstein"])
def test_training_prints_what_is_covered_and_keeps_it(command, tmp_path, objective):
    code, out, _ = command(
        "train", "ring", "--objective", objective, "--seeds", "2", "--steps", "4", "--output", "run.npz"
    )
    assert code == 0
    assert "points near a mode" in out
    assert "all 8 modes" in out
    with np.load(tmp_path / "run.npz") as kept:
        assert kept["modes"].shape == (len(kept["steps"]), 2)


def test_a_regulariser_and_a_method_are_chosen_by_name_and_lines_kept(command, tmp_path):
    code, out, _ = command(
        *("train", "ring", "--objective", "js", "--regulariser", "r1", "--method", "extragradient"),
        *("--seeds", "2", "--steps", "2", "--output", "run.jsonl"),
    )
    assert code == 0
    assert "ring, js, r1, extragradient" in out
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [0, 1, 2]
    assert len(lines[0]["modes"]) == 2


def test_a_picture_and_an_animation_are_drawn_on_request(command, tmp_path):
    code, out, _ = command(
        *("train", "spiral", "--seeds", "1", "--steps", "2", "--picture", "a.png", "--animation", "a.gif")
    )
    assert code == 0
    assert "a.png" in out
    assert "W1 to data" in out  # a spiral has no modes
    with Image.open(tmp_path / "a.png") as image:
        assert image.size[0] > 500
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 3


def test_a_recipe_is_chosen_by_name_and_a_run_kept_and_gone_on_with(command, tmp_path):
    arguments = ("train", "ring-packing-2", "--seeds", "1", "--checkpoint", "run.safetensors")
    code, out, _ = command(*arguments, "--steps", "2")
    assert code == 0
    assert "2 points at once" in out
    assert (tmp_path / "run.safetensors").exists()
    assert command(*arguments, "--steps", "4")[0] == 0


def test_a_checkpoint_of_other_steps_is_refused_in_the_words_of_the_options(refused, command):
    for problem in ("ring", "spiral"):
        arguments = ("train", problem, "--seeds", "1", "--checkpoint", f"{problem}.safetensors")
        assert command(*arguments, "--steps", "2")[0] == 0
        refused((*arguments, "--steps", "4"), "fade with --steps; repeat it with --steps 2, or choose another file")
        for steps in ("2", "4"):
            refused((*arguments[:3], "2", *arguments[4:], "--steps", steps), "seeds is [0] there and [0, 1] here")


def test_an_animation_of_a_run_that_was_kept_without_its_way_is_refused(refused, command):
    arguments = ("train", "ring-gan", "--seeds", "1", "--steps", "4", "--checkpoint", "run.safetensors")
    assert command(*arguments)[0] == 0
    refused((*arguments, "--animation", "a.gif"), "checkpoint must hold the weights of every record")
    arguments = (*arguments[:-1], "other.safetensors")
    assert command(*arguments, "--animation", "a.gif")[0] == 0
    assert command(*arguments)[0] == 0  # the other way round nothing is missing


def test_files_are_written_before_anything_is_printed(command, tmp_path, monkeypatch):
    def printed(*_):
        assert all((tmp_path / name).exists() for name in ("a.npz", "a.png", "a.gif"))
        raise typer.Exit(7)

    monkeypatch.setattr("dualgap.cli.train._print_table", printed)
    files = ("--output", "a.npz", "--picture", "a.png", "--animation", "a.gif")
    assert command("train", "ring-gan", "--seeds", "1", "--steps", "2", *files)[0] == 7


def test_what_cannot_be_written_is_found_out_before_the_work(command, monkeypatch):
    monkeypatch.setattr(dg.training.recipes.Recipe, "train", lambda *_, **__: pytest.fail("trained"))
    for option in ("--output", "--picture", "--animation"):
        code, _, err = command("train", "ring", "--objective", "js", option, "a.txt")
        assert code == 2
        assert err.startswith(f"dualgap: {option[2:]} must end in")


def test_a_video_without_an_encoder_is_refused_before_the_work(command, monkeypatch):
    monkeypatch.setattr(dg.training.recipes.Recipe, "train", lambda *_, **__: pytest.fail("trained"))
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)  # as where it is not installed
    code, _, err = command("train", "ring", "--animation", "a.mp4")
    assert code == Code.IMPORT
    assert "pip install 'dualgap[video]'" in err


def test_the_help_names_every_method(command):
    text = " ".join(command("train", "--help")[1].replace("│", " ").split()).replace("- ", "-")
    assert all(name in text for name in METHODS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "ring", "--objective", "js", "--output", "run.txt"), "output must end in .npz"),
        (("train", "torus"), "problem must be one of 'ring'"),
        (("train", "ring-gan", "--objective", "js"), "problem must be a law such as ring"),
        (("train", "ring", "--method", "magic"), "method must be one of"),
        (("train", "ring", "--device", "nowhere", "--steps", "1"), "device must be one that torch can use"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
