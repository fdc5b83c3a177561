"""Mode collapse over time: what generators make as they train, as densities, a row for each remedy."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["MOMENTS", "ROWS", "caption", "compute", "draw", "layout"]

#: The rows, in order: the recipe, what it is called in the data, and in print.
ROWS = {
    "gan": ("ring-gan", "GAN"),
    "statistic": ("ring-deviation", "minibatch\nstatistic"),
    "packing": ("ring-packing-2", "packing of 2"),
    "unrolled": ("ring-unrolled", "unrolled"),
    "wgan_gp": ("ring-wgan-gp", "WGAN-GP"),
}
#: Records that are shown, of twenty and the start.
MOMENTS = (0, 2, 5, 10, 20)

caption = (
    "One run of each of five ways to train, on a ring of eight Gaussians (crosses): the density of the generated points at five "
    "moments. All have the same networks, batches, number of steps and start, at which no mode is covered. Beside each row: how many "
    "of the eight modes the last generator covers, and the exact W₁ of 256 of its points to as many of the data (unit of x). "
    "One run shows what can happen; how often it does, many seeds say."
)

_CELLS = tuple(tuple(f"{row}_{k}" for k in range(len(MOMENTS))) for row in ROWS)
layout = Layout(
    panels=_CELLS, full_width=True, height=0.96, column=Layout(panels=_CELLS, full_width=False, height=0.96)
)

#: How far the picture reaches, and its cells along a side.
REACH, CELLS = 1.5, 60


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train each, from the same start, and bin what it generates.

    Returns
    -------
    dict
        ``moments`` (5,), steps; ``centres`` (8, 2); for each row ``<row>_density`` (5, cells, cells), points per cell of ``points``,
        y by x; ``<row>_w1`` and ``<row>_modes`` (5,).
    """
    steps, points = {"quick": (400, 4000), "paper": (6000, 50_000)}[budget]
    edges = np.linspace(-REACH, REACH, CELLS + 1)
    data: dict[str, np.ndarray] = {}
    for row, (name, _) in ROWS.items():
        recipe = dg.training.recipes.named(name, steps=steps)
        observe = dg.training.Evaluation(measure=("w1",), compared=256)
        run = recipe.train(seeds=[seed], record=steps // 20, path=True, observe=observe)
        chosen = list(MOMENTS)
        latent = dg.games.Streams([seed], purpose=3, dtype=run.x.dtype)
        clouds = [np.asarray(recipe.game.generate(run.x[k], latent, points)[0], dtype=float) for k in chosen]
        data[f"{row}_density"] = np.array([np.histogram2d(*cloud.T[::-1], bins=(edges, edges))[0] for cloud in clouds])
        data[f"{row}_w1"] = np.asarray(run.metrics["w1"], dtype=float)[chosen, 0]
        data[f"{row}_modes"] = np.asarray(run.metrics["modes"], dtype=int)[chosen, 0]
        data["moments"] = np.asarray(run.steps)[chosen]
        data["centres"] = recipe.game.data.centres().numpy()
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A row for each way to train, a column for each moment."""
    for row, (_, title) in ROWS.items():
        for k, step in enumerate(data["moments"]):
            panel, density = axes[f"{row}_{k}"], data[f"{row}_density"][k]
            panel.imshow(
                density**0.5,
                origin="lower",
                extent=(-REACH, REACH, -REACH, REACH),
                cmap="Greys",
                vmax=density.max() ** 0.5,
            )
            panel.plot(*data["centres"].T, "+", color=COLOURS["vermilion"], markersize=3, markeredgewidth=0.6)
            panel.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[], yticks=[])
            for side in ("top", "right"):
                panel.spines[side].set_visible(True)
            if row == "gan":
                panel.set_title(f"step {int(step)}", fontsize=6.5, pad=2)
            if k == 0:
                panel.set_ylabel(title, fontsize=6)
        last = axes[f"{row}_{len(MOMENTS) - 1}"]
        last.yaxis.set_label_position("right")
        last.set_ylabel(
            f"{int(data[f'{row}_modes'][-1])} modes\nW₁ {float(data[f'{row}_w1'][-1]):.2f}", fontsize=5.5, labelpad=2
        )
