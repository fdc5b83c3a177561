"""What proves the bounds of a ReLU network on balls: an attacked point below, claimed bounds of its units above."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError

__all__ = ["NetworkCertificate", "loss_of_margins"]

#: Half the distance from 1 to the next float64, and what a product loses that is too small for one.
UNIT, TINIEST = 2.0**-53, 1e-300
#: The logarithms and exponentials of a loss are accurate to a few units; a thousand times that.
LOSS_ROUNDING = 1e-12
#: Halvings that find how a linear function is best split between a ball of order 1 and the box; any split is valid.
HALVINGS = 45
#: So many samples are checked at once.
PIECE = 128

Interval = tuple[np.ndarray, np.ndarray]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkCertificate(Certificate):
    """Bounds of every unit of a network over the balls about samples, and one point of each ball.

    :meth:`bounds` shares no code with what found them. It takes the claimed bounds of the units layer by layer, checks each
    from those before it, and pulls the margins back through the layers; every array of coefficients is kept as a middle and a
    radius that contains its rounding.

    Parameters
    ----------
    layers : tuple of (weight, bias) or None
        Matrices (out, in) and vectors (out,) of the affine layers, None for a rectifier.
    centre, labels : (n, d) and (n,) arrays
    radius : (n,) array
    order : 1, 2 or infinity
    box : (lowest, highest) or None
    points : (n, d) array
        Within ball and box, which is checked.
    claims : tuple of pairs of (n, width) arrays
        Between which each layer's inputs lie.
    linear : bool
        Whether margins are pulled back through rectifiers; to the claims about the last of them otherwise.
    """

    layers: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    centre: np.ndarray
    labels: np.ndarray
    radius: np.ndarray
    order: float
    box: tuple[float, float] | None
    points: np.ndarray
    claims: tuple[Interval, ...]
    linear: bool

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The cross entropy at the points from below, and over all of the balls from above."""
        below, above = loss_of_margins(self.at_points()), loss_of_margins(self.everywhere())
        rounding = LOSS_ROUNDING + 4 * len(self.claims[-1][0].T) * UNIT
        # an exponential that is too small for a float64 is not 0
        return np.maximum(below * (1 - rounding) - TINIEST, 0), above * (1 + rounding) + TINIEST

    def at_points(self) -> np.ndarray:
        """How far each wrong output is above the label's at the points, from below; (n, classes - 1).

        Raises
        ------
        CertificateError
            When a point is outside of ball or box.
        """
        self._check_points()
        rows = _margin_rows(self.labels, len(self.claims[-1][0].T))
        images = self._images(self.points)
        mean, half = _middle(images)
        return _product(rows, mean) - _product(np.abs(rows), half) - self._slack(rows, images)

    def everywhere(self) -> np.ndarray:
        """How far each wrong output is above the label's over the balls, from above; (n, classes - 1).

        Raises
        ------
        CertificateError
            When a claim does not follow from those before it.
        """
        if len(self.centre) > PIECE:
            pieces = range(0, len(self.centre), PIECE)
            return np.concatenate([self._piece(slice(i, i + PIECE)).everywhere() for i in pieces])
        self._check_claims()
        rows = _margin_rows(self.labels, len(self.claims[-1][0].T))
        return self._largest(rows, len(self.layers), linear=self.linear)

    def _piece(self, chosen: slice) -> NetworkCertificate:
        """The same for some of the samples: the arrays of all of them at once would have no room."""
        claims = tuple((low[chosen], high[chosen]) for low, high in self.claims)
        parts = {name: getattr(self, name)[chosen] for name in ("centre", "labels", "radius", "points")}
        return replace(self, claims=claims, **parts)

    def _check_points(self) -> None:
        apart = np.abs(self.points - self.centre)
        size = apart.max(-1) if self.order == math.inf else np.linalg.norm(apart, ord=self.order, axis=-1)
        if not (size * (1 + 4 * (apart.shape[1] + 8) * UNIT) <= self.radius).all():
            raise CertificateError("a point lies outside of the ball about its sample")
        if self.box is not None and not ((self.points >= self.box[0]) & (self.points <= self.box[1])).all():
            raise CertificateError("a point lies outside of the box")

    def _check_claims(self) -> None:
        low, high = self._hull()
        _require(self.claims[0], (low, high), "input")
        for depth, layer in enumerate(self.layers, 1):
            image = _image(layer, self.claims[depth - 1])
            if layer is not None and depth < len(self.layers) and self.layers[depth] is None:
                claimed = self.claims[depth]
                missed = not ((claimed[0] <= image[0]) & (image[1] <= claimed[1])).all()
                if missed:
                    unit = np.eye(len(layer[1]))[None]
                    upper, lower = self._largest(unit, depth), -self._largest(-unit, depth)
                    image = np.maximum(image[0], lower), np.minimum(image[1], upper)
            _require(self.claims[depth], image, f"layer {depth}")

    def _hull(self) -> Interval:
        radius = self.radius[:, None]
        low, high = self.centre - radius, self.centre + radius
        # the two sums were rounded, save where nothing was added
        low = np.where(radius > 0, np.nextafter(low, -math.inf), self.centre)
        high = np.where(radius > 0, np.nextafter(high, math.inf), self.centre)
        return (low, high) if self.box is None else (np.maximum(low, self.box[0]), np.minimum(high, self.box[1]))

    def _images(self, points: np.ndarray) -> Interval:
        """What the network gives at points, between two numbers."""
        found = points, points
        for layer in self.layers:
            found = _image(layer, found)
        return found

    def _slack(self, rows: np.ndarray, interval: Interval) -> np.ndarray:
        reach = np.maximum(np.abs(interval[0]), np.abs(interval[1]))
        return 4 * (rows.shape[-1] + 8) * UNIT * _product(np.abs(rows), reach) + TINIEST

    def _largest(self, rows: np.ndarray, depth: int, *, linear: bool = True) -> np.ndarray:
        """An upper bound of rows' h over the balls, h being what the first layers give, by the claims of their inputs."""
        spread = np.zeros_like(rows)
        total = np.zeros((len(self.centre), rows.shape[1]))
        least = np.full_like(total, math.inf)
        for layer, (low, high) in zip(self.layers[:depth][::-1], self.claims[:depth][::-1], strict=True):
            if layer is None:
                reach = np.maximum(high, 0), np.maximum(low, 0)
                ends = _product(np.maximum(rows, 0), reach[0]) + _product(np.minimum(rows, 0), reach[1])
                ends = ends + total + _above(spread, reach[0]) + self._slack(rows, reach) + 8 * UNIT * np.abs(total)
                least = np.minimum(least, ends)
                if not linear:
                    return least
                total = total + _above(spread, np.maximum(high, 0))
                slope, lift, below = _lines(low, high)
                upper = np.maximum(rows, 0)
                total = total + _above(upper, lift)
                rows = upper * slope[:, None] + np.minimum(rows, 0) * below[:, None]
                spread = 4 * UNIT * np.abs(rows)
            else:
                weight, bias = layer
                rounding = 4 * (len(bias) + 8) * UNIT
                size = np.abs(rows)
                total = total + rows @ bias + (spread + rounding * size) @ np.abs(bias) * (1 + rounding) + TINIEST
                spread = (spread + rounding * size) @ np.abs(weight) * (1 + rounding)
                rows = rows @ weight
            total = total + 8 * UNIT * np.abs(total)
        low, high = self.claims[0]
        total = total + _above(spread, np.maximum(np.abs(low), np.abs(high)))
        middle = _product(rows, self.centre)
        slack = 4 * (rows.shape[-1] + 8) * UNIT * (_product(np.abs(rows), np.abs(self.centre)) + np.abs(total))
        return np.minimum(least, middle + self._furthest(rows) + total + slack + TINIEST)

    def _furthest(self, rows: np.ndarray) -> np.ndarray:
        """An upper bound of rows'(z - x) over ball and box; (n, rows)."""
        size, radius = np.abs(rows), self.radius[:, None]
        up = 1 + 4 * (rows.shape[-1] + 8) * UNIT
        dual = {1.0: math.inf, 2.0: 2.0, math.inf: 1.0}[self.order]
        by_ball = radius * np.linalg.norm(size, ord=dual, axis=-1) * up
        if self.box is None:
            return by_ball + TINIEST
        rooms = np.where(rows > 0, self.box[1] - self.centre[:, None], self.centre[:, None] - self.box[0]) * up
        if self.order == math.inf:
            return _total(np.minimum(rooms, radius[..., None]) * size) * up + TINIEST
        paid = np.minimum(size, self._caps(size, rooms))
        rest = _total(rooms * (size - paid + 4 * UNIT * size))
        return np.minimum(by_ball, (radius * np.linalg.norm(paid, ord=dual, axis=-1) + rest) * up) + TINIEST

    def _caps(self, size: np.ndarray, rooms: np.ndarray) -> np.ndarray:
        """How much of each coefficient the ball pays: the threshold at which the moved point is as far as the radius."""
        radius = self.radius[:, None, None]
        size = np.broadcast_to(size, rooms.shape)
        if self.order == 2:
            return self._scaled_caps(size, rooms)
        low, high = np.zeros((*rooms.shape[:-1], 1)), size.max(-1, keepdims=True)
        for _ in range(HALVINGS):
            half = (low + high) / 2
            far = np.where(size > half, rooms, 0).sum(-1, keepdims=True) > radius
            low, high = np.where(far, half, low), np.where(far, high, half)
        return high

    def _scaled_caps(self, size: np.ndarray, rooms: np.ndarray) -> np.ndarray:
        """The same for order 2: steps are min(s |a|, room); each round frees the ball of the steps that meet their rooms."""
        squared = self.radius[:, None, None] ** 2
        stopped = np.zeros(size.shape, dtype=bool)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # coefficients that are 0 have no scale
            while True:
                left = np.maximum(squared - np.where(stopped, rooms**2, 0).sum(-1, keepdims=True), 0)
                free = np.where(stopped, 0, size**2).sum(-1, keepdims=True)
                s = np.sqrt(left / np.maximum(free, TINIEST))
                more = stopped | (s * size >= rooms)
                if (more == stopped).all():
                    return rooms / np.maximum(s, TINIEST)
                stopped = more


def loss_of_margins(margins: np.ndarray) -> np.ndarray:
    """The cross entropy in nats of outputs that are so far above the label's.

    .. math:: L = \\log\\Bigl(1 + \\sum_{j \\ne y} e^{f_j - f_y}\\Bigr)

    Examples
    --------
    >>> loss_of_margins(np.array([[0.0]]))
    array([0.693147])
    """
    largest = np.maximum(margins.max(-1), 0.0)
    total = np.exp(margins - largest[:, None]).sum(-1)
    return np.where(largest > 0, largest + np.log(np.exp(-largest) + total), np.log1p(total))


def _margin_rows(labels: np.ndarray, classes: int) -> np.ndarray:
    """The rows e_j - e_y for the wrong classes j of each sample, (n, classes - 1, classes)."""
    others = np.array([[j for j in range(classes) if j != label] for label in labels])
    unit = np.eye(classes)
    return unit[others] - unit[labels][:, None]


def _image(layer: tuple[np.ndarray, np.ndarray] | None, interval: Interval) -> Interval:
    """Between which numbers a layer's outputs lie, by middle and half width."""
    if layer is None:
        return np.maximum(interval[0], 0), np.maximum(interval[1], 0)
    weight, bias = layer
    middle, half = _middle(interval)
    size = np.abs(weight)
    slack = 4 * (len(weight.T) + 8) * UNIT * ((np.abs(middle) + half) @ size.T + np.abs(bias)) + TINIEST
    centre, spread = middle @ weight.T + bias, half @ size.T
    return centre - spread - slack, centre + spread + slack


def _middle(interval: Interval) -> Interval:
    """The middle and a half width that reaches both ends."""
    low, high = interval
    middle = low / 2 + high / 2
    return middle, np.maximum(high - middle, middle - low) * (1 + 2 * UNIT)


def _lines(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Above a rectifier on an interval: slope, height at 0, the latter so that the line is above both ends; slope below."""
    active, dead = low >= 0, high <= 0
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(active, 1.0, np.where(dead, 0.0, np.clip(high / (high - low), 0, 1)))
    lift = np.maximum(slope * -low, (1 - slope) * high) + 8 * UNIT * (np.abs(low) + np.abs(high))
    below = np.where(active, 1.0, np.where(dead, 0.0, (high > -low).astype(float)))
    return slope, np.where(active | dead, 0.0, lift), below


def _product(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    return (rows @ points[..., None])[..., 0]


def _above(rows: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The product of what is not negative, rounded upwards."""
    return _product(rows, points) * (1 + 4 * (rows.shape[-1] + 8) * UNIT) + TINIEST


def _total(values: np.ndarray) -> np.ndarray:
    return values.sum(-1)


def _require(claimed: Interval, proved: Interval, what: str) -> None:
    # the claims were widened by more than another order of additions can make of them
    if not ((claimed[0] <= proved[0]) & (proved[1] <= claimed[1])).all():
        raise CertificateError(f"the claimed bounds of the units of {what} do not follow from those before")
