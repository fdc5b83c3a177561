"""Every path that a configuration names exists, and the numbers that are kept twice agree."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

# Made by a command, so absent from a fresh checkout.
MADE = (
    ".venv",
    "dist",
    "build",
    "report",
    "docs/_build",
    "docs/generated",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
)
WORD = re.compile(r"[\w.\-]+(?:/[\w.\-]+)+|[\w\-]+\.(?:py|md|toml|txt|cff|yaml|bib)\b")


def named(text: str) -> Iterator[str]:
    """The words of a configuration that look like a path: with a slash, or with the suffix of a file."""
    for word in WORD.findall(re.sub(r"https?://\S+", "", text)):
        if not word.startswith(MADE):
            yield word


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from _strings(part)
        case list():
            for part in value:
                yield from _strings(part)


def _exists(root: Path, word: str) -> bool:
    return (root / word.lstrip("/")).exists()


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", ".pre-commit-config.yaml"])
def test_every_path_in_a_command_exists(root: Path, name: str) -> None:
    commands = [
        line.split("#", 1)[0]
        for line in (root / name).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    missing = {word for line in commands for word in named(line) if not _exists(root, word)} - {"/dev/null"}
    assert not missing, f"{name} names what does not exist: {sorted(missing)}"


def test_every_path_in_the_project_file_exists(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    tools = project["tool"]
    paths = [
        project["project"]["readme"],
        *project["project"]["license-files"],
        tools["hatch"]["version"]["path"],
        *tools["hatch"]["build"]["targets"]["wheel"]["packages"],
        *tools["hatch"]["build"]["targets"]["sdist"]["include"],
        *tools["hatch"]["build"]["dev-mode-dirs"],
        *tools["pytest"]["ini_options"]["testpaths"],
        *tools["pyright"]["include"],
        *tools["ruff"]["src"],
    ]
    missing = [path for path in paths if not _exists(root, path)]
    assert not missing, f"pyproject.toml names what does not exist: {missing}"


def test_every_layer_of_the_contract_exists(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = (c for c in project["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    layers = {name for layer in contract["layers"] for name in re.findall(r"\w+", layer)}
    present = {
        path.stem
        for path in (root / "src/dualgap").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert present - {"__init__"} == layers


def test_the_command_that_is_installed_exists(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, function = project["project"]["scripts"]["dualgap"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_hooks_are_well_formed(root: Path) -> None:
    hooks = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} >= {"ruff-check", "ruff-format", "layers"}


def test_continuous_integration_runs_the_one_command_and_can_be_executed(root: Path) -> None:
    script = root / ".ci/run"
    assert script.stat().st_mode & 0o111
    assert "make check" in script.read_text(encoding="utf-8")


def test_every_dependency_has_an_exact_version_in_the_constraints(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.lower().replace("_", "-").split("==") for line in lines if line and line[0] != "#")
    wanted = {
        re.split(r"[\[>=<~! ]", requirement)[0].lower().replace("_", "-")
        for requirement in _strings([project["dependencies"], project["optional-dependencies"]])
    } - {"dualgap"}
    assert wanted <= set(pins), f"not in constraints.txt: {sorted(wanted - set(pins))}"


def test_a_path_that_does_not_exist_is_noticed(root: Path) -> None:
    (word,) = named("python tools/no_such_file.py https://example.org/a/b")
    assert word == "tools/no_such_file.py"
    assert not _exists(root, word)
