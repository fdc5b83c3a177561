"""Files become arrays, or are refused."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.report.reading import read_numbers, read_picture


def test_numbers_are_read_from_all_three_kinds(tmp_path):
    numbers = np.array([[0.5, -1.0], [2.0, 3.0]])
    np.save(tmp_path / "x.npy", numbers)
    (tmp_path / "x.csv").write_text("0.5,-1\n2,3\n")
    (tmp_path / "x.txt").write_text("0.5 -1\n2 3\n")
    for kind in ("npy", "csv", "txt"):
        assert np.array_equal(read_numbers(tmp_path / f"x.{kind}", "x"), numbers)


def test_one_number_a_line_is_a_vector(tmp_path):
    (tmp_path / "x.txt").write_text("1\n2\n")
    assert read_numbers(tmp_path / "x.txt", "x").shape == (2,)
    (tmp_path / "x.txt").write_text("1\n")
    assert read_numbers(tmp_path / "x.txt", "x").shape == (1,)


def test_a_picture_is_reduced_and_has_three_colours(tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.zeros((20, 40), dtype=np.uint8)).save(tmp_path / "grey.png")
    assert read_picture(tmp_path / "grey.png", "content", size=10).shape == (5, 10, 3)


def test_what_is_no_picture_is_refused(tmp_path):
    pytest.importorskip("PIL.Image")
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(InvalidInput, match=r"^content must be a picture"):
        read_picture(tmp_path / "text.png", "content", size=10)
