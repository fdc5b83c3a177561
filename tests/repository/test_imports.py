"""What is loaded when: asking for the package costs next to nothing, and a part loads only what it is about."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "matplotlib",
    "ot",
    "scipy",
    "numpy",
    "sklearn",
    "skimage",
    "dask",
    "rich",
    "typer",
    "hypothesis",
)

PROGRAM = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


def loaded_by(module: str, among: tuple[str, ...]) -> list[str]:
    """Which of the packages a fresh interpreter has loaded after it imported the module."""
    command = [sys.executable, "-c", PROGRAM, module, *among]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("dualgap", HEAVY) == []


def test_a_loaded_package_is_noticed() -> None:
    assert loaded_by("numpy", HEAVY) == ["numpy"]


@pytest.mark.parametrize("module", ["dualgap.measures", "dualgap.divergences", "dualgap.transport"])
def test_distances_load_neither_torch_nor_matplotlib_nor_the_solver(module: str) -> None:
    assert loaded_by(module, ("torch", "matplotlib", "ot")) == []


@pytest.mark.parametrize("module", ["dualgap.games", "dualgap.duals", "dualgap.training", "dualgap.cli"])
def test_pictures_and_data_sets_are_loaded_only_when_they_are_used(module: str) -> None:
    assert loaded_by(module, ("matplotlib", "sklearn", "skimage", "dask")) == []
