"""A GAN of a few numbers on a Gaussian mixture: modes that are covered, missed and found again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.catalogue.gaussian_nodes import gaussian_nodes
from dualgap.games.game import Game
from dualgap.objectives import Dual, JensenShannon
from dualgap.validation import as_array, detached, real

__all__ = ["MixtureGAN", "mixture_gan"]

#: Nodes of the Gauss rule along each axis.
NODES = 9


@final
@dataclass(frozen=True, eq=False)
class MixtureGAN(Game):
    """See :func:`mixture_gan`."""

    modes: Tensor
    spread: float
    centres: Tensor
    width: float
    objective: Dual
    r1: float
    saturating: bool
    #: The noise of a component and its probabilities, and the Gram matrix of the bumps' gradients under the data, so that
    #: the mean squared slope of the critic is y' G y. Made here and not when first used, which may be inside a derivative.
    noise: tuple[Tensor, Tensor] = field(init=False, repr=False)
    gram: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nodes, weights = gaussian_nodes(NODES, self.modes.shape[1])
        noise = self.spread * nodes.reshape(len(weights), -1)
        weights = (weights / len(self.modes)).repeat(len(self.modes))
        points = (self.modes[:, None, :] + noise).reshape(-1, self.modes.shape[1])
        slopes = (self.centres - points[:, None, :]) / self.width**2
        gradients = slopes * _bumps(points, self.centres, self.width)[..., None]
        object.__setattr__(self, "noise", (noise, weights))
        object.__setattr__(self, "gram", torch.einsum("k,kid,kjd->ij", weights, gradients, gradients))

    @property
    def sizes(self) -> tuple[int, int]:
        """The coordinates of the generator's components, and a weight for each of the critic's bumps."""
        return self.modes.numel(), len(self.centres)

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The components on the modes, in their order, and a critic that is zero; any other order is one too."""
        return self.modes.reshape(-1), self.centres.new_zeros(len(self.centres))

    def _scores(self, components: Tensor, y: Tensor) -> Tensor:
        """The critic at every component's every node, (..., components * nodes)."""
        noise = self.noise[0].to(components)
        points = components[..., :, None, :] + noise
        points = points.reshape(*components.shape[:-2], -1, components.shape[-1])
        return (_bumps(points, self.centres.to(points), self.width) @ y[..., :, None])[..., 0]

    def _mean(self, terms: Tensor) -> Tensor:
        return (self.noise[1].to(terms) * terms).sum(-1)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The generator's loss, shape (...)."""
        scores = self._scores(x.reshape(*x.shape[:-1], *self.modes.shape), y)
        return self._mean(self.objective.fake(scores) if self.saturating else -self.objective.real(scores))

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual value, plus the penalty on the critic's slope at the data; shape (...)."""
        fake = self._scores(x.reshape(*x.shape[:-1], *self.modes.shape), y)
        true = self._scores(self.modes.to(x), y)
        slope = (y @ self.gram.to(y) * y).sum(-1)
        return self.r1 / 2 * slope - self._mean(self.objective.real(true)) - self._mean(self.objective.fake(fake))


def mixture_gan(
    modes: Any,
    *,
    spread: float = 0.3,
    centres: Any = None,
    width: float = 0.7,
    objective: Dual | None = None,
    r1: float = 0.3,
    saturating: bool = True,
) -> MixtureGAN:
    """A generator that moves the components of a mixture, against a critic made of Gaussian bumps.

    .. math:: p = \\frac1K \\sum_k N(m_k, s^2 I), \\quad q_x = \\frac1K \\sum_k N(x_k, s^2 I), \\quad
              f_y(z) = \\sum_j y_j e^{-|z - c_j|^2 / 2 w^2}

    .. math:: \\min_x \\max_y \\; E_p\\, \\mathrm{real}(f_y) + E_{q_x} \\mathrm{fake}(f_y)
              - \\tfrac{\\gamma}{2} E_p |\\nabla f_y|^2

    The expectations are sums over a Gauss rule, so that the game is deterministic, smooth, and exactly in equilibrium where
    x are the modes and y is 0.

    Parameters
    ----------
    modes : (K,) or (K, d) array
        m, the data's components.
    spread : float
        s, positive.
    centres : (J,) or (J, d) array, optional
        c, where the critic's bumps are; when omitted one beside every mode along every axis, a width away, which makes as
        many bumps as coordinates and the equilibrium isolated.
    width : float
        w, positive.
    objective : Dual, optional
        :class:`~dualgap.duals.JensenShannon` when omitted.
    r1 : float
        gamma >= 0.
    saturating : bool
        Whether the generator minimises the dual itself (a zero-sum game but for the penalty) or the non-saturating loss.

    Returns
    -------
    MixtureGAN
        x are the K d coordinates of the generator's components, y the weights of the J bumps.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.mixture_gan([-1.0, 1.0])
    >>> game.sizes, max(float(part.abs().max()) for part in game.field(*game.equilibrium)) < 1e-15
    ((2, 2), True)

    Reference: mescheder2018
    """
    points = _points(modes, "modes")
    width = real(width, "width", above=0)
    bumps = _beside(points, width) if centres is None else _points(centres, "centres")
    if bumps.shape[1] != points.shape[1]:
        raise InvalidInput(
            f"centres must have {points.shape[1]} coordinates, as modes have, got {bumps.shape[1]}", argument="centres"
        )
    objective = JensenShannon() if objective is None else objective
    if not isinstance(objective, Dual):
        raise InvalidInput(
            f"objective must be a dual objective such as JensenShannon(), got {type(objective).__name__}",
            argument="objective",
        )
    if not isinstance(saturating, bool):
        raise InvalidInput(f"saturating must be True or False, got {saturating!r}", argument="saturating")
    return MixtureGAN(
        modes=points,
        spread=real(spread, "spread", above=0),
        centres=bumps,
        width=width,
        objective=objective,
        r1=real(r1, "r1", at_least=0),
        saturating=saturating,
    )


def _points(value: Any, name: str) -> Tensor:
    array = detached(as_array(value, name))
    if array.ndim not in (1, 2):
        raise InvalidInput(f"{name} must have shape (n,) or (n, d), got {array.shape}", argument=name)
    return torch.as_tensor(array.reshape(len(array), -1))


def _beside(modes: Tensor, width: float) -> Tensor:
    """A bump beside every mode along every axis, where its slope is steepest at the mode, so that it feels every move."""
    axes = torch.eye(modes.shape[1], dtype=modes.dtype)
    return (modes[:, None, :] + width * axes).reshape(-1, modes.shape[1])


def _bumps(points: Tensor, centres: Tensor, width: float) -> Tensor:
    """(..., points, centres)"""
    squared = ((points[..., :, None, :] - centres) ** 2).sum(-1)
    return torch.exp(-squared / (2 * width**2))
