"""The critic's value against the exact distance while a WGAN trains."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "A WGAN with gradient penalty learning the ring. (a) The exact W₁ between 512 generated points and as many of the data "
    "(solid, with its bracket, which is narrower than the line) and the value of the critic (dashed), over the steps, for one seed. "
    "(b) One against the other at every record of all seeds (a mark each). The exact distance falls; the critic's value is far "
    "below it at first, when the critic has learnt nothing, and follows it once the critic has. It is no bound of it: at some "
    "records it is above."
)

layout = Layout(
    panels=(("time", "against"),),
    full_width=True,
    height=0.42,
    column=Layout(panels=(("time",), ("against",)), full_width=False, height=1.4),
    letters=("time", "against"),
)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train several seeds, measuring both on the way.

    Returns
    -------
    dict
        ``steps`` (records,); ``exact``, ``lower``, ``upper`` and ``critic`` (records, seeds), in the unit of x.
    """
    seeds, steps = {"quick": (3, 400), "paper": (16, 6000)}[budget]
    recipe = dg.training.recipes.named("ring-wgan-gp", steps=steps)
    run = recipe.train(
        seeds=range(1000 * seed, 1000 * seed + seeds),
        record=steps // 40,
        observe=dg.training.Evaluation(measure=("w1", "estimate"), compared=512),
    )
    found = {name: np.asarray(value, dtype=float) for name, value in run.metrics.items()}
    return {
        "steps": np.asarray(run.metric_steps),
        "exact": found["w1"],
        "lower": found["w1_lower"],
        "upper": found["w1_upper"],
        "critic": found["estimate"],
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Both over the steps, and one against the other."""
    panel, steps = axes["time"], data["steps"]
    panel.fill_between(steps, data["lower"][:, 0], data["upper"][:, 0], color=COLOURS["sky"], linewidth=0)
    panel.plot(steps, data["exact"][:, 0], color=COLOURS["blue"], label="exact W₁")
    panel.plot(steps, data["critic"][:, 0], "--", color=COLOURS["vermilion"], label="critic's value")
    panel.set(xlabel="step", ylabel="distance (unit of x)", xlim=(0, steps[-1]))
    panel.legend(loc="upper right")
    panel = axes["against"]
    high = 1.05 * max(data["exact"].max(), data["critic"].max())
    panel.plot([0, high], [0, high], color=GREY, linewidth=0.7, linestyle=":")
    for k, mark in zip(range(data["exact"].shape[1]), "os^DvPos^DvPos^D", strict=False):
        panel.plot(data["exact"][:, k], data["critic"][:, k], mark, markersize=2.6, alpha=0.7, markeredgewidth=0)
    panel.set(xlabel="exact W₁ (unit of x)", ylabel="critic's value (unit of x)")
