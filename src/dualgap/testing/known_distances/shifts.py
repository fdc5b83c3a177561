"""Laws moved as a whole: the Wasserstein distance of every order is the length of the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.validation import as_array, count, detached, is_torch, order_of_distance, real, same_length

__all__ = ["shift"]


def shift(dimension: int, *, by: Any = 1.0, order: float = 1.0) -> KnownDistance:
    """N(0, I), and the same law moved by v: its length is W_p for every p.

    .. math:: f(x) = -p |v|^{p-2} \\langle v, x \\rangle, \\qquad g(y) = p |v|^{p-2} \\langle v, y \\rangle - (p - 1) |v|^p

    are feasible, as a convex function lies above its tangent.

    Parameters
    ----------
    dimension : int
    by : float above 0, or (dimension,) array that is not 0
        v; a number is a length along the diagonal.
    order : float, at least 1

    Returns
    -------
    KnownDistance
        Exact.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> shift(2, by=[3.0, 4.0], order=2).value
    5.0
    """
    d, p = count(dimension, "dimension"), order_of_distance(order)
    if np.ndim(by) == 0:
        vector = np.full(d, real(by, "by", above=0) / np.sqrt(d))
        length = float(by)
    else:
        vector = detached(as_array(by, "by"))
        same_length(d, len(vector), ("dimension", "by"), "dimension")
        length = real(np.linalg.norm(vector), "by", above=0)
    slope = p * length ** (p - 2) * vector

    def along(points: Any) -> Any:
        if not is_torch(points):
            return points @ slope
        import torch

        return points @ torch.as_tensor(slope).to(points)

    def pairing(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = rng.normal(size=(n, d))
        return x, x + vector

    return KnownDistance(
        name=f"shift by {length:g}, d = {d}",
        dimension=d,
        order=p,
        value=length,
        pairing=pairing,
        potential=lambda x: -along(x),
        partner=lambda y: along(y) - (p - 1) * length**p,
    )
