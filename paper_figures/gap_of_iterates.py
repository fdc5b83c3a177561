"""The duality gap of the last iterate and of the average: which of them converges depends on the method."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["METHODS", "caption", "compute", "draw", "layout"]

#: The panels, in order: what they are called in the data, and in print.
METHODS = {
    "gda": "Simultaneous",
    "weights": "Multiplicative weights",
    "extragradient": "Extragradient",
    "optimistic_weights": "Optimistic weights",
}

caption = (
    "Rock-paper-scissors: duality gap of the last iterate (solid) and of the average of the points where "
    "gradients were taken (dashed). Of simultaneous descent-ascent and of multiplicative weights only the average comes near the "
    "equilibrium; the last iterates end farther from it than they began. Of extragradient and optimistic weights both "
    "converge, the average about as 1/T (dotted), the last iterate faster in the end."
)

layout = Layout(panels=(tuple(METHODS),), full_width=True, height=0.34)

#: Of all methods, and where they start.
STEP, START_X, START_Y = 0.1, (0.5, 0.3, 0.2), (0.3, 0.5, 0.2)
#: Gaps are drawn no lower.
FLOOR = 1e-9


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Play the game by every method, with and without averaging, and measure the gap on the way.

    Returns
    -------
    dict
        ``steps`` (k,), for each method ``<method>_last`` and ``<method>_average`` (k,), in payoff. Nothing is random: the
        seed has no effect.
    """
    steps = {"quick": 4000, "paper": 100_000}[budget]
    game = dg.games.rock_paper_scissors()
    methods = dg.methods
    played = {
        "gda": methods.SimultaneousGDA(step=STEP),
        "weights": methods.MultiplicativeWeights(step=STEP),
        "extragradient": methods.ExtraGradient(step=STEP),
        "optimistic_weights": methods.MultiplicativeWeights(step=STEP, optimistic=True),
    }
    data: dict[str, np.ndarray] = {}
    for name, method in played.items():
        for kind, one in (("last", method), ("average", methods.Averaged(method=method))):
            start = np.array(START_X), np.array(START_Y)
            run = dg.simulate(game, one, start=start, steps=steps, record="logarithmic")
            gaps = [float(dg.duality_gap(game, x, y)) for x, y in zip(run.x[1:], run.y[1:], strict=True)]
            data["steps"], data[f"{name}_{kind}"] = run.steps[1:], np.maximum(gaps, FLOOR)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A panel a method, both gaps over the steps."""
    steps = data["steps"]
    for name, title in METHODS.items():
        panel = axes[name]
        panel.plot(steps, data[f"{name}_last"], color=COLOURS["vermilion"], linewidth=1.1, label="last")
        panel.plot(steps, data[f"{name}_average"], "--", color=COLOURS["blue"], linewidth=1.1, label="average")
        panel.plot(steps, 3 / steps, ":", color=GREY, linewidth=0.9, label="∝ 1/T")
        panel.set(xscale="log", yscale="log", xlabel="T, steps", ylim=(0.5 * FLOOR, 5), title=title)
        panel.title.set_fontsize(6.5)
        panel.set_yticks([1e-9, 1e-6, 1e-3, 1])
        panel.set_xticks([1, 100, 10_000] if steps[-1] > 10_000 else [1, 10, 100, 1000])
        panel.minorticks_off()
    for first in ("gda", "extragradient"):  # of a row, in one column
        axes[first].set_ylabel("duality gap (payoff)")
    axes["gda"].legend(loc="lower left")
