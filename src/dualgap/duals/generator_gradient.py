"""The gradient that a generator gets from a critic, beside that of the exact plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.measures import Points
from dualgap.objectives import Dual, SemiDual
from dualgap.transport.extension import LipschitzCritic
from dualgap.transport.wasserstein import wasserstein
from dualgap.validation import detached, is_torch, points_array

__all__ = ["GeneratorGradient", "gradient_of"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class GeneratorGradient:
    """A generator's gradient by a critic, and what it is off by.

    Parameters
    ----------
    gradient : (k,) tensor
        Of the dual's value in the generator's parameters, joined.
    exact : (k,) tensor or None
        Of the transport distance itself between the points, by the envelope theorem along an optimal plan; None for
        f-divergences, which say nothing about points that do not coincide.
    cosine : float
        Of the angle between the two; nan without an exact one.
    relative_error : float
        The length of their difference over that of the exact one.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(30, 2)), rng.normal(size=(30, 2)) + [4.0, 0.0]
    >>> fitted = dg.duals.fit(dg.duals.KantorovichRubinstein(), dg.Points(x), dg.Points(y), steps=60)
    >>> found = fitted.generator_gradient(torch.as_tensor(y).requires_grad_())
    >>> found.gradient.shape, found.cosine > 0.9
    (torch.Size([60]), True)
    """

    gradient: Tensor
    exact: Tensor | None
    cosine: float
    relative_error: float

    def __repr__(self) -> str:
        numbers = f"cosine {self.cosine:.4g}, relative error {self.relative_error:.4g}"
        return f"GeneratorGradient({len(self.gradient)} parameters, {numbers})"


def gradient_of(
    objective: Dual, critic: LipschitzCritic, points: Any, parameters: Sequence[Tensor] | None, real_points: Points
) -> GeneratorGradient:
    """The gradient of a dual's value in what generated points depend on.

    .. math:: \\nabla_\\theta W_1(p, g_\\theta) = -E \\, \\nabla_\\theta f(g_\\theta(z))

    at the optimal critic f; for the semi-dual of order r the gradient of its value W_r^r.

    Parameters
    ----------
    objective : Dual
    critic : LipschitzCritic
    points : (n, d) tensor that requires grad
    parameters : sequence of tensors or None
    real_points : Points
        p, for the exact plan.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import numpy as np
    >>> from dualgap.objectives import KantorovichRubinstein
    >>> from dualgap.transport.extension import Extension
    >>> points = torch.tensor([[3.0], [4.0]], dtype=torch.float64, requires_grad=True)
    >>> falling = Extension(np.array([[-9.0]]), np.zeros(1), "euclidean", sign=-1)
    >>> found = gradient_of(KantorovichRubinstein(), falling, points, None, Points([[0.0], [1.0]]))
    >>> found.gradient.tolist(), found.exact.tolist(), round(found.cosine, 12)
    ([0.5, 0.5], [0.5, 0.5], 1.0)
    """
    if not is_torch(points) or not points.requires_grad:
        raise InvalidInput(
            "points must be a torch tensor that requires grad, such as generator(z), got one without a gradient",
            argument="points",
        )
    points_array(points, "points")
    targets = [points] if parameters is None else _parameters(parameters)
    loss = objective.saturating(critic(points))
    order = 1.0
    if isinstance(objective, SemiDual) and objective.cost is None:
        order = float(objective.order)
    gradient = _joined(loss, targets)
    if objective.generator is not None or (isinstance(objective, SemiDual) and objective.cost is not None):
        return GeneratorGradient(gradient=gradient, exact=None, cosine=math.nan, relative_error=math.nan)
    places, masses = (torch.as_tensor(detached(one)).to(points) for one in (real_points.points, real_points.weights))
    reference = Points(places, masses)
    # The cotangent of the exact distance, so that the graph of the generator is walked once more and no further.
    leaf = points.detach().clone().requires_grad_()
    distance: Any = wasserstein(reference, Points(leaf), order=order).value
    (slope,) = torch.autograd.grad(distance**order, leaf)
    exact = _joined((points * slope).sum(), targets)
    lengths = float(gradient.norm()), float(exact.norm())
    inner = float(gradient @ exact)
    return GeneratorGradient(
        gradient=gradient,
        exact=exact,
        cosine=inner / (lengths[0] * lengths[1]) if min(lengths) > 0 else math.nan,
        relative_error=float((gradient - exact).norm()) / lengths[1] if lengths[1] > 0 else math.inf,
    )


def _parameters(given: Any) -> list[Tensor]:
    found = [] if is_torch(given) or not isinstance(given, Iterable) else list(given)
    if not found or not all(is_torch(one) and one.requires_grad for one in found):
        raise InvalidInput(
            "parameters must be a sequence of tensors that require grad, such as list(generator.parameters()), got "
            f"{given!r:.60}; leave it out for the points themselves",
            argument="parameters",
        )
    return found


def _joined(loss: Tensor, targets: Sequence[Tensor]) -> Tensor:
    parts = torch.autograd.grad(loss, targets, retain_graph=True, allow_unused=True)
    flat = [torch.zeros_like(one) if part is None else part for one, part in zip(targets, parts, strict=True)]
    return torch.cat([part.detach().flatten().double() for part in flat])
