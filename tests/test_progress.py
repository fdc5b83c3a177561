from __future__ import annotations

import io
import sys

import pytest

from dualgap import progress
from dualgap.errors import InvalidInput
from dualgap.progress import Bar, Progress, Silent, resolve


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _work(shown: Progress) -> None:
    shown.start(3, "solving")
    for step in range(3):
        shown.advance(gap=0.5**step, step=step)
    shown.advance(0)
    shown.stop()


def test_silent_shows_nothing(capsys):
    _work(Silent())
    assert capsys.readouterr() == ("", "")


def test_a_bar_goes_to_standard_error_and_nowhere_else(capsys, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal := _Terminal())
    _work(Bar())
    assert capsys.readouterr().out == ""
    assert "solving" in terminal.getvalue()
    assert "gap 0.25" in terminal.getvalue()


def test_a_bar_of_unknown_length_is_shown(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    bar = Bar()
    bar.start(None, "searching")
    bar.advance(5)
    bar.stop()
    assert "searching" in sys.stderr.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


def test_without_a_choice_there_is_a_bar_on_a_terminal_and_nothing_elsewhere(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    assert isinstance(resolve(None), Bar)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(resolve(None), Silent)
    chosen = Silent()
    assert resolve(chosen) is chosen


def test_the_interface_is_abstract():
    with pytest.raises(TypeError):
        progress.Progress()  # pyright: ignore[reportAbstractUsage]


@pytest.mark.parametrize("wrong", [3, print, Silent])
def test_what_is_no_progress_is_refused(wrong):
    with pytest.raises(InvalidInput, match=r"^progress must be a Progress"):
        resolve(wrong)
