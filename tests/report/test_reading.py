"""Files become arrays, or are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.report.reading import read_numbers, said_of_files


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


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", "# a comment\n", "must not be empty"),
        ("a.txt", "1\nnan\n", "must be finite, got nan in row 2"),
        ("a.csv", "1,2\n3,inf\n", "must be finite, got inf in row 2, column 2"),
        (
            "a.csv",
            "# of two\n1,2\n3\n",
            "must hold numbers only: every line must have as many columns, got 2 in line 2 and 1 in line 3",
        ),
        ("a.csv", "x,y\n1,2\n", "must hold numbers only: remove the header line, got 'x,y' in line 1"),
        ("a.csv", "1;2\n3;4\n", "must hold numbers only: separate the numbers by commas, got '1;2' in line 1"),
        ("a.txt", "1,2\n", "must hold numbers only: separate the numbers by spaces, got '1,2' in line 1"),
        ("a.csv", "1,2\n3,four\n", "must hold numbers only: got 'four' in line 2, column 2"),
        ("a.npy", "junk", "must hold numbers only: it is not an array of numbers as numpy.save writes it"),
    ],
)
def test_a_file_that_holds_no_numbers_is_refused_by_its_name(tmp_path, name, content, words):
    (tmp_path / name).write_text(content)
    with pytest.raises(InvalidInput, match=f"{name} {words}") as caught:
        read_numbers(tmp_path / name, "x")
    assert caught.value.argument == "x"
    assert "pickle" not in str(caught.value)
    assert "usecols" not in str(caught.value)


def test_an_archive_and_an_array_of_words_are_no_numbers(tmp_path):
    np.savez(tmp_path / "many.npz", x=np.zeros(2))
    (tmp_path / "many.npz").rename(tmp_path / "many.npy")
    with pytest.raises(InvalidInput, match="it is an archive of arrays"):
        read_numbers(tmp_path / "many.npy", "x")
    np.save(tmp_path / "words.npy", np.array(["one"]))
    with pytest.raises(InvalidInput, match=r"words\.npy must be an array of real numbers"):
        read_numbers(tmp_path / "words.npy", "x")


def test_only_the_subject_of_a_message_becomes_the_file():
    assert said_of_files("q must not be p", Path("x.npy"), Path("y.npy")) == "y.npy must not be p"
    assert said_of_files("method must be one of 'p'", Path("x"), Path("y")) == "method must be one of 'p'"
