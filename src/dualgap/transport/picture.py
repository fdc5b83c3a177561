"""A transport plan as a picture: dirt, holes, and lines as wide as the mass that they carry."""

from __future__ import annotations

from typing import Any

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.transport.interpolation import endpoints

__all__ = ["plan_segments", "plot_plan"]


def plan_segments(bracket: Bracket) -> tuple[np.ndarray, np.ndarray]:
    """Where a plan moves mass: one segment for each of its entries.

    Parameters
    ----------
    bracket : Bracket
        Of :func:`dualgap.wasserstein` between points on the line or in the plane. Points on the line are drawn at heights
        1 (p) and 0 (q).

    Returns
    -------
    segments : (k, 2, 2) array
        Start and end of each.
    mass : (k,) array

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> segments, mass = plan_segments(dg.wasserstein([[0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]))
    >>> mass
    array([0.5, 0.5])
    """
    x, y = _positions(bracket)
    plan = bracket.plan.tocoo()
    rows, columns = plan.coords
    return np.stack([x[rows], y[columns]], axis=1), np.asarray(plan.data)


def plot_plan(bracket: Bracket, axes: Any, *, width: float = 3.0) -> Any:
    """Draw a plan: the points of p as discs, those of q as rings, joined by lines as wide as the mass that moves.

    Parameters
    ----------
    bracket : Bracket
        Of :func:`dualgap.wasserstein` between points on the line or in the plane.
    axes : matplotlib axes
    width : float, above 0
        Of the widest line, in points.

    Returns
    -------
    matplotlib LineCollection
        The lines, in the order of :func:`plan_segments`.

    Raises
    ------
    InvalidInput
        When the bracket has no plan between such points.

    Examples
    --------
    >>> import matplotlib.figure, dualgap as dg
    >>> axes = matplotlib.figure.Figure().add_subplot()
    >>> lines = plot_plan(dg.wasserstein([[0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]), axes)
    >>> len(lines.get_segments())
    2
    """
    width = validation.real(width, "width", above=0)
    segments, mass = plan_segments(bracket)
    collections = require("matplotlib.collections", extra="figures")
    lines = collections.LineCollection(list(segments), linewidths=width * mass / mass.max(), colors="0.6", zorder=1)
    axes.add_collection(lines)
    starts, ends = _positions(bracket)
    plan = bracket.plan
    for points, totals, filled in ((starts, plan.sum(axis=1), True), (ends, plan.sum(axis=0), False)):
        there = totals > 0
        sizes = 40 * totals[there] / totals.max()
        axes.scatter(
            *points[there].T,
            s=sizes,
            facecolors="C0" if filled else "none",
            edgecolors="C0" if filled else "C1",
            zorder=2,
        )
    axes.autoscale_view()
    return lines


def _positions(bracket: Bracket) -> tuple[np.ndarray, np.ndarray]:
    """Both clouds as (n, 2) arrays; those on the line at heights 1 and 0."""
    x, y = endpoints(bracket)
    if x.shape[1] == 1:
        return np.hstack([x, np.ones_like(x)]), np.hstack([y, np.zeros_like(y)])
    if x.shape[1] == 2:
        return x, y
    raise InvalidInput(
        f"bracket must be between points on the line or in the plane, got R^{x.shape[1]}", argument="bracket"
    )
