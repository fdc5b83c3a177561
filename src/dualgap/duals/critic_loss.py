"""The critic's side of the one game that estimators and GANs play."""

from __future__ import annotations

from torch import Tensor

from dualgap.duals.regularisers import Regulariser
from dualgap.networks import Network
from dualgap.objectives import Dual

__all__ = ["critic_loss"]


def critic_loss(
    objective: Dual,
    regulariser: Regulariser | None,
    critic: Network,
    weights: Tensor,
    real_points: Tensor,
    fake_points: Tensor,
    mix: Tensor,
) -> Tensor:
    """Minus the dual's value on a batch, plus the penalty: what a critic minimises.

    .. math:: -\\tfrac1B \\sum_i \\mathrm{real}(f(x_i)) - \\tfrac1B \\sum_i \\mathrm{fake}(f(\\tilde x_i)) + \\mathrm{penalty}

    Parameters
    ----------
    weights : (..., size) tensor
    real_points, fake_points : (..., B, d) tensors
    mix : (..., B, 1) tensor

    Returns
    -------
    (...) tensor
    """

    def score(points: Tensor) -> Tensor:
        return critic(weights, points)[..., 0]

    loss = -objective.value(score(real_points), score(fake_points))
    return loss if regulariser is None else loss + regulariser.penalty(score, real_points, fake_points, mix)
