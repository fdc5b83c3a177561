"""f(x, y) = xy under twelve methods: outwards, around, inwards, each at the rate that its linearisation predicts."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["METHODS", "STEP", "caption", "compute", "draw", "layout"]

#: The panels, in order: what they are called in the data, and in print.
METHODS = {
    "simultaneous": "Simultaneous",
    "alternating": "Alternating",
    "momentum": "Neg. momentum",
    "extragradient": "Extragradient",
    "proximal": "Proximal point",
    "competitive": "Competitive",
    "primal_dual": "Primal-dual",
    "optimistic": "Optimistic",
    "lookahead": "Lookahead",
    "unrolled": "Unrolled",
    "consensus": "Consensus",
    "hamiltonian": "Hamiltonian",
}

#: Of both players, in every method.
STEP = 0.2

caption = (
    "min over x, max over y of xy: twelve methods, step 0.2, 40 steps from two starts (dots). Simultaneous descent-ascent "
    "spirals out (dashed), alternating descent-ascent stays on the ellipse of its start (dash-dotted), the ten others spiral or "
    "walk in to the equilibrium (cross). "
    "Above each: the rate, the factor by which the distance changes in a step, predicted from the method's own "
    "linearisation, and measured on the path."
)

_NAMES = tuple(METHODS)
layout = Layout(
    panels=(_NAMES[:4], _NAMES[4:8], _NAMES[8:]),
    full_width=True,
    height=0.9,
    column=Layout(panels=tuple(_NAMES[k : k + 3] for k in range(0, 12, 3)), full_width=False, height=1.65),
)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Paths of the methods from two starts, the starts as one leading axis.

    Returns
    -------
    dict
        For each method ``<method>_x`` and ``<method>_y`` (steps + 1, 2), ``<method>_predicted`` and
        ``<method>_measured`` (factors a step, the latter for each start). Nothing is random: the seed has no effect.
    """
    steps = {"quick": 40, "paper": 40}[budget]
    start = np.array([[0.7], [-0.7]]), np.array([[0.7], [-0.7]])
    game = dg.games.xy()
    data: dict[str, np.ndarray] = {"step": np.array(STEP)}
    for name, method in _methods().items():
        run = dg.simulate(game, method, start=start, steps=steps)
        data[f"{name}_x"], data[f"{name}_y"] = run.x[..., 0], run.y[..., 0]
        data[f"{name}_predicted"] = np.array(dg.predict_rate(game, method))
        data[f"{name}_measured"] = np.asarray(run.measured_rate().value)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A panel a method, all on one scale, with both rates."""
    styles = {"simultaneous": ("vermilion", (0, (3, 1))), "alternating": ("green", "-.")}
    rows = {}
    for name, panel in axes.items():
        rows.setdefault(round(panel.get_position().y0, 3), []).append(name)
    bottom, left = rows[min(rows)], [names[0] for names in rows.values()]
    for name, title in METHODS.items():
        panel, (colour, line) = axes[name], styles.get(name, ("blue", "-"))
        x, y = data[f"{name}_x"], data[f"{name}_y"]
        panel.plot(x, y, color=COLOURS[colour], linewidth=0.7, linestyle=line)
        panel.plot(x[:, 0], y[:, 0], ".", color=COLOURS[colour], markersize=2.2)
        panel.plot(x[0], y[0], "o", color="black", markersize=2.5, zorder=4)
        panel.plot([0], [0], "+", color="black", markersize=6, zorder=5)
        panel.axhline(0, color=GREY, linewidth=0.3, zorder=0)
        panel.axvline(0, color=GREY, linewidth=0.3, zorder=0)
        predicted, measured = float(data[f"{name}_predicted"]), float(data[f"{name}_measured"][0])
        panel.set_title(f"{title}\n{predicted:.4f}, {measured:.4f}", fontsize=6.5, pad=2, linespacing=1.15)
        panel.set(xlim=(-2.3, 2.3), ylim=(-2.3, 2.3), aspect="equal", xticks=[-2, 0, 2], yticks=[-2, 0, 2])
        panel.set_xlabel("x (no unit)" if name in bottom else "")
        panel.set_ylabel("y (no unit)" if name in left else "")
        if name not in bottom:
            panel.set_xticklabels([])
        if name not in left:
            panel.set_yticklabels([])


def _methods() -> dict[str, dg.methods.Method]:
    """By the names in the data."""
    methods = dg.methods
    return {
        "simultaneous": methods.SimultaneousGDA(step=STEP),
        "alternating": methods.AlternatingGDA(step=STEP),
        "momentum": methods.AlternatingGDA(step=STEP, scaling=methods.Momentum(beta=-0.5)),
        "extragradient": methods.ExtraGradient(step=STEP),
        "proximal": methods.ProximalPoint(step=STEP),
        "competitive": methods.CompetitiveGradientDescent(step=STEP),
        "primal_dual": methods.PrimalDualHybridGradient(step=STEP),
        "optimistic": methods.OptimisticGDA(step=STEP),
        "lookahead": methods.Lookahead(method=methods.SimultaneousGDA(step=STEP), period=5, alpha=0.5),
        "unrolled": methods.Unrolled(step=STEP, unroll=3, inner_step=STEP),
        "consensus": methods.ConsensusOptimization(step=STEP, weight=1.0),
        "hamiltonian": methods.HamiltonianDescent(step=STEP),
    }
