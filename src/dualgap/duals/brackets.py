"""The bracket that a trained critic proves: of the discrete measures it saw, or of the laws behind held-out draws."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.duals.certify import CriticCertificate, HeldOutCertificate
from dualgap.duals.fitted_critic import FittedCritic
from dualgap.measures import Points
from dualgap.objectives import Dual
from dualgap.transport.discrete import plain_masses
from dualgap.transport.duality import tight_potentials
from dualgap.transport.exact import certify, solve
from dualgap.transport.ground import point_cost
from dualgap.transport.population import Extension, deviation, population_bracket
from dualgap.transport.splits import Split
from dualgap.validation import detached

__all__ = ["bracket_of_laws", "bracket_of_points"]

#: A penalised critic's slope is near 1, not at it; the extension of the critic times one of these is chosen by
#: its value.
SLOPES = (0.25, 0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
#: A logit beyond this says no more than certainty, and widens the margin.
LOGIT_BOUNDS = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
#: Points of each side from which the upper bound's plan is computed: an exact plan of these takes about a second.
PLAN_POINTS = 1500


def bracket_of_points(objective: Dual, critic: FittedCritic, p: Points, q: Points) -> Bracket:
    """CERTIFIED bounds of the divergence between two discrete measures.

    W_1: the critic's c-transform below, an optimal plan above. JS: the critic's value below, log 2 above.
    """
    x, y = detached(p.points), detached(q.points)
    masses = plain_masses(p), plain_masses(q)
    if objective.lipschitz:
        cost = point_cost(x, y, order=1.0, ground="euclidean")
        plan = solve(cost, *masses).plan
        scores = _within_reach(critic(x), x)
        proofs = [certify(cost, masses, plan, tight_potentials(cost, slope * scores)) for slope in SLOPES]
        return _bracket(objective, max(proofs, key=lambda proof: proof.lower), Guarantee.CERTIFIED, None, "")
    slope, offset = _map(objective)
    proof = CriticCertificate(
        lower=-math.inf,
        upper=math.inf,
        masses=masses,
        slope=slope,
        offset=offset,
        real_terms=_terms(objective.real, critic(x)),
        fake_terms=_terms(objective.fake, critic(y)),
        ceiling=math.log(2),
    )
    return _bracket(
        objective,
        proof.claiming(),
        Guarantee.CERTIFIED,
        None,
        "the upper bound is the largest value that JS has",
    )


def bracket_of_laws(
    objective: Dual, critic: FittedCritic, split: Split, level: float, diameter: float | None
) -> Bracket:
    """Bounds of the divergence between the laws, from draws that had no part in making the critic.

    The critic is made admissible by the training draws (anchors of the McShane extension; the logit's bound),
    the version is chosen on the validation draws, and the held-out draws give the bound.
    """
    if objective.lipschitz:
        return _bracket_of_distance(objective, critic, split, level, diameter)
    slope, offset = _map(objective)

    def margin_value(bound: float) -> float:
        real_terms, fake_terms = _clipped_terms(objective, critic, split.validation, bound)
        n, m = (len(part) for part in split.held_out)
        return float(real_terms.mean() + fake_terms.mean()) - deviation(bound, n, m, level)

    bound = max(LOGIT_BOUNDS, key=margin_value)
    real_terms, fake_terms = _clipped_terms(objective, critic, split.held_out, bound)
    proof = HeldOutCertificate(
        lower=-math.inf,
        upper=math.inf,
        real_terms=real_terms,
        fake_terms=fake_terms,
        slope=slope,
        offset=offset,
        level=level,
        value_range=bound,
        ceiling=math.log(2),
    )
    return _bracket(
        objective,
        proof.claiming(),
        Guarantee.CONFIDENCE,
        level,
        "the upper bound is the largest value that JS has: no better one holds for all laws",
    )


def _bracket_of_distance(
    objective: Dual, critic: FittedCritic, split: Split, level: float, diameter: float | None
) -> Bracket:
    anchors = np.concatenate(split.train)
    scores = _within_reach(critic(anchors), anchors)
    extensions = [Extension(anchors, -slope * scores, "euclidean") for slope in SLOPES]
    found = population_bracket(
        extensions, split, order=1.0, level=level, diameter=diameter, plan_points=PLAN_POINTS, method="neural"
    )
    return replace(found, quantity=objective.quantity)


def _bracket(
    objective: Dual, proof: Certificate, guarantee: Guarantee, confidence: float | None, reason: str
) -> Bracket:
    """The critic's value: the lower bound of a certified bracket, the held-out value without its margin otherwise."""
    value = proof.lower
    if isinstance(proof, HeldOutCertificate):
        terms = float(proof.real_terms.mean() + proof.fake_terms.mean())
        value = min(max(proof.slope * terms + proof.offset, proof.lower), proof.upper)
    return Bracket(
        value=value,
        lower=proof.lower,
        upper=proof.upper,
        guarantee=guarantee,
        method="neural",
        certificate=proof,
        confidence=confidence,
        reason=reason,
        quantity=objective.quantity,
    )


def _map(objective: Dual) -> tuple[float, float]:
    """Slope and offset of the affine map from the supremum to the divergence."""
    zero, one = (float(objective.divergence(torch.tensor(float(value), dtype=torch.float64))) for value in (0, 1))
    return one - zero, zero


def _terms(term: object, scores: np.ndarray) -> np.ndarray:
    return term(torch.as_tensor(scores)).numpy()  # type: ignore[operator]


def _clipped_terms(
    objective: Dual, critic: FittedCritic, parts: tuple[np.ndarray, np.ndarray], bound: float
) -> tuple[np.ndarray, np.ndarray]:
    """The terms of the critic clipped to [-bound, bound]: each lies in an interval of this length."""
    real_scores, fake_scores = (np.clip(critic(points), -bound, bound) for points in parts)
    return _terms(objective.real, real_scores), _terms(objective.fake, fake_scores)


def _within_reach(scores: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Scores no farther from their median than a 1-Lipschitz function gets: those of a critic that ran away lose digits."""
    reach = 2 * float(np.linalg.norm(points - points[0], axis=1).max())
    middle = np.median(scores)
    return np.clip(scores - middle, -reach, reach)
