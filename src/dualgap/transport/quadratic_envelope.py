"""Pairs of potentials for the squared distance that hold everywhere: upper envelopes of quadratics, and their conjugates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.spatial.distance import cdist

from dualgap.errors import CertificateError
from dualgap.transport.bures import square_root
from dualgap.transport.dual_pair import DualPair
from dualgap.transport.evidence import require_array
from dualgap.transport.exact import solve
from dualgap.transport.ground import point_cost
from dualgap.transport.splits import Split
from dualgap.validation import is_torch

__all__ = ["QuadraticEnvelope", "envelopes_of", "envelopes_through", "moment_map"]

#: The curvature of an envelope of many quadratics, as a share of that of the affine map between the moments.
CURVATURES = (1.0, 0.7, 0.4, 0.2)
#: A map stretches no direction by more than this, or one over it: laws on a flat have singular covariances.
STRETCH = 1e3
#: By what share a diagonal is moved; the rounding of eigenvalues is a thousandth of it.
ROOM = 1e-12
#: Draws spread beyond this, or below one over it, have covariances whose products leave float64: nothing is made of them.
FARTHEST = 1e70
#: Pairs of points and quadratics in one block.
BLOCK = 2**20


@final
@dataclass(frozen=True, eq=False)
class QuadraticEnvelope(DualPair):
    """A convex function that is the largest of quadratics of one curvature, and an upper bound of its conjugate.

    .. math:: f = |x|^2 - 2 \\varphi(x), \\qquad
              \\varphi(x) = \\max_k \\; \\varphi_k + \\langle y_k, x - x_k \\rangle + \\tfrac12 (x - x_k)^\\top M (x - x_k)

    The conjugate of one quadratic is
    :math:`\\langle x_k, y \\rangle - \\varphi_k + \\tfrac12 (y - y_k)^\\top M^{-1} (y - y_k)`, and that of the largest is at most
    each of them, hence at most their least one, psi. By Young's inequality
    :math:`\\varphi(x) + \\psi(y) \\ge \\langle x, y \\rangle` for all x and y, that is

    .. math:: f(x) - h(y) \\le |x - y|^2, \\qquad h = 2 \\psi - |y|^2,

    on the whole of R^d: no c-transform, and no knowledge of the laws, is needed. One quadratic with the map between two Gaussians for
    its gradient gives :math:`|m_1 - m_2|^2 + \\mathrm{Bures}^2` in expectation, which bounds W_2 of all laws with these moments
    (Gelbrich); many quadratics follow other maps whose derivative is at least M. The same holds of f(x - o) and h(y - o) for any
    o: about an origin amid the points no digits are lost to squares of coordinates that are far from 0.

    Parameters
    ----------
    centres, images : (K, d) arrays
        The x_k and y_k, about the origin.
    heights : (K,) array
        The phi_k, any numbers.
    matrix, inverse : (d, d) arrays
        M, and a matrix N that is at least its inverse: [[M, -I], [-I, N]] has no negative eigenvalue.
    origin : (d,) array, optional
        o; 0 when omitted.

    Examples
    --------
    >>> one = np.eye(1)
    >>> pair = QuadraticEnvelope(np.array([[0.0]]), np.array([[3.0]]), np.array([0.0]), one, one)  # phi = x^2/2 + 3 x
    >>> float(pair(np.array([[1.0]]))[0] - pair.partner(np.array([[4.0]]))[0])  # 1 goes to 4
    9.0

    Reference: gelbrich1990, villani2009
    """

    centres: np.ndarray
    images: np.ndarray
    heights: np.ndarray
    matrix: np.ndarray
    inverse: np.ndarray
    origin: np.ndarray | None = None
    ground = "euclidean"
    order = 2.0

    def __call__(self, points: Any) -> Any:
        """f: squares less twice the largest quadratic; of a tensor a tensor, with its gradient."""
        fields = self.centres, self.images, self.heights, self.matrix
        x, (centres, images, heights, matrix) = _like(points, self.origin, *fields)
        # <y_k - M x_k, x> + x'Mx / 2, and what does not depend on x
        moved = centres @ matrix
        constants = heights - (images * centres).sum(1) + (moved * centres).sum(1) / 2
        return (x**2).sum(1) - ((x @ matrix) * x).sum(1) - 2 * _largest(x, images - moved, constants)

    def partner(self, points: Any) -> Any:
        """h: twice the least conjugate, less the squares."""
        fields = self.centres, self.images, self.heights, self.inverse
        y, (centres, images, heights, inverse) = _like(points, self.origin, *fields)
        moved = images @ inverse
        constants = heights - (moved * images).sum(1) / 2
        return ((y @ inverse) * y).sum(1) - (y**2).sum(1) - 2 * _largest(y, moved - centres, constants)

    def recomputed(self, points: Any) -> np.ndarray:
        """f from distances in the coordinates in which M is the identity."""
        x, (centres, images, heights, matrix, _) = self._required(points)
        axes, found = np.linalg.cholesky(matrix), np.empty(len(x))
        constants = heights - np.einsum("ki,ki->k", centres, images)
        for rows in _blocks(len(x), len(centres)):
            quadratics = cdist(x[rows] @ axes, centres @ axes, "sqeuclidean") / 2 + x[rows] @ images.T + constants
            found[rows] = np.einsum("ni,ni->n", x[rows], x[rows]) - 2 * quadratics.max(axis=1)
        return found

    def recomputed_partner(self, points: Any) -> np.ndarray:
        """h from distances in the coordinates in which N is the identity."""
        y, (centres, images, heights, _, inverse) = self._required(points)
        axes, found = np.linalg.cholesky(inverse), np.empty(len(y))
        for rows in _blocks(len(y), len(centres)):
            conjugates = cdist(y[rows] @ axes, images @ axes, "sqeuclidean") / 2 + y[rows] @ centres.T - heights
            found[rows] = 2 * conjugates.min(axis=1) - np.einsum("ni,ni->n", y[rows], y[rows])
        return found

    def _required(self, points: Any) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        """The points and the fields, seen to be conjugate: |M^1/2 u - N^1/2 v|^2 >= 0 in the form of eigenvalues."""
        centres = require_array(self.centres, "centres", (None, None))
        count, d = centres.shape
        images = require_array(self.images, "images", (count, d))
        heights = require_array(self.heights, "heights", (count,))
        matrix, inverse = (
            require_array(one, name, (d, d)) for one, name in ((self.matrix, "matrix"), (self.inverse, "inverse"))
        )
        if not (np.array_equal(matrix, matrix.T) and np.array_equal(inverse, inverse.T)):
            raise CertificateError("matrix and inverse must be symmetric")
        # in the units in which both have a diagonal of about 1
        block = np.block([[matrix, -np.eye(d)], [-np.eye(d), inverse]])
        scale = np.sqrt(np.maximum(np.diag(block), 0.0))
        if not (scale > 0).all():
            raise CertificateError("matrix and inverse must have positive diagonals")
        least = float(np.linalg.eigvalsh(block / np.outer(scale, scale))[0])
        if not least >= 0:
            raise CertificateError(f"inverse must be at least that of the matrix; an eigenvalue is {least:.3g}")
        where = require_array(points, "held_out", (None, d))
        where = where if self.origin is None else where - require_array(self.origin, "origin", (d,))
        return where, (centres, images, heights, matrix, inverse)


def _like(points: Any, origin: np.ndarray | None, *fields: np.ndarray) -> tuple[Any, list[Any]]:
    """The points about the origin, and the fields in their kind of array."""
    if not is_torch(points):
        where = np.asarray(points, dtype=np.float64)
        return where if origin is None else where - origin, list(fields)
    import torch

    where = points if origin is None else points - torch.as_tensor(origin).to(points)
    return where, [torch.as_tensor(one).to(points) for one in fields]


def _largest(points: Any, slopes: Any, constants: Any) -> Any:
    """The largest of affine functions at each point."""
    if is_torch(points):
        return (points @ slopes.mT + constants).amax(1)
    found = np.empty(len(points))
    for rows in _blocks(len(points), len(slopes)):
        found[rows] = (points[rows] @ slopes.T + constants).max(axis=1)
    return found


def _blocks(points: int, quadratics: int) -> Iterator[slice]:
    """Rows of which all pairs with the quadratics fit into a bounded memory."""
    rows = max(1, BLOCK // quadratics)
    return (slice(k, k + rows) for k in range(0, points, rows))


def envelopes_of(split: Split, most: int) -> list[QuadraticEnvelope]:
    """Pairs made from the training draws: one quadratic by the moments, and many by an optimal plan.

    Parameters
    ----------
    split : Split
    most : int
        Draws of each sample between which the plan is computed.

    Examples
    --------
    >>> from dualgap.measures import Samples
    >>> from dualgap.transport.splits import split_draws
    >>> draws = np.random.default_rng(0).normal(size=(2000, 2))
    >>> pairs = envelopes_of(split_draws(Samples(draws), Samples(2 * draws), 0), 50)
    >>> len(pairs), bool(np.abs(pairs[0].matrix - 2 * np.eye(2)).max() < 0.3)
    (5, True)
    """
    if not 1 / FARTHEST <= split.radius <= FARTHEST:
        return []
    x, y = (part - split.centre for part in split.train)
    middle, image = x.mean(axis=0)[None], y.mean(axis=0)[None]
    n = min(most, len(x), len(y))
    costs = point_cost(x[:n], y[:n], order=2.0, ground="euclidean")
    found = solve(costs, np.full(n, 1 / n), np.full(n, 1 / n))
    images = np.asarray(found.plan @ y[:n]) * n
    matrix = moment_map(x, y)
    return [
        _envelope(middle, image, np.zeros(1), matrix, split.centre),
        *envelopes_through(x[:n], images, found.potentials[0] * costs.unit**2, matrix, origin=split.centre),
    ]


def envelopes_through(
    points: np.ndarray,
    images: np.ndarray,
    potential: np.ndarray,
    matrix: np.ndarray,
    *,
    origin: np.ndarray | None = None,
) -> list[QuadraticEnvelope]:
    """Pairs of several curvatures that follow a map and a potential known at points.

    Parameters
    ----------
    points, images : (n, d) arrays
        Each point and where it goes, about the origin.
    potential : (n,) array
        f there.
    matrix : (d, d) array
        Of which the curvatures are shares.
    origin : (d,) array, optional

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> pairs = envelopes_through(x, x + 1, 1 - 2 * (1 + x[:, 0]), np.eye(1))  # f = -1 - 2 x for a shift by 1
    >>> [round(float((pair(x) - pair.partner(x + 1)).mean()), 6) for pair in pairs]
    [1.0, 1.0, 1.0, 1.0]
    """
    heights = ((points**2).sum(axis=1) - potential) / 2
    return [_envelope(points, images, heights, share * matrix, origin) for share in CURVATURES]


def _envelope(
    centres: np.ndarray, images: np.ndarray, heights: np.ndarray, matrix: np.ndarray, origin: np.ndarray | None = None
) -> QuadraticEnvelope:
    """With the inverse of a matrix that is a little smaller, and that a little larger, so that no rounding matters.

    By shares of the diagonals: a share of the matrix itself would be lost in directions in which it is small beside them.
    """
    inverse = np.linalg.inv(matrix - ROOM * np.diag(np.diag(matrix)))
    inverse = (inverse + inverse.T) / 2
    return QuadraticEnvelope(centres, images, heights, matrix, inverse + ROOM * np.diag(np.diag(inverse)), origin)


def moment_map(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The symmetric positive matrix M with M A M = B for the covariances of two samples, its eigenvalues kept within bounds.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(50, 2))
    >>> np.round(moment_map(x, 3 * x + 1), 6).tolist()
    [[3.0, 0.0], [0.0, 3.0]]
    """
    d = x.shape[1]
    first, second = (np.cov(one.T).reshape(d, d) for one in (x, y))
    floor = 1e-9 * max(np.trace(first), np.trace(second)) / d * np.eye(d)
    root = square_root(first + floor)[0]
    inverse = np.linalg.inv(root)
    found = inverse @ square_root(root @ (second + floor) @ root)[0] @ inverse
    values, vectors = np.linalg.eigh((found + found.T) / 2)
    clipped = (vectors * np.clip(values, 1 / STRETCH, STRETCH)) @ vectors.T
    return (clipped + clipped.T) / 2
