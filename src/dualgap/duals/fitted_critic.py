"""A trained critic as a function of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.networks import Network
from dualgap.validation import is_torch, points_array, same_length

__all__ = ["FittedCritic"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedCritic:
    """A network with its weights, in the units of the data.

    .. math:: f(x) = s \\cdot \\mathrm{network}\\big((x - c) / r\\big)

    Parameters
    ----------
    network : Network
    weights : (size,) tensor
    centre : (d,) array
    radius : float
        r: the networks sees data of unit size.
    scale : float
        s: r for a Lipschitz objective (so that slopes are kept), 1 for the others.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> network = dg.networks.MLP((1, 8, 1))
    >>> weights = network.initial(dg.games.Streams(0))
    >>> critic = FittedCritic(network=network, weights=weights, centre=np.zeros(1), radius=1.0, scale=1.0)
    >>> critic([0.5, 1.0]).shape
    (2,)
    """

    network: Network
    weights: Tensor
    centre: np.ndarray
    radius: float
    scale: float

    def __call__(self, points: Any) -> Any:
        """The scores (n,) of points (n, d): a tensor for a tensor, with its gradient; a float64 array otherwise."""
        array = points_array(points, "points")
        same_length(self.network.inputs, array.shape[1], ("critic", "points"), "dimension")
        inputs = torch.as_tensor(array)
        centre = torch.as_tensor(self.centre).to(inputs)
        scores = self.scale * self.network(self.weights.to(inputs), (inputs - centre) / self.radius)[..., 0]
        return scores if is_torch(points) else scores.detach().numpy().astype(np.float64)
