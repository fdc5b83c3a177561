"""What the tests of the documentation look at: its pages, and what runs them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def docs(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath / "docs"


def _loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"docs_extension_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(str(path.parent))  # where extensions find what they share, as in docs/conf.py
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def executed(docs: Path) -> ModuleType:
    """What runs the code of a page: the extension of the site."""
    return _loaded(docs / "_ext" / "executed.py")


@pytest.fixture(scope="session")
def claims_page(docs: Path) -> ModuleType:
    """What writes the page of claims."""
    return _loaded(docs / "_ext" / "claims_page.py")


@pytest.fixture(scope="session")
def figures_page(docs: Path) -> ModuleType:
    """What writes the gallery."""
    return _loaded(docs / "_ext" / "figures_page.py")


@pytest.fixture(scope="session")
def methods_page(docs: Path) -> ModuleType:
    """What writes the table of methods."""
    return _loaded(docs / "_ext" / "methods_page.py")
