"""``dualgap figures``: the figures of the paper."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from dualgap.cli.options import Seed, one_thread

__all__ = ["figures"]


class FigureBudget(enum.StrEnum):
    """How much a figure computes."""

    quick = "quick"
    paper = "paper"


class FigureWidth(enum.StrEnum):
    """The page that a figure is for."""

    neurips = "neurips"
    icml = "icml"
    column = "column"


def figures(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which; all when none is named.")] = None,
    output: Annotated[Path, typer.Option(help="The folder for PDF, PNG and numbers.")] = Path("paper_figures/output"),
    budget: Annotated[FigureBudget, typer.Option(help="How much is computed.")] = FigureBudget.quick,
    width: Annotated[FigureWidth, typer.Option(help="The page they are for.")] = FigureWidth.neurips,
    redraw: Annotated[bool, typer.Option("--redraw", help="Draw the numbers that are there; compute nothing.")] = False,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes side by side; all cores when omitted.")] = None,
    seed: Seed = 0,
) -> None:
    """Draw the paper's figures: PDF, PNG, the numbers they show, and figures.tex, which includes them all.

    Numbers that are there already, of the same code, seed and budget, are not computed again.
    """
    one_thread()
    from dualgap.extras import require
    from dualgap.threads import cores

    require("matplotlib", extra="figures")
    require("tueplots", extra="figures")
    runner = require("paper_figures.runner", extra="figures")
    drawn = runner.run(
        names or None,
        output=output,
        budget=budget.value,
        width=width.value,
        redraw=redraw,
        jobs=cores() if jobs is None else jobs,
        seed=seed,
    )
    for path in drawn:
        print(path)
