"""The losses of classification that GANs are trained with, and the divergences that they are the duals of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor

from dualgap.divergences.generators import FDivergence, TotalVariation
from dualgap.divergences.triangular import TriangularDiscrimination
from dualgap.objectives.dual import Dual

__all__ = ["Hinge", "LeastSquares"]


@final
@dataclass(frozen=True)
class Hinge(Dual):
    """The hinge loss: its supremum is the total variation.

    .. math:: \\sup_f -E_p (1 - f)_+ - E_q (1 + f)_+ = -2 \\int \\min(p, q) = 2\\, V(p, q) - 2

    attained at f = sign(p - q). A score beyond 1 on its own side has no gradient. The non-saturating loss is -E f, the geometric
    one of the literature, and not minus :meth:`real`.

    Examples
    --------
    >>> import torch
    >>> objective = Hinge()
    >>> p, q, sign = torch.tensor([0.75, 0.25]), torch.tensor([0.25, 0.75]), torch.tensor([1.0, -1.0])
    >>> float(objective.divergence((p * objective.real(sign) + q * objective.fake(sign)).sum()))
    0.5

    Reference: lim2017
    """

    quantity: ClassVar[str] = "total_variation"
    generator: ClassVar[FDivergence] = TotalVariation()  # pyright: ignore[reportIncompatibleVariableOverride]

    def real(self, score: Tensor) -> Tensor:
        """min(0, f - 1)."""
        return -torch.relu(1 - score)

    def fake(self, score: Tensor) -> Tensor:
        """min(0, -f - 1)."""
        return -torch.relu(1 + score)

    def heuristic(self, score: Tensor) -> Tensor:
        """Minus the score."""
        return -score

    def divergence(self, supremum: Tensor) -> Tensor:
        """V = 1 + supremum / 2."""
        return 1 + supremum / 2


@final
@dataclass(frozen=True)
class LeastSquares(Dual):
    """Squared distances to the labels 1 and -1: the supremum is the triangular discrimination.

    .. math:: \\sup_f -\\tfrac12 E_p (f - 1)^2 - \\tfrac12 E_q (f + 1)^2 = \\tfrac12 \\int \\frac{(p - q)^2}{p + q} - 1

    attained at f = (p - q) / (p + q) = tanh(ln(p/q) / 2). The saturating loss falls on both sides of -1 and has no minimum: GANs
    are trained with the non-saturating one, the squared distance of generated points to the label 1.

    Examples
    --------
    >>> import torch
    >>> objective = LeastSquares()
    >>> p, q = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    >>> score = (p - q) / (p + q)
    >>> float(objective.divergence((p * objective.real(score) + q * objective.fake(score)).sum()))
    2.0

    Reference: mao2017
    """

    quantity: ClassVar[str] = "triangular_discrimination"
    generator: ClassVar[FDivergence] = TriangularDiscrimination()  # pyright: ignore[reportIncompatibleVariableOverride]

    def real(self, score: Tensor) -> Tensor:
        """-(f - 1)^2 / 2."""
        return -((score - 1) ** 2) / 2

    def fake(self, score: Tensor) -> Tensor:
        """-(f + 1)^2 / 2."""
        return -((score + 1) ** 2) / 2

    def log_ratio(self, score: Tensor) -> Tensor:
        """2 artanh f, of scores clipped to what float64 can tell from 1."""
        return 2 * torch.atanh(score.clamp(-1 + 1e-12, 1 - 1e-12))

    def divergence(self, supremum: Tensor) -> Tensor:
        """The triangular discrimination, from 0 to 2: 2 supremum + 2."""
        return 2 * supremum + 2
