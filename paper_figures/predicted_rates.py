"""Predicted against measured rates: methods and games of the catalogue on one diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.by_name import METHODS
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "The rate of a method on a game, predicted from the Jacobian of the method's own step at the equilibrium and measured on "
    "a path that starts next to it. (a) Every mark is a method on a game, all on the diagonal; right of and above the "
    "dotted lines the equilibrium repels. (b) The differences, by method; none is above 10⁻⁶. A pair is left out where no "
    "rate is defined (a memory that counts steps, a defective eigenvalue, sets that a method does not take)."
)

layout = Layout(
    panels=(("diagonal", "difference"),),
    full_width=True,
    height=0.5,
    column=Layout(panels=(("diagonal",), ("difference",)), full_width=False, height=1.75),
    letters=("diagonal", "difference"),
)

#: Games whose gradients cost next to nothing.
QUICK = (
    "xy", "xy-box", "bilinear", "quadratic", "random-quadratic", "rotation", "minimax-not-nash", "potential-maximum",
    "forsaken", "matching-pennies", "dirac-gan", "dirac-gan-r1", "dirac-wgan", "lagrangian-program",
)  # fmt: skip
#: Of every method; different from all that makes an eigenvalue double.
STEP = 0.1
#: How far from the equilibrium paths start where the field is affine, and elsewhere, where it bends.
FAR, NEAR = 1e-2, 1e-6
#: Enough for a fit; and where a memory, which starts from rest, has to fade first.
STEPS, STEPS_WITH_MEMORY = 36, 120
#: Differences are drawn no lower.
FLOOR = 1e-16


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Both rates of each pair of a method and a game that has them.

    Returns
    -------
    dict
        ``predicted`` and ``measured`` (k,), factors a step; ``difference`` (k,), their distance; ``method`` and ``game`` (k,) names;
        ``left_out``, the number of pairs without a rate. Nothing is random: the seed has no effect.
    """
    found, left_out = [], 0
    for game in {"quick": QUICK, "paper": tuple(dg.games.examples())}[budget]:
        played = dg.games.examples()[game].make()
        for name, method in METHODS.items():
            try:
                found.append((*_rates(played, method(STEP)), name, game))
            except InvalidInput:  # which says why there is no rate
                left_out += 1
    predicted, measured, methods, games = zip(*found, strict=True)
    return {
        "predicted": np.array(predicted),
        "measured": np.array(measured),
        "difference": np.maximum(np.abs(np.subtract(predicted, measured)), FLOOR),
        "method": np.array(methods),
        "game": np.array(games),
        "left_out": np.array(left_out),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The diagonal, and the distances from it."""
    panel, predicted, measured = axes["diagonal"], data["predicted"], data["measured"]
    low, high = 0.97 * min(predicted.min(), measured.min()), 1.02 * max(predicted.max(), measured.max())
    panel.plot([low, high], [low, high], color=GREY, linewidth=0.7, zorder=0)
    panel.axhline(1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
    panel.axvline(1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
    panel.plot(predicted, measured, "o", color=COLOURS["blue"], markersize=3, alpha=0.45, markeredgewidth=0)
    panel.set(
        xlabel="predicted rate (factor a step)",
        ylabel="measured rate (factor a step)",
        xlim=(low, high),
        ylim=(low, high),
    )
    panel.set_aspect("equal")
    games = len(set(data["game"].tolist()))
    names = list(dict.fromkeys(data["method"].tolist()))
    panel.set_title(f"{len(predicted)} pairs of {len(names)} methods, {games} games", fontsize=7)
    panel = axes["difference"]
    place = {name: k for k, name in enumerate(reversed(names))}
    rows = [place[name] for name in data["method"].tolist()]
    panel.plot(data["difference"], rows, "o", color=COLOURS["blue"], markersize=2.6, alpha=0.6, markeredgewidth=0)
    panel.axvline(1e-6, color=COLOURS["vermilion"], linewidth=0.8, linestyle="--")
    panel.set_yticks(range(len(names)), list(reversed(names)), fontsize=5.2)
    panel.tick_params(axis="y", length=0)
    panel.set(xscale="log", xlabel="|predicted − measured| (a step)", xlim=(0.5 * FLOOR, 1e-5), ylabel="method")
    panel.set_xticks([1e-15, 1e-12, 1e-9, 1e-6])


def _rates(game: Any, method: dg.methods.Method) -> tuple[float, float]:
    """The predicted rate, and that of a path along the slowest mode; refused where there is none."""
    import torch

    found = dg.games.linearise(game, method)
    if found.defective or found.spectral_radius < 1e-3:
        raise InvalidInput("method must have a rate of its own on this game")
    values, vectors = np.linalg.eig(found.jacobian)
    mode = np.real(vectors[:, np.abs(values).argmax()][: sum(game.sizes)])
    if np.linalg.norm(mode) < 1e-6:
        raise InvalidInput("method must have a slowest mode that the players show")
    linear = game.affine and game.sets == (dg.games.FreeSpace(), dg.games.FreeSpace())
    away = torch.as_tensor((FAR if linear else NEAR) * mode / np.linalg.norm(mode))
    start = tuple(part + move for part, move in zip(game.equilibrium, away.split(game.sizes), strict=True))
    steps = STEPS if len(mode) == len(found.jacobian) else STEPS_WITH_MEMORY
    run = dg.simulate(game, method, start=(start[0], start[1]), steps=steps)
    return found.spectral_radius, float(run.measured_rate())
