"""Derivatives of a transport distance by the envelope theorem: hold the optimal plan and potentials fixed."""

from __future__ import annotations

from typing import Any, Protocol

from dualgap.transport.discrete import TorchKind
from dualgap.transport.ground import Cost, PointCost
from dualgap.validation import is_torch

__all__ = ["differentiable_distance", "root"]


class Optimal(Protocol):
    """What the envelope theorem needs of a certificate."""

    @property
    def cost(self) -> Cost:
        """The cost of all pairs."""
        ...

    @property
    def plan(self) -> Any:
        """A plan, as a scipy sparse array."""
        ...

    @property
    def potentials(self) -> tuple[Any, Any]:
        """Potentials of both sides."""
        ...


def differentiable_distance(
    certificate: Optimal, *, points: tuple[Any, Any] | None, weights: tuple[Any, Any], cost: Any = None
) -> Any:
    """The optimal value as a function of points, weights and costs, to first order.

    .. math:: d \\min_\\pi \\langle c, \\pi \\rangle = \\langle dc, \\pi^* \\rangle + f^\\top da + g^\\top db

    At points where the optimal plan or the potentials are not unique this is one of the generalised gradients.

    Parameters
    ----------
    certificate : TransportCertificate or EntropicCertificate
        Of an optimal plan and optimal potentials.
    points : pair of (n, d) and (m, d) arrays, numpy or torch, or None for a cost matrix
    weights : pair of (n,) and (m,) arrays, numpy or torch
    cost : (n, m) array, optional

    Returns
    -------
    torch tensor without dimensions
        In the dtype of the inputs.
    """
    import torch

    kind = TorchKind.of(*(points or ()), *weights, cost)
    order, unit = certificate.cost.order, certificate.cost.unit
    plan = certificate.plan.tocoo()
    rows, columns = (kind.index(index) for index in plan.coords)
    if points is not None:
        difference = (kind.double(points[0])[rows] - kind.double(points[1])[columns]) / unit
        ground = certificate.cost.ground if isinstance(certificate.cost, PointCost) else "euclidean"
        norm = 1 if ground == "cityblock" else 2
        costs = torch.linalg.vector_norm(difference, ord=norm, dim=1) ** order
    else:
        costs = kind.double(cost)[rows, columns]
    total = (kind.double(plan.data) * costs).sum()
    for masses, potential in zip(weights, certificate.potentials, strict=True):
        if is_torch(masses) and masses.requires_grad:
            share = kind.double(masses) / kind.double(masses).sum()
            total = total + ((share - share.detach()) * kind.double(potential)).sum()
    return kind.back(root(total, order) * unit)


def root(total: Any, order: float) -> Any:
    """The order-th root of a non-negative tensor, with derivative 0 (a subgradient) at 0 instead of nan."""
    import torch

    positive = total > 0
    return torch.where(positive, torch.where(positive, total, torch.ones_like(total)) ** (1 / order), total * 0)
