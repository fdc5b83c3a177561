"""Brackets closing: what each method has proved of one Wasserstein distance after how much time."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["METHODS", "caption", "compute", "draw", "layout"]

caption = (
    "Four ways to bracket the same W₁, between two clouds in the plane: the gap of the bracket, relative to the distance, "
    "against the time spent. Each mark is a run of its own to a gap asked for (of the network: with a number of steps), the "
    "fastest of three where they are short. The "
    "dense simplex proves nothing until it ends, and then everything up to rounding. Column generation on sparse arcs can "
    "be stopped on the way and ends below 10⁻⁸ as well. Sinkhorn's iteration pays more for every further digit. A neural "
    "critic, made feasible by its extension, proves a bound too, but one wider than the exact methods' by orders of magnitude."
)

layout = Layout(panels=(("gap",),), full_width=False, height=0.78)

#: The methods, in order: what they are called in the data, and in print.
METHODS = {"dense": "dense simplex", "sparse": "sparse arcs", "sinkhorn": "Sinkhorn", "neural": "neural critic"}

#: Gaps that are asked for.
SPARSE, SINKHORN = (1e-2, 1e-4, 1e-9), (3e-1, 3e-2, 6e-3)
#: Methods whose runs are so short that another process shows in their time.
SHORT = ("dense", "sparse")
#: Rounding: gaps are drawn no lower.
FLOOR = 1e-15


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Bracket one distance by every method, from scratch for every gap.

    Returns
    -------
    dict
        For each method ``<method>_seconds`` (k,) of processor time, ``<method>_gap`` (k,), relative to the distance, and
        ``<method>_bounds`` (k, 2); ``points``, the size of a cloud.
    """
    n, lengths = {"quick": (2000, (50,)), "paper": (4000, (100, 400, 1600))}[budget]
    rng = np.random.default_rng([seed, 3])
    x, y = rng.normal(size=(n, 2)), 0.5 * rng.normal(size=(n, 2)) + 1.0
    dg.wasserstein(x[:9], y[:9], method="sparse")  # what is loaded once is nobody's time
    dual = dg.duals.KantorovichRubinstein()
    dg.duals.fit(dual, dg.Points(x[:30]), dg.Points(y[:30]), steps=1)

    def neural(steps: int) -> dg.Bracket:
        return dg.duals.fit(dual, dg.Points(x), dg.Points(y), steps=steps, seed=seed).bracket

    runs = {
        "dense": [lambda: dg.wasserstein(x, y, method="exact")],
        "sparse": [lambda gap=gap: dg.wasserstein(x, y, method="sparse", gap=gap) for gap in SPARSE],
        "sinkhorn": [lambda gap=gap: dg.wasserstein(x, y, method="sinkhorn", gap=gap) for gap in SINKHORN],
        "neural": [lambda steps=steps: neural(steps) for steps in lengths],
    }
    data: dict[str, np.ndarray] = {"points": np.array(n)}
    for name, works in runs.items():
        timed = [_timed(work, repeated=3 if name in SHORT else 1) for work in works]
        bounds = np.array([(float(found.lower), float(found.upper)) for _, found in timed])
        data[f"{name}_seconds"] = np.array([seconds for seconds, _ in timed])
        data[f"{name}_bounds"] = bounds
        data[f"{name}_gap"] = np.maximum((bounds[:, 1] - bounds[:, 0]) / bounds[:, 1], FLOOR)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The gap against the time, a line a method."""
    panel = axes["gap"]
    styles = zip(METHODS.items(), ("vermilion", "blue", "green", "purple"), "so^D", ("-", "-", "--", ":"), strict=True)
    for (name, title), colour, mark, line in styles:
        seconds, gap = data[f"{name}_seconds"], data[f"{name}_gap"]
        panel.plot(seconds, gap, line, marker=mark, color=COLOURS[colour], markersize=4, label=title)
    panel.axvline(float(data["dense_seconds"][0]), color=COLOURS["vermilion"], linewidth=0.6, zorder=0)
    panel.set(xscale="log", yscale="log", xlabel="processor time (s)", ylabel="relative gap (no unit)", ylim=(1e-15, 2))
    shown = np.concatenate([data[f"{name}_seconds"] for name in METHODS])
    steps = [lead * 10.0**power for power in range(-3, 5) for lead in (1, 2, 5)]
    ticks = [at for at in steps if 0.9 * shown.min() <= at <= 1.1 * shown.max()]
    panel.set_xticks(ticks, [f"{at:g}" for at in ticks])
    panel.minorticks_off()
    panel.set_yticks([1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1])
    panel.set_title(f"W₁ of two clouds of {int(data['points'])} points", fontsize=7)
    panel.legend(loc="center right", bbox_to_anchor=(1.0, 0.42))


def _timed(work: Any, *, repeated: int) -> tuple[float, dg.Bracket]:
    """The processor time of the fastest of some runs, all of one result."""
    runs = []
    for _ in range(repeated):
        started = time.process_time()
        found = work()
        runs.append((time.process_time() - started, found))
    return min(runs, key=lambda run: run[0])
