"""The critic's side of the one game that estimators and GANs play."""

from __future__ import annotations

import torch
from torch import Tensor

from dualgap.duals.regularisers import Regulariser
from dualgap.networks import Network
from dualgap.objectives import Dual

__all__ = ["critic_gradient", "critic_loss"]


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
    found: dict[int, tuple[Tensor, Tensor]] = {}

    def score(points: Tensor) -> Tensor:
        # the points are kept beside their scores, so that no other tensor takes their place
        if id(points) not in found:
            found[id(points)] = points, critic(weights, points)[..., 0]
        return found[id(points)][1]

    penalty = None if regulariser is None else regulariser.penalty(score, real_points, fake_points, mix)
    loss = -objective.on_batch(score, real_points, fake_points)
    return loss if penalty is None else loss + penalty


def critic_gradient(
    objective: Dual,
    regulariser: Regulariser | None,
    critic: Network,
    weights: Tensor,
    real_points: Tensor,
    fake_points: Tensor,
    mix: Tensor,
) -> Tensor:
    """The gradient of :func:`critic_loss` with respect to the weights, by one pass forward that value and penalty share.

    It cannot be differentiated, and the points are taken as fixed.

    Returns
    -------
    (..., size) tensor
    """
    with torch.enable_grad():
        leaf = weights.detach().requires_grad_()
        wanted = regulariser is not None
        data, generated = (one.detach().requires_grad_(wanted) for one in (real_points, fake_points))
        loss = critic_loss(objective, regulariser, critic, leaf, data, generated, mix)
        return torch.autograd.grad(loss.sum(), leaf)[0]
