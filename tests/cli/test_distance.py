"""``dualgap distance``: two files of numbers."""

from __future__ import annotations

import numpy as np
import pytest


def test_the_distance_of_two_files_is_explained(command, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[0.0, 0.0], [1.0, 0.0]]))
    (tmp_path / "y.csv").write_text("0,1\n1,1\n")
    code, out, _ = command("distance", "x.npy", "y.csv")
    assert code == 0
    assert "Bracket(wasserstein 1 in [1, 1]" in out
    assert "certificate" in out


def test_divergences_read_weights(command, tmp_path):
    (tmp_path / "p.txt").write_text("0.5\n0.5\n")
    (tmp_path / "q.txt").write_text("1.0\n0.0\n")
    code, out, _ = command("distance", "p.txt", "q.txt", "--distance", "kl")
    assert code == 0
    assert "Bracket(kl inf in [inf, inf]" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("distance", "absent.npy", "absent.npy"), "absent.npy must be a file that exists"),
        (("distance", ".", "file"), ". must be a file, got a folder"),
        (("distance", "file", "file"), "file must be a .npy, .csv or .txt file"),
        (("distance", "text.csv", "text.csv"), "text.csv must hold numbers only"),
        (("distance", "empty.csv", "empty.csv"), "empty.csv must not be empty"),
        (("distance", "pickle.npy", "pickle.npy"), "pickle.npy must hold numbers only"),
        (("distance", "line.csv", "plane.csv"), "line.csv and plane.csv must have the same dimension"),
        (("distance", "half.csv", "half.csv", "--distance", "js"), "half.csv must sum to 1"),
        (
            ("distance", "line.csv", "line.csv", "--distance", "kl", "--order", "2"),
            "order must be left out: kl has none",
        ),
        (("distance", "line.csv", "line.csv", "--order", "0.5"), "Invalid value for '--order'"),
        (("distance", "line.csv", "line.csv", "--method", "magic"), "method must be one of"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
