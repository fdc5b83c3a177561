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


def figures(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which; all when none is named.")] = None,
    output: Annotated[Path, typer.Option(help="The folder for PDF, PNG and numbers.")] = Path("paper_figures/output"),
    budget: Annotated[FigureBudget, typer.Option(help="How much is computed.")] = FigureBudget.quick,
    seed: Seed = 0,
) -> None:
    """Draw the paper's figures: PDF, PNG, and beside them the numbers they show."""
    one_thread()
    from dualgap.extras import require

    require("matplotlib", extra="figures")
    require("tueplots", extra="figures")
    runner = require("paper_figures.runner", extra="figures")
    for path in runner.run(names or None, output=output, budget=budget.value, seed=seed):
        print(path)
