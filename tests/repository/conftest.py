"""What the tests of the repository look at: its root, its sources, and its public names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import dualgap


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def sources(root: Path) -> dict[Path, str]:
    """Every module that is shipped, by its path from the root."""
    files = sorted(path for package in ("src", "paper_figures") for path in (root / package).rglob("*.py"))
    return {path.relative_to(root): path.read_text(encoding="utf-8") for path in files}


def _walk(module: object, prefix: str) -> Iterator[tuple[str, object]]:
    for name in getattr(module, "__all__", ()):
        value = getattr(module, name)
        yield f"{prefix}.{name}", value
        if inspect.ismodule(value) and value.__name__.startswith("dualgap."):
            yield from _walk(value, f"{prefix}.{name}")


@pytest.fixture(scope="session")
def public() -> dict[str, object]:
    """Every public name, ``dg.games.bilinear`` as well as ``dg.kl``, with what it stands for."""
    return dict(_walk(dualgap, "dg"))
