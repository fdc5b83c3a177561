"""Running the figures: compute what is not known yet, draw, and write the picture beside its numbers."""

from __future__ import annotations

import importlib
import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import Any, final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from dualgap.progress import Progress, resolve
from dualgap.validation import choice, count
from dualgap.writing import write_atomically, write_text
from paper_figures import BUDGETS, FIGURES, WIDTHS
from paper_figures.latex import document
from paper_figures.numbers import Numbers, content, keep, kept, origin_of, require_kept
from paper_figures.style import settings, suited

__all__ = ["draw_figure", "run", "save"]


@final
@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What is to be done for every figure."""

    output: Path
    budget: str
    seed: int
    width: str
    redraw: bool


def run(
    names: Iterable[str] | None = None,
    *,
    output: Path | str,
    budget: str = "quick",
    seed: int = 0,
    width: str = "neurips",
    redraw: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """Compute, draw and write figures: for each a PDF, a PNG, its numbers as .npz, and a .json of how they came about.

    Numbers that are in the folder already, of the same code, libraries, seed and budget, are not computed again. At the
    end ``figures.tex`` includes every figure of the folder.

    Parameters
    ----------
    names : sequence of str, or None for all
    output : Path
        The folder; files in it are replaced whole.
    budget : "quick" or "paper"
    seed : int
    width : "neurips", "icml" or "column"
        Of the page that they are for.
    redraw : bool
        Draw the numbers in the folder, whatever they came from, and compute nothing.
    jobs : int
        How many processes make figures side by side.
    progress : Progress, optional

    Yields
    ------
    Path
        Of each PDF, as it is written.

    Raises
    ------
    InvalidInput
        For a name that is no figure, before any is computed; for numbers to be redrawn that are not there.
    """
    chosen = list(dict.fromkeys(FIGURES if names is None else names))
    for name in chosen:
        choice(name, "name", FIGURES)
    choice(budget, "budget", BUDGETS)
    choice(width, "width", WIDTHS)
    count(seed, "seed", at_least=0)
    count(jobs, "jobs")
    wish = _Wish(output=Path(output), budget=budget, seed=seed, width=width, redraw=redraw)
    if redraw:
        for name in chosen:
            require_kept(name, wish.output)
    return _run(chosen, wish, jobs, resolve(progress))


def _run(chosen: list[str], wish: _Wish, jobs: int, bar: Progress) -> Iterator[Path]:
    bar.start(len(chosen), "figures")
    try:
        for name, path in _made(chosen, wish, min(jobs, len(chosen))):
            yield path
            bar.advance(figure=name)
    finally:
        bar.stop()
    found = {name: kept(name, wish.output) for name in FIGURES if (wish.output / f"{name}.pdf").exists()}
    captions = {name: numbers.origin["caption"] for name, numbers in found.items() if numbers is not None}
    write_text(wish.output / "figures.tex", document(captions))


def _made(chosen: list[str], wish: _Wish, jobs: int) -> Iterator[tuple[str, Path]]:
    """Each figure's name and PDF, as soon as there is one."""
    if jobs <= 1:
        yield from ((name, _make(name, wish)) for name in chosen)
        return
    # spawned: what a forked process inherits from threads of a linear algebra can hang it
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        pending = {pool.submit(_make, name, wish): name for name in chosen}
        try:
            for done in as_completed(pending):
                yield pending[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _make(name: str, wish: _Wish) -> Path:
    """Compute one figure where that is needed, and write it."""
    module: Any = importlib.import_module(f"paper_figures.{name}")
    found = kept(name, wish.output)
    if not wish.redraw and (
        found is None or found.origin["content"] != content(name, seed=wish.seed, budget=wish.budget)
    ):
        found = None
    if found is None:
        data = module.compute(seed=wish.seed, budget=wish.budget)
        return save(name, data, wish.output, seed=wish.seed, budget=wish.budget, width=wish.width)
    return _write(found, wish.output, wish.width)


def draw_figure(name: str, data: dict[str, np.ndarray], *, width: str = "neurips") -> Figure:
    """The figure of some numbers, in the style of all."""
    module: Any = importlib.import_module(f"paper_figures.{name}")
    layout = suited(module.layout, width)
    look: Any = settings(layout, width)
    with mpl.rc_context(look):
        figure = Figure(layout="constrained")
        axes = figure.subplot_mosaic([list(row) for row in layout.panels], height_ratios=layout.height_ratios)
        module.draw(data, axes)
        for letter, panel in zip(ascii_lowercase, layout.letters, strict=False):
            axes[panel].annotate(
                letter, (0, 1), xycoords="axes fraction", xytext=(-3, 2), textcoords="offset points", ha="right", va="bottom",
                fontsize=8, fontweight="bold",
            )  # fmt: skip
    return figure


def save(
    name: str, data: dict[str, np.ndarray], output: Path, *, seed: int, budget: str, width: str = "neurips"
) -> Path:
    """Write the picture, its numbers, and how they came about; returns the PDF's path."""
    module: Any = importlib.import_module(f"paper_figures.{name}")
    numbers = Numbers(data=data, origin=origin_of(name, module.caption, seed=seed, budget=budget))
    return _write(numbers, output, width)


def _write(numbers: Numbers, output: Path, width: str) -> Path:
    name = numbers.origin["figure"]
    module: Any = importlib.import_module(f"paper_figures.{name}")
    keep(Numbers(data=numbers.data, origin={**numbers.origin, "caption": module.caption, "width": width}), output)
    figure = draw_figure(name, numbers.data, width=width)
    look: Any = settings(suited(module.layout, width), width)
    with mpl.rc_context(look):  # the fonts are chosen when the file is written
        write_atomically(output / f"{name}.png", lambda file: figure.savefig(file, format="png"))
        return write_atomically(
            output / f"{name}.pdf", lambda file: figure.savefig(file, format="pdf", metadata={"CreationDate": None})
        )
