"""Modes and quality of every recipe, a mark a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "The recipes on the ring of eight Gaussians (standard deviation 0.01), each trained from many seeds for as many steps: modes "
    "covered, and share of generated points within three standard deviations of a mode; a mark is a seed, a bar the median. Dashed: "
    "what the data themselves have, 8 and 98.9%. No seed has a larger share than that, up to the error of 2,500 points: more "
    "would not be nearer to the law."
)

layout = Layout(
    panels=(("modes", "quality"),),
    full_width=True,
    height=0.6,
    column=Layout(panels=(("modes",), ("quality",)), full_width=False, height=1.9),
)

#: Recipes whose steps cost little.
QUICK = (
    "ring", "ring-gan", "ring-saturating", "ring-least-squares", "ring-hinge", "ring-packing-2", "ring-packing-4",
    "ring-variance", "ring-deviation", "ring-r1",
)  # fmt: skip


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train all seeds of each recipe at once.

    Returns
    -------
    dict
        ``recipes`` (r,), names; ``modes`` and ``high_quality`` (r, seeds), at the end; ``steps``.
    """
    seeds, steps = {"quick": (8, 200), "paper": (64, 6000)}[budget]
    names = (
        QUICK if budget == "quick" else tuple(name for name in dg.training.recipes.names() if name.startswith("ring"))
    )
    modes, quality = [], []
    for name in names:
        recipe = dg.training.recipes.named(name, steps=steps)
        run = recipe.train(seeds=range(1000 * seed, 1000 * seed + seeds), record=steps)
        modes.append(np.asarray(run.metrics["modes"], dtype=int)[-1])
        quality.append(np.asarray(run.metrics["high_quality"], dtype=float)[-1])
    return {
        "recipes": np.array(names),
        "modes": np.array(modes),
        "high_quality": np.array(quality),
        "median_modes": np.median(modes, axis=1),
        "median_quality": np.median(quality, axis=1),
        "steps": np.array(steps),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A row for each recipe in both panels."""
    names = data["recipes"].tolist()
    rows = np.arange(len(names))[::-1]
    seeds = data["modes"].shape[1]
    # seeds of the same number of modes lie beside each other
    apart = np.linspace(-0.28, 0.28, seeds)
    shown = (
        (axes["modes"], data["modes"], data["median_modes"], 8),
        (axes["quality"], 100 * data["high_quality"], 100 * data["median_quality"], 98.889),
    )
    for panel, values, medians, truth in shown:
        for row, of_seeds, median in zip(rows, values, medians, strict=True):
            panel.plot(of_seeds, row + apart, "o", color=COLOURS["blue"], markersize=2.2, alpha=0.7, markeredgewidth=0)
            panel.plot([median, median], [row - 0.36, row + 0.36], color=COLOURS["vermilion"], linewidth=1.6)
        panel.axvline(truth, color=GREY, linewidth=0.7, linestyle="--", zorder=0)
        panel.set_ylim(-0.6, len(names) - 0.4)
    labels = [name.removeprefix("ring-") if name != "ring" else "the ring's recipe" for name in names]
    axes["modes"].set_yticks(rows, labels, fontsize=5.8)
    alone = axes["quality"].get_subplotspec().is_first_col()  # with no names beside it
    axes["quality"].set_yticks(rows, labels if alone else [""] * len(names), fontsize=5.8)
    if alone:
        axes["quality"].set_ylabel("recipe")
    axes["modes"].set(xlim=(-0.3, 8.4), xlabel="modes covered (of 8)", xticks=range(9))
    axes["modes"].set_ylabel("recipe")
    axes["quality"].set_xscale("symlog", linthresh=1)  # from a beginning to the law
    axes["quality"].set(xlim=(-0.1, 130), xlabel="points near a mode (%)")
    axes["quality"].set_xticks([0, 1, 10, 98.9], ["0", "1", "10", "98.9"])
    axes["quality"].minorticks_off()
    axes["modes"].set_title(f"{seeds} seeds, {int(data['steps'])} steps", fontsize=7)
