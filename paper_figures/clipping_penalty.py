"""Critics under clipping and under a gradient penalty: what their level sets see of the data."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["CRITICS", "caption", "compute", "draw", "layout"]

#: The critics, in order: what they are called in the data, and in print.
CRITICS = {"clipping": "weights clipped to 0.05", "penalty": "gradient penalty"}

caption = (
    "Level sets of two critics of one architecture, trained as long, between a ring of eight Gaussians (dots) and one wide Gaussian "
    "in its middle (not shown). The one whose weights are clipped hardly tells them apart: its slopes are a small "
    "fraction of the 1 that is allowed. The one with a gradient penalty follows the ring. Histogram: the lengths of the gradients "
    "at the points of both laws; those under the penalty lie around 1."
)

layout = Layout(panels=(("clipping", "penalty", "slopes"),), full_width=True, height=0.36)

#: Of the weights.
CLIP = 0.05
#: How far the picture reaches.
REACH = 1.9


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train both critics on the same points.

    Returns
    -------
    dict
        ``grid`` (k,), ``real`` (n, 2); for each critic ``<critic>_values`` (k, k) over the grid, in the unit of x, ``<critic>_slopes``
        (2 n,), no unit.
    """
    import torch

    n, steps, points = {"quick": (512, 300, 61), "paper": (4096, 4000, 201)}[budget]
    rng = np.random.default_rng([seed, 16])
    centres = dg.training.Ring(spread=0.05).centres().numpy()
    real = centres[rng.integers(8, size=n)] + 0.05 * rng.normal(size=(n, 2))
    fake = 0.5 * rng.normal(size=(n, 2))
    grid = np.linspace(-REACH, REACH, points)
    where = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    regularisers = {"clipping": dg.duals.WeightClipping(CLIP), "penalty": dg.duals.GradientPenalty(10.0)}
    network, sources = dg.networks.MLP((2, 64, 64, 1)), (dg.duals.Dataset(real), dg.duals.Dataset(fake))
    method = dg.methods.SimultaneousGDA(step=2e-3, scaling=dg.methods.Adam(beta1=0.5))
    data = {"grid": grid, "real": real}
    for name, regulariser in regularisers.items():
        game = dg.duals.EstimationGame(dg.duals.KantorovichRubinstein(), network, regulariser, *sources, 128)
        first = network.initial(dg.games.Streams([seed], purpose=1, dtype=torch.float32))
        run = dg.simulate(game, method, start=(torch.zeros(1, 0), first), steps=steps, seeds=[seed], path=False)
        weights = run.y[-1][0]

        def critic(points: np.ndarray | torch.Tensor, weights: torch.Tensor = weights) -> torch.Tensor:
            return network(weights, torch.as_tensor(points, dtype=torch.float32))[..., 0]

        at = torch.as_tensor(np.concatenate([real, fake]), dtype=torch.float32).requires_grad_()
        (gradient,) = torch.autograd.grad(critic(at).sum(), at)
        data[f"{name}_values"] = critic(where).detach().numpy().reshape(points, points).astype(float)
        data[f"{name}_slopes"] = gradient.norm(dim=-1).numpy().astype(float)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Both landscapes, and their slopes."""
    grid = data["grid"]
    for name, title in CRITICS.items():
        panel = axes[name]
        panel.contourf(grid, grid, data[f"{name}_values"], levels=12, cmap="Blues", alpha=0.75)
        panel.contour(grid, grid, data[f"{name}_values"], levels=12, colors="black", linewidths=0.4, linestyles="solid")
        panel.plot(*data["real"][:300].T, ".", color=COLOURS["vermilion"], markersize=1.6)
        panel.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xlabel="x₁ (unit of x)")
        panel.set_xticks([-1, 0, 1])
        panel.set_yticks([-1, 0, 1])
        panel.set_title(title, fontsize=7, pad=3)
    axes["clipping"].set_ylabel("x₂ (unit of x)")
    panel = axes["slopes"]
    bins = np.linspace(0, 2, 41)
    for (name, title), colour, hatch in zip(CRITICS.items(), ("vermilion", "blue"), ("", "////"), strict=True):
        slopes = data[f"{name}_slopes"]
        panel.hist(
            slopes, bins, weights=np.full(len(slopes), 100 / len(slopes)), histtype="stepfilled", alpha=0.6, label=title,
            color=COLOURS[colour], edgecolor="black", linewidth=0.3, hatch=hatch,
        )  # fmt: skip
    panel.axvline(1, ymax=0.7, color="black", linewidth=0.6, linestyle=":")
    panel.set(xlabel="length of the gradient (no unit)", ylabel="points (%)", xlim=(0, 2), ylim=(0, 100))
    panel.legend(loc="upper right", fontsize=5.5)
