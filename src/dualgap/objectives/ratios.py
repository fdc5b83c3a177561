"""The duals of the f-divergences whose critic is an estimate of ln p/q."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, final

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from dualgap.divergences import generators
from dualgap.divergences.generators import FDivergence, KullbackLeibler, TotalVariation
from dualgap.divergences.variational import dual_terms, has_dual_terms
from dualgap.errors import InvalidInput
from dualgap.objectives.dual import Dual

__all__ = ["DonskerVaradhan", "FDual", "JensenShannon"]


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
    generator: ClassVar[FDivergence] = generators.JensenShannon()  # pyright: ignore[reportIncompatibleVariableOverride]

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
class FDual(Dual):
    """The f-GAN's objective for any generator f: the score s is an estimate of ln p/q.

    .. math:: \\sup_s E_p f'(e^s) - E_q \\big(e^s f'(e^s) - f(e^s)\\big) = D_f(p \\| q)

    attained at s = ln p/q (:func:`dualgap.divergences.variational.dual_terms`). Of the total variation, whose f' is a step, the
    terms are tanh(s/2)/2 and its negative, which can be climbed and have the same supremum, for s to plus or minus infinity.

    Parameters
    ----------
    generator : FDivergence
        ``KullbackLeibler()``, ``ReverseKullbackLeibler()``, ``ChiSquared()``, ``SquaredHellinger()``, ``TotalVariation()``,
        ``JensenShannon()``, ``Jeffreys()``, ``Power(order)`` of :mod:`dualgap.divergences`.

    Raises
    ------
    InvalidInput
        For what is no generator, or one whose derivative is not known.

    Examples
    --------
    >>> import torch
    >>> from dualgap.divergences.generators import ChiSquared
    >>> objective = FDual(ChiSquared())
    >>> p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75])
    >>> score = (p / q).log()
    >>> round(float((p * objective.real(score) + q * objective.fake(score)).sum()), 6)
    0.333333

    Reference: nowozin2016
    """

    generator: FDivergence  # pyright: ignore[reportIncompatibleVariableOverride]

    def __post_init__(self) -> None:
        if not isinstance(self.generator, FDivergence) or not has_dual_terms(self.generator):
            raise InvalidInput(
                "generator must be an FDivergence whose derivative is known, such as KullbackLeibler(), got "
                f"{self.generator!r}",
                argument="generator",
            )

    @property
    def quantity(self) -> str:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The name of the generator."""
        return self.generator.name

    def real(self, score: Tensor) -> Tensor:
        """f'(e^s)."""
        return self._terms(score)[0]

    def fake(self, score: Tensor) -> Tensor:
        """f(e^s) - e^s f'(e^s)."""
        return self._terms(score)[1]

    def _terms(self, score: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(self.generator, TotalVariation):
            half = torch.tanh(score / 2) / 2
            return half, -half
        return dual_terms(self.generator, score)

    def divergence(self, supremum: Tensor) -> Tensor:
        """The f-divergence is the supremum."""
        return supremum


@final
@dataclass(frozen=True)
class DonskerVaradhan(Dual):
    """The Kullback-Leibler divergence with the normaliser in closed form.

    .. math:: \\sup_f E_p f - \\ln E_q e^f = \\mathrm{KL}(p \\| q)

    attained at f = ln p/q + c for every c. It is the FDual of KL at the best shift of the same critic,
    :math:`E_p T - E_q (e^T - 1)` at :math:`T = f - \\ln E_q e^f`, and at least that at any other. The value on a sample is not a
    mean of terms: the logarithm of a mean is too small on average (Jensen), so that the value on few draws is too large; bounds
    are taken in the form that is linear in q, at a shift that other draws choose. :meth:`fake` is the term of that form.

    Examples
    --------
    >>> import torch
    >>> objective, scores = DonskerVaradhan(), torch.tensor([0.0, 1.0])
    >>> round(float(objective.value(scores, scores) - objective.value(scores + 5, scores + 5)), 5)
    0.0

    Reference: donsker1975
    """

    quantity: ClassVar[str] = "kl"
    generator: ClassVar[FDivergence] = KullbackLeibler()  # pyright: ignore[reportIncompatibleVariableOverride]

    def real(self, score: Tensor) -> Tensor:
        """The score."""
        return score

    def fake(self, score: Tensor) -> Tensor:
        """1 - e^f: what -ln E e^f is at most, with equality where E e^f = 1."""
        return -torch.expm1(score)

    def value(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """mean f - ln mean e^f, shape (...)."""
        return real_scores.mean(-1) + self.saturating(fake_scores)

    def saturating(self, fake_scores: Tensor) -> Tensor:
        """-ln mean e^f over the last axis, shape (...)."""
        return math.log(fake_scores.shape[-1]) - torch.logsumexp(fake_scores, -1)

    def divergence(self, supremum: Tensor) -> Tensor:
        """KL is the supremum, in nats."""
        return supremum
