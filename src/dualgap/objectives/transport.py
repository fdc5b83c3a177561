"""The duals of optimal transport: over 1-Lipschitz critics, and over all critics with the c-transform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.objectives.dual import Dual, Score
from dualgap.validation import optional_function, order_of_distance

__all__ = ["KantorovichRubinstein", "SemiDual"]

#: Below this share of its square a distance counts as zero: keeps the root differentiable.
ROOT_FLOOR = 1e-30


@final
@dataclass(frozen=True)
class KantorovichRubinstein(Dual):
    """The Wasserstein GAN's objective: 1-Lipschitz critics, linear in the score.

    .. math:: \\sup_{\\|f\\|_L \\le 1} E_p f - E_q f = W_1(p, q)

    Both generator's losses are the same, -E f at the generated points.

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> float(dg.duals.KantorovichRubinstein().value(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0])))
    2.0

    Reference: arjovsky2017wgan
    """

    quantity: ClassVar[str] = "wasserstein"
    generator: ClassVar[None] = None  # pyright: ignore[reportIncompatibleVariableOverride]
    lipschitz: ClassVar[bool] = True

    def real(self, score: Tensor) -> Tensor:
        """The score."""
        return score

    def fake(self, score: Tensor) -> Tensor:
        """Minus the score."""
        return -score

    def divergence(self, supremum: Tensor) -> Tensor:
        """W_1 is the supremum."""
        return supremum


@final
@dataclass(frozen=True)
class SemiDual(Dual):
    """The semi-dual of optimal transport for any cost: no constraint on the critic, whose partner is its c-transform.

    .. math:: \\sup_f \\; E_p f^c + E_q f = \\inf_\\pi E_\\pi c, \\qquad f^c(x) = \\inf_{y \\in \\mathrm{supp}\\, q} c(x, y) - f(y)

    The score of a point of q is f, that of a point of p is f^c. On a batch, :meth:`on_batch` takes the infimum over the batch of
    q: a minimum over fewer points, so that the batch's value lies *above* that of the same f on the laws, and its supremum over
    f is at most the mean distance of batches, and at least that of the laws. It is a direction to train along and never a
    bound: bounds come from the c-transform over all the points (:func:`dualgap.duals.fit`).

    Parameters
    ----------
    order : float, at least 1
        c(x, y) = abs(x - y) ** order, and the divergence is the order-th root of the supremum.
    cost : callable, (..., n, d) and (..., m, d) tensors -> (..., n, m) tensor, optional
        Another cost, non-negative; the divergence is then the least total cost itself.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import torch
    >>> objective = SemiDual(order=2)
    >>> x, y = torch.tensor([[0.0], [1.0]]), torch.tensor([[3.0], [4.0]])
    >>> supremum = objective.on_batch(lambda points: 6 * points[..., 0], x, y)
    >>> float(supremum), float(objective.divergence(supremum))
    (9.0, 3.0)

    Reference: villani2009
    """

    order: float = 2
    cost: Callable[[Any, Any], Any] | None = None

    quantity: ClassVar[str] = "wasserstein"
    generator: ClassVar[None] = None  # pyright: ignore[reportIncompatibleVariableOverride]

    def __post_init__(self) -> None:
        order_of_distance(self.order)
        if optional_function(self.cost, "cost") is not None and self.order != 2:
            raise InvalidInput("order must be left out where cost is given: the cost is not raised", argument="order")

    def real(self, score: Tensor) -> Tensor:
        """The c-transform's value itself."""
        return score

    def fake(self, score: Tensor) -> Tensor:
        """The score."""
        return score

    def heuristic(self, score: Tensor) -> Tensor:
        """The score: f is high where mass of q is dear, so that both generator's losses are the same."""
        return score

    def divergence(self, supremum: Tensor) -> Tensor:
        """The root of the order, of what is above 0; for another cost the supremum."""
        if self.cost is not None:
            return supremum
        return torch.as_tensor(supremum).clamp(min=0) ** (1 / self.order)

    def costs(self, x: Tensor, y: Tensor) -> Tensor:
        """c between (..., n, d) and (..., m, d) points, (..., n, m).

        Raises
        ------
        InvalidInput
            When a cost of the caller's own gives another shape.
        """
        if self.cost is not None:
            found = self.cost(x, y)
            if tuple(found.shape[-2:]) != (x.shape[-2], y.shape[-2]):
                raise InvalidInput(
                    f"cost must give shape (..., {x.shape[-2]}, {y.shape[-2]}), got {tuple(found.shape)}",
                    argument="cost",
                )
            return found
        squared = ((x[..., :, None, :] - y[..., None, :, :]) ** 2).sum(-1)
        return squared if self.order == 2 else (squared + ROOT_FLOOR) ** (self.order / 2)

    def transform(self, score: Score, points: Tensor, anchors: Tensor) -> Tensor:
        """The c-transform at points (..., n, d), with the infimum over the anchors (..., m, d); shape (..., n)."""
        return (self.costs(points, anchors) - score(anchors)[..., None, :]).amin(-1)

    def on_batch(self, score: Score, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """The value with the c-transform over the batch of q, shape (...): an upper estimate of that of the critic."""
        scores = score(fake_points)
        partner = (self.costs(real_points, fake_points) - scores[..., None, :]).amin(-1)
        return self.value(partner, scores)
