"""``dualgap robust``."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(("data", "training", "norm"), [("digits", "fgsm", "inf"), ("moons", "free", "2")])
def test_the_accuracies_are_a_table_and_a_curve_with_its_numbers(command, tmp_path, data, training, norm):
    code, out, _ = command(
        "robust", data, "--eps", "0.1", "--training", training, "--norm", norm, "--epochs", "2", "--restarts", "1"
    )
    assert code == 0
    for word in ("clean", "FGSM", "PGD", "certified", "plain", training, f"robust-{data}.png"):
        assert word in out
    assert (tmp_path / f"robust-{data}.png").read_bytes().startswith(b"\x89PNG")
    numbers = json.loads((tmp_path / f"robust-{data}.json").read_text("utf-8"))
    for name in ("plain", training):
        curve = numbers[name]
        assert len(curve["radii"]) == len(curve["certified"]) == 9
        assert all(c <= p <= f for c, p, f in zip(curve["certified"], curve["pgd"], curve["fgsm"], strict=True))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("robust", "letters", "--eps", "0.1"), "Invalid value for"),
        (("robust", "digits", "--eps", "-1"), "eps must be above 0"),
        (("robust", "digits", "--eps", "0"), "eps must be above 0"),
        (("robust", "digits", "--eps", "nan"), "eps must be finite"),
        (("robust", "digits", "--eps", "0.1", "--output", "a.jpg"), "output must end in"),
        (("robust", "digits", "--eps", "0.1", "--norm", "3"), "Invalid value for '--norm'"),
        (("robust", "digits"), "Missing option '--eps'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
