"""Accuracies of classifiers over the radius of attacks: a table, a picture, and the numbers beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from dualgap.extras import require
from dualgap.training.robust import RobustnessCurve
from dualgap.writing import check_output, write_atomically, write_text

__all__ = ["ENDINGS", "draw_robustness", "robustness_table"]

#: The kinds of file that a picture is written to.
ENDINGS = (".png", ".pdf", ".svg")
#: Vermilion and blue of Okabe and Ito, one for each classifier.
COLOURS = ("#D55E00", "#0072B2", "#009E73")


def robustness_table(curves: Mapping[str, RobustnessCurve], radius: float) -> Table:
    """What each classifier's accuracies are at a radius that all curves have, in per cent.

    Parameters
    ----------
    curves : mapping of str to RobustnessCurve
    radius : float

    Examples
    --------
    >>> import torch
    >>> from dualgap.training.robust import robustness_curve
    >>> curve = robustness_curve(torch.nn.Linear(1, 2), torch.ones(2, 1), torch.tensor([0, 1]), radii=[0.5], confidence=0.9)
    >>> robustness_table({"plain": curve}, 0.5).row_count
    1
    """
    table = Table(title=f"accuracy at radius {radius:g}", box=None)
    table.add_column("training")
    for title in ("clean", "FGSM", "PGD", "certified"):
        table.add_column(title, justify="right")
    confidence = 100 * (next(iter(curves.values())).brackets[0].confidence or 0)
    table.add_column(f"of the law, {confidence:g}%", justify="right")
    for name, curve in curves.items():
        at = int(np.argmin(np.abs(curve.radii - radius)))
        shares = (curve.clean, curve.fgsm[at], curve.pgd[at], curve.certified[at])
        bracket = curve.brackets[at]
        interval = f"[{100 * float(bracket.lower):.1f}, {100 * float(bracket.upper):.1f}]"
        table.add_row(name, *[f"{100 * share:.1f}" for share in shares], interval)
    return table


def draw_robustness(curves: Mapping[str, RobustnessCurve], title: str, unit: str, output: Path) -> tuple[Path, Path]:
    """Draw the accuracies over the radius, and write the picture and its numbers, as JSON, beside it.

    Between PGD and certified accuracy, shaded, is the share of which neither is known.

    Parameters
    ----------
    curves : mapping of str to RobustnessCurve
        At most three.
    title : str
    unit : str
        Of the radius.
    output : Path
        Ends in .png, .pdf or .svg.

    Raises
    ------
    InvalidInput
        For another ending.
    MissingExtra
        Without matplotlib.
    """
    check_output(output, *ENDINGS)
    figure: Any = require("matplotlib.figure", extra="figures").Figure(figsize=(5.2, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for (name, curve), colour in zip(curves.items(), COLOURS, strict=False):
        axes.plot(curve.radii, 100 * curve.fgsm, ":", color=colour, linewidth=1.2, label=f"{name}: FGSM")
        axes.plot(curve.radii, 100 * curve.pgd, "-", color=colour, linewidth=1.4, label=f"{name}: PGD")
        axes.plot(curve.radii, 100 * curve.certified, "--", color=colour, linewidth=1.4, label=f"{name}: certified")
        axes.fill_between(curve.radii, 100 * curve.certified, 100 * curve.pgd, color=colour, alpha=0.12, linewidth=0)
    axes.set(xlabel=f"radius ({unit})", ylabel="accuracy (%)", ylim=(0, 101), xlim=(0, None))
    axes.set_title(title, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False, ncols=len(curves), loc="upper right")
    picture = write_atomically(output, lambda file: figure.savefig(file, format=output.suffix[1:].lower(), dpi=160))
    numbers = {name: curve.as_data() for name, curve in curves.items()}
    return picture, write_text(
        output.with_suffix(".json"), json.dumps({"title": title, "unit": unit, **numbers}, indent=1) + "\n"
    )
