"""The command, run in this process."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from dualgap import cli


def _run(monkeypatch, capsys, *arguments):
    """The exit code, standard output and standard error of the command."""
    monkeypatch.setattr(sys, "argv", ["dualgap", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: _run(monkeypatch, capsys, *arguments)


@pytest.fixture
def refused(command, tmp_path):
    """A function that checks that the command exits with 2 and says what is wrong; with files that are not as they should be."""
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "text.csv").write_text("one,two\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "line.csv").write_text("0\n1\n")
    (tmp_path / "half.csv").write_text("0.25\n0.25\n")
    (tmp_path / "plane.csv").write_text("0,0\n1,1\n")
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)

    def check(arguments, said):
        code, _, err = command(*arguments)
        assert code == 2
        assert said in " ".join(err.replace("│", " ").split())
        assert "Traceback" not in err

    return check
