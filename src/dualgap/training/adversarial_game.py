"""The GAN as a game of two flat vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.duals.critic_loss import critic_gradient, critic_loss
from dualgap.duals.regularisers import Regulariser
from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.streams import Streams
from dualgap.networks import Network
from dualgap.objectives import Dual
from dualgap.training.datasets import as_source
from dualgap.training.instance_noise import InstanceNoise
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
    data : Source, (n, d) array, or torch Dataset
        What the generator is to imitate.
    regulariser : Regulariser, optional
        Several are added: ``R1(0.1) + R2(0.1)``.
    latent : int
        The dimension of z.
    batch_size : int
    saturating : bool
    packing : int
        How many points, m, the critic is shown at once; it is then a function of R^(m d), and the batch is cut into packs.
    noise : InstanceNoise, optional
        On whatever the critic is shown.

    Raises
    ------
    InvalidInput
        When the dimensions of generator, critic and data do not fit, or the data are not finite.

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
    data: Any
    latent: int
    batch_size: int
    saturating: bool
    regulariser: Regulariser | None = None
    packing: int = 1
    noise: InstanceNoise | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", as_source(self.data))
        for name, kind in (("generator", Network), ("critic", Network), ("objective", Dual)):
            if not isinstance(getattr(self, name), kind):
                raise InvalidInput(
                    f"{name} must be a {kind.__name__}, got {type(getattr(self, name)).__name__}",
                    argument=name,
                )
        for name, kind in (("regulariser", Regulariser), ("noise", InstanceNoise)):
            if getattr(self, name) is not None and not isinstance(getattr(self, name), kind):
                raise InvalidInput(
                    f"{name} must be a {kind.__name__} or None, got {type(getattr(self, name)).__name__}", argument=name
                )
        if not isinstance(self.saturating, bool):
            raise InvalidInput(f"saturating must be True or False, got {self.saturating!r}", argument="saturating")
        for name in ("latent", "batch_size", "packing"):
            count(getattr(self, name), name)
        if self.batch_size % self.packing:
            raise InvalidInput(
                f"batch_size must be a multiple of packing, got {self.batch_size} and {self.packing}",
                argument="batch_size",
            )
        shown = self.packing * self.data.dimension
        wanted = {"generator": (self.latent, self.data.dimension), "critic": (shown, 1)}
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

    def draw(self, streams: Streams) -> tuple[Tensor, ...]:
        """Data, latent points and the uniform numbers of a penalty, each (K, batch_size, ...); noise for the generated points.

        The noise on the data is in the data.
        """
        real_points = self.data.draw(streams, self.batch_size)
        sample = (
            real_points,
            streams.normal(self.batch_size, self.latent),
            streams.uniform(self.batch_size // self.packing, 1),
        )
        before = streams.count_sample()
        if self.noise is None:
            return sample
        level, shape = self.noise.level(before), (self.batch_size, self.data.dimension)
        return real_points + level * streams.normal(*shape), *sample[1:], level * streams.normal(*shape)

    def start(self, streams: Streams) -> tuple[Tensor, Tensor]:
        """Random weights of both networks, the critic's in their set: the generator's first update meets no other."""
        return self.generator.initial(streams), self.project_y(self.critic.initial(streams))

    def generate(self, x: Tensor, streams: Streams, number: int) -> Tensor:
        """Generated points (..., number, d), without gradient."""
        with torch.no_grad():
            return self.generator(x, streams.normal(number, self.latent))

    def packed(self, points: Tensor) -> Tensor:
        """What the critic is shown of points (..., B, d): packs (..., B/m, m d) of neighbours; those left over are dropped."""
        if self.packing == 1:
            return points
        whole = points.shape[-2] - points.shape[-2] % self.packing
        return points[..., :whole, :].unflatten(-2, (-1, self.packing)).flatten(-2)

    def scores(self, y: Tensor, points: Tensor) -> Tensor:
        """The critic's scores (..., B) of points (..., B, d), a pack a score."""
        return self.critic(y, self.packed(points))[..., 0]

    def project_y(self, y: Tensor) -> Tensor:
        """The critic's weights in their set."""
        return y if self.regulariser is None else self.regulariser.project(y)

    def shown(self, x: Tensor, sample: Any) -> Tensor:
        """The generated points of a sample as the critic is shown them, with their noise, not yet packed."""
        _, latent, _, *noise = sample
        points = self.generator(x, latent)
        return points + noise[0] if noise else points

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The generator's loss on the batch, shape (...)."""
        scores = self.scores(y, self.shown(x, sample))
        return self.objective.saturating(scores) if self.saturating else self.objective.non_saturating(scores)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual's value on the batch, plus the penalty, shape (...)."""
        return critic_loss(self.objective, self.regulariser, self.critic, y, *self._batch(x, sample))

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """The gradient of ``loss_y``; without a graph, penalty and value share the pass forward."""
        if torch.is_grad_enabled():
            return super().grad_y(x, y, sample)
        return critic_gradient(self.objective, self.regulariser, self.critic, y, *self._batch(x, sample))

    def _batch(self, x: Tensor, sample: Any) -> tuple[Tensor, Tensor, Tensor]:
        return self.packed(sample[0]), self.packed(self.shown(x, sample)), sample[2]
