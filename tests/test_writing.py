"""Files are whole or absent."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dualgap.errors import InvalidInput, Unwritable
from dualgap.writing import check_output, write_atomically, write_text


def test_a_text_is_written_and_replaced(tmp_path):
    path = tmp_path / "new" / "page.html"
    assert write_text(path, "erste Fassung ≤").read_text("utf-8") == "erste Fassung ≤"
    write_text(path, "second")
    assert path.read_text("utf-8") == "second"
    assert [one.name for one in path.parent.iterdir()] == ["page.html"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = write_text(tmp_path / "page.html", "old")

    def fails(file):
        file.write(b"half")
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk"):
        write_atomically(path, fails)
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_plainly_and_leaves_the_old_file_and_nothing_else(tmp_path):
    path = write_text(tmp_path / "page.html", "old")

    def fails(file):
        file.write(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Unwritable, match=r"^output must be where there is room for it, .* \(No space left on device\)"):
        write_atomically(path, fails)
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidInput, match=r"^output must be in a folder that can be written to"):
        write_text(tmp_path / "file" / "index.html", "page")


@pytest.mark.parametrize("name", ["run.npz", "RUN.NPZ", "new/folder/run.npz"])
def test_a_file_that_can_be_written_passes(tmp_path, name):
    assert check_output(tmp_path / name, ".npz") == tmp_path / name
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.png").mkdir()
    for path, words in (
        (Path("a.txt"), "output must end in .png, .pdf or .svg, got 'a.txt'"),
        (Path("a"), "output must end in"),
        (tmp_path / "folder.png", "output must be a file, got the folder"),
        (tmp_path / "file" / "a.png", "output must be in a folder that can be written to"),
    ):
        with pytest.raises(InvalidInput, match=f"^{words}"):
            check_output(path, ".png", ".pdf", ".svg")
