"""A trained critic as a function of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import CertificateError
from dualgap.networks import Network
from dualgap.transport.evidence import require_array
from dualgap.transport.extension import LipschitzCritic
from dualgap.validation import is_torch, points_array, same_length

__all__ = ["FittedCritic", "certified_scale"]

#: Points that go through the network at once.
BLOCK = 4096


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedCritic(LipschitzCritic):
    """A network with its weights, in the units of the data.

    .. math:: f(x) = s \\cdot \\mathrm{network}\\big((x - c) / r\\big)

    It is 1-Lipschitz where :math:`|s| L \\le r` for a bound L of the network's Lipschitz constant (:func:`certified_scale`).

    Parameters
    ----------
    network : Network
    weights : (size,) tensor
    centre : (d,) array
    radius : float
        r: the networks sees data of unit size.
    scale : float
        s: r for a Lipschitz objective (so that slopes are kept), r to the order for the semi-dual, 1 for the others.

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
    ground = "euclidean"

    def __repr__(self) -> str:
        return f"FittedCritic({self.network!r}, {len(self.weights)} weights)"

    def __call__(self, points: Any) -> Any:
        """The scores (n,) of points (n, d): a tensor for a tensor, with its gradient; a float64 array otherwise."""
        array = points_array(points, "points")
        same_length(self.network.inputs, array.shape[1], ("critic", "points"), "dimension")
        if is_torch(points):
            return self._scores(array)
        with torch.no_grad():
            parts = [self._scores(torch.as_tensor(array[k : k + BLOCK])) for k in range(0, len(array), BLOCK)]
        return torch.cat(parts).numpy().astype(np.float64)

    def _scores(self, inputs: Tensor) -> Tensor:
        centre = torch.as_tensor(self.centre).to(inputs)
        return self.scale * self.network(self.weights.to(inputs), (inputs - centre) / self.radius)[..., 0]

    def recomputed(self, points: Any) -> np.ndarray:
        """The scores in float64, after the norms of all layers were recomputed by singular values.

        Raises
        ------
        CertificateError
            When the network's constant is not known, or exceeds what the scale allows.
        """
        weights = self.weights.double()
        bound = float(self.network.lipschitz_bound(weights)) if bool(weights.isfinite().all()) else np.inf
        slope = abs(self.scale) * bound
        if not 0 < slope <= self.radius * (1 + 1e-12):
            raise CertificateError(f"the critic has a Lipschitz constant of up to {slope / self.radius:.6g}")
        where = require_array(points, "held_out", (None, self.network.inputs))
        return self(where)


def certified_scale(network: Network, weights: Tensor, radius: float) -> float:
    """The s with which a fitted critic is 1-Lipschitz, r / L, for a network that is so by construction; r for others.

    Examples
    --------
    >>> import dualgap as dg
    >>> cones = dg.networks.Cones(2, 3)
    >>> certified_scale(cones, cones.initial(dg.games.Streams(0)), 2.0)
    2.0
    """
    bound = float(network.lipschitz_bound(weights.double())) if network.lipschitz else 1.0
    return radius / max(bound, 1.0)
