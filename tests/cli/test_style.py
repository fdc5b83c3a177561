"""``dualgap style``."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.cli.style import SMALLEST_PICTURE


def test_the_smallest_size_is_what_the_features_need():
    from dualgap.training.style import RandomConvolutions

    assert RandomConvolutions(seed=0).smallest_side == SMALLEST_PICTURE


def test_a_style_is_transferred_to_a_picture(command, tmp_path):
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for name, shape in (("content.png", (60, 64, 3)), ("style.png", (64, 64, 3))):
        image.fromarray(rng.integers(0, 255, shape, dtype=np.uint8)).save(tmp_path / name)
    code, out, _ = command("style", "content.png", "style.png", "-o", "out.png", "--steps", "2", "--size", "64")
    assert code == 0
    assert "style loss" in out
    with image.open(tmp_path / "out.png") as picture:
        assert picture.size == (64, 60)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("style", "absent.png", "absent.png", "-o", "out.png"), "absent.png must be a file that exists"),
        (("style", "file", "file", "-o", "out.png"), "file must be a picture"),
        (("style", "absent.png", "absent.png", "-o", "out.doc"), "output must end in .png, .jpg"),
        (("style", "file", "file", "-o", "out.png", "--size", "55"), "Invalid value for '--size'"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
