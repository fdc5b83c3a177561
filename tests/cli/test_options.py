"""What the commands share."""

from __future__ import annotations

import os

from dualgap.cli.options import one_thread


def test_a_number_of_threads_that_was_chosen_is_kept(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    one_thread()
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_one_thread_is_what_is_chosen_otherwise(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    monkeypatch.delenv("OMP_NUM_THREADS")
    one_thread()
    assert os.environ["OMP_NUM_THREADS"] == "1"
