"""The smallest GAN: one point of data, one point generated, a linear critic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.objectives import Dual, JensenShannon
from dualgap.validation import real

__all__ = ["DiracGAN", "dirac_gan"]


@final
@dataclass(frozen=True)
class DiracGAN(Game):
    """The Dirac-GAN; see :func:`dirac_gan`."""

    objective: Dual
    r1: float
    saturating: bool

    @property
    def sizes(self) -> tuple[int, int]:
        """One number each."""
        return 1, 1

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """theta = 0 (the generated point is the data) and psi = 0 (the critic is constant)."""
        return torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The generator's loss at its point's score psi theta."""
        return self.objective.saturating(x * y) if self.saturating else self.objective.non_saturating(x * y)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual value, plus the penalty on the critic's gradient, which is psi everywhere."""
        return -self.objective.value(torch.zeros_like(y), x * y) + self.r1 / 2 * (y**2).sum(-1)


def dirac_gan(objective: Dual | None = None, *, r1: float = 0.0, saturating: bool = True) -> DiracGAN:
    """The Dirac-GAN: data at 0, the generator's point at theta, the critic's score psi times the point.

    .. math:: \\min_\\theta \\max_\\psi \\; \\mathrm{real}(0) + \\mathrm{fake}(\\psi \\theta) - \\tfrac{\\gamma}{2} \\psi^2

    For the GAN's objective the field at the equilibrium (0, 0) is a rotation with eigenvalues :math:`\\pm i/2`
    (:math:`\\pm i` for the WGAN's): simultaneous descent diverges, and the flow cycles. The penalty R1 moves the flow's
    eigenvalues to :math:`-\\gamma/2 \\pm \\sqrt{\\gamma^2/4 - f'^2}` with f' = 1/2 (1 for the WGAN).

    Parameters
    ----------
    objective : Dual, optional
        :class:`~dualgap.duals.JensenShannon` when omitted.
    r1 : float
        gamma >= 0, the weight of the squared gradient of the critic at the data.
    saturating : bool
        Whether the generator minimises the dual itself (a zero-sum game) or the non-saturating loss.

    Returns
    -------
    DiracGAN
        x is theta, y is psi.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.predict_rate(dg.games.dirac_gan(), dg.methods.SimultaneousGDA(step=0.1)) > 1
    True
    >>> dg.predict_rate(dg.games.dirac_gan(r1=1.0), dg.methods.SimultaneousGDA(step=0.1)) < 1
    True

    Reference: mescheder2018
    """
    objective = JensenShannon() if objective is None else objective
    if not isinstance(objective, Dual):
        raise InvalidInput(
            f"objective must be a dual objective such as JensenShannon(), got {type(objective).__name__}",
            argument="objective",
        )
    if not isinstance(saturating, bool):
        raise InvalidInput(f"saturating must be True or False, got {saturating!r}", argument="saturating")
    return DiracGAN(objective, real(r1, "r1", at_least=0), saturating)
