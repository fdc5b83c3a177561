"""A GAN learning a ring of eight Gaussians: generated points as it trains, and how many of them are near a mode."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["SNAPSHOTS", "caption", "compute", "draw", "layout"]

SNAPSHOTS = ("first", "second", "third", "fourth", "last")

caption = (
    "Alternating training of a GAN (non-saturating loss, R1, Adam) on a ring of eight Gaussians with standard "
    "deviation 0.05. Top: 500 generated points of one seed (blue) and the modes (crosses). Bottom: the share of "
    "generated points within three standard deviations of a mode, for every seed (thin) and their median (thick), "
    "rises from about 5%, chance, towards 98.9%, that of the data."
)

layout = Layout(panels=(SNAPSHOTS, ("share",) * 5), full_width=True, height=0.44, height_ratios=(1.25, 1.0))


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train an ensemble of seeds and keep the points of the first of them at five moments.

    Returns
    -------
    dict
        ``steps`` (records,), ``high_quality``, ``modes`` and ``reverse_kl`` (records, seeds), ``centres`` (8, 2),
        ``snapshot_steps`` (5,), ``points`` (5, 500, 2), ``spread``.
    """
    seeds, steps = {"quick": (5, 600), "paper": (32, 6000)}[budget]
    ring = dg.training.Ring(spread=0.05)
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 64, 64, 2)),
        critic=dg.networks.MLP((2, 64, 64, 1)),
        objective=dg.duals.JensenShannon(),
        data=ring,
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=dg.duals.R1(0.05),
    )
    method = dg.methods.AlternatingGDA(step=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    chosen = range(seed * 1000, seed * 1000 + seeds)
    run = dg.training.train(gan, method, seeds=chosen, steps=steps, record=steps // 30, path=True)
    shown = [0, 3, 7, 15, 30]  # of 31 records: the beginning is where it changes
    latent = dg.games.Streams(chosen[:1], purpose=3, dtype=run.x.dtype)
    points = [gan.generate(run.x[record][:1], latent, 500)[0] for record in shown]
    return {
        "steps": run.metric_steps,
        "high_quality": np.asarray(run.metrics["high_quality"], dtype=float),
        "modes": np.asarray(run.metrics["modes"], dtype=int),
        "reverse_kl": np.asarray(run.metrics["reverse_kl"], dtype=float),
        "median": np.median(np.asarray(run.metrics["high_quality"], dtype=float), axis=1),
        "centres": ring.centres().numpy(),
        "snapshot_steps": run.steps[shown],
        "points": np.stack([np.asarray(cloud, dtype=float) for cloud in points]),
        "spread": np.array(ring.spread),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Five snapshots on one scale above the share of points near a mode."""
    for name, step, points in zip(SNAPSHOTS, data["snapshot_steps"], data["points"], strict=True):
        panel = axes[name]
        panel.plot(*data["centres"].T, "x", color="black", markersize=4, markeredgewidth=0.7, zorder=1)
        panel.plot(*points.T, ".", color=COLOURS["blue"], markersize=1.6, alpha=0.6, markeredgewidth=0, zorder=2)
        panel.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal", xticks=[], yticks=[])
        panel.set_title(f"step {int(step)}", pad=2, fontsize=7)
        for side in ("top", "right"):
            panel.spines[side].set_visible(True)
    panel = axes["share"]
    panel.plot(data["steps"], 100 * data["high_quality"], color=COLOURS["sky"], linewidth=0.6)
    panel.plot(data["steps"], 100 * data["median"], color=COLOURS["blue"], linewidth=1.6)
    panel.axhline(98.889, color=GREY, linewidth=0.6, linestyle="--")
    last = float(data["steps"][-1])
    panel.text(0.985 * last, 95, "the data: 98.9%", color=GREY, va="top", ha="right", fontsize=6)
    panel.text(
        0.45 * last, 20, f"median of {data['high_quality'].shape[1]} seeds", color=COLOURS["blue"], va="top", fontsize=6
    )
    for step in data["snapshot_steps"]:
        panel.axvline(step, color=GREY, linewidth=0.4, linestyle=":", zorder=0)
    panel.set(xlabel="step", ylabel="points near\na mode (%)", ylim=(0, 104), xlim=(-0.01 * last, 1.01 * last))
    panel.set_yticks([0, 50, 100])
