"""Euclidean distances of many points to many points, of numpy's arrays and torch's tensors alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from dualgap.validation import is_torch

__all__ = ["norms", "pairwise"]


def pairwise(points: Any, centres: np.ndarray) -> Any:
    """(n, k) distances, by direct differences: the product form loses digits near a centre."""
    if not is_torch(points):
        return cdist(points, centres)
    import torch

    from dualgap.networks.apart import apart

    return apart(points, torch.as_tensor(centres).to(points))


def norms(points: Any) -> Any:
    """(n,) Euclidean lengths; the gradient of a tensor's is 0 at 0."""
    if not is_torch(points):
        return np.linalg.norm(points, axis=1)
    import torch

    return torch.linalg.vector_norm(points, dim=1)
