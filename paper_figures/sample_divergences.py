"""KL and JS from samples: how far off the estimates are, and how often their intervals hold, against n and d."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from dualgap.binomial import clopper_pearson
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["METHODS", "caption", "compute", "draw", "layout"]

caption = (
    "KL and JS between two normal laws in d dimensions, one apart, from n draws of each. Error: root mean square error of the "
    "estimate, as a share of the truth; it falls as n grows. Coverage: how often the interval holds the "
    "truth, with the exact 95% interval of that frequency. The bounds from held-out draws hold with 95% or more at every n and "
    "d, by proof: they are one-sided, and cautious. The intervals of the classifier and of the neighbours are asymptotic: "
    "nothing says how often they hold at these n."
)

#: The methods of each divergence, in order.
METHODS = {"kl": ("held_out", "classifier", "neighbours"), "js": ("held_out", "classifier")}
_PRINTED = {"held_out": "held-out bound", "classifier": "classifier", "neighbours": "neighbours"}
_PANELS = ("kl_n", "kl_d", "js_n", "js_d")

layout = Layout(
    panels=(tuple(f"{one}_error" for one in _PANELS), tuple(f"{one}_coverage" for one in _PANELS)),
    full_width=True,
    height=0.56,
    column=Layout(
        panels=tuple(tuple(f"{q}_{axis}_{what}" for axis in "nd") for q in METHODS for what in ("error", "coverage")),
        full_width=False,
        height=1.75,
    ),
)

#: The draws that are varied, at this dimension; and the dimensions that are varied, at these draws.
SIZES, DIMENSIONS, FIXED_SIZE, FIXED_DIMENSION = (100, 200, 400, 800), (1, 2, 4, 8), 200, 2


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Estimate both divergences again and again.

    Returns
    -------
    dict
        ``kl`` and ``js``, the truths in nats; for each of both, each method, and ``n`` or ``d`` varied: ``<kl>_<n>_<method>_error``
        (k,), relative to the truth, ``..._coverage`` (k,) a frequency, with ``..._low`` and ``..._high``; ``n``, ``d`` and
        ``repetitions``.
    """
    repetitions = {"quick": 24, "paper": 400}[budget]
    settings = {(n, FIXED_DIMENSION) for n in SIZES} | {(FIXED_SIZE, d) for d in DIMENSIONS}
    one, other = dg.Gaussian([0.0], [[1.0]]), dg.Gaussian([1.0], [[1.0]])
    truth = {"kl": float(dg.kl(one, other)), "js": float(dg.js(one, other))}
    runs = {setting: _repeated(seed, *setting, repetitions) for setting in sorted(settings)}
    data: dict[str, np.ndarray] = {
        "n": np.array(SIZES),
        "d": np.array(DIMENSIONS),
        "repetitions": np.array(repetitions),
        **{name: np.array(value) for name, value in truth.items()},
    }
    varied = {"n": [(n, FIXED_DIMENSION) for n in SIZES], "d": [(FIXED_SIZE, d) for d in DIMENSIONS]}
    for quantity, methods in METHODS.items():
        for method in methods:
            for axis, along in varied.items():
                found = np.array([runs[setting][quantity, method] for setting in along])  # (k, repetitions, 3)
                key = f"{quantity}_{axis}_{method}"
                error = np.sqrt(((found[..., 0] - truth[quantity]) ** 2).mean(1)) / truth[quantity]
                held = (found[..., 1] <= truth[quantity]) & (truth[quantity] <= found[..., 2])
                ends = [clopper_pearson(int(k), repetitions, 0.95) for k in held.sum(1)]
                data[f"{key}_error"], data[f"{key}_coverage"] = error, held.mean(1)
                data[f"{key}_low"], data[f"{key}_high"] = np.array(ends).T
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Error above, coverage below; KL to the left, JS to the right; against n and against d."""
    styles = dict(zip(_PRINTED, zip(("blue", "vermilion", "green"), "os^", ("-", "--", ":"), strict=True), strict=True))
    for quantity, methods in METHODS.items():
        for axis in "nd":
            at = np.arange(len(data[axis]))
            error, coverage = axes[f"{quantity}_{axis}_error"], axes[f"{quantity}_{axis}_coverage"]
            for k, method in enumerate(methods):
                colour, mark, line = styles[method]
                look = {"color": COLOURS[colour], "marker": mark, "markersize": 3, "linewidth": 0.8}
                key = f"{quantity}_{axis}_{method}"
                error.plot(at, 100 * data[f"{key}_error"], line, label=_PRINTED[method], **look)
                moved = at + 0.14 * (k - (len(methods) - 1) / 2)
                ends = 100 * np.array([data[f"{key}_low"], data[f"{key}_high"]])
                coverage.vlines(moved, *ends, color=COLOURS[colour], linewidth=0.8)
                coverage.plot(moved, 100 * data[f"{key}_coverage"], " ", **look)
            fixed = f"d = {FIXED_DIMENSION}" if axis == "n" else f"n = {FIXED_SIZE}"
            error.set_title(f"{quantity.upper()}, {fixed}", fontsize=7)
            error.set(ylim=(0, None), xticks=[])
            coverage.axhline(95, color=GREY, linewidth=0.6, linestyle="--", zorder=0)
            coverage.set(ylim=(50, 103), xlabel="n, draws" if axis == "n" else "d, dimensions", yticks=[50, 75, 95])
            coverage.set_xticks(at, [str(one) for one in data[axis]])
            for panel in (error, coverage):
                panel.set_xlim(at[0] - 0.4, at[-1] + 0.4)
    for quantity in METHODS:
        axes[f"{quantity}_n_error"].set_ylabel("error (% of truth)")
        axes[f"{quantity}_n_coverage"].set_ylabel("coverage (%)")
    axes["kl_n_error"].legend(loc="upper right", fontsize=5.5, handlelength=1.6, borderpad=0)
    top = max(panel.get_ylim()[1] for name, panel in axes.items() if name.endswith("error"))
    for name, panel in axes.items():
        if name.endswith("error"):
            panel.set_ylim(0, 1.25 * top)


def _repeated(seed: int, n: int, d: int, repetitions: int) -> dict[tuple[str, str], list[tuple[float, float, float]]]:
    """Value and bounds of every method, over and over."""
    rng = np.random.default_rng([seed, 6, n, d])
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {
        (quantity, method): [] for quantity, methods in METHODS.items() for method in methods
    }
    functions = {"kl": dg.kl, "js": dg.js}
    for _ in range(repetitions):
        x, y = rng.normal(size=(2, n, d))
        y[:, 0] += 1
        for (quantity, method), values in found.items():
            one = functions[quantity](dg.Samples(x), dg.Samples(y), method=method, confidence=0.95)
            values.append((float(one), float(one.lower), float(one.upper)))
    return found
