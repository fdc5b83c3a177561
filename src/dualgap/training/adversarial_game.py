"""The GAN as a game of two flat vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.duals.critic_loss import critic_loss
from dualgap.duals.regularisers import Regulariser
from dualgap.duals.sources import Source
from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.streams import Streams
from dualgap.networks import Network
from dualgap.objectives import Dual
from dualgap.validation import count

__all__ = ["AdversarialGame"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AdversarialGame(Game):
    """A generator against a critic: the generator minimises the dual that the critic maximises.

    .. math:: \\min_x \\max_y \\; E_{p}[\\mathrm{real}(f_y)] + E_{z \\sim N(0, I)}[\\mathrm{fake}(f_y(G_x(z)))]

    x are the generator's weights and y the critic's; the leading axis is an ensemble of seeds. With
    ``saturating=False`` the generator minimises :math:`-E[\\mathrm{real}(f_y(G_x(z)))]` instead: the heuristic, whose
    gradient does not vanish where the critic is sure. For the Kantorovich-Rubinstein dual the two are the same.

    Parameters
    ----------
    generator : Network, R^latent -> R^d
    critic : Network, R^d -> R
        Its output is the logit of the discriminator for the Jensen-Shannon dual.
    objective : Dual
    data : Source
        What the generator is to imitate.
    regulariser : Regulariser, optional
    latent : int
        The dimension of z.
    batch_size : int
    saturating : bool

    Raises
    ------
    InvalidInput
        When the dimensions of generator, critic and data do not fit.

    Examples
    --------
    >>> import dualgap as dg
    >>> gan = dg.training.AdversarialGame(
    ...     generator=dg.networks.MLP((2, 32, 2)), critic=dg.networks.MLP((2, 32, 1)),
    ...     objective=dg.duals.JensenShannon(), data=dg.training.Ring(), latent=2, batch_size=64,
    ...     saturating=False)
    >>> gan.sizes
    (162, 129)

    Reference: goodfellow2014
    """

    generator: Network
    critic: Network
    objective: Dual
    data: Source
    latent: int
    batch_size: int
    saturating: bool
    regulariser: Regulariser | None = None

    def __post_init__(self) -> None:
        for name, kind in (
            ("generator", Network),
            ("critic", Network),
            ("objective", Dual),
            ("data", Source),
        ):
            if not isinstance(getattr(self, name), kind):
                raise InvalidInput(
                    f"{name} must be a {kind.__name__}, got {type(getattr(self, name)).__name__}",
                    argument=name,
                )
        if self.regulariser is not None and not isinstance(self.regulariser, Regulariser):
            raise InvalidInput(
                f"regulariser must be a Regulariser or None, got {type(self.regulariser).__name__}",
                argument="regulariser",
            )
        if not isinstance(self.saturating, bool):
            raise InvalidInput(f"saturating must be True or False, got {self.saturating!r}", argument="saturating")
        count(self.latent, "latent")
        count(self.batch_size, "batch_size")
        wanted = {"generator": (self.latent, self.data.dimension), "critic": (self.data.dimension, 1)}
        for name, (inputs, outputs) in wanted.items():
            network = getattr(self, name)
            if (network.inputs, network.outputs) != (inputs, outputs):
                raise InvalidInput(
                    f"{name} must map R^{inputs} to R^{outputs}, got a network from R^{network.inputs} to "
                    f"R^{network.outputs}",
                    argument=name,
                )

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of weights of the generator and of the critic."""
        return self.generator.size, self.critic.size

    def draw(self, streams: Streams) -> tuple[Tensor, Tensor, Tensor]:
        """Data, latent points and the uniform numbers of a penalty, each (K, batch_size, ...)."""
        return (
            self.data.draw(streams, self.batch_size),
            streams.normal(self.batch_size, self.latent),
            streams.uniform(self.batch_size, 1),
        )

    def start(self, streams: Streams) -> tuple[Tensor, Tensor]:
        """Random weights of both networks."""
        return self.generator.initial(streams), self.critic.initial(streams)

    def generate(self, x: Tensor, streams: Streams, number: int) -> Tensor:
        """Generated points (..., number, d), without gradient."""
        with torch.no_grad():
            return self.generator(x, streams.normal(number, self.latent))

    def scores(self, y: Tensor, points: Tensor) -> Tensor:
        """The critic's scores (..., B) of points (..., B, d)."""
        return self.critic(y, points)[..., 0]

    def project_y(self, y: Tensor) -> Tensor:
        """The critic's weights in their set."""
        return y if self.regulariser is None else self.regulariser.project(y)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The generator's loss on the batch, shape (...)."""
        _, latent, _ = sample
        scores = self.scores(y, self.generator(x, latent))
        return self.objective.saturating(scores) if self.saturating else self.objective.non_saturating(scores)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual's value on the batch, plus the penalty, shape (...)."""
        real_points, latent, mix = sample
        return critic_loss(
            self.objective, self.regulariser, self.critic, y, real_points, self.generator(x, latent), mix
        )
