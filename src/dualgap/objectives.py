"""Dual objectives: what a critic maximises, and what its supremum means.

An objective is a pair of functions of the critic's score. Over all critics f (or all 1-Lipschitz ones)

.. math:: S(p, q) = \\sup_f \\; E_p[\\mathrm{real}(f)] + E_q[\\mathrm{fake}(f)],

and a divergence is an increasing affine function of S. Any critic gives a lower bound. The same object serves the
estimators (:mod:`dualgap.duals`), the trainers (:mod:`dualgap.training`) and the Dirac-GAN
(:func:`dualgap.games.dirac_gan`).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor
from torch.nn.functional import logsigmoid

__all__ = ["Dual", "JensenShannon", "KantorovichRubinstein"]


class Dual(ABC):
    """A variational form of a divergence.

    Attributes
    ----------
    quantity : str
        The divergence that the supremum gives.
    lipschitz : bool
        Whether the supremum is over 1-Lipschitz critics only.
    """

    quantity: ClassVar[str]
    lipschitz: ClassVar[bool]

    @abstractmethod
    def real(self, score: Tensor) -> Tensor:
        """The term of a point of p, of the shape of the scores."""

    @abstractmethod
    def fake(self, score: Tensor) -> Tensor:
        """The term of a point of q, of the shape of the scores."""

    @abstractmethod
    def divergence(self, supremum: Tensor) -> Tensor:
        """The divergence that a value of the supremum means: increasing and affine."""

    def value(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """The dual's sample value: means over the last axis, shape (...)."""
        return self.real(real_scores).mean(-1) + self.fake(fake_scores).mean(-1)

    def saturating(self, fake_scores: Tensor) -> Tensor:
        """The generator's loss that is the dual's own, shape (...): the mean of :meth:`fake`, to be minimised."""
        return self.fake(fake_scores).mean(-1)

    def non_saturating(self, fake_scores: Tensor) -> Tensor:
        """The heuristic loss of the generator, shape (...): minus the mean of :meth:`real` at its own points."""
        return -self.real(fake_scores).mean(-1)


@final
@dataclass(frozen=True)
class JensenShannon(Dual):
    """The GAN's objective: the score is the logit of the discriminator, D = sigmoid(f).

    .. math:: \\sup_f E_p \\log D + E_q \\log(1 - D) = 2\\,\\mathrm{JS}(p, q) - 2 \\log 2,

    attained at D = p / (p + q). The saturating loss has the logit's gradient -sigmoid(f), which vanishes where
    the critic is sure; the non-saturating one has sigmoid(f) - 1, which does not.

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> objective = dg.duals.JensenShannon()
    >>> float(objective.divergence(objective.value(torch.zeros(5), torch.zeros(5))).abs() < 1e-7)
    1.0

    Reference: goodfellow2014
    """

    quantity: ClassVar[str] = "js"
    lipschitz: ClassVar[bool] = False

    def real(self, score: Tensor) -> Tensor:
        """log D."""
        return logsigmoid(score)

    def fake(self, score: Tensor) -> Tensor:
        """log(1 - D)."""
        return logsigmoid(-score)

    def divergence(self, supremum: Tensor) -> Tensor:
        """JS = supremum / 2 + log 2, in nats."""
        return supremum / 2 + math.log(2)


@final
@dataclass(frozen=True)
class KantorovichRubinstein(Dual):
    """The Wasserstein GAN's objective: 1-Lipschitz critics, linear in the score.

    .. math:: \\sup_{\\|f\\|_L \\le 1} E_p f - E_q f = W_1(p, q)

    Examples
    --------
    >>> import torch, dualgap as dg
    >>> float(dg.duals.KantorovichRubinstein().value(torch.tensor([2.0, 4.0]), torch.tensor([1.0, 1.0])))
    2.0

    Reference: arjovsky2017wgan
    """

    quantity: ClassVar[str] = "wasserstein"
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
