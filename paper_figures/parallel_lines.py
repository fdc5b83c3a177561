"""Three distances of two parallel lines: only the Wasserstein distance says how far apart they are, and which way to go."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "Learning parallel lines: p_θ is the law of (θ, z), z standard normal. (a) For every θ other than 0, KL is infinite "
    "and JS is log 2, however near the lines are; W₁ = |θ| is continuous. (b) The derivatives. That of JS is 0, KL "
    "has none, and only that of W₁, which is 1 to the right and −1 to the left, points to the solution."
)

layout = Layout(
    panels=(("distances", "slopes"),),
    full_width=True,
    height=0.36,
    column=Layout(panels=(("distances",), ("slopes",)), full_width=False, height=1.2),
    letters=("distances", "slopes"),
)

#: Where the line for "infinite" is drawn.
INFINITY = 1.28


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """KL and JS of the singular Gaussians, and exact W1 of equally many atoms on both lines with its bounds.

    Returns
    -------
    dict
        ``theta`` (n,), ``kl``, ``js`` in nats, ``w1``, ``w1_lower``, ``w1_upper`` in the unit of x; ``w1_slope`` (n,),
        by differentiating the distance, and ``js_slope`` (n,), in nats a unit: difference quotients between neighbours of the
        same side. Nothing is random: the seed has no effect.
    """
    points, atoms = {"quick": (81, 20), "paper": (401, 100)}[budget]
    theta = np.linspace(-1, 1, points)
    z = norm.ppf((np.arange(atoms) + 0.5) / atoms)
    target = _law(0.0)
    transport, slopes = zip(*(_transport(t, z) for t in theta), strict=True)
    js = np.array([float(dg.js(_law(t), target)) for t in theta])
    middle = points // 2
    sides = [np.gradient(js[part], theta[part]) for part in (slice(0, middle), slice(middle + 1, None))]
    return {
        "theta": theta,
        "kl": np.array([float(dg.kl(_law(t), target)) for t in theta]),
        "js": js,
        "w1": np.array([float(b) for b in transport]),
        "w1_lower": np.array([float(b.lower) for b in transport]),
        "w1_upper": np.array([float(b.upper) for b in transport]),
        "w1_slope": np.array(slopes),
        "js_slope": np.concatenate([sides[0], [np.nan], sides[1]]),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The three distances over theta, infinity as a level of its own; their derivatives beside them."""
    theta, apart = data["theta"], data["theta"] != 0
    sides = theta < 0, theta > 0
    panel = axes["distances"]
    for side in sides:
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
    panel.set(ylabel="KL, JS (nats), W₁ (unit of x)", xlim=(-1, 1), ylim=(0, 1.34))
    panel.set_yticks([0, 0.5, log2, 1, INFINITY], ["0", "0.5", "log 2", "1", "∞"])
    panel = axes["slopes"]
    for side in sides:
        panel.plot(theta[side], data["js_slope"][side], color=COLOURS["vermilion"], linestyle="--")
        panel.plot(theta[side], data["w1_slope"][side], color=COLOURS["blue"])
    for level, colour in ((-1, "blue"), (1, "blue"), (0, "vermilion")):
        panel.plot([0], [level], "o", color=COLOURS[colour], markerfacecolor="white", markersize=3.5, zorder=4)
    panel.text(0.5, 0.92, "dW₁/dθ = 1", color=COLOURS["blue"], va="top", ha="center", fontsize=7)
    panel.text(-0.5, -0.92, "dW₁/dθ = −1", color=COLOURS["blue"], va="bottom", ha="center", fontsize=7)
    panel.text(0.5, 0.07, "dJS/dθ = 0", color=COLOURS["vermilion"], va="bottom", ha="center", fontsize=7)
    panel.text(-0.5, 0.5, "KL: none (∞ − ∞)", color=COLOURS["green"], va="center", ha="center", fontsize=7)
    panel.set(ylabel="derivative (nats/unit; W₁: none)", xlim=(-1, 1), ylim=(-1.25, 1.25))
    panel.set_yticks([-1, 0, 1])
    for panel in axes.values():
        panel.set_xlabel("θ, distance of the lines (unit of x)")
        panel.set_xticks([-1, -0.5, 0, 0.5, 1])
        panel.yaxis.label.set_size(6.5)


def _transport(theta: float, z: np.ndarray) -> tuple[dg.Bracket, float]:
    """The distance of the two clouds, and its derivative in theta."""
    import torch

    heights = torch.as_tensor(z)
    at = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    moving = torch.stack([at.expand(len(z)), heights], dim=-1)
    found = dg.wasserstein(moving, torch.stack([0 * heights, heights], dim=-1), order=1)
    (slope,) = torch.autograd.grad(found.value, at)
    return found, float(slope)


def _law(theta: float) -> dg.Gaussian:
    return dg.Gaussian([theta, 0.0], [[0.0, 0.0], [0.0, 1.0]])
