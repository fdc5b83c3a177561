"""The distance between the laws behind two samples: a critic below, a plan above, each with what chance may have done."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.betting import paired_terms
from dualgap.divergences.draws_needed import why_zero
from dualgap.divergences.lower_means import LOWER_MEANS, lower_sum, recomputed_lower_sum
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Samples
from dualgap.transport.dual_pair import DualPair
from dualgap.transport.duality import TransportCertificate
from dualgap.transport.evidence import require_number, require_pair
from dualgap.transport.exact import solve
from dualgap.transport.ground import pairwise, point_cost
from dualgap.transport.plain_critics import critics_of
from dualgap.transport.quadratic_envelope import envelopes_of
from dualgap.transport.splits import Split, split_draws
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["PopulationCertificate", "between_laws", "deviation", "population_bracket"]

#: The critic is clipped to a window that holds one of these shares of its values: what is cut off is little, what is not
#: bounds every term.
SHARES = (1.0, 0.999, 0.99, 0.97, 0.9, 0.8)
#: Halvings of an interval that tell one critic from another.
ENOUGH_TO_CHOOSE = 16


@WASSERSTEIN.route(
    "held_out", Samples, Samples, Guarantee.CONFIDENCE, when=lambda p, q, cost=None, **options: cost is None
)
def between_laws(
    p: Samples,
    q: Samples,
    *,
    order: float,
    ground: str,
    cost: Any,
    confidence: float = 0.95,
    diameter: float | None = None,
    plan_points: int = 2000,
    seed: int = 0,
) -> Bracket:
    """A critic from half of the draws, bet on with draws it has not seen; above, the plan's cost plus its deviation."""
    level = validation.confidence_level(confidence)
    reach = None if diameter is None else validation.real(diameter, "diameter", above=0)
    most = validation.count(plan_points, "plan_points", at_least=2)
    split = split_draws(p, q, validation.count(seed, "seed", at_least=0))
    pairs: list[DualPair] = [*critics_of(split, ground, most)]
    if order >= 2 and ground == "euclidean":
        pairs += envelopes_of(split, most)
    return population_bracket(
        pairs,
        split,
        order=order,
        level=level,
        diameter=reach,
        plan_points=most,
        method="held_out",
    )


def deviation(value_range: float, n: int, m: int, level: float) -> float:
    """How far a difference of two means may lie from its expectation, by Hoeffding.

    .. math:: P\\Big(\\bar X_n + \\bar Y_m - E > R \\sqrt{(1/n + 1/m) \\ln(1/\\delta) / 2}\\Big) \\le \\delta

    for terms that lie in intervals of length R; the same number bounds an empirical optimal cost that is at most R
    (McDiarmid).

    Parameters
    ----------
    value_range : float
        R.
    n, m : int
    level : float
        1 - delta.

    Examples
    --------
    >>> round(deviation(1.0, 1000, 1000, 0.95), 4)
    0.0547
    """
    return value_range * math.sqrt((1 / n + 1 / m) * math.log(1 / (1 - level)) / 2)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PopulationCertificate(Certificate):
    """A pair of potentials with draws that had no part in making it, and a plan between draws.

    .. math:: E_p f - E_q h \\le W_s^s(p, q), \\quad W_s(p, q) \\le W_r(p, q) \\;\\text{for}\\; s \\le r, \\qquad
              W_r^r(p, q) \\le E \\, W_r^r(\\hat p_n, \\hat q_m) \\le \\langle c, \\pi \\rangle + \\Delta^r \\sqrt{(1/n + 1/m)
              \\ln(1/\\delta) / 2}

    Below, f and h are a 1-Lipschitz critic, twice (s = 1), or other potentials, clipped to an interval, and the mean of their
    differences is bounded (by betting, where the validation draws did not say otherwise) at any number of draws. Above, the optimal
    cost is convex in the laws, so that its mean over draws is at least that of the laws; one draw changes it by the largest cost
    over n.

    Parameters
    ----------
    lower, upper : float
    critic : DualPair
    held_out : pair of (n, d) and (m, d) arrays
        In the order in which they are bet on.
    window : (low, high)
        What the critic is clipped to.
    level : float
        With which each of the two bounds holds.
    order : float
    bound : str
        Of :data:`dualgap.divergences.lower_means.LOWER_MEANS`.
    diameter : float or None
        None for no upper bound.
    transport : TransportCertificate or None
        Of draws, of cost ``|x - y| ** order``.

    Reference: waudbysmith2024, mcshane1934
    """

    critic: DualPair
    held_out: tuple[np.ndarray, np.ndarray]
    window: tuple[float, float]
    level: float
    order: float
    bound: str = "betting"
    diameter: float | None = None
    transport: TransportCertificate | None = None

    def bounds(self) -> tuple[float, float]:
        """The critic again from its anchors, the bets one by one, and the plan's cost with its deviation.

        Raises
        ------
        CertificateError
        """
        low, high = require_pair(self.window, "window")
        if not -math.inf < low <= high < math.inf:
            raise CertificateError(f"window must be an interval, got {low!r} to {high!r}")
        if not 0 < self.level < 1:
            raise CertificateError(f"level must be between 0 and 1, got {self.level!r}")
        if not isinstance(self.critic, DualPair):
            raise CertificateError(f"critic must be a DualPair, got {type(self.critic).__name__}")
        if not self.critic.order <= require_number(self.order, "order", at_least=1):
            raise CertificateError(f"the critic bounds W_{self.critic.order:g}, which may be above W_{self.order:g}")
        parts = require_pair(self.held_out, "held_out")
        scores = self.critic.recomputed(parts[0]), self.critic.recomputed_partner(parts[1])
        first, second = (np.clip(one, low, high) for one in scores)
        below = recomputed_lower_sum((first, -second), ((low, high), (-high, -low)), self.level, bound=self.bound)
        return max(0.0, below) ** (1 / self.critic.order), self._above()

    def _above(self) -> float:
        if self.transport is None or self.diameter is None:
            return math.inf
        r, reach = self.order, require_number(self.diameter, "diameter", at_least=0)
        if self.transport.cost.order != require_number(r, "order", at_least=1):
            raise CertificateError(f"the plan's cost is of order {self.transport.cost.order:g}, not {r:g}")
        # In units of the diameter no power leaves float64.
        share = (self.transport.bounds()[1] / reach) ** r + deviation(1.0, *self.transport.cost.shape, self.level)
        return reach * share ** (1 / r) * (1 + 1e-14)


def population_bracket(
    critics: Sequence[DualPair],
    split: Split,
    *,
    order: float,
    level: float,
    diameter: float | None,
    plan_points: int,
    method: str,
) -> Bracket:
    """What critics made from the training draws prove of the laws: CONFIDENCE, at every number of draws.

    Parameters
    ----------
    critics : sequence of DualPair
        1-Lipschitz critics, or pairs of an order that is at most that of the distance; made without the validation draws, which
        choose one and what it is clipped to, and without the held-out ones.
    split : Split
    order : float
        Of the distance; a lower bound of a distance is one of that of every larger order.
    level : float
        Of the whole bracket: with an upper bound each of the two has half of what remains.
    diameter : float or None
        No two points that either law can give are farther apart; believed. None for an infinite upper bound.
    plan_points : int
        Draws of each sample between which the plan is computed.
    method : str
    """
    each = level if diameter is None else 1 - (1 - level) / 2
    critic, window, bound = _chosen(critics, split, each)
    scores = _scores(critic, split.held_out)
    lower = max(0.0, _lower(scores, window, each, bound, 50)) ** (1 / critic.order)
    plan = None if diameter is None else _plan(split, diameter, order, critic.ground, plan_points)
    proof = PopulationCertificate(
        lower=lower,
        upper=math.inf,
        critic=critic,
        held_out=split.held_out,
        window=window,
        level=each,
        order=order,
        bound=bound,
        diameter=diameter,
        transport=plan,
    ).claiming()
    value = max(0.0, float(scores[0].mean() - scores[1].mean())) ** (1 / critic.order)
    first, second = (np.clip(one, *window) for one in scores)
    none = why_zero(lower, paired_terms(first, -second), 2 * (window[1] - window[0]), each)
    unbounded = (
        ""
        if diameter is not None
        else "no upper bound holds for all laws; pass diameter= where the laws live on a bounded set"
    )
    return Bracket(
        value=min(max(value, proof.lower), proof.upper),
        lower=proof.lower,
        upper=proof.upper,
        guarantee=Guarantee.CONFIDENCE,
        method=method,
        certificate=proof,
        confidence=level,
        reason="; ".join(filter(None, (none, unbounded))),
    )


def _scores(critic: DualPair, parts: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return critic(parts[0]), critic.partner(parts[1])


def _lower(scores: Sequence[np.ndarray], window: tuple[float, float], level: float, bound: str, halvings: int) -> float:
    """What the scores, clipped to a window, prove."""
    low, high = window
    first, second = (np.clip(one, low, high) for one in scores)
    return lower_sum((first, -second), ((low, high), (-high, -low)), level, bound=bound, halvings=halvings)


def _chosen(critics: Sequence[DualPair], split: Split, level: float) -> tuple[DualPair, tuple[float, float], str]:
    """The critic, the interval that it is clipped to, and the bound that prove most on the validation draws."""
    best, most = (critics[0], (0.0, 0.0), "betting"), (-math.inf,) * 3
    # How much closer to its mean a bound comes by as many draws as are held out.
    closer = math.sqrt(min(map(len, split.validation)) / min(map(len, split.held_out)))
    for critic in critics:
        seen = np.concatenate(_scores(critic, (split.train[0][:2000], split.train[1][:2000])))
        scores = _scores(critic, split.validation)
        for share in SHARES:
            low, high = (float(one) for one in np.quantile(seen, [(1 - share) / 2, (1 + share) / 2]))
            if not high > low:
                continue
            mean = float(np.clip(scores[0], low, high).mean() - np.clip(scores[1], low, high).mean())
            for bound in LOWER_MEANS:
                below = _lower(scores, (low, high), level, bound, ENOUGH_TO_CHOOSE)
                # Where these draws prove nothing, what as many as are held out would prove; where that is nothing, the mean.
                promised = mean - (mean - below) * closer
                proved = tuple(_root(one, critic.order) for one in (max(0.0, below), max(0.0, promised), mean))
                if proved > most:
                    best, most = (critic, (low, high), bound), proved
    return best


def _root(power: float, order: float) -> float:
    """Of what may be negative, so that pairs of several orders can be compared."""
    return math.copysign(abs(power) ** (1 / order), power)


def _plan(split: Split, diameter: float, order: float, ground: str, plan_points: int) -> TransportCertificate:
    """An optimal plan between draws, of which all are as good as any: a plan has seen nothing in advance."""
    _require_diameter(split, diameter, ground)
    draws = [np.concatenate(parts)[:plan_points] for parts in zip(split.held_out, split.train, strict=True)]
    costs = point_cost(draws[0], draws[1], order=order, ground=ground)
    return solve(costs, *(np.full(len(part), 1 / len(part)) for part in draws))


def _require_diameter(split: Split, diameter: float, ground: str) -> None:
    """The draw that is farthest from the centre may not contradict the diameter."""
    points = np.concatenate([*split.train, *split.validation, *split.held_out])
    farthest = points[pairwise(points, split.centre[None], ground).argmax()]
    seen = float(pairwise(points, farthest[None], ground).max())
    if seen > diameter * (1 + 1e-12):
        raise InvalidInput(
            f"diameter must be at least the distance of any two draws, got {diameter:g} and two draws {seen:g} apart",
            argument="diameter",
        )
