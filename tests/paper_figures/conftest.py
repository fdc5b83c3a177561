"""The numbers of each figure, as they are kept or computed once in a process that has no matplotlib.

``DUALGAP_FIGURES=paper_figures/output pytest tests/paper_figures`` checks the captions against the numbers in a folder. Without it
they are computed at the quick budget, and kept between runs for as long as nothing that they depend on has changed.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import importlib, sys
from pathlib import Path
sys.modules["matplotlib"] = None  # an import of it would fail
from paper_figures.numbers import Numbers, keep, origin_of
name, folder = sys.argv[1:]
module = importlib.import_module(f"paper_figures.{name}")
data = module.compute(seed=0, budget="quick")
keep(Numbers(data=data, origin=origin_of(name, module.caption, seed=0, budget="quick")), Path(folder))
"""

#: Some figures train networks: on a busy machine that takes minutes.
SECONDS = 1200


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def numbers(request, tmp_path_factory):
    from paper_figures.numbers import content, kept, require_kept

    given = os.environ.get("DUALGAP_FIGURES")
    cache = getattr(request.config, "cache", None)
    folder = Path(cache.mkdir("figures")) if cache is not None else tmp_path_factory.mktemp("numbers")

    @functools.cache
    def of(name):
        if given:
            return require_kept(name, Path(given)).data
        found = kept(name, folder)
        if found is None or found.origin["content"] != content(name, seed=0, budget="quick"):
            environment = {"OMP_NUM_THREADS": "1", "PATH": ""}
            ended = subprocess.run(
                [sys.executable, "-c", SCRIPT, name, folder], capture_output=True, text=True, env=environment
            )
            assert ended.returncode == 0, ended.stderr
            found = require_kept(name, folder)
        return found.data

    return of
