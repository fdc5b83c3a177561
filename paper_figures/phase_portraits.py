"""f(x, y) = xy under three methods: outwards, around, inwards, each at the rate that its linearisation predicts."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["METHODS", "caption", "compute", "draw", "layout"]

#: The panels, in order: what they are called in the data, and in print.
METHODS = {"simultaneous": "Simultaneous", "alternating": "Alternating", "extragradient": "Extragradient"}

caption = (
    "min over x, max over y of xy, step 0.2, 40 steps from four starts (dots). Simultaneous descent-ascent spirals "
    "out, alternating descent-ascent stays on the ellipse of its start, extragradient spirals in to the equilibrium "
    "(cross). The rate, the factor by which the distance changes in a step, is predicted from the method's own "
    "linearisation and measured on the paths."
)

layout = Layout(panels=(tuple(METHODS),), full_width=True, height=0.4)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Paths of the three methods from four starts, the starts as one leading axis.

    Returns
    -------
    dict
        For each method ``<method>_x`` and ``<method>_y`` (steps + 1, 4), ``<method>_predicted`` and
        ``<method>_measured`` (factors a step, the latter for each start). Nothing is random: the seed has no effect.
    """
    steps = {"quick": 40, "paper": 40}[budget]
    kinds = {
        "simultaneous": dg.methods.SimultaneousGDA(step=0.2),
        "alternating": dg.methods.AlternatingGDA(step=0.2),
        "extragradient": dg.methods.ExtraGradient(step=0.2),
    }
    angles = np.pi / 4 + np.pi / 2 * np.arange(4)
    start = np.cos(angles)[:, None], np.sin(angles)[:, None]
    game = dg.games.bilinear([[1.0]])
    data: dict[str, np.ndarray] = {"step": np.array(0.2)}
    for name, method in kinds.items():
        run = dg.simulate(game, method, start=start, steps=steps)
        data[f"{name}_x"], data[f"{name}_y"] = run.x[..., 0], run.y[..., 0]
        data[f"{name}_predicted"] = np.array(dg.predict_rate(game, method))
        data[f"{name}_measured"] = np.asarray(run.measured_rate().value)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A panel a method, all on one scale, with both rates."""
    for (name, title), colour in zip(METHODS.items(), ("vermilion", "green", "blue"), strict=True):
        panel = axes[name]
        x, y = data[f"{name}_x"], data[f"{name}_y"]
        panel.plot(x, y, color=COLOURS[colour], linewidth=0.6, alpha=0.8)
        panel.plot(x[:, 0], y[:, 0], ".", color=COLOURS[colour], markersize=2.5)
        panel.plot(x[0], y[0], "o", color="black", markersize=2.5, zorder=4)
        panel.plot([0], [0], "+", color="black", markersize=7, zorder=5)
        panel.axhline(0, color=GREY, linewidth=0.3, zorder=0)
        panel.axvline(0, color=GREY, linewidth=0.3, zorder=0)
        predicted, measured = float(data[f"{name}_predicted"]), float(data[f"{name}_measured"][0])
        panel.set_title(f"{title}\n", pad=3)
        rates = f"rate: predicted {predicted:.4f}, measured {measured:.4f}"
        panel.text(0.5, 1.03, rates, transform=panel.transAxes, ha="center", va="bottom", fontsize=6)
        panel.set(xlabel="x (no unit)", xlim=(-2.4, 2.4), ylim=(-2.4, 2.4), aspect="equal")
        panel.set_xticks([-2, 0, 2])
        panel.set_yticks([-2, 0, 2])
    axes["simultaneous"].set_ylabel("y (no unit)")
