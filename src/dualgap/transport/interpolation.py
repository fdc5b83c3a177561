"""Displacement interpolation: the measures on the way from one to the other."""

from __future__ import annotations

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.measures import Points
from dualgap.transport.ground import PointCost
from dualgap.transport.one_dimensional import LineCertificate

__all__ = ["displacement", "endpoints"]


def displacement(bracket: Bracket, time: float) -> Points:
    """The measure at a time in [0, 1] on the way from p to q along the plan: every bit of mass moves straight.

    .. math:: \\mu_t = ((1 - t) x + t y)_\\# \\pi, \\qquad W_p(\\mu_s, \\mu_t) = |t - s| \\, W_p(\\mu_0, \\mu_1)

    Parameters
    ----------
    bracket : Bracket
        Of :func:`dualgap.wasserstein` between points, with an optimal plan.
    time : float in [0, 1]

    Returns
    -------
    Points
        One atom for each entry of the plan.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> displacement(dg.wasserstein([0.0, 1.0], [2.0, 5.0]), 0.5).points
    array([[1.],
           [3.]])

    Reference: mccann1997
    """
    time = validation.real(time, "time", at_least=0, at_most=1)
    x, y = endpoints(bracket)
    plan = bracket.plan.tocoo()
    rows, columns = plan.coords
    mass = np.asarray(plan.data)
    return Points((1 - time) * x[rows] + time * y[columns], mass / mass.sum())


def endpoints(bracket: Bracket) -> tuple[np.ndarray, np.ndarray]:
    """The positions that a plan moves mass between, (n, d) and (m, d).

    Raises
    ------
    InvalidInput
        When the bracket holds no plan between points.
    """
    certificate = bracket.certificate if isinstance(bracket, Bracket) else None
    if isinstance(certificate, LineCertificate) and certificate.points[0].ndim == 1:
        return certificate.points[0][:, None], certificate.points[1][:, None]
    cost = getattr(certificate, "cost", None)
    if isinstance(cost, PointCost):
        return cost.x, cost.y
    raise InvalidInput(
        "bracket must hold a plan between points, got "
        f"{bracket if isinstance(bracket, Bracket) else type(bracket).__name__}",
        argument="bracket",
    )
