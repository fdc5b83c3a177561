"""The page about sweeps is followed as it is written, with a cluster of this machine in the place of the one it names."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ADDRESS = "tcp://10.0.0.1:8786"


@pytest.fixture
def executed(monkeypatch):
    """What runs the code of a page: the extension of the site."""
    spec = importlib.util.spec_from_file_location("docs_extension_executed", DOCS / "_ext" / "executed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # a dataclass looks its module up
    spec.loader.exec_module(module)
    return module


def test_the_code_of_the_page_runs_and_what_the_folder_has_is_not_made_again_on_a_cluster(executed, cluster, tmp_path):
    text = (DOCS / "sweeps.md").read_text(encoding="utf-8")
    for said, here in (
        (f'"{ADDRESS}")', f'"{cluster.scheduler_address}")'),
        ('path="rates")', 'path="rates", backend="sequential")'),
    ):
        assert text.count(said) == 1
        text = text.replace(said, here)  # processes of this machine are in test_backends.py
    assert executed.run(text, tmp_path) == 2
    assert (tmp_path / "rates" / "results.parquet").exists()
