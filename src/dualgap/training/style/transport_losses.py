"""Styles as laws of feature vectors, compared by transport: along directions, or exactly for few pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import final

import numpy as np
import torch

from dualgap.errors import InvalidInput
from dualgap.training.style.losses import StyleLoss
from dualgap.transport.exact import solve_by_orders
from dualgap.transport.one_dimensional import monotone_coupling
from dualgap.transport.sliced import directions
from dualgap.validation import count, order_of_distance

__all__ = ["SlicedLoss", "TransportLoss"]


@final
@dataclass(frozen=True, kw_only=True)
class SlicedLoss(StyleLoss):
    """The sliced Wasserstein distance of two sets of feature vectors, to its power, along directions drawn once.

    .. math:: \\frac1L \\sum_{l=1}^{L} W_p^p\\bigl(\\theta_l^\\top h, \\theta_l^\\top h^s\\bigr)

    It is 0 exactly when all L projected marginals agree, as laws: not their means alone, nor their second moments.
    The value is that of :func:`dualgap.sliced_wasserstein` at the same seed, to the power p.

    Parameters
    ----------
    order : float, at least 1
        p.
    projections : int, at least 1
        L, in each layer.
    seed : int, at least 0
        Decides the directions, uniform on the sphere of each layer's channels.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> loss = SlicedLoss(projections=4)
    >>> float(loss([[0.0, 1.0]], [[3.0, 2.0]]))
    4.0

    Reference: heitz2021, bonneel2015
    """

    order: float = 2
    projections: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        order_of_distance(self.order)
        count(self.projections, "projections")
        count(self.seed, "seed", at_least=0)

    def towards(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """The target's projections are sorted once."""
        theta = torch.as_tensor(directions(target.shape[-2], self.projections, self.seed)).to(target)
        wanted = (theta @ target).sort(-1).values

        def loss(features: torch.Tensor) -> torch.Tensor:
            return sorted_powers((theta @ features).sort(-1).values, wanted, self.order).mean(-1)

        return loss


@final
@dataclass(frozen=True, kw_only=True)
class TransportLoss(StyleLoss):
    """The Wasserstein distance of two sets of feature vectors, to its power, by the exact plan of this library.

    .. math:: W_p^p(h, h^s) = \\min_\\pi \\sum_{ij} \\pi_{ij} \\lVert h_{\\cdot i} - h^s_{\\cdot j} \\rVert_2^p

    The gradient is that at the optimal plan (the envelope theorem). The plan of M pixels takes M^2 costs and seconds
    from 1,000 on: for small pictures, or the coarse levels of larger ones.

    Parameters
    ----------
    order : float, at least 1
        p.
    most : int, at least 1
        Layers of more pixels are refused.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(TransportLoss()([[0.0, 1.0], [0.0, 0.0]], [[0.0, 1.0], [2.0, 2.0]]))
    4.0

    Reference: villani2009
    """

    order: float = 2
    most: int = 1024

    def __post_init__(self) -> None:
        order_of_distance(self.order)
        count(self.most, "most")

    def require_sizes(self, pixels: int, target: int) -> None:
        """Refuse sets that are too large for an exact plan."""
        if max(pixels, target) > self.most:
            raise InvalidInput(
                f"loss must compare at most {self.most} pixels a layer exactly, got {max(pixels, target)}; use SlicedLoss, a "
                "smaller picture, or features of coarse levels",
                argument="loss",
            )

    def towards(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """The plan is found again at every image."""
        goal = target.detach().double().T.cpu().numpy()

        def one(features: torch.Tensor) -> torch.Tensor:
            here = features.detach().double().T.cpu().numpy()
            masses = [np.full(len(cloud), 1 / len(cloud)) for cloud in (here, goal)]
            plan = solve_by_orders(here, goal, *masses, order=self.order, ground="euclidean").plan.tocoo()
            i, j = (torch.as_tensor(index.astype(np.int64), device=features.device) for index in (plan.row, plan.col))
            mass = torch.as_tensor(plan.data).to(features)
            squares = (features[:, i] - target[:, j]).square().sum(0)
            # the root has no slope at 0, where the plan leaves a pixel in its place
            apart = squares > 0
            powers = torch.where(apart, torch.where(apart, squares, 1.0) ** (self.order / 2), 0.0)
            return (mass * powers).sum()

        def loss(features: torch.Tensor) -> torch.Tensor:
            copies = features.reshape(-1, *features.shape[-2:])
            return torch.stack([one(maps) for maps in copies]).reshape(features.shape[:-2])

        return loss


def sorted_powers(x: torch.Tensor, y: torch.Tensor, order: float) -> torch.Tensor:
    """W_p^p on the line of samples that are sorted already, by the monotone coupling.

    Parameters
    ----------
    x : (..., n) tensor
    y : (..., m) tensor
    order : float

    Returns
    -------
    (...) tensor

    Examples
    --------
    >>> float(sorted_powers(torch.tensor([0.0, 2.0]), torch.tensor([1.0]), 2))
    1.0
    """
    if x.shape[-1] == y.shape[-1]:
        return _power(x - y, order).mean(-1)
    i, j, mass = _cells(x.shape[-1], y.shape[-1])
    return (_power(x[..., i] - y[..., j], order) * torch.as_tensor(mass).to(x)).sum(-1)


def _power(difference: torch.Tensor, order: float) -> torch.Tensor:
    return difference.square() if order == 2 else difference.abs() ** order


@lru_cache(maxsize=32)  # a few sizes in a run; each of them keeps three numbers a pixel
def _cells(n: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The monotone coupling of n equal masses with m, in the order of their places: it does not depend on where they are."""
    i, j, mass, _ = monotone_coupling(np.arange(n, dtype=float), np.arange(m, dtype=float), None, None)
    return i, j, mass
