"""Best replies in a convex-concave game: found by an inner solver, bounded by the tangent at what it found."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import CertificateError
from dualgap.games.exact import rationals
from dualgap.games.game import ZeroSum
from dualgap.games.replies import Enclosure, RepliesCertificate, require_strategies
from dualgap.games.sets import FreeSpace, StrategySet

__all__ = ["ConvexGapCertificate", "best_replies"]

#: A payoff and its gradient, evaluated in float64 without cancellation, err by this share of their terms at most.
PAYOFF_ROUNDING = 1e-13
#: A step this short, relatively, is rounding.
STANDSTILL = 1e-15
#: A loss below this is taken to be unbounded.
BOTTOMLESS = -1e100
#: The inner solver stops when the tangent proves that no more than this share of the payoff is left to gain.
LEFT_TO_GAIN = 1e-12


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexGapCertificate(RepliesCertificate):
    """The gap of a convex-concave game, from replies and the tangents of the payoff there.

    A reply :math:`\\hat y` with the gradient :math:`g = \\nabla_y f(x, \\hat y)` proves for a payoff that is
    :math:`\\mu`-strongly concave in y

    .. math:: f(x, \\hat y) \\le \\sup_{y' \\in Y} f(x, y') \\le f(x, \\hat y) + \\min \\Bigl(
        \\sup_{y' \\in Y} \\langle g, y' - \\hat y \\rangle, \\; \\frac{|g|^2}{2 \\mu} \\Bigr),

    and likewise for x. That the payoff is so is the game's declaration, which is not proved here.

    Parameters
    ----------
    lower, upper : float
    game : ZeroSum
    x, y : (n,) and (m,) arrays
    reply_x, reply_y : (n,) and (m,) arrays
    modulus : float
        :math:`\\mu \\ge 0`.
    """

    game: ZeroSum
    x: np.ndarray
    y: np.ndarray
    reply_x: np.ndarray
    reply_y: np.ndarray
    modulus: float

    def replies(self) -> tuple[Enclosure, Enclosure]:
        """Both, by payoffs and gradients in float64 with an allowance for their rounding.

        Raises
        ------
        CertificateError
            For strategies or replies outside their sets, and a negative modulus.
        """
        for pair in ((self.x, self.y), (self.reply_x, self.reply_y)):
            require_strategies(self.game.sizes, pair, self.game.sets, CertificateError)
        if not self.modulus >= 0:
            raise CertificateError(f"the modulus of concavity must not be negative, got {self.modulus}")
        loss_y, loss_x = _loss_of(self.game, self.y, self.x, "y"), _loss_of(self.game, self.x, self.y, "x")
        low_y, high_y = _enclosed(loss_y, self.reply_y, self.game.sets[1], self.modulus)
        low_x, high_x = _enclosed(loss_x, self.reply_x, self.game.sets[0], self.modulus)
        return (-high_y, -low_y), (low_x, high_x)

    def reason(self) -> str:
        """Why there is no upper bound; empty where there is."""
        above, below = self.replies()
        open_ends = [name for name, end in (("y", above[1]), ("x", below[0])) if math.isinf(end)]
        if not open_ends:
            return ""
        return (
            f"no upper bound is proved: the set of {open_ends[-1]} is unbounded and the payoff is not declared strongly "
            "convex-concave"
        )


def best_replies(game: ZeroSum, x: np.ndarray, y: np.ndarray, *, modulus: float, steps: int) -> list[np.ndarray]:
    """A good reply of x and one of y, by accelerated projected gradients."""
    return [
        _minimised(_loss_of(game, x, y, "x"), x, game.sets[0], modulus, steps),
        _minimised(_loss_of(game, y, x, "y"), y, game.sets[1], modulus, steps),
    ]


LossAndGradient = Callable[[Tensor], tuple[float, Tensor]]


def _loss_of(game: ZeroSum, own: np.ndarray, other: np.ndarray, player: str) -> LossAndGradient:
    """A player's own loss and its gradient, as functions of its strategy, the other's being fixed."""
    fixed = torch.as_tensor(other)

    def loss(strategy: Tensor) -> tuple[float, Tensor]:
        with torch.enable_grad():
            leaf = strategy.detach().requires_grad_()
            value = game.loss_x(leaf, fixed, None) if player == "x" else game.loss_y(fixed, leaf, None)
            (gradient,) = torch.autograd.grad(value, leaf, allow_unused=True) if value.requires_grad else (None,)
        return float(value.detach()), torch.zeros_like(strategy) if gradient is None else gradient

    return loss


def _enclosed(loss: LossAndGradient, reply: np.ndarray, one: StrategySet, modulus: float) -> tuple[float, float]:
    """The infimum of a convex loss on a set, from its value and its tangent at a point."""
    value, gradient = loss(torch.as_tensor(reply))
    slope = gradient.numpy()
    if not (math.isfinite(value) and np.isfinite(slope).all()):
        raise CertificateError("the payoff is not finite at a reply")
    # a reply may lie outside of its set by rounding: moved inside, the payoff changes by the slope times that
    outside = one.distance(torch.as_tensor(reply))
    rounding = PAYOFF_ROUNDING * (abs(value) + float(np.abs(slope) @ np.abs(reply)))
    rounding += 2 * outside * float(np.linalg.norm(slope))
    return value - _left_to_gain(slope, reply, one, modulus) - rounding, value + rounding


def _left_to_gain(slope: np.ndarray, point: np.ndarray, one: StrategySet, modulus: float) -> float:
    """How much lower a convex function may be elsewhere in a set, by its tangent at a point."""
    downwards = rationals(-slope)
    reach = one.support(downwards)[1]
    here = sum((d * z for d, z in zip(downwards, rationals(point), strict=True)), Fraction(0))
    by_set = math.inf if math.isinf(reach) else max(0.0, float(Fraction(reach) - here) * (1 + PAYOFF_ROUNDING))
    by_curvature = float(slope @ slope) / (2 * modulus) * (1 + PAYOFF_ROUNDING) if modulus > 0 else math.inf
    return min(by_set, by_curvature)


def _minimised(loss: LossAndGradient, start: np.ndarray, one: StrategySet, modulus: float, steps: int) -> np.ndarray:
    """A convex loss, minimised on a set by accelerated projected gradients with restarts; the best point that was seen."""
    at = ahead = one.project(torch.as_tensor(start))
    best, least = at, loss(at)[0]
    momentum, size = 1.0, 1.0
    for t in range(steps):
        value, gradient = loss(ahead)
        new, size, now, slope = _shorter_step(loss, ahead, value, gradient, one, size)
        if now < least:
            best, least = new, now
        still = float((new - ahead).norm()) <= STANDSTILL * (1 + float(new.norm()))
        if still or now < BOTTOMLESS or (t % 10 == 0 and _settled(slope, new, one, modulus, now)):
            break
        if float(((ahead - new) * (new - at)).sum()) > 0:  # the momentum points uphill
            momentum, ahead, at = 1.0, new, new
            continue
        following = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / following * (new - at)
        if not isinstance(one, FreeSpace):
            ahead = one.project(ahead)  # the loss may not be defined outside
        momentum, at, size = following, new, 1.1 * size
    # the tangent is what proves the bound: where the values agree up to rounding, the flatter point is the better
    open_ends = [_left_to_gain(loss(z)[1].numpy(), z.numpy(), one, modulus) for z in (best, at)]
    return (best if open_ends[0] <= open_ends[1] else at).numpy()


def _shorter_step(
    loss: LossAndGradient, at: Tensor, value: float, gradient: Tensor, one: StrategySet, size: float
) -> tuple[Tensor, float, float, Tensor]:
    """A projected step that the quadratic model bounds, halved until it does; its size, and loss and gradient there."""
    while True:
        new = one.project(at - size * gradient)
        move = new - at
        bound = value + float((gradient * move).sum()) + float((move * move).sum()) / (2 * size)
        reached, slope = loss(new)
        if reached <= bound + PAYOFF_ROUNDING * abs(value) or size < 1e-18:
            return new, size, reached, slope
        size /= 2


def _settled(slope: Tensor, point: Tensor, one: StrategySet, modulus: float, value: float) -> bool:
    if isinstance(one, FreeSpace) and modulus == 0:
        return float(slope.norm()) <= LEFT_TO_GAIN
    return _left_to_gain(slope.numpy(), point.numpy(), one, modulus) <= LEFT_TO_GAIN * max(abs(value), 1e-300)
