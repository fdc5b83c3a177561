"""An estimator as a game: the GAN whose generator stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from torch import Tensor

from dualgap.duals.critic_loss import critic_loss
from dualgap.duals.regularisers import Regulariser
from dualgap.duals.sources import Source
from dualgap.games.game import Game
from dualgap.games.streams import Streams
from dualgap.networks import Network
from dualgap.objectives import Dual

__all__ = ["EstimationGame"]


@final
@dataclass(frozen=True, eq=False)
class EstimationGame(Game):
    """Maximise a dual over the weights of a critic.

    .. math:: \\max_y \\; E_p[\\mathrm{real}(f_y)] + E_q[\\mathrm{fake}(f_y)]

    x is the empty vector; y are the critic's weights.

    Parameters
    ----------
    objective : Dual
    critic : Network
    regulariser : Regulariser or None
    p, q : Source
    batch_size : int
    """

    objective: Dual
    critic: Network
    regulariser: Regulariser | None
    p: Source
    q: Source
    batch_size: int

    @property
    def sizes(self) -> tuple[int, int]:
        """Nothing, and the critic's weights."""
        return 0, self.critic.size

    def draw(self, streams: Streams) -> tuple[Tensor, Tensor, Tensor]:
        """A batch of each law, and the uniform numbers that mix them."""
        size = self.batch_size
        return self.p.draw(streams, size), self.q.draw(streams, size), streams.uniform(size, 1)

    def project_y(self, y: Tensor) -> Tensor:
        """The critic's weights in their set."""
        return y if self.regulariser is None else self.regulariser.project(y)

    def loss_x(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Nothing."""
        return x.sum(-1)

    def loss_y(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """Minus the dual's value, plus the penalty."""
        return critic_loss(self.objective, self.regulariser, self.critic, y, *sample)
