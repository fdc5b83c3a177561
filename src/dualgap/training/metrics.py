"""How much of a mixture a generator covers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.networks.apart import apart
from dualgap.validation import as_array, real

__all__ = ["mode_coverage"]

#: A point within this many standard deviations of its nearest centre is of high quality.
NEAR = 3.0


def mode_coverage(points: Any, centres: Any, spread: float) -> dict[str, Tensor]:
    """Modes, high quality and reverse KL of generated points, by the rules of the toy benchmarks.

    A point is of *high quality* when it lies within three standard deviations of the nearest centre; a *mode*
    is covered when it is the nearest centre of a point of high quality; the *reverse KL* is that of all points'
    nearest centres against the uniform law on the centres,

    .. math:: \\log K + \\sum_k \\hat p_k \\log \\hat p_k.

    Parameters
    ----------
    points : (..., B, d) tensor or array
    centres : (K, d) tensor or array
    spread : float
        The standard deviation of a mode.

    Returns
    -------
    dict of (...) tensors
        ``modes`` (of K), ``high_quality`` (share; 1 - exp(-4.5) = 98.9% for the true law in the plane),
        ``reverse_kl`` (nats).

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> found = mode_coverage([[0.0, 0.0], [0.01, 0.0], [0.5, 0.5]], [[0.0, 0.0], [1.0, 1.0]], 0.01)
    >>> int(found["modes"]), round(float(found["high_quality"]), 3)
    (1, 0.667)

    Reference: lin2018pacgan
    """
    cloud, middle = (
        torch.as_tensor(as_array(value, name)) for value, name in ((points, "points"), (centres, "centres"))
    )
    spread = real(spread, "spread", above=0)
    if cloud.ndim < 2 or middle.ndim != 2 or cloud.shape[-1] != middle.shape[-1]:
        raise InvalidInput(
            f"points must have shape (..., B, d) and centres (K, d), got {tuple(cloud.shape)} and "
            f"{tuple(middle.shape)}",
            argument="points",
        )
    distance, nearest = apart(cloud, middle.to(cloud)).min(-1)
    good = distance <= NEAR * spread
    modes = len(middle)
    one_hot = torch.nn.functional.one_hot(nearest, modes)
    shares = one_hot.to(torch.float64).mean(-2)
    return {
        "modes": (one_hot.bool() & good[..., None]).any(-2).sum(-1),
        "high_quality": good.to(torch.float64).mean(-1),
        "reverse_kl": math.log(modes) + torch.special.xlogy(shares, shares).sum(-1),
    }
