"""The code of a page, run from top to bottom in a folder of its own: what it prints must be what the page shows.

In a page,

- a ``python`` block whose first line is ``# name.py`` is a file of that name, and is written;
- any other ``python`` block is run; the names it makes are there for the next one. Where a ``text`` block follows, that is what it
  prints, and otherwise it prints nothing;
- a line ``$ command`` of a ``console`` block is run by the shell; the lines under it, where there are any, are what it prints.

An ellipsis in what is shown stands for anything. The pages that match ``executed_pages`` are run when the site is built, which
leaves a note of what was run; the tests run the pages of which there is none, or not of the same page and code.
"""

from __future__ import annotations

import contextlib
import doctest
import fnmatch
import hashlib
import importlib
import io
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# ([\w/]+\.\w+)$", re.MULTILINE)
SHOWN_ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Different(Exception):
    """A page that shows what its code does not print."""


@dataclass(frozen=True)
class Step:
    """One thing to do: the kind of it, its text, and what it prints; None where the page does not say."""

    kind: str
    text: str
    shown: str | None


def steps(page: str) -> Iterator[Step]:
    """What a page says to do, in order."""
    found = FENCE.findall(page)
    for (language, body), following in zip(found, [*found[1:], ("", "")], strict=False):
        if language == "console":
            for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield Step("command", command, output if output.strip() else None)
        elif language == "python":
            named = FILE.match(body)
            if named:
                yield Step("file", body, named[1])
            else:
                yield Step("code", body, following[1] if following[0] == "text" else "")


def run(page: str, folder: Path) -> int:
    """Do what a page says, in a folder, and return how many steps that was.

    Raises
    ------
    Different
        When a step prints something else than the page shows, or a command fails that the page does not say to fail.
    """
    names: dict[str, Any] = {}
    done = 0
    with contextlib.chdir(folder), _importable(folder):
        for step in steps(page):
            done += 1
            if step.kind == "file":
                path = folder / str(step.shown)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(step.text, encoding="utf-8")
            else:
                compare(step, _printed(step.text, names) if step.kind == "code" else _answer(step))
    return done


@contextlib.contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Files of the folder can be imported inside, and are forgotten afterwards."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def compare(step: Step, printed: str) -> None:
    """Refuse an output that is not the one shown."""
    if step.shown is not None and not doctest.OutputChecker().check_output(step.shown, printed, SHOWN_ALIKE):
        raise Different(f"{step.text}\nshows\n{step.shown}\nand prints\n{printed}")


def _printed(code: str, names: dict[str, Any]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "<page>", "exec"), names)
    return output.getvalue()


def _answer(step: Step) -> str:
    """What a command prints on both streams; ``(exit code 1)`` is the last line of one that fails."""
    here = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}", "COLUMNS": "120"}
    found = subprocess.run(step.text, shell=True, text=True, capture_output=True, env=environment)
    printed = found.stdout + found.stderr
    if found.returncode:
        printed += f"(exit code {found.returncode})\n"
        if f"(exit code {found.returncode})" not in (step.shown or ""):
            raise Different(f"$ {step.text}\nfails:\n{printed}")
    return printed


def content(text: str) -> str:
    """A digest of all that running a page depends on: its text, this file, dualgap, the figures and the libraries."""
    import paper_figures
    from dualgap.claims.cache import code_digest, installed_versions

    digest = hashlib.sha256(repr((text, code_digest(), installed_versions())).encode())
    for path in (Path(__file__), *sorted(Path(paper_figures.__file__).parent.glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def note_of(site: Path, name: str) -> Path:
    """Where a build says that it ran a page: ``tutorials/make_a_figure`` in ``docs/_build/html``."""
    return site / ".executed" / f"{name.replace('/', '.')}.txt"


def ran_in_the_build(site: Path, name: str, text: str) -> bool:
    """Whether the last build of a site ran this very page, with this very code, to its end."""
    note = note_of(site, name)
    return note.exists() and note.read_text(encoding="utf-8") == content(text)


def execute(app: Sphinx, name: str, source: list[str]) -> None:
    """Run a page as it is read; what differs is a warning, with which the build fails."""
    if any(fnmatch.fnmatch(name, pattern) for pattern in app.config.executed_pages):
        from sphinx.util.logging import getLogger

        logging.getLogger("fontTools").setLevel(logging.WARNING)  # Sphinx shows what others log
        note = note_of(Path(app.outdir), name)
        note.unlink(missing_ok=True)
        digest = content(source[0])  # before it runs: what changes meanwhile was not run
        try:
            with tempfile.TemporaryDirectory() as folder:
                run(source[0], Path(folder))
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(digest, encoding="utf-8")
        except Different as error:
            getLogger(__name__).warning("%s", error, location=name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Run pages as they are read."""
    app.add_config_value("executed_pages", [], "env")
    app.connect("source-read", execute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
