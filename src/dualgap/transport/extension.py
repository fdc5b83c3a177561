"""Critics that are 1-Lipschitz by construction: what a lower bound of W_1 between laws can be made from."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import CertificateError
from dualgap.transport.dual_pair import DualPair
from dualgap.transport.duality import mcshane_extension
from dualgap.transport.evidence import require_array
from dualgap.transport.ground import GROUNDS, pairwise
from dualgap.validation import is_torch

__all__ = ["Extension", "LipschitzCritic"]


class LipschitzCritic(DualPair):
    """A function on R^d with :math:`|f(x) - f(y)| \\le |x - y|`, so that :math:`E_p f - E_q f \\le W_1(p, q)`.

    Attributes
    ----------
    ground : "euclidean" or "cityblock"
        The distance ``|x - y|``.
    """

    order = 1.0

    @abstractmethod
    def __call__(self, points: Any) -> Any:
        """The critic at (n, d) points, (n,)."""

    def partner(self, points: Any) -> Any:
        """The critic itself."""
        return self(points)

    @abstractmethod
    def recomputed(self, points: Any) -> np.ndarray:
        """The same by other code, in float64, after the slope was seen to be at most 1.

        Raises
        ------
        CertificateError
            When it cannot be shown to be 1-Lipschitz.
        """

    def recomputed_partner(self, points: Any) -> np.ndarray:
        """The critic itself, recomputed."""
        return self.recomputed(points)


@final
@dataclass(frozen=True, eq=False)
class Extension(LipschitzCritic):
    """A critic given by numbers at anchors: 1-Lipschitz whatever the numbers are.

    .. math:: f(x) = \\pm \\min_j \\, (|A x - y_j| - g_j), \\qquad |A| \\le 1

    Parameters
    ----------
    anchors : (k, r) array
        The y_j, in the space that A maps to.
    potential : (k,) array
        The g_j.
    ground : "euclidean" or "cityblock"
    axes : (r, d) array, optional
        A, of operator norm at most 1, for the Euclidean distance; the identity when omitted.
    sign : 1 or -1

    Examples
    --------
    >>> critic = Extension(np.array([[0.0], [10.0]]), np.array([0.0, -2.0]), "euclidean")
    >>> critic(np.array([[3.0]])), critic.gradient(np.array([[3.0]]))
    (array([3.]), array([[1.]]))
    """

    anchors: np.ndarray
    potential: np.ndarray
    ground: str
    axes: np.ndarray | None = None
    sign: int = 1

    def __call__(self, points: Any) -> Any:
        """The critic at (n, d) points: a tensor for a tensor, with its gradient; a float64 array otherwise."""
        if is_torch(points):
            return _attached(self, points)
        where = points if self.axes is None else points @ self.axes.T
        return self.sign * mcshane_extension(self.anchors, self.potential, ground=self.ground)(where)

    def gradient(self, points: np.ndarray) -> np.ndarray:
        """The slope at (n, d) points, towards the nearest cone's apex or away from it; 0 at an apex."""
        where = points if self.axes is None else points @ self.axes.T
        rows = max(1, 2**20 // len(self.anchors))
        slopes = np.empty_like(where)
        for k in range(0, len(where), rows):
            part = where[k : k + rows]
            nearest = (pairwise(part, self.anchors, self.ground) - self.potential).argmin(axis=1)
            away = part - self.anchors[nearest]
            if self.ground == "cityblock":
                slopes[k : k + rows] = np.sign(away)
            else:
                length = np.linalg.norm(away, axis=1, keepdims=True)
                slopes[k : k + rows] = np.divide(away, length, out=np.zeros_like(away), where=length > 0)
        return self.sign * (slopes if self.axes is None else slopes @ self.axes)

    def recomputed(self, points: Any) -> np.ndarray:
        """The McShane extension without the function that made it."""
        if self.ground not in GROUNDS:
            raise CertificateError(f"ground must be one of {GROUNDS}, got {self.ground!r}")
        anchors = require_array(self.anchors, "anchors", (None, None))
        potential = require_array(self.potential, "potential", (len(anchors),))
        if self.sign not in (1, -1):
            raise CertificateError(f"sign must be 1 or -1, got {self.sign!r}")
        if self.axes is None:
            where = require_array(points, "held_out", (None, anchors.shape[1]))
        else:
            axes = require_array(self.axes, "axes", (anchors.shape[1], None))
            norm = float(np.linalg.svd(axes, compute_uv=False)[0]) * (1 + 1e-13)
            if norm > 1 or self.ground != "euclidean":
                raise CertificateError(f"axes must have an operator norm of at most 1, got {norm!r}")
            where = require_array(points, "held_out", (None, axes.shape[1])) @ axes.T
        found = np.full(len(where), np.inf)
        rows = max(1, 2**20 // len(where))
        for k in range(0, len(anchors), rows):
            distances = pairwise(anchors[k : k + rows], where, self.ground)
            np.minimum(found, (distances - potential[k : k + rows, None]).min(axis=0), out=found)
        return self.sign * found


def _attached(critic: Extension, points: Any) -> Any:
    """Scores (n,) of a tensor, with the gradient that the numpy code gives."""
    plain = points.detach().cpu().double().numpy()
    values = points.new_tensor(critic(plain))
    if not points.requires_grad:
        return values
    return values + ((points - points.detach()) * points.new_tensor(critic.gradient(plain))).sum(-1)
