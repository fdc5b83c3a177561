"""A coupling as dirt and holes, with the dual potential under it: both say what moving the earth costs."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "Moving earth. (a) Dirt (bars up, p), holes of the same total (hatched bars down, q), and an optimal plan: each "
    "line carries the mass that its width says. (b) The optimal potential f. Its slope is at most 1 everywhere, and f falls by "
    "exactly the distance of every move: so the mean of f over the dirt minus that over the holes equals the cost of the plan, "
    "and neither can be improved. (c) The plan as a coupling, whose sums along rows and columns are p and q; most of its mass "
    "lies below the diagonal, as most dirt moves to the right."
)

layout = Layout(
    panels=(("mass", "plan"), ("potential", "plan")),
    full_width=True,
    height=0.5,
    height_ratios=(1.5, 1.0),
    column=Layout(
        panels=(("mass",), ("potential",), ("plan",)), full_width=False, height=1.9, height_ratios=(1.3, 0.8, 1.4)
    ),
    letters=("mass", "potential", "plan"),
)

#: Entries of the plan below this are drawn by nobody: rounding.
DRAWN = 1e-9


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Two histograms on the line, the optimal plan between them and the potential that proves it.

    Returns
    -------
    dict
        ``x`` (n,) in metres, ``dirt`` and ``holes`` (n,) masses, ``start``, ``end`` and ``moved`` (k,): the plan, entry by entry;
        ``potential`` (n,) in metres, ``value``, ``lower`` and ``upper`` of W1. Nothing is random: the seed has no effect.
    """
    points = {"quick": 41, "paper": 81}[budget]
    x = np.linspace(0, 10, points)
    dirt = np.exp(-((x - 2.5) ** 2) / 1.2) + 0.6 * np.exp(-((x - 6.8) ** 2) / 0.4)
    holes = 0.7 * np.exp(-((x - 0.8) ** 2) / 0.2) + np.exp(-((x - 4.9) ** 2) / 0.4) + np.exp(-((x - 8.7) ** 2) / 0.4)
    dirt, holes = dirt / dirt.sum(), holes / holes.sum()
    found = dg.wasserstein(dg.Points(x, dirt), dg.Points(x, holes), order=1)
    plan = found.plan.tocoo()
    rows, columns = plan.coords
    kept = plan.data > DRAWN
    return {
        "x": x,
        "dirt": dirt,
        "holes": holes,
        "start": x[rows[kept]],
        "end": x[columns[kept]],
        "moved": plan.data[kept],
        "potential": np.asarray(found.potentials[0]),
        "value": np.array(found.value),
        "lower": np.array(found.lower),
        "upper": np.array(found.upper),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Dirt above holes with the plan between, the potential under them, the coupling beside."""
    x, step = data["x"], data["x"][1] - data["x"][0]
    panel, top = axes["mass"], 1.1 * max(data["dirt"].max(), data["holes"].max())
    band = 0.55 * top
    panel.bar(x, data["dirt"], step, bottom=band, color=COLOURS["orange"], edgecolor="black", linewidth=0.2)
    panel.bar(x, -data["holes"], step, bottom=-band, color="white", edgecolor=GREY, hatch="//////", linewidth=0.3)
    for start, end, mass in zip(data["start"], data["end"], data["moved"], strict=True):
        panel.plot(
            [start, end], [band, -band], color=COLOURS["blue"], linewidth=30 * mass, alpha=0.6, solid_capstyle="butt"
        )
    panel.axhline(band, color="black", linewidth=0.5)
    panel.axhline(-band, color="black", linewidth=0.5)
    panel.text(10, band + 0.5 * top, "dirt p", ha="right", fontsize=7)
    panel.text(2.8, -band - 0.7 * top, "holes q", ha="center", fontsize=7)
    panel.text(10, 0.35 * band, "plan", ha="right", fontsize=7, color=COLOURS["blue"])
    levels = np.array([0, 0.05, 0.1])
    panel.set_yticks([*(band + levels), *(-band - levels)], ["0", "5", "10"] * 2)
    panel.set(ylabel="mass (% per bar)", xlim=(-0.3, 10.3), ylim=(-band - top, band + top), xticks=[])
    panel.spines["bottom"].set_visible(False)
    _potential(axes["potential"], data)
    panel = axes["plan"]
    panel.plot([0, 10], [0, 10], color=GREY, linewidth=0.5, linestyle="--", zorder=0)
    panel.scatter(data["end"], data["start"], s=900 * data["moved"], color=COLOURS["blue"], linewidths=0, marker="s")
    panel.text(4.1, 4.45, "does not move", rotation=45, color=GREY, fontsize=6, ha="center", va="center")
    panel.set(
        xlabel="to: hole at (m)", ylabel="from: dirt at (m)", xlim=(-0.3, 10.3), ylim=(-0.3, 10.3), aspect="equal"
    )
    panel.set_title(f"W₁ = {float(data['value']):.4f} m", fontsize=7)


def _potential(panel: Any, data: dict[str, np.ndarray]) -> None:
    x, potential = data["x"], data["potential"] - data["potential"].min()
    panel.plot(x, potential, color=COLOURS["vermilion"], linewidth=1.6)
    panel.text(10.2, 0.62 * potential.max(), "falls: dirt moves right", fontsize=6, ha="right")
    panel.text(0.0, 0.42 * potential.max(), "rises: left", fontsize=6)
    panel.set(xlabel="position (m)", ylabel="potential f (m)", xlim=(-0.3, 10.3))
