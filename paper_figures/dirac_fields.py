"""The Dirac-GAN: its field under each regulariser, and which of them brings it to rest."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS

__all__ = ["CASES", "caption", "compute", "draw", "layout"]

#: The panels, in order: what they are called in the data, and in print.
CASES = {
    "gan": "GAN",
    "wgan": "WGAN",
    "clipping": "WGAN, clipping 0.5",
    "gradient_penalty": "WGAN-GP, target 0.3",
    "non_saturating": "non-saturating GAN",
    "r1": "GAN, R1",
    "noise": "GAN, instance noise",
    "consensus": "GAN, consensus",
}

#: The first four never settle, the next one does slowly, and the last three fast.
CIRCLING, SLOW, SETTLING = tuple(CASES)[:4], tuple(CASES)[4], tuple(CASES)[5:]

caption = (
    "The Dirac-GAN: data at 0, one generated point θ, critic ψ times the point. Grey: the field. Path: 600 alternating "
    "steps of 0.1 (consensus: of its own method). GAN and WGAN circle for ever, clipping circles inside its bounds, the gradient "
    "penalty keeps circling because it wants a slope at the solution. The non-saturating GAN comes nearer, ever more slowly. R1, "
    "instance noise and consensus bring it to rest at (0, 0)."
)

layout = Layout(panels=(tuple(CASES)[:4], tuple(CASES)[4:]), full_width=True, height=0.56)

STEP, STEPS = 0.1, 600
#: Where paths start, and how far the picture reaches.
START, REACH = (1.0, 0.4), 1.3


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """The displacement of a step over a grid, and a path, for each case.

    Returns
    -------
    dict
        ``grid`` (k,); for each case ``<case>_theta`` and ``<case>_psi`` (k, k), the displacement at (theta, psi) = (grid[j], grid[i]),
        in a unit of step; ``<case>_path`` (steps + 1, 2). Nothing is random: the seed has no effect.
    """
    points = {"quick": 25, "paper": 41}[budget]
    grid = np.linspace(-REACH, REACH, points)
    across, up = (part.reshape(-1, 1) for part in np.meshgrid(grid, grid))
    data: dict[str, np.ndarray] = {"grid": grid}
    for name, (game, consensus) in _cases().items():
        method = dg.methods.ConsensusOptimization(step=STEP, weight=1.0) if consensus else None
        field = method or dg.methods.SimultaneousGDA(step=STEP)
        inside = np.abs(up) <= 0.5 if name == "clipping" else np.ones_like(up, dtype=bool)
        start = across, np.where(inside, up, 0.0)
        one = dg.simulate(game, field, start=start, steps=1)
        moved = [np.where(inside, part[1] - part[0], np.nan)[:, 0] / STEP for part in (one.x, one.y)]
        data[f"{name}_theta"], data[f"{name}_psi"] = (part.reshape(points, points) for part in moved)
        run = dg.simulate(
            game,
            method or dg.methods.AlternatingGDA(step=STEP),
            start=(np.array([START[0]]), np.array([START[1]])),
            steps=STEPS,
        )
        data[f"{name}_path"] = np.concatenate([run.x, run.y], axis=-1)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A panel a case, all on one scale."""
    grid = data["grid"]
    for name, title in CASES.items():
        panel, path = axes[name], data[f"{name}_path"]
        panel.streamplot(
            grid, grid, data[f"{name}_theta"], data[f"{name}_psi"],
            color="#B0B0B0", linewidth=0.4, arrowsize=0.45, density=0.55, zorder=0,
        )  # fmt: skip
        colour = "vermilion" if name in CIRCLING else "green" if name == SLOW else "blue"
        panel.plot(*path.T, color=COLOURS[colour], linewidth=0.6)
        panel.plot(*path[0], "o", color="black", markersize=2.8)
        panel.plot(*path[-1], "s", color=COLOURS[colour], markersize=3, markeredgecolor="black", markeredgewidth=0.5)
        panel.plot([0], [0], "+", color="black", markersize=6, zorder=5)
        panel.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal", xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        panel.set_title(title, fontsize=6.2, pad=3)
        panel.set_xlabel("θ (unit of the data)", fontsize=6)
        panel.set_ylabel("ψ (per unit)", fontsize=6)


def _cases() -> dict[str, tuple[dg.games.Game, bool]]:
    """The game of each case, and whether its method is consensus optimisation."""
    critic, dirac = dg.duals.KantorovichRubinstein(), dg.games.dirac_gan
    return {
        "gan": (dirac(), False),
        "wgan": (dirac(critic), False),
        "clipping": (dirac(critic, clip=0.5), False),
        "gradient_penalty": (dirac(critic, gradient_penalty=1.0, target=0.3), False),
        "non_saturating": (dirac(saturating=False), False),
        "r1": (dirac(r1=0.5), False),
        "noise": (dirac(noise=1.0), False),
        "consensus": (dirac(), True),
    }
