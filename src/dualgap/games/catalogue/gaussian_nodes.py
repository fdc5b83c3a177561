"""A standard normal variable, replaced by finitely many values that have its moments."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

__all__ = ["gaussian_nodes"]


def gaussian_nodes(count: int, dimension: int = 1) -> tuple[Tensor, Tensor]:
    """Nodes and probabilities of the Gauss-Hermite rule.

    .. math:: E\\, h(\\xi) \\approx \\sum_k w_k h(\\xi_k)

    exact for polynomials of degree up to 2 count - 1 in each coordinate.

    Parameters
    ----------
    count : int
        Nodes along each axis.
    dimension : int

    Returns
    -------
    (count,) nodes for dimension 1, (count ** dimension, dimension) otherwise, and their probabilities

    Examples
    --------
    >>> nodes, weights = gaussian_nodes(8)
    >>> [round(float((weights * nodes**k).sum()), 12) for k in (0, 1, 2, 4)]
    [1.0, 0.0, 1.0, 3.0]

    Reference: golub1969
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    weights = weights / weights.sum()
    if dimension == 1:
        return torch.as_tensor(nodes), torch.as_tensor(weights)
    grid = np.stack(np.meshgrid(*[nodes] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension)
    product = np.stack(np.meshgrid(*[weights] * dimension, indexing="ij"), axis=-1).reshape(-1, dimension).prod(-1)
    return torch.as_tensor(grid), torch.as_tensor(product)
