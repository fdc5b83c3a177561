"""How far each of some points is from each of others."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["apart"]


def apart(points: Tensor, centres: Tensor) -> Tensor:
    """Euclidean distances, from differences.

    .. math:: d_{ij} = \\Big( \\sum_k (x_{ik} - c_{jk})^2 \\Big)^{1/2}

    The product form :math:`|x|^2 + |c|^2 - 2 \\langle x, c \\rangle` would lose the digits of a point that is near a centre far
    from 0.

    Parameters
    ----------
    points : (..., n, d) tensor
    centres : (..., m, d) tensor
        Of the same type and on the same device.

    Returns
    -------
    (..., n, m) tensor

    Examples
    --------
    >>> apart(torch.tensor([[1e4, 0.0]]), torch.tensor([[1e4, 0.0], [1e4, 3.0]])).tolist()
    [[0.0, 3.0]]
    """
    return torch.cdist(points, centres, compute_mode="donot_use_mm_for_euclid_dist")
