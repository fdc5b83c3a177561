"""A reader that leaves stops neither the work nor changes the exit code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dualgap.cli.pipe import output_may_close

WRITES = {
    "print": "print('a' * 100_000)",
    "rich": "from rich.console import Console; Console().print('a' * 100)",
    "unbuffered": "print('a', flush=True)",
}


@pytest.mark.parametrize("way", WRITES)
def test_work_goes_on_after_the_reader_has_gone_and_ends_with_its_own_code(way, tmp_path):
    script = (
        "from dualgap.cli.pipe import output_may_close\n"
        "from pathlib import Path\n"
        "with output_may_close():\n"
        f"    {WRITES[way]}\n"
        "    print('b')\n"
        "    Path('done').write_text('yes')\n"
        "    raise SystemExit(3)\n"
    )
    read, write = os.pipe()
    os.close(read)
    found = subprocess.run(
        [sys.executable, "-c", script], stdout=write, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False
    )
    os.close(write)
    assert (found.returncode, found.stderr) == (3, "")
    assert (tmp_path / "done").exists()


def test_what_is_read_is_all_there_and_the_streams_are_given_back(capsys):
    before = sys.stdout
    with output_may_close():
        print("read")
    assert sys.stdout is before
    assert capsys.readouterr().out == "read\n"
