"""The phase portrait of a game: its flow, and the paths of methods through it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dualgap.extras import require
from dualgap.games import Game, Trajectory
from dualgap.report.plane import Plane, plane_of
from dualgap.writing import check_output, write_atomically

__all__ = ["COLOURS", "ENDINGS", "draw_portrait", "last_point", "portrait"]

#: The kinds of file that a portrait is written to.
ENDINGS = (".png", ".pdf", ".svg")
#: Vermilion, green and blue of Okabe and Ito, in the order in which paths are drawn.
COLOURS = ("#D55E00", "#009E73", "#0072B2")
#: A path is followed to this many times the distance that it starts from; what diverges would hide the rest.
FARTHEST = 6.0
#: Points of the flow along each axis, and how far a strategy is moved to see where its set lets it go.
GRID, NUDGE = 24, 1e-4


def draw_portrait(game: Game, run: Trajectory, title: str, output: Path) -> Path:
    """Draw one path in the flow of its game and write it; returns the file's path.

    Parameters
    ----------
    game : Game
    run : Trajectory
        Of one copy.
    title : str
    output : Path
        Ends in .png, .pdf or .svg.

    Raises
    ------
    InvalidInput
        For another ending.
    MissingExtra
        Without matplotlib.
    """
    require("matplotlib.figure", extra="figures")
    check_output(output, *ENDINGS)
    figure = portrait(game, {"path": run}, title=title)
    return write_atomically(output, lambda file: figure.savefig(file, format=output.suffix[1:].lower(), dpi=160))


def portrait(game: Game, runs: Mapping[str, Trajectory], *, title: str = "", size: float = 4.8) -> Any:
    """A figure with the flow as grey lines, a path a run, their start and the equilibrium.

    Parameters
    ----------
    game : Game
    runs : mapping of str to Trajectory
        By their names in the legend; at most three, each of one copy.
    title : str
    size : float
        The side of the figure in inches.
    """
    figure = require("matplotlib.figure", extra="figures").Figure(figsize=(size, size), layout="constrained")
    axes = figure.add_subplot()
    paths = {name: _joint(run) for name, run in runs.items()}
    start = next(iter(paths.values()))[0]
    reach = FARTHEST * _distance(game, start)
    paths = {name: _until_far(path, game, reach) for name, path in paths.items()}
    plane = plane_of(game, np.concatenate(list(paths.values())))
    drawn = {name: plane.coordinates(path) for name, path in paths.items()}
    centre = _equilibrium(game, plane)
    low, high = _window([*drawn.values(), *([] if centre is None else [centre])])
    _flow(axes, game, plane, low, high)
    for (name, path), colour in zip(drawn.items(), COLOURS if len(drawn) > 1 else COLOURS[2:], strict=False):
        axes.plot(*path.T, ".-", linewidth=0.8, markersize=2.2, color=colour, label=name)
    axes.plot(*plane.coordinates(start), "o", color="black", markersize=4.5, label="start")
    if centre is not None:
        axes.plot(*centre[0], "+", color="black", markersize=11, markeredgewidth=1.4, label="equilibrium")
    axes.set(xlabel=plane.labels[0], ylabel=plane.labels[1], aspect="equal")
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    axes.set_title(title, fontsize=10)
    figure.legend(loc="outside lower center", ncols=3 if len(drawn) > 1 else 4, fontsize=8, frameon=False)
    return figure


def last_point(run: Trajectory) -> str:
    """The last strategies, in a line.

    Examples
    --------
    >>> import dualgap as dg
    >>> last_point(dg.simulate(dg.games.xy(), dg.methods.SimultaneousGDA(step=0.5), start=(1.0, 1.0), steps=1))
    '(0.5, 1.5)'
    """
    x, y = (", ".join(f"{number:.6g}" for number in np.ravel(part[-1])) for part in (run.x, run.y))
    return f"({x}, {y})" if run.x.shape[-1] == run.y.shape[-1] == 1 else f"x = ({x}), y = ({y})"


def _joint(run: Trajectory) -> np.ndarray:
    """(records, n + m)"""
    return np.concatenate([np.asarray(run.x), np.asarray(run.y)], axis=-1)


def _distance(game: Game, point: np.ndarray) -> float:
    """From the equilibrium, or from the origin where none is known; never nothing."""
    known = game.equilibrium
    centre = 0.0 if known is None else np.concatenate([part.numpy() for part in known])
    return float(np.linalg.norm(point - centre)) or 1.0


def _until_far(path: np.ndarray, game: Game, reach: float) -> np.ndarray:
    far = np.array([_distance(game, point) > reach for point in path])
    return path[: int(far.argmax()) or 1] if far.any() else path


def _equilibrium(game: Game, plane: Plane) -> np.ndarray | None:
    known = game.equilibrium
    return None if known is None else plane.coordinates(np.concatenate([part.numpy() for part in known]))[None]


def _window(parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """A square around all that is drawn, with a margin."""
    points = np.concatenate(parts)
    low, high = points.min(0), points.max(0)
    middle, half = (low + high) / 2, 0.56 * float((high - low).max()) or 1.0
    return middle - half, middle + half


def _flow(axes: Any, game: Game, plane: Plane, low: np.ndarray, high: np.ndarray) -> None:
    """Where both players' own gradients and sets let them go, as lines."""
    across, up = (np.linspace(low[k], high[k], GRID) for k in (0, 1))
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    points = torch.as_tensor(plane.points(grid))
    x, y = game.project_x(points[..., : game.sizes[0]]), game.project_y(points[..., game.sizes[0] :])
    with torch.no_grad():
        along_x, along_y = game.field(x, y)
    nudge = NUDGE / max(1.0, float(along_x.abs().max()), float(along_y.abs().max()))
    moved = torch.cat([game.project_x(x - nudge * along_x) - x, game.project_y(y - nudge * along_y) - y], -1)
    arrows = moved.numpy() @ plane.reading.T / nudge
    inside = (torch.cat([x, y], -1) - points).norm(dim=-1).numpy() <= NUDGE
    arrows[~inside] = np.nan
    axes.streamplot(
        across, up, arrows[..., 0], arrows[..., 1], color="#BBBBBB", linewidth=0.5, arrowsize=0.6, density=0.9, zorder=0
    )
