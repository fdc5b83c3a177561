"""Learned cones: the lower envelope of distances, 1-Lipschitz for any centres and heights."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.networks.apart import apart
from dualgap.networks.network import Network
from dualgap.networks.norms import certified_norm, finite_weights
from dualgap.networks.orthogonal import bjorck, random_orthonormal
from dualgap.validation import as_array, count

__all__ = ["Cones"]

#: Distances that are held at once when the lowest cone is looked for: 64 MB in double precision.
BLOCK = 2**23
#: Centres that are drawn twice are moved apart by this share of the spread of the points.
JITTER = 1e-3


@final
@dataclass(frozen=True)
class Cones(Network):
    """The lower envelope of cones, or the upper envelope of cones that hang.

    .. math:: f(x) = \\pm \\min_k \\big( |P_k (x - c_k)| + b_k \\big)

    A minimum of 1-Lipschitz functions is one, for any centres c, heights b and projections :math:`|P_k| \\le 1`. With
    a centre at every point of a sample this is the McShane extension; here the centres are learned. Without a rank P
    is the identity; with rank r the P_k are r orthonormal directions each, and the cones are distances to flats of
    codimension r.

    Parameters
    ----------
    dimension : int
        Of a point.
    number : int
        Of cones.
    rank : int, optional
        r, at most the dimension.
    sign : 1 or -1
        With 1, f is low near its centres (those belong to the points where it is to be low), with -1 it is high there.

    Raises
    ------
    InvalidInput

    Notes
    -----
    The lowest cone of each point is found without gradients, in blocks of bounded memory; only its own distance is
    differentiated. A step is as cheap as one cone a point. In float64 the search uses direct differences, in
    float32 the product form, which may take a cone that is lowest up to rounding.

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> critic = dg.networks.Cones(2, 3)
    >>> weights = critic.weights([[0.0, 0.0], [4.0, 0.0], [9.0, 9.0]], [0.0, 1.0, 0.0])
    >>> critic(weights, torch.tensor([[3.0, 0.0], [1.0, 0.0]], dtype=torch.float64)).flatten().tolist()
    [2.0, 1.0]
    >>> float(critic.lipschitz_bound(weights))
    1.0

    Reference: mcshane1934
    """

    dimension: int
    number: int
    rank: int | None = None
    sign: int = 1

    lipschitz = True
    outputs = 1

    def __post_init__(self) -> None:
        count(self.dimension, "dimension")
        count(self.number, "number")
        if self.rank is not None and count(self.rank, "rank") > self.dimension:
            raise InvalidInput(
                f"rank must be at most the dimension {self.dimension}, got {self.rank}; leave it out for whole cones",
                argument="rank",
            )
        if isinstance(self.sign, bool) or not isinstance(self.sign, Integral) or self.sign not in (1, -1):
            raise InvalidInput(f"sign must be 1 or -1, got {self.sign!r}", argument="sign")

    @property
    def inputs(self) -> int:
        """The dimension of a point."""
        return self.dimension

    @property
    def size(self) -> int:
        """Centres, heights, and the matrices that become projections."""
        return self.number * (self.dimension + 1 + self.dimension * (self.rank or 0))

    def initial(self, streams: Streams) -> Tensor:
        """Normal centres, heights 0, random projections."""
        return self._pack(streams, streams.normal(self.number, self.dimension))

    def initial_at(self, streams: Streams, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """Centres at points drawn without replacement: of the fake ones with sign 1, of the real ones with sign -1.

        Parameters
        ----------
        streams : Streams
        real_points, fake_points : (n, d) and (m, d) tensors

        Returns
        -------
        (K, size) or (size,) tensor
            Heights 0. Where there are fewer points than cones, each is used again, moved a little.
        """
        points = torch.as_tensor(fake_points if self.sign > 0 else real_points)
        points = points.to(dtype=streams.dtype, device=streams.device)
        if points.ndim != 2 or points.shape[1] != self.dimension:
            raise InvalidInput(
                f"points must have shape (n, {self.dimension}), got {tuple(points.shape)}",
                argument="fake_points" if self.sign > 0 else "real_points",
            )
        order = streams.uniform(len(points)).argsort(-1)
        rounds = -(-self.number // len(points))
        chosen = torch.cat([order] * rounds, -1)[..., : self.number]
        again = torch.arange(self.number, device=points.device) >= len(points)
        spread = (points - points.mean(0)).norm(dim=1).mean()
        moved = streams.normal(self.number, self.dimension) * again[:, None] * JITTER * spread
        return self._pack(streams, points[chosen] + moved)

    def weights(self, centres: Any, heights: Any) -> Tensor:
        """The weights that have these centres and heights; for cones without projections.

        Parameters
        ----------
        centres : (..., K, d) array
        heights : (..., K) array

        Returns
        -------
        (..., size) tensor

        Raises
        ------
        InvalidInput
        """
        places, offsets = (
            torch.as_tensor(as_array(value, name)) for value, name in ((centres, "centres"), (heights, "heights"))
        )
        if self.rank is not None or places.shape[-2:] != (self.number, self.dimension):
            raise InvalidInput(
                f"centres must have shape ({self.number}, {self.dimension}), of cones without projections, "
                f"got {tuple(places.shape)}",
                argument="centres",
            )
        if offsets.shape != places.shape[:-1]:
            raise InvalidInput(
                f"heights must have shape {tuple(places.shape[:-1])}, one for each centre, got {tuple(offsets.shape)}",
                argument="heights",
            )
        return torch.cat([places.flatten(-2), offsets], -1)

    def _pack(self, streams: Streams, centres: Tensor) -> Tensor:
        pieces = [centres.flatten(-2), torch.zeros_like(centres[..., 0])]
        if self.rank is not None:
            pieces.append(random_orthonormal(streams, self.number, self.rank, self.dimension).flatten(-3))
        return torch.cat(pieces, -1)

    def _unpack(self, weights: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Centres (..., K, d), heights (..., K), projections (..., K, r, d)."""
        k, d = self.number, self.dimension
        centres, heights, matrices = weights.split([k * d, k, self.size - k * (d + 1)], -1)
        if self.rank is None:
            return centres.unflatten(-1, (k, d)), heights, None
        return centres.unflatten(-1, (k, d)), heights, bjorck(matrices.unflatten(-1, (k, self.rank, d)))

    def __call__(self, weights: Tensor, points: Tensor) -> Tensor:
        """The outputs (..., B, 1)."""
        self._require_sizes(weights, points)
        batch = torch.broadcast_shapes(weights.shape[:-1], points.shape[:-2])
        weights, points = weights.expand(*batch, -1), points.expand(*batch, -1, -1)
        centres, heights, projections = self._unpack(weights)
        with torch.no_grad():
            lowest = _lowest(
                points.detach(),
                centres.detach(),
                heights.detach(),
                None if projections is None else projections.detach(),
            )
        offsets = points - torch.take_along_dim(centres, lowest[..., None], -2)
        if projections is not None:
            own = torch.take_along_dim(projections, lowest[..., None, None], -3)
            offsets = (own @ offsets[..., None])[..., 0]
        # the norm's gradient at 0 is 0, one of its subgradients
        values = torch.linalg.vector_norm(offsets, dim=-1) + torch.take_along_dim(heights, lowest, -1)
        return self.sign * values[..., None]

    def lipschitz_bound(self, weights: Tensor) -> Tensor:
        """1 for whole cones; with projections the largest of their norms, by singular values in float64.

        Parameters
        ----------
        weights : (..., size) tensor

        Returns
        -------
        (...) float64 tensor
        """
        self._require_sizes(weights)
        weights, excess = finite_weights(weights)
        projections = self._unpack(weights)[2]
        return (1.0 if projections is None else certified_norm(projections).amax(-1)) + excess


def _lowest(points: Tensor, centres: Tensor, heights: Tensor, projections: Tensor | None) -> Tensor:
    """The index (..., B) of the lowest cone above each point."""
    held = heights.numel() * (1 if projections is None else projections.shape[-2])
    rows = max(1, BLOCK // max(1, held))
    parts = [
        (_distances(part, centres, projections) + heights[..., None, :]).argmin(-1) for part in points.split(rows, -2)
    ]
    return torch.cat(parts, -1)


def _distances(points: Tensor, centres: Tensor, projections: Tensor | None) -> Tensor:
    """Of each point to each centre, (..., B, K), as the projections see them."""
    if projections is None:
        if points.dtype == torch.float64:
            return apart(points, centres)
        return torch.cdist(points, centres, compute_mode="use_mm_for_euclid_dist")
    rank = projections.shape[-2]
    seen = points @ projections.flatten(-3, -2).mT
    own = (projections @ centres[..., None]).flatten(-3)
    return torch.linalg.vector_norm((seen - own[..., None, :]).unflatten(-1, (-1, rank)), dim=-1)
