"""Attacks on a classifier: decision boundaries, and robust accuracy against the radius with its bracket."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["MODELS", "RADIUS", "caption", "compute", "draw", "layout"]

#: The classifiers, in order: what they are called in the data, and in print.
MODELS = {"plain": "plain training", "robust": "trained against PGD"}
#: Of the attack that the second is trained against, and of the squares on the left.
RADIUS = 0.3

caption = (
    "Two moons under attacks that move each point by at most ε along each axis. Maps: what a perceptron decides, and "
    "test points whose class PGD changes within ε = 0.3 (black), plainly trained and trained against that attack. Curves: share "
    "of held-out points that are right after FGSM and after PGD, and that are proved to be right in the whole "
    "square. Band: the bracket at 95% of the robust accuracy of the law itself. Where ε = 0.3 the "
    "second classifier withstands PGD more often than the first."
)

layout = Layout(
    panels=(("plain", "robust"), ("plain_curve", "robust_curve")),
    full_width=True,
    height=0.72,
    height_ratios=(1.15, 1.0),
    column=Layout(
        panels=(("plain", "robust"), ("plain_curve", "robust_curve")),
        full_width=False,
        height=1.05,
        height_ratios=(1, 1.4),
    ),
)

LOW, HIGH = (-1.6, -1.1), (2.6, 1.6)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train both classifiers, attack them and bracket their robust accuracy.

    Returns
    -------
    dict
        ``x`` and ``y`` (k,), a grid, ``points`` (n, 2) and ``labels`` (n,), held out; ``radii`` (m,), in the unit of x; for each
        classifier ``<model>_class`` (k, k) over the grid, ``<model>_changed`` (n,), ``<model>_fgsm``, ``_pgd``, ``_certified``,
        ``_lower`` and ``_upper`` (m,), shares; ``<model>_clean``.
    """
    import torch

    points, epochs, held_out = {"quick": (81, 80, 300), "paper": (301, 200, 2000)}[budget]
    robust = dg.training.robust
    split = robust.two_moons(seed=seed, samples=400, held_out=held_out, noise=0.1)
    radii = np.linspace(0.0, 0.4, 9)
    x, y = np.linspace(LOW[0], HIGH[0], points), np.linspace(LOW[1], HIGH[1], points)
    where = torch.as_tensor(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), dtype=torch.float32)
    data = {
        "x": x,
        "y": y,
        "radii": radii,
        "points": split.test_inputs.numpy(),
        "labels": split.test_labels.numpy(),
    }
    attack = partial(robust.pgd, step=RADIUS / 4, steps=10)
    for name, radius in (("plain", 0.0), ("robust", RADIUS)):
        found = robust.classifier(split, radius=radius, box=None, seed=seed, epochs=epochs, attack=attack)
        model = found.model
        with torch.no_grad():
            data[f"{name}_class"] = model(where).argmax(-1).numpy().reshape(points, points)
        moved = robust.pgd(
            model, split.test_inputs, split.test_labels, radius=RADIUS, step=RADIUS / 4, steps=20, seed=seed
        )
        with torch.no_grad():
            before, after = (model(at).argmax(-1).numpy() for at in (split.test_inputs, moved))
        data[f"{name}_changed"] = before != after
        curve = robust.robustness_curve(
            model, split.test_inputs, split.test_labels, radii=radii.tolist(), confidence=0.95, seed=seed
        )
        data[f"{name}_clean"] = np.array(curve.clean)
        data |= {f"{name}_{kind}": getattr(curve, kind) for kind in ("fgsm", "pgd", "certified")}
        for end in ("lower", "upper"):
            data[f"{name}_{end}"] = np.array([float(getattr(bracket, end)) for bracket in curve.brackets])
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The boundaries, and the curves under them."""
    labels = data["labels"]
    for name, title in MODELS.items():
        panel, changed = axes[name], data[f"{name}_changed"]
        panel.contourf(
            data["x"], data["y"], data[f"{name}_class"], levels=[-0.5, 0.5, 1.5], colors=["#FBE3D0", "#D3E7F5"]
        )
        for kind, colour, mark in ((0, "vermilion", "o"), (1, "blue", "^")):
            at = data["points"][(labels == kind) & ~changed]
            panel.plot(*at.T, mark, color=COLOURS[colour], markersize=1.6, markeredgewidth=0)
            at = data["points"][(labels == kind) & changed]
            panel.plot(*at.T, mark, color="black", markersize=2.2, markeredgewidth=0)
        panel.set(xlim=(LOW[0], HIGH[0]), ylim=(LOW[1], HIGH[1]), xlabel="x₁ (unit of x)", aspect="equal")
        panel.set_xticks([-1, 0, 1, 2])
        panel.set_title(title, fontsize=6.2, pad=3)
        panel = axes[f"{name}_curve"]
        radii = data["radii"]
        panel.fill_between(
            radii,
            100 * data[f"{name}_lower"],
            100 * data[f"{name}_upper"],
            color="#DDDDDD",
            linewidth=0,
            label="bracket",
        )
        styles = (
            ("fgsm", "FGSM", "orange", ":"),
            ("pgd", "PGD", "vermilion", "--"),
            ("certified", "proved", "blue", "-"),
        )
        for kind, said, colour, line in styles:
            panel.plot(radii, 100 * data[f"{name}_{kind}"], line, color=COLOURS[colour], linewidth=1.1, label=said)
        panel.axvline(RADIUS, color=GREY, linewidth=0.5, linestyle=":")
        panel.set(xlabel="ε (unit of x)", ylim=(0, 103), xlim=(0, radii[-1]), yticks=[0, 50, 100])
        panel.set_title(title, fontsize=6.2, pad=3)
    axes["plain"].set_ylabel("x₂ (unit of x)")
    axes["plain_curve"].set_ylabel("right (%)", labelpad=1)
    axes["robust_curve"].legend(loc="lower left", fontsize=5, handlelength=1.6, borderpad=0.1)
