"""The numbers of each figure, computed once in a process that has no matplotlib."""

from __future__ import annotations

import functools
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import importlib, sys
import numpy as np
sys.modules["matplotlib"] = None  # an import of it would fail
name, path = sys.argv[1:]
data = importlib.import_module(f"paper_figures.{name}").compute(seed=0, budget="quick")
np.savez(path, **data)
"""


@pytest.fixture(scope="session")
def numbers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("numbers")

    @functools.cache
    def of(name):
        path = folder / f"{name}.npz"
        environment = {"OMP_NUM_THREADS": "1", "PATH": ""}
        found = subprocess.run(
            [sys.executable, "-c", SCRIPT, name, path], capture_output=True, text=True, env=environment
        )
        assert found.returncode == 0, found.stderr
        with np.load(path) as data:
            return dict(data)

    return of
