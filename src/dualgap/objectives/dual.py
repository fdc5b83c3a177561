"""What a critic maximises, and what its supremum means."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from torch import Tensor

from dualgap.divergences.generators import FDivergence

__all__ = ["Dual", "Score"]

Score = Callable[[Tensor], Tensor]


class Dual(ABC):
    """A variational form of a divergence.

    .. math:: S(p, q) = \\sup_f \\; E_p[\\mathrm{real}(f)] + E_q[\\mathrm{fake}(f)]

    Attributes
    ----------
    quantity : str
        The divergence that the supremum gives.
    lipschitz : bool
        Whether the supremum is over 1-Lipschitz critics only.
    generator : FDivergence or None
        The f of the f-divergence that the supremum gives, where it gives one.
    """

    quantity: ClassVar[str]
    lipschitz: ClassVar[bool] = False
    generator: FDivergence | None

    @abstractmethod
    def real(self, score: Tensor) -> Tensor:
        """The term of a point of p, of the shape of the scores."""

    @abstractmethod
    def fake(self, score: Tensor) -> Tensor:
        """The term of a point of q, of the shape of the scores."""

    @abstractmethod
    def divergence(self, supremum: Tensor) -> Tensor:
        """The divergence that a value of the supremum means: an increasing function."""

    def value(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """The dual's sample value: means over the last axis, shape (...)."""
        return self.real(real_scores).mean(-1) + self.fake(fake_scores).mean(-1)

    def on_batch(self, score: Score, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """The value of a critic on points (..., B, d) of both laws, shape (...)."""
        return self.value(score(real_points), score(fake_points))

    def log_ratio(self, score: Tensor) -> Tensor:
        """What a score says about ln p/q, for an f-divergence; the score itself unless said otherwise."""
        return score

    def heuristic(self, score: Tensor) -> Tensor:
        """The term of a generated point in :meth:`non_saturating`: minus :meth:`real` unless said otherwise."""
        return -self.real(score)

    def saturating(self, fake_scores: Tensor) -> Tensor:
        """The generator's loss that is the dual's own, shape (...): the part of the value that it can lower."""
        return self.fake(fake_scores).mean(-1)

    def non_saturating(self, fake_scores: Tensor) -> Tensor:
        """The heuristic loss of the generator, shape (...): its points are to look like those of p."""
        return self.heuristic(fake_scores).mean(-1)
