"""The numbers of each figure, as they are kept or computed once in a process that has no matplotlib.

``DUALGAP_FIGURES=paper_figures/output pytest tests/paper_figures`` checks the captions against the numbers in a folder. Without it
they are computed at the quick budget, once for all processes of a run, and kept between runs for as long as nothing that they
depend on has changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Reads the names of figures, and says "kept" when the numbers of one are in the folder.
SCRIPT = """
import importlib, sys
from pathlib import Path
sys.modules["matplotlib"] = None  # an import of it would fail
from paper_figures.numbers import Numbers, keep, origin_of
for line in sys.stdin:
    name = line.strip()
    module = importlib.import_module(f"paper_figures.{name}")
    data = module.compute(seed=0, budget="quick")
    keep(Numbers(data=data, origin=origin_of(name, module.caption, seed=0, budget="quick")), Path(sys.argv[1]))
    print("kept", flush=True)
"""

#: Some figures train networks: on a busy machine that takes minutes.
SECONDS = 1200


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


class Computing:
    """A process without matplotlib that computes one figure after another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def compute(self, name: str) -> None:
        """Put the numbers of a figure into the folder."""
        errors = self.folder / f"errors-{os.getpid()}.txt"
        if self.process is None:
            with errors.open("w") as file:
                self.process = subprocess.Popen(
                    [sys.executable, "-c", SCRIPT, self.folder],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    text=True,
                    env={"OMP_NUM_THREADS": "1", "PATH": ""},
                )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # what ended it is in the file of errors
            self.process.stdin.write(f"{name}\n")
            self.process.stdin.flush()
        if "kept\n" not in self.process.stdout:  # reads up to it, or to the end
            self.process.communicate()
            self.process = None
            raise AssertionError(errors.read_text())

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.communicate()
            self.process = None
            (self.folder / f"errors-{os.getpid()}.txt").unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(path: Path):
    """One process at a time: of two that need the numbers of a figure one computes them, and the other waits."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def numbers(request, tmp_path_factory):
    from paper_figures.numbers import content, kept, require_kept

    given = os.environ.get("DUALGAP_FIGURES")
    cache = getattr(request.config, "cache", None)
    if cache is not None:
        folder = Path(cache.mkdir("figures"))
    else:  # the processes of a run have their folders beside each other
        base = tmp_path_factory.getbasetemp()
        folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "figures"
        folder.mkdir(exist_ok=True)
    computing = Computing(folder)

    @functools.cache
    def of(name):
        if given:
            return require_kept(name, Path(given)).data
        with _alone(folder / f"{name}.lock"):
            found = kept(name, folder)
            if found is None or found.origin["content"] != content(name, seed=0, budget="quick"):
                computing.compute(name)
                found = require_kept(name, folder)
        return found.data

    yield of
    computing.close()
