"""Three distances of two parallel lines: only the Wasserstein distance says how far apart they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "Learning parallel lines: p_θ is the law of (θ, z), z standard normal. For every θ other than 0, KL is infinite "
    "and JS is log 2, however near the lines are: no gradient points to the solution. W₁ = |θ| is continuous and has "
    "slope ±1."
)

layout = Layout(panels=(("distances",),), full_width=False, height=0.62)

#: Where the line for "infinite" is drawn.
INFINITY = 1.28


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """KL and JS of the singular Gaussians, and exact W1 of equally many atoms on both lines with its bounds.

    Returns
    -------
    dict
        ``theta`` (n,), ``kl``, ``js`` in nats, ``w1``, ``w1_lower``, ``w1_upper`` in the unit of x. Nothing is random:
        the seed has no effect.
    """
    points, atoms = {"quick": (81, 20), "paper": (401, 100)}[budget]
    theta = np.linspace(-1, 1, points)
    z = norm.ppf((np.arange(atoms) + 0.5) / atoms)
    target = _law(0.0)
    transport = [dg.wasserstein(_cloud(t, z), _cloud(0.0, z), order=1) for t in theta]
    return {
        "theta": theta,
        "kl": np.array([float(dg.kl(_law(t), target)) for t in theta]),
        "js": np.array([float(dg.js(_law(t), target)) for t in theta]),
        "w1": np.array([float(b) for b in transport]),
        "w1_lower": np.array([float(b.lower) for b in transport]),
        "w1_upper": np.array([float(b.upper) for b in transport]),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """One panel: the three distances over theta, infinity as a level of its own."""
    panel = axes["distances"]
    theta, apart = data["theta"], data["theta"] != 0
    left, right = theta < 0, theta > 0
    for side in (left, right):
        panel.plot(theta[side], 0 * theta[side] + INFINITY, color=COLOURS["green"], linestyle=":")
        panel.plot(theta[side], data["js"][side], color=COLOURS["vermilion"], linestyle="--")
    panel.plot(theta, data["w1"], color=COLOURS["blue"])
    log2 = float(data["js"][apart][0])
    for level, colour in ((INFINITY, "green"), (log2, "vermilion")):
        panel.plot([0], [level], "o", color=COLOURS[colour], markerfacecolor="white", markersize=3.5, clip_on=False)
    panel.plot([0], [0], "o", color="black", markersize=3.5, clip_on=False, zorder=5)
    panel.annotate("all three are 0 at θ = 0", (0, 0), (0.12, 0.045), color="black", fontsize=6, va="center")
    panel.text(-0.97, INFINITY - 0.035, "KL = ∞", color=COLOURS["green"], va="top", fontsize=7)
    panel.text(-0.42, log2 + 0.03, "JS = log 2", color=COLOURS["vermilion"], va="bottom", fontsize=7)
    panel.text(0.60, 0.50, "W₁ = |θ|", color=COLOURS["blue"], va="center", ha="left", fontsize=7)
    panel.axhline(1.14, color=GREY, linewidth=0.4, linestyle=(0, (1, 3)))
    panel.set(
        xlabel="θ, distance of the lines (unit of x)",
        ylabel="KL, JS (nats), W₁ (unit of x)",
        xlim=(-1, 1),
        ylim=(0, 1.34),
    )
    panel.yaxis.label.set_size(7)
    panel.set_yticks([0, 0.5, log2, 1, INFINITY], ["0", "0.5", "log 2", "1", "∞"])
    panel.set_xticks([-1, -0.5, 0, 0.5, 1])


def _law(theta: float) -> dg.Gaussian:
    return dg.Gaussian([theta, 0.0], [[0.0, 0.0], [0.0, 1.0]])


def _cloud(theta: float, z: np.ndarray) -> np.ndarray:
    return np.stack([np.full(len(z), theta), z], axis=-1)
