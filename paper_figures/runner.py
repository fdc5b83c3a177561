"""Running the figures: compute, draw, and write the picture beside its numbers."""

from __future__ import annotations

import importlib
import json
import platform
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from dualgap.errors import InvalidInput
from dualgap.progress import Progress, resolve
from dualgap.validation import choice, count
from dualgap.writing import write_atomically, write_text
from paper_figures import BUDGETS, FIGURES
from paper_figures.style import settings

__all__ = ["draw_figure", "run", "save"]


def run(
    names: Iterable[str] | None, *, output: Path | str, budget: str, seed: int, progress: Progress | None = None
) -> Iterator[Path]:
    """Compute, draw and write figures: for each a PDF, a PNG, its numbers as .npz, and a .json of how they came about.

    Parameters
    ----------
    names : sequence of str, or None for all
    output : Path
        The folder; files in it are replaced whole.
    budget : "quick" or "paper"
    seed : int
    progress : Progress, optional

    Yields
    ------
    Path
        Of each PDF, as it is written.

    Raises
    ------
    InvalidInput
        For a name that is no figure, before any is computed.
    """
    chosen = list(FIGURES if names is None else names)
    for name in chosen:
        choice(name, "name", FIGURES)
    choice(budget, "budget", BUDGETS)
    count(seed, "seed", at_least=0)
    return _run(chosen, Path(output), budget, seed, resolve(progress))


def _run(chosen: list[str], output: Path, budget: str, seed: int, bar: Progress) -> Iterator[Path]:
    bar.start(len(chosen), "figures")
    try:
        for name in chosen:
            module = importlib.import_module(f"paper_figures.{name}")
            data = module.compute(seed=seed, budget=budget)
            yield save(name, data, output, seed=seed, budget=budget)
            bar.advance(figure=name)
    finally:
        bar.stop()


def draw_figure(name: str, data: dict[str, np.ndarray]) -> Figure:
    """The figure of some numbers, in the style of all."""
    module: Any = importlib.import_module(f"paper_figures.{name}")
    look: Any = settings(module.layout)
    with mpl.rc_context(look):
        figure = Figure(layout="constrained")
        axes = figure.subplot_mosaic(
            [list(row) for row in module.layout.panels], height_ratios=module.layout.height_ratios
        )
        module.draw(data, axes)
    return figure


def save(name: str, data: dict[str, np.ndarray], output: Path, *, seed: int, budget: str) -> Path:
    """Write the picture, its numbers, and how they came about; returns the PDF's path."""
    for key, value in data.items():
        if not isinstance(value, np.ndarray):
            raise InvalidInput(f"data[{key!r}] must be an array, got {type(value).__name__}", argument="data")
    module: Any = importlib.import_module(f"paper_figures.{name}")
    figure = draw_figure(name, data)
    look: Any = settings(module.layout)
    with mpl.rc_context(look):  # the fonts are chosen when the file is written
        write_atomically(output / f"{name}.png", lambda file: figure.savefig(file, format="png"))
        pdf = write_atomically(
            output / f"{name}.pdf", lambda file: figure.savefig(file, format="pdf", metadata={"CreationDate": None})
        )
    write_atomically(output / f"{name}.npz", lambda file: np.savez(file, **data))  # pyright: ignore[reportArgumentType]
    origin = {
        "figure": name,
        "caption": module.caption,
        "seed": seed,
        "budget": budget,
        "commit": _commit(),
        "versions": _versions(),
    }
    write_text(output / f"{name}.json", json.dumps(origin, indent=1, ensure_ascii=False) + "\n")
    return pdf


def _versions() -> dict[str, str]:
    names = ("dualgap", "matplotlib", "numpy", "POT", "scipy", "torch")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def _commit() -> str | None:
    """The commit of the checkout that the figures are in; None where there is none, or no git."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip()
