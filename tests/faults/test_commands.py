"""Ctrl-C in the middle of a command: it ends with 130, leaves no half-written file, and run again ends as if undisturbed."""

from __future__ import annotations

import numpy as np
import pytest

TRAIN = ("train", "ring", "--objective", "js", "--seeds", "1", "--steps", "4")
FIGURES = ("figures", "dirt_and_holes", "--jobs", "1")


def _numbers(path):
    with np.load(path) as file:
        return {name: file[name].tobytes() for name in file.files}


def test_an_interrupted_training_ends_with_130_and_goes_on_to_the_same_weights(command_at, leftovers, tmp_path):
    def train(folder, stop):
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        code = command_at(
            stop, place, *TRAIN, "--checkpoint", f"{place}/run.safetensors", "--output", f"{place}/run.npz"
        )
        assert leftovers(place) == []
        return code

    assert train("whole", None) == 0
    for point in (1, 5):
        assert train(f"stopped-{point}", point) == 130
        assert train(f"stopped-{point}", None) == 0
        assert _numbers(tmp_path / f"stopped-{point}" / "run.npz") == _numbers(tmp_path / "whole" / "run.npz")


def test_interrupted_figures_end_with_130_and_are_the_same_afterwards(command_at, leftovers, tmp_path):
    pytest.importorskip("tueplots")

    def draw(folder, stop):
        code = command_at(stop, tmp_path / folder, *FIGURES, "--output", f"{tmp_path}/{folder}")
        assert leftovers(tmp_path / folder) == []
        return code

    assert draw("whole", None) == 0
    names = {path.name for path in (tmp_path / "whole").iterdir()}
    for point in (2, 5):
        folder = f"stopped-{point}"
        assert draw(folder, point) == 130
        assert draw(folder, None) == 0
        found = [tmp_path / one / "dirt_and_holes.npz" for one in ("whole", folder)]
        assert _numbers(found[0]) == _numbers(found[1])
        assert {path.name for path in (tmp_path / folder).iterdir()} == names
