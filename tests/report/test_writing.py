"""Files are whole or absent."""

from __future__ import annotations

import pytest

from dualgap.errors import InvalidInput
from dualgap.report.writing import write_atomically, write_text


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


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InvalidInput, match=r"^output must be in a folder that can be written to"):
        write_text(tmp_path / "file" / "index.html", "page")
