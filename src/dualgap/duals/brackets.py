"""The brackets that trained critics prove: of the discrete measures they saw, or of the laws behind held-out draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from scipy.spatial.distance import cdist

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.held_out import Parts as Pair
from dualgap.divergences.held_out import bracket_of_scores
from dualgap.duals.certify import CriticCertificate
from dualgap.duals.fitted_critic import FittedCritic
from dualgap.duals.log_ratio import LogRatio
from dualgap.measures import Points
from dualgap.objectives import DonskerVaradhan, Dual, SemiDual
from dualgap.transport.discrete import plain_masses
from dualgap.transport.dual_pair import DualPair
from dualgap.transport.duality import tight_potentials
from dualgap.transport.exact import certify, solve
from dualgap.transport.extension import Extension, LipschitzCritic
from dualgap.transport.ground import Cost, MatrixCost, point_cost
from dualgap.transport.population import population_bracket
from dualgap.transport.quadratic_envelope import QuadraticEnvelope, envelopes_through, moment_map
from dualgap.transport.splits import Split
from dualgap.validation import detached, masses

__all__ = [
    "admissible",
    "bracket_of_laws",
    "bracket_of_points",
    "cost_between",
    "envelopes_of_critic",
    "log_ratios",
    "within_reach",
]

#: A penalised critic's slope is near 1, not at it; the extension of the critic times one of these is chosen by
#: its value. One whose slope they do not bring to 1, such as one with clipped weights, is first divided by it.
SLOPES = (0.25, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
#: A larger logarithm of a density ratio says no more, and leaves float64.
LARGEST_RATIO = 30.0
#: Points of each side from which the upper bound's plan is computed: an exact plan of these takes about a second.
PLAN_POINTS = 1500
#: Anchors of the extension of a critic that is not 1-Lipschitz itself, of each side.
ANCHORS = 2000


def bracket_of_points(objective: Dual, critic: LipschitzCritic, p: Points, q: Points) -> Bracket:
    """CERTIFIED bounds of the divergence between two discrete measures.

    Of a transport distance: the critic's c-transform below, an optimal plan above. Of an f-divergence: the critic's value
    below, the largest value that there is above.
    """
    x, y = detached(p.points), detached(q.points)
    weights = plain_masses(p), plain_masses(q)
    generator = objective.generator
    if generator is None:
        cost = cost_between(objective, x, y)
        plan = solve(cost, *weights).plan
        proofs = [certify(cost, weights, plan, pair) for pair in _potentials(objective, critic, cost, x, y)]
        return _certified(objective, max(proofs, key=lambda proof: proof.lower), "")
    scores = log_ratios(objective, critic, (x, y), (x, y), weights)
    proof = CriticCertificate(lower=0.0, upper=generator.singular, scores=scores, masses=weights, generator=generator)
    most = (
        "no upper bound follows from a critic"
        if np.isinf(generator.singular)
        else "the upper bound is the largest value there is"
    )
    return _certified(objective, proof.claiming(), most)


def _certified(objective: Dual, proof: Certificate, reason: str) -> Bracket:
    return Bracket(
        value=proof.lower,
        lower=proof.lower,
        upper=proof.upper,
        guarantee=Guarantee.CERTIFIED,
        method="neural",
        certificate=proof,
        reason=reason,
        quantity=objective.quantity,
    )


def cost_between(objective: Dual, x: np.ndarray, y: np.ndarray) -> Cost:
    """The cost of all pairs that a transport objective means.

    Raises
    ------
    InvalidInput
        For a cost of the caller's own that is negative or not finite somewhere.

    Examples
    --------
    >>> cost_between(SemiDual(order=2), np.array([[0.0]]), np.array([[3.0]])).order
    2.0
    """
    if not isinstance(objective, SemiDual):
        return point_cost(x, y, order=1.0, ground="euclidean")
    if objective.cost is None:
        return point_cost(x, y, order=float(objective.order), ground="euclidean")
    matrix = detached(masses(objective.costs(torch.as_tensor(x), torch.as_tensor(y)).detach(), "cost"))
    return MatrixCost(matrix=np.asarray(matrix, dtype=np.float64), order=1.0)


def _potentials(
    objective: Dual, critic: LipschitzCritic, cost: Cost, x: np.ndarray, y: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Feasible pairs, one of which proves most."""
    if isinstance(objective, SemiDual):
        scores = critic(y) / cost.unit**cost.order
        return [tight_potentials(cost.transposed(), slope * scores)[::-1] for slope in SLOPES]  # pyright: ignore
    scores = _levelled(critic, x) / cost.unit
    return [tight_potentials(cost, slope * scores) for slope in SLOPES]


def log_ratios(
    objective: Dual, critic: LipschitzCritic, choosing: Pair, at: Pair, masses: tuple[np.ndarray, np.ndarray] | None
) -> Pair:
    """What a critic says about ln p/q at points of both sides.

    The Donsker-Varadhan critic is one up to a constant, which the points of q that may be looked at choose.
    """

    def ratio(points: np.ndarray) -> np.ndarray:
        scores = critic(points)
        return scores if isinstance(critic, LogRatio) else objective.log_ratio(torch.as_tensor(scores)).numpy()

    shift = 0.0
    if isinstance(objective, DonskerVaradhan):
        scores = ratio(choosing[1])
        weights = np.full(len(scores), 1 / len(scores)) if masses is None else masses[1]
        with np.errstate(divide="ignore"):
            shift = float(np.logaddexp.reduce(scores + np.log(weights)))
    first, second = (np.clip(ratio(points) - shift, -LARGEST_RATIO, LARGEST_RATIO) for points in at)
    return first, second


def admissible(critic: FittedCritic, split: Split) -> Sequence[LipschitzCritic]:
    """The 1-Lipschitz critics that a fitted one stands for: itself, or its McShane extensions from training draws."""
    if critic.network.lipschitz:
        return [critic]
    anchors = np.concatenate([part[:ANCHORS] for part in split.train])
    scores = _levelled(critic, anchors)
    return [Extension(anchors, -slope * scores, "euclidean") for slope in SLOPES]


def envelopes_of_critic(critic: LipschitzCritic, split: Split) -> list[QuadraticEnvelope]:
    """Pairs for the squared distance that hold everywhere, from a critic of the semi-dual of order 2.

    .. math:: f(x_i) = \\min_k |x_i - y_k|^2 - g(y_k)

    over training draws: the k that is attained is where x_i goes, and f the potential there, through which quadratics are laid.

    Parameters
    ----------
    critic : callable, (n, d) array -> (n,) scores
        g.
    split : Split

    Examples
    --------
    >>> from dualgap.transport.splits import split_draws
    >>> from dualgap.measures import Samples
    >>> split = split_draws(Samples(np.arange(100.0)), Samples(1 + np.arange(100.0)), 0)
    >>> pairs = envelopes_of_critic(lambda y: 2 * y[:, 0] - 1, split)  # a shift by 1
    >>> len(pairs), pairs[0].centres.shape
    (4, (50, 1))
    """
    x, y = (part[:ANCHORS] for part in split.train)
    scores, images, potential = critic(y), np.empty_like(x), np.empty(len(x))
    rows = max(1, 2**20 // len(y))
    for k in range(0, len(x), rows):
        part = slice(k, k + rows)
        left = cdist(x[part], y, "sqeuclidean") - scores
        nearest = left.argmin(axis=1)
        images[part], potential[part] = y[nearest], left.min(axis=1)
    o = split.centre
    return envelopes_through(x - o, images - o, potential, moment_map(*split.train), origin=o)


def bracket_of_laws(
    objective: Dual, critics: Sequence[DualPair], split: Split, level: float, diameter: float | None
) -> tuple[Bracket, Any]:
    """Bounds of the divergence between the laws, from draws that had no part in making the critics; and the critic that gave
    them.

    One critic, and what it is clipped to, is chosen on the validation draws; the held-out draws give the bound. A transport
    distance is at least those of smaller orders, so that 1-Lipschitz critics bound all of them, and pairs for the squared distance
    those from order 2 on.
    """
    if objective.generator is None:
        order = float(objective.order) if isinstance(objective, SemiDual) else 1.0
        found = population_bracket(
            critics, split, order=order, level=level, diameter=diameter, plan_points=PLAN_POINTS, method="neural"
        )
        proof: Any = found.certificate
        said = "the value and the lower bound are those of W_{:g}, which is at most W_{:g}"
        below = "" if order == proof.critic.order else said.format(proof.critic.order, order)
        reason = "; ".join(filter(None, (below, found.reason)))
        return replace(found, quantity=objective.quantity, reason=reason), proof.critic
    generator = objective.generator
    critic: Any = max(critics, key=lambda one: _promise(objective, generator, one, split, level))
    choosing, proving = (
        log_ratios(objective, critic, split.train, part, None) for part in (split.validation, split.held_out)
    )
    found = bracket_of_scores(choosing, proving, generator, level=level)
    return replace(found, method="neural", quantity=objective.quantity), critic


def _promise(objective: Dual, generator: FDivergence, critic: Any, split: Split, level: float) -> tuple[float, float]:
    """What the validation draws say that a critic will prove."""
    scores = log_ratios(objective, critic, split.train, split.validation, None)
    said = bracket_of_scores(scores, scores, generator, level=level)
    return said.lower, said.value


def _levelled(critic: LipschitzCritic, points: np.ndarray) -> np.ndarray:
    """The scores of a critic at points, brought to where :data:`SLOPES` make them those of a 1-Lipschitz function."""
    return within_reach(critic(points) / _steepness(critic, points), points)


def _steepness(critic: LipschitzCritic, points: np.ndarray) -> float:
    """The median slope of a critic at points, where :data:`SLOPES` do not bring it to 1; else 1."""
    with torch.enable_grad():
        leaf = torch.tensor(points).requires_grad_()
        (slopes,) = torch.autograd.grad(critic(leaf).sum(), leaf)
    middle = float(slopes.norm(dim=-1).median())
    far = 0 < middle < 1 / max(SLOPES) or 1 / min(SLOPES) < middle < np.inf
    return middle if far else 1.0


def within_reach(scores: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Scores no farther from their median than a 1-Lipschitz function gets: those of a critic that ran away lose digits.

    Examples
    --------
    >>> within_reach(np.array([0.0, 1e9, 0.0]), np.array([[0.0], [1.0], [2.0]])).tolist()
    [0.0, 4.0, 0.0]
    """
    reach = 2 * float(np.linalg.norm(points - points[0], axis=1).max())
    middle = np.median(scores)
    return np.clip(scores - middle, -reach, reach)
