"""Critics of one number: along an axis, or of the distance from a point or a flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import CertificateError
from dualgap.transport.evidence import require_array
from dualgap.transport.extension import LipschitzCritic
from dualgap.transport.ground import GROUNDS
from dualgap.validation import is_torch

__all__ = ["Profile", "best_profile"]


@final
@dataclass(frozen=True, eq=False)
class Profile(LipschitzCritic):
    """A 1-Lipschitz function of one number that is itself a 1-Lipschitz function of the point.

    .. math:: f(x) = h(\\langle a, x \\rangle) \\quad \\text{or} \\quad f(x) = h(|A (x - c)|), \\qquad |A| \\le 1

    with h given by its values at knots, linear between them and constant outside.

    Parameters
    ----------
    knots, values : (k,) arrays
        The knots increase; no value differs from the next by more than their knots do.
    ground : "euclidean" or "cityblock"
    axes : (r, d) array, optional
        A (r = 1 without a centre: a), of operator norm at most 1, for the Euclidean distance; the identity when omitted.
    centre : (d,) array, optional
        c.

    Examples
    --------
    >>> critic = Profile(np.array([0.0, 1.0, 3.0]), np.array([1.0, 0.0, 2.0]), "euclidean", None, np.zeros(2))
    >>> critic(np.array([[0.0, 2.0]])), critic.gradient(np.array([[0.0, 2.0]]))
    (array([1.]), array([[0., 1.]]))
    """

    knots: np.ndarray
    values: np.ndarray
    ground: str
    axes: np.ndarray | None = None
    centre: np.ndarray | None = None

    def __call__(self, points: Any) -> Any:
        """The critic at (n, d) points: a tensor for a tensor, with its gradient; a float64 array otherwise."""
        if is_torch(points):
            plain = points.detach().cpu().double().numpy()
            values = points.new_tensor(self(plain))
            if not points.requires_grad:
                return values
            return values + ((points - points.detach()) * points.new_tensor(self.gradient(plain))).sum(-1)
        return np.interp(self.number(points), self.knots, self.values)

    def number(self, points: np.ndarray) -> np.ndarray:
        """What h is a function of, (n,)."""
        away = points if self.centre is None else points - self.centre
        seen = away if self.axes is None else away @ self.axes.T
        if self.centre is None:
            return seen[:, 0]
        return np.abs(seen).sum(axis=1) if self.ground == "cityblock" else np.linalg.norm(seen, axis=1)

    def gradient(self, points: np.ndarray) -> np.ndarray:
        """The slope of the profile times that of the number, (n, d)."""
        place = np.searchsorted(self.knots, self.number(points), side="right")
        inside = (place > 0) & (place < len(self.knots))
        at = np.clip(place, 1, len(self.knots) - 1)
        slope = np.where(inside, (self.values[at] - self.values[at - 1]) / (self.knots[at] - self.knots[at - 1]), 0.0)
        if self.centre is None:
            along = np.eye(1, points.shape[1]) if self.axes is None else self.axes
            return slope[:, None] * along[0]
        away = points - self.centre
        seen = away if self.axes is None else away @ self.axes.T
        if self.ground == "cityblock":
            return slope[:, None] * np.sign(seen)
        length = np.linalg.norm(seen, axis=1, keepdims=True)
        unit = np.divide(seen, length, out=np.zeros_like(seen), where=length > 0)
        return slope[:, None] * (unit if self.axes is None else unit @ self.axes)

    def recomputed(self, points: Any) -> np.ndarray:
        """The interpolation by hand, after the slopes and the norm were looked at."""
        if self.ground not in GROUNDS:
            raise CertificateError(f"ground must be one of {GROUNDS}, got {self.ground!r}")
        knots = require_array(self.knots, "knots", (None,))
        values = require_array(self.values, "values", (len(knots),))
        apart = np.diff(knots)
        if not (apart > 0).all() or not (np.abs(np.diff(values)) <= apart * (1 + 1e-12) + 1e-15 * np.ptp(knots)).all():
            raise CertificateError("the profile must have knots that increase, and slopes of at most 1")
        d = np.shape(points)[-1]
        where = require_array(points, "held_out", (None, d))
        if self.centre is not None:
            where = where - require_array(self.centre, "centre", (d,))
        if self.axes is not None:
            axes = require_array(self.axes, "axes", (None, d))
            if self.ground != "euclidean" or np.linalg.svd(axes, compute_uv=False)[0] * (1 + 1e-13) > 1:
                raise CertificateError("axes must have an operator norm of at most 1, for the Euclidean distance")
            where = where @ axes.T
        if self.centre is not None:
            where = (np.abs(where).sum(1) if self.ground == "cityblock" else np.sqrt(np.square(where).sum(1)))[:, None]
        elif where.shape[1] != 1:
            raise CertificateError(f"one axis is needed without a centre, got {where.shape[1]}")
        number = np.clip(where[:, 0], knots[0], knots[-1])
        if len(knots) == 1:
            return np.full(len(number), values[0])
        right = np.clip(np.searchsorted(knots, number), 1, len(knots) - 1)
        share = (number - knots[right - 1]) / apart[right - 1]
        return values[right - 1] + share * (values[right] - values[right - 1])


def best_profile(
    x: np.ndarray, y: np.ndarray, ground: str, *, axes: np.ndarray | None = None, centre: np.ndarray | None = None
) -> Profile:
    """The best function of that number for two samples: their distance on the line.

    .. math:: h' = \\operatorname{sign}(G - F), \\qquad E h(X) - E h(Y) = \\int |F - G|

    with F and G the distribution functions of the number in either sample.

    Parameters
    ----------
    x, y : (n, d) and (m, d) arrays
    ground, axes, centre
        As in :class:`Profile`.

    Examples
    --------
    >>> x, y = np.array([[2.0], [3.0]]), np.array([[0.0], [1.0]])
    >>> critic = best_profile(x, y, "euclidean", axes=np.ones((1, 1)))
    >>> float(critic(x).mean() - critic(y).mean())
    2.0
    """
    empty = Profile(np.zeros(1), np.zeros(1), ground, axes, centre)
    first, second = np.sort(empty.number(x)), np.sort(empty.number(y))
    knots = np.unique(np.concatenate([first, second]))
    below = np.searchsorted(first, knots, side="right") / len(first)
    other = np.searchsorted(second, knots, side="right") / len(second)
    steps = np.diff(knots) * np.sign(other - below)[:-1]
    return Profile(knots, np.concatenate([[0.0], np.cumsum(steps)]), ground, axes, centre)
