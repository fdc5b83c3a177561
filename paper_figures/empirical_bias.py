"""Samples seem farther apart than their laws: the bias of the empirical distance, and brackets that hold nevertheless."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY, LINES, MARKS

__all__ = ["DIMENSIONS", "SHIFT", "WIDE", "caption", "compute", "draw", "layout"]

#: Of the cube.
DIMENSIONS = (1, 2, 4, 8)
#: The distance of the laws on the right, and their dimension.
SHIFT, WIDE = 0.5, 8

caption = (
    "(a) W₁ between two samples of n draws of one law, uniform on the unit cube in d dimensions, on average. The distance of "
    "the laws is 0: all that is seen is bias. It decays about as n to the power −1/d in 4 and 8 dimensions (dashed: "
    "that slope), as n to the power −1/2 in one. (b) The same cube in 8 dimensions and one moved by 0.5, which is the distance "
    "of the laws. The empirical distance (squares) is far above it at every n shown; the bracket of the laws' "
    "distance at 95% confidence (bars) holds the truth."
)

layout = Layout(
    panels=(("bias", "brackets"),),
    full_width=True,
    height=0.42,
    column=Layout(panels=(("bias",), ("brackets",)), full_width=False, height=1.4),
    letters=("bias", "brackets"),
)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """The empirical distance of two samples of one law, and confidence brackets between two laws.

    Returns
    -------
    dict
        ``sizes`` (k,), ``bias`` (dimensions, k) and ``error`` (dimensions, k), the mean over repetitions and its standard error;
        ``slope`` (dimensions,) of its logarithm; ``draws`` (l,), ``plug_in``, ``lower`` and ``upper`` (l,). Distances in
        the cube's edge.
    """
    largest, repetitions, draws = {
        "quick": (800, 4, (100, 200, 400, 800, 1600)),
        "paper": (3200, 12, (100, 200, 400, 800, 1600, 3200)),
    }[budget]
    rng = np.random.default_rng([seed, 5])
    sizes = np.array([n for n in (50, 100, 200, 400, 800, 1600, 3200) if n <= largest])
    found = [[_repeated(rng, n, d, 50 * repetitions if d == 1 else repetitions) for n in sizes] for d in DIMENSIONS]
    bias, error = np.moveaxis(np.array(found), -1, 0)
    brackets = [_shifted(rng, n, seed) for n in draws]
    return {
        "sizes": sizes,
        "bias": bias,
        "error": error,
        "slope": np.polyfit(np.log(sizes), np.log(bias).T, 1)[0],
        "draws": np.array(draws),
        "plug_in": np.array([float(estimate) for estimate, _ in brackets]),
        "lower": np.array([float(bracket.lower) for _, bracket in brackets]),
        "upper": np.array([float(bracket.upper) for _, bracket in brackets]),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The bias over n, a line a dimension; the brackets over n."""
    panel, sizes = axes["bias"], data["sizes"]
    for k, (d, colour) in enumerate(zip(DIMENSIONS, ("blue", "sky", "vermilion", "purple"), strict=True)):
        bias, power = data["bias"][k], -1 / max(d, 2)
        panel.errorbar(sizes, bias, data["error"][k], fmt=MARKS[k], color=COLOURS[colour], markersize=3, linewidth=0.8)
        if d != 2:  # in the plane a logarithm comes with it
            panel.plot(sizes, bias[-1] * (sizes / sizes[-1]) ** power, LINES[1], color=COLOURS[colour], linewidth=0.8)
        power_said = {1: "$n^{-1/2}$", 2: r"$(\log n/n)^{1/2}$"}.get(d, f"$n^{{-1/{d}}}$")
        panel.text(sizes[0], bias[0] * 1.16, f"d = {d}: {power_said}", fontsize=6, color=COLOURS[colour])
    panel.set(xscale="log", yscale="log", xlabel="n, draws of each sample", ylabel="mean W₁ (edge of the cube)")
    panel.set_xlim(0.85 * sizes[0], 1.25 * sizes[-1])
    panel.set_ylim(None, 1.2)
    panel.set_xticks(sizes, [str(n) for n in sizes])
    panel.set_xticks([], minor=True)
    panel = axes["brackets"]
    draws, lower, upper = data["draws"], data["lower"], data["upper"]
    panel.axhline(SHIFT, color=GREY, linewidth=0.8, linestyle="--")
    panel.text(draws[0] * 1.1, SHIFT - 0.02, "laws: 0.5", color=GREY, fontsize=6, va="top")
    panel.vlines(draws, lower, upper, color=COLOURS["blue"], linewidth=2.5, alpha=0.5, label="bracket, 95%")
    panel.plot(draws, lower, "_", color=COLOURS["blue"], markersize=6)
    panel.plot(draws, upper, "_", color=COLOURS["blue"], markersize=6)
    panel.plot(draws, data["plug_in"], "s", color=COLOURS["vermilion"], markersize=3.5, label="between the samples")
    panel.set(xscale="log", xlabel="n, draws of each sample", ylabel="W₁ (edge of the cube)", ylim=(0, None))
    panel.set_xticks(draws, [str(n) for n in draws])
    panel.set_xticks([], minor=True)
    panel.legend(loc="upper right")


def _repeated(rng: np.random.Generator, n: int, d: int, repetitions: int) -> tuple[float, float]:
    """The mean of the empirical distance, and its standard error."""
    values = [float(dg.wasserstein(rng.uniform(size=(n, d)), rng.uniform(size=(n, d)))) for _ in range(repetitions)]
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(repetitions))


def _shifted(rng: np.random.Generator, n: int, seed: int) -> tuple[dg.Bracket, dg.Bracket]:
    """The distance between the draws, and the bracket of the distance between the laws."""
    x, y = rng.uniform(size=(n, WIDE)), rng.uniform(size=(n, WIDE))
    y[:, 0] += SHIFT
    diameter = float(np.sqrt((1 + SHIFT) ** 2 + WIDE - 1))
    laws = dg.wasserstein(dg.Samples(x), dg.Samples(y), confidence=0.95, diameter=diameter, seed=seed)
    return dg.wasserstein(x, y), laws
