"""``dualgap train``."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg


@pytest.mark.parametrize("objective", ["js", "wasserstein"])
def test_training_prints_what_is_covered_and_keeps_it(command, tmp_path, objective):
    code, out, _ = command(
        "train", "ring", "--objective", objective, "--seeds", "2", "--steps", "4", "--output", "run.npz"
    )
    assert code == 0
    assert "points near a mode" in out
    with np.load(tmp_path / "run.npz") as kept:
        assert kept["modes"].shape == (len(kept["steps"]), 2)


def test_what_cannot_be_written_is_found_out_before_the_work(command, monkeypatch):
    monkeypatch.setattr(dg.training, "train", lambda *_, **__: pytest.fail("trained"))
    assert command("train", "ring", "--objective", "js", "--output", "a.txt")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("train", "ring", "--objective", "js", "--output", "run.txt"), "output must end in .npz"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
