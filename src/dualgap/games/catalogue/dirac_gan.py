"""The smallest GAN: one point of data, one point generated, a linear critic."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.catalogue.gaussian_nodes import gaussian_nodes
from dualgap.games.constants import Constants
from dualgap.games.game import Game
from dualgap.games.sets import Box, FreeSpace, StrategySet
from dualgap.objectives import Dual, JensenShannon, KantorovichRubinstein
from dualgap.validation import real

__all__ = ["DiracGAN", "dirac_gan"]

#: Nodes of the Gauss rule for instance noise: exact for polynomials of degree 63.
NODES = 32


@final
@dataclass(frozen=True)
class DiracGAN(Game):
    """The Dirac-GAN; see :func:`dirac_gan`."""

    objective: Dual
    r1: float
    saturating: bool
    gradient_penalty: float = 0.0
    target: float = 1.0
    noise: float = 0.0
    clip: float | None = None
    #: The noise and its probabilities. Made here and not when first used, which may be inside a derivative.
    nodes: tuple[Tensor, Tensor] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nodes, weights = gaussian_nodes(NODES if self.noise else 1)
        object.__setattr__(self, "nodes", (self.noise * nodes, weights))

    @property
    def sizes(self) -> tuple[int, int]:
        """One number each."""
        return 1, 1

    @property
    def sets(self) -> tuple[StrategySet, StrategySet]:
        """The critic's weight is clipped where that was asked for."""
        return FreeSpace(), FreeSpace() if self.clip is None else Box(-self.clip, self.clip)

    @property
    def affine(self) -> bool:
        """The WGAN's field is linear, with R1 or without."""
        return isinstance(self.objective, KantorovichRubinstein) and self.gradient_penalty == 0

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor] | None:
        """theta = 0 (the generated point is the data) and psi = 0 (the critic is constant).

        None with a gradient penalty of positive target: at theta = 0 the critic wants a slope, and the generator would
        follow it.
        """
        if self.gradient_penalty > 0 and self.target > 0:
            return None
        return torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)

    @property
    def constants(self) -> Constants:
        """Of the WGAN those of a linear field; the GAN's field bends faster the further psi is from 0.

        The saturating GAN's second derivative in theta is -psi²/4 at theta = 0, so that neither L nor mu exists there. A
        gradient penalty with a target has a field that jumps.
        """
        if self.gradient_penalty > 0 and self.target > 0:
            return Constants(lipschitz=math.inf, monotonicity=-math.inf)
        if isinstance(self.objective, KantorovichRubinstein):
            return Constants.of_linear_field([[0.0, -1.0], [1.0, self.r1 + self.gradient_penalty]])
        lowest = -math.inf if isinstance(self.objective, JensenShannon) and self._bare else None
        return Constants(lipschitz=math.inf if lowest else None, monotonicity=lowest)

    @property
    def _bare(self) -> bool:
        """Whether the second derivative in theta is that of the saturating GAN everywhere."""
        return self.saturating and self.clip is None and self.noise == 0

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The generator's loss at its points' scores psi (theta + noise)."""
        nodes, weights = (part.to(x) for part in self.nodes)
        scores = y * (x + nodes)
        return (weights * (self.objective.fake(scores) if self.saturating else -self.objective.real(scores))).sum(-1)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual value, plus the penalties on the critic's gradient, which is psi everywhere."""
        nodes, weights = (part.to(x) for part in self.nodes)
        dual = (weights * (self.objective.real(y * nodes) + self.objective.fake(y * (x + nodes)))).sum(-1)
        penalty = self.r1 / 2 * (y**2).sum(-1)
        if self.gradient_penalty > 0:
            penalty = penalty + self.gradient_penalty / 2 * ((y.abs() - self.target) ** 2).sum(-1)
        return penalty - dual


def dirac_gan(
    objective: Dual | None = None,
    *,
    saturating: bool = True,
    r1: float = 0.0,
    gradient_penalty: float = 0.0,
    target: float = 1.0,
    noise: float = 0.0,
    clip: float | None = None,
) -> DiracGAN:
    """The Dirac-GAN: data at 0, the generator's point at theta, the critic's score psi times the point.

    .. math:: \\min_\\theta \\max_\\psi \\; \\mathrm{real}(0) + \\mathrm{fake}(\\psi \\theta) - \\tfrac{\\gamma}{2} \\psi^2
              - \\tfrac{\\lambda}{2} (|\\psi| - g)^2, \\qquad |\\psi| \\le c

    For the GAN's objective the field at the equilibrium (0, 0) is a rotation with eigenvalues :math:`\\pm i/2`
    (:math:`\\pm i` for the WGAN's): simultaneous descent diverges, and the flow cycles. The penalty R1 moves the flow's
    eigenvalues to :math:`-\\gamma/2 \\pm \\sqrt{\\gamma^2/4 - f'^2}` with f' = 1/2 (1 for the WGAN); instance noise of
    standard deviation s moves those of the GAN to :math:`-s^2/4 \\pm \\sqrt{s^4/16 - 1/4}`. The gradient penalty of the
    WGAN-GP has no equilibrium (its target g is positive), and clipping leaves the one there is a centre.

    Parameters
    ----------
    objective : Dual, optional
        :class:`~dualgap.duals.JensenShannon` when omitted.
    saturating : bool
        Whether the generator minimises the dual itself (a zero-sum game) or the non-saturating loss.
    r1 : float
        gamma >= 0, the weight of the squared gradient of the critic at the data.
    gradient_penalty, target : float
        lambda >= 0 and g >= 0: the weight of the squared difference of the critic's slope from g.
    noise : float
        s >= 0: Gaussian noise of this standard deviation is added to both points, and averaged by a Gauss rule.
    clip : float, optional
        c > 0, what the critic's weight is clipped to.

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
    return DiracGAN(
        objective,
        real(r1, "r1", at_least=0),
        saturating,
        real(gradient_penalty, "gradient_penalty", at_least=0),
        real(target, "target", at_least=0),
        real(noise, "noise", at_least=0),
        None if clip is None else real(clip, "clip", above=0),
    )
