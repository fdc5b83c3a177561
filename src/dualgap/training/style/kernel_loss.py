"""Styles as laws of feature vectors, compared by kernels: the maximum mean discrepancy."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import torch

from dualgap.errors import InvalidInput
from dualgap.training.style.losses import StyleLoss
from dualgap.validation import count, real

__all__ = ["GaussianKernel", "Kernel", "KernelLoss", "LinearKernel", "QuadraticKernel"]


class Kernel(ABC):
    """A positive-definite kernel k(x, y) = phi(x) . phi(y) whose mean feature vector can be written down."""

    @abstractmethod
    def embedding(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """The mean of phi over the pixels, (..., N, M) to (..., D); a kernel may set its scale by the target (N, M')."""


@final
@dataclass(frozen=True)
class LinearKernel(Kernel):
    """k(x, y) = x'y: it sees the means of the channels and nothing else.

    Examples
    --------
    >>> float(KernelLoss(LinearKernel())([[0.0, 2.0]], [[4.0]]))
    9.0
    """

    def embedding(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """phi(x) = x."""
        return lambda features: features.mean(-1)


@final
@dataclass(frozen=True)
class QuadraticKernel(Kernel):
    """k(x, y) = (x'y + c)^2: with c = 0 the kernel of the Gram matrix, with c > 0 of the means too.

    Parameters
    ----------
    constant : float, at least 0
        c, in the unit of the squared features.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(KernelLoss(QuadraticKernel())([[1.0, 1.0]], [[3.0]]))
    64.0
    """

    constant: float = 0.0

    def __post_init__(self) -> None:
        real(self.constant, "constant", at_least=0)

    def embedding(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """phi(x) = (x_i x_j, sqrt(2c) x_i), up to a constant."""

        def mean(features: torch.Tensor) -> torch.Tensor:
            products = (features @ features.mT / features.shape[-1]).flatten(-2)
            return torch.cat([products, math.sqrt(2 * self.constant) * features.mean(-1)], dim=-1)

        return mean


@final
@dataclass(frozen=True, kw_only=True)
class GaussianKernel(Kernel):
    """``k(x, y) = exp(-|x - y|^2 / (2 s^2))`` on average over the frequencies that are drawn once.

    .. math:: k_D(x, y) = \\frac1D \\sum_{d=1}^{D} \\cos \\frac{w_d^\\top (x - y)}{s}, \\qquad w_d \\sim N(0, I), \\qquad
              E\\, k_D(x, y) = e^{-|x - y|^2 / (2 s^2)}

    k_D is positive definite itself, so that the loss is a discrepancy at every D; its cost grows with the number of
    pixels, where that of all pairs grows with its square.

    Parameters
    ----------
    bandwidth : float, positive, optional
        s, in the unit of the features; when omitted, in each layer the root mean squared distance of two of the target's
        pixels over the root of 2, so that k is about 1/e between two of them.
    frequencies : int, at least 1
        D.
    seed : int, at least 0

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> loss = KernelLoss(GaussianKernel(bandwidth=1.0, frequencies=20_000))
    >>> round(float(loss([[0.0]], [[1.0]])), 1), round(2 - 2 * math.exp(-0.5), 1)
    (0.8, 0.8)

    Reference: rahimi2007, gretton2012
    """

    bandwidth: float | None = None
    frequencies: int = 128
    seed: int = 0

    def __post_init__(self) -> None:
        if self.bandwidth is not None:
            real(self.bandwidth, "bandwidth", above=0)
        count(self.frequencies, "frequencies")
        count(self.seed, "seed", at_least=0)

    def embedding(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """phi(x) = (cos w_d'x / s, sin w_d'x / s) / sqrt(D)."""
        generator = torch.Generator().manual_seed(self.seed)
        shape = self.frequencies, target.shape[-2]
        drawn = torch.randn(shape, generator=generator, dtype=torch.float64)
        frequencies = (drawn / self._scale(target)).to(target)

        def mean(features: torch.Tensor) -> torch.Tensor:
            angles = frequencies @ features
            return torch.cat([angles.cos().mean(-1), angles.sin().mean(-1)], dim=-1) / math.sqrt(self.frequencies)

        return mean

    def _scale(self, target: torch.Tensor) -> float:
        if self.bandwidth is not None:
            return self.bandwidth
        # |x - y|^2 is twice the variance on average; a layer of one colour has no scale of its own
        scale = float(target.double().var(-1, correction=0).sum().sqrt())
        return scale if scale > 0 else 1.0


@final
@dataclass(frozen=True)
class KernelLoss(StyleLoss):
    """The squared maximum mean discrepancy of two sets of feature vectors, its biased estimate.

    .. math:: \\mathrm{MMD}^2 = \\frac{1}{M^2} \\sum_{ij} k(h_i, h_j) + \\frac{1}{M'^2} \\sum_{ij} k(h^s_i, h^s_j)
              - \\frac{2}{M M'} \\sum_{ij} k(h_i, h^s_j)

    With the quadratic kernel it is 4 N^2 times Gatys' style loss.

    Parameters
    ----------
    kernel : Kernel

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> float(KernelLoss(QuadraticKernel())([[1.0, 1.0]], [[3.0, 3.0]])) / 4
    16.0

    Reference: li2017demystifying, gretton2012
    """

    kernel: Kernel

    def __post_init__(self) -> None:
        if not isinstance(self.kernel, Kernel):
            raise InvalidInput(
                f"kernel must be a Kernel, such as GaussianKernel(), got {type(self.kernel).__name__}",
                argument="kernel",
            )

    def towards(self, target: torch.Tensor) -> Callable[[torch.Tensor], torch.Tensor]:
        """The squared distance of the mean feature vectors."""
        embedding = self.kernel.embedding(target)
        wanted = embedding(target)
        return lambda features: (embedding(features) - wanted).square().sum(-1)
