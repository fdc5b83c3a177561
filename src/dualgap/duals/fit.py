"""Maximise a dual over critics, and turn the best into bounds."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket
from dualgap.duals.ascent import Ascent, climb
from dualgap.duals.brackets import admissible, bracket_of_laws, bracket_of_points, cost_between, envelopes_of_critic
from dualgap.duals.candidates import Candidate, candidates_of
from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.fitted_critic import FittedCritic, certified_scale
from dualgap.duals.generator_gradient import GeneratorGradient, gradient_of
from dualgap.duals.log_ratio import log_ratios_of
from dualgap.duals.parts import Parts, parts_of
from dualgap.duals.regularisers import Regulariser
from dualgap.duals.sources import standardised
from dualgap.duals.training_options import Training, takes_training, training_of
from dualgap.errors import InvalidInput
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.measures import Points
from dualgap.networks import Network
from dualgap.objectives import Dual, SemiDual
from dualgap.progress import Progress, resolve
from dualgap.transport.dual_pair import DualPair
from dualgap.transport.plain_critics import critics_of
from dualgap.transport.quadratic_envelope import envelopes_of
from dualgap.transport.splits import SHARES, Split
from dualgap.validation import confidence_level, count, points_array, real

__all__ = ["DualFit", "fit"]

#: Points on which the dual's value is recorded; enough to tell a trend from noise.
RECORDED_POINTS = 2048
#: Of the steps, those that every kind of critic gets before the best of them gets the rest.
TRIAL = 0.2
#: The logarithm of the largest cost that potentials, and products of covariances, are computed with.
LARGEST_POWER = 140
#: Draws of each law between which a plan is computed for a critic.
PLAN_POINTS = 1500
#: Of the draws of Samples, those that train a critic of an f-divergence, and those that choose: what the held-out draws take from
#: the value costs more than what a critic of a density ratio loses by fewer draws. Critics of transport lose more.
RATIO_SHARES = (0.3, 0.1)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DualFit:
    """What :func:`fit` returns.

    Parameters
    ----------
    objective : Dual
    critic : callable, (n, d) array or tensor -> (n,) scores
        The critic that the bracket rests on: of all restarts and kinds the best on the validation points. Of a tensor it has
        gradients. Where a pair for the squared distance proves more (W_2 of laws) it is the potential of p.
    trained : FittedCritic
        The best of the networks that were trained.
    history : Trajectory
        Of its training: metrics ``train`` and ``validation`` of shape (records, restarts), the dual's value in the unit of the
        data, at the steps ``metric_steps``.
    histories : dict of str to Trajectory
        Of each kind of critic that was trained, by its network.
    bracket : Bracket
        What the critic proves.
    """

    objective: Dual
    critic: DualPair
    trained: FittedCritic
    history: Trajectory
    histories: dict[str, Trajectory]
    bracket: Bracket
    _reference: Points

    def __repr__(self) -> str:
        return f"DualFit({type(self.objective).__name__}, {type(self.critic).__name__}, {self.status.name}, {self.bracket!r})"

    @property
    def status(self) -> Status:
        """DIVERGED where a restart of the best network ran away: its last good state was kept; BUDGET otherwise."""
        return self.history.status

    def generator_gradient(
        self, points: Tensor, parameters: Sequence[Tensor] | None = None, *, real_points: Any = None
    ) -> GeneratorGradient:
        """The gradient that a generator would get, beside that of the exact plan: by ``critic`` for a Lipschitz objective, by
        ``trained`` for others, whose bounds may come from a critic with scores of another meaning.

        .. math:: \\nabla_\\theta \\; \\tfrac1n \\sum_i \\mathrm{fake}\\big(f(g_\\theta(z_i))\\big)

        Parameters
        ----------
        points : (n, d) tensor that requires grad
            What the generator made, in the place of q.
        parameters : sequence of tensors, optional
            theta, which the points depend on; the points themselves when omitted.
        real_points : (m, d) array, optional
            Of p, for the plan; those of the fit, with their masses, when omitted.

        Returns
        -------
        GeneratorGradient
            With the cosine and the relative error, for transport distances; nan for others.

        Raises
        ------
        InvalidInput
        """
        against = self._reference if real_points is None else Points(points_array(real_points, "real_points"))
        critic: Any = self.critic if self.objective.lipschitz else self.trained
        return gradient_of(self.objective, critic, points, parameters, against)


@takes_training
def fit(
    objective: Dual,
    p: Any,
    q: Any,
    *,
    critic: Network | Sequence[Network] | None = None,
    regulariser: Regulariser | None = None,
    training: Training | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    diameter: float | None = None,
    draws: int | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> DualFit:
    """Estimate a divergence by critics, with bounds that hold whatever the training did.

    .. math:: \\sup_f E_p[\\mathrm{real}(f)] + E_q[\\mathrm{fake}(f)]

    is approached by networks f; training is the simulation of a game with one idle player. Then the best critic is made
    admissible and evaluated:

    - for Points, on the points themselves: the bounds are CERTIFIED for these discrete measures;
    - for Samples, on draws that no part of the training has seen (a third of them for a transport distance, 60% for an
      f-divergence), and for laws that can be drawn from, on fresh draws: the bounds speak of the laws and hold with CONFIDENCE
      at every number of draws. Where they are too few for a lower bound above 0 the bracket's reason says about how many would
      do. A transport distance has an upper bound where ``diameter`` is given.

    The best restart, kind of critic and moment of the training are those with the best value on validation draws, which are
    neither trained on nor held out. For W_1 of laws, critics that need no training are tried as well
    (:func:`dualgap.transport.plain_critics.critics_of`), and a network that is not 1-Lipschitz itself is turned into a McShane
    extension :math:`x \\mapsto \\min_j (|x - y_j| + f(y_j))`, so that no property of a network is trusted that singular values
    in float64 do not show. For W_2 of laws pairs of potentials for the squared distance that hold everywhere are tried
    (:class:`dualgap.transport.quadratic_envelope.QuadraticEnvelope`), for f-divergences of laws logistic regressions.

    Parameters
    ----------
    objective : Dual
        Such as :class:`~dualgap.duals.KantorovichRubinstein`, :class:`~dualgap.duals.SemiDual`,
        :class:`~dualgap.duals.JensenShannon`, :class:`~dualgap.duals.DonskerVaradhan` or :class:`~dualgap.duals.FDual`.
    p, q : both Points; or each Samples, a Gaussian, Mixture or Density that can be drawn from, or a Source
        A bare array (n, d) is read as Samples. Laws of scipy.stats and torch.distributions are taken as they are.
    critic : Network or sequence of networks, optional
        From R^d to R. When omitted, for W_1 learned cones of either sign and a sorting network, otherwise a perceptron.
    regulariser : Regulariser, optional
        When omitted, a one-sided gradient penalty of weight 10 for a Lipschitz objective and a network that is not; else nothing.
    training : Training, optional
    seed : int
        Of the split, the starts and the batches.
    confidence : float
        Of the bracket, for laws.
    diameter : float, optional
        No two points that either law can give are farther apart (transport distances of laws). It is believed.
    draws : int, optional
        Held-out draws that are made of a law that can be drawn from; 20,000 when omitted.
    progress : Progress, optional
    **options
        Those of :class:`~dualgap.duals.Training`, by name: ``steps``, ``batch_size``, ``restarts``, ``method``, ``patience``,
        ``deadline``, ``device``.

    Returns
    -------
    DualFit

    Raises
    ------
    InvalidInput
        For other measures, fewer than 20 draws, constant data, a critic of another dimension, points farther
        apart than the diameter, a cost of your own that is negative or not finite.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + [2.0, 0.0]
    >>> fitted = dg.duals.fit(dg.duals.KantorovichRubinstein(), dg.Points(x), dg.Points(y), steps=50)
    >>> fitted.bracket.guarantee.name, fitted.bracket.contains(dg.wasserstein(x, y).value)
    ('CERTIFIED', True)
    >>> fitted.bracket.certificate.check()

    Reference: arjovsky2017wgan
    """
    if not isinstance(objective, Dual):
        raise InvalidInput(
            f"objective must be a dual objective such as JensenShannon(), got {objective!r:.80}",
            argument="objective",
        )
    level = confidence_level(confidence)
    reach = None if diameter is None else real(diameter, "diameter", above=0)
    number = None if draws is None else count(draws, "draws", at_least=20)
    how = training_of(training, options)
    shares = SHARES if objective.generator is None else RATIO_SHARES
    parts = parts_of(p, q, count(seed, "seed", at_least=0), number, shares=shares)
    _check_cost(objective, parts)
    _check_power(objective, parts)
    split = parts.split
    fewest = min(len(part) for part in split.train) if parts.points is None else None
    kinds = candidates_of(critic, objective, split.train[0].shape[1], fewest, regulariser, how.method)
    bar = resolve(progress)
    bar.start(how.steps + (len(kinds) > 1) * len(kinds) * max(1, round(TRIAL * how.steps)), "training")
    try:
        best, rise, histories = _trained(objective, kinds, parts, how, seed, bar)
    finally:
        bar.stop()
    trained = _fitted(objective, best, rise, parts)
    chosen: Any = trained
    if parts.points is not None:
        bracket = bracket_of_points(objective, trained, *parts.points)
    else:
        critics = _pairs(objective, trained, split, plain=critic is None)
        bracket, chosen = bracket_of_laws(objective, critics, split, level, reach)
    return DualFit(
        objective=objective,
        critic=chosen,
        trained=trained,
        history=rise.history,
        histories=histories,
        bracket=bracket,
        _reference=parts.points[0] if parts.points is not None else Points(split.held_out[0]),
    )


def _pairs(objective: Dual, trained: FittedCritic, split: Split, *, plain: bool) -> list[DualPair]:
    """What bounds the laws: the trained critic made admissible and, where none was asked for, those that need no training."""
    if objective.generator is not None:
        return [trained, *(log_ratios_of(split) if plain else ())]
    order, as_lipschitz = 1.0, trained
    if isinstance(objective, SemiDual):
        # its critic is the potential of q, in the unit of a power of the distance; minus it is high where p is
        order = objective.order
        as_lipschitz = replace(trained, scale=-certified_scale(trained.network, trained.weights, trained.radius))
    found: list[DualPair] = [*admissible(as_lipschitz, split)]
    if order == 2:
        found += envelopes_of_critic(trained, split)
    if plain:
        found += critics_of(split, "euclidean", PLAN_POINTS)
    if plain and order >= 2:
        found += envelopes_of(split, PLAN_POINTS)
    return found


def _check_cost(objective: Dual, parts: Parts) -> None:
    if not isinstance(objective, SemiDual) or objective.cost is None:
        return
    if parts.points is None:
        raise InvalidInput(
            "p and q must be Points for a cost of your own: the c-transform takes an infimum over all that q can give, which "
            "draws do not show",
            argument="p",
        )
    cost_between(objective, *parts.split.train)


def _check_power(objective: Dual, parts: Parts) -> None:
    order = _power(objective)
    if order > 1 and abs(order * math.log10(parts.split.radius)) > LARGEST_POWER:
        raise InvalidInput(
            f"p and q must be spread over a length whose power of order {order:g} is between 1e-{LARGEST_POWER} and "
            f"1e{LARGEST_POWER}, got {parts.split.radius:.3g}; divide both by it first",
            argument="p",
        )


def _trained(
    objective: Dual, kinds: list[Candidate], parts: Parts, how: Training, seed: int, bar: Progress
) -> tuple[Candidate, Ascent, dict[str, Trajectory]]:
    """Every kind for a while where there are several that can be compared, then the best to the end."""
    finish = math.inf if how.deadline is None else time.monotonic() + how.deadline
    histories: dict[str, Trajectory] = {}
    if len(kinds) > 1:
        trial = replace(how, steps=max(1, round(TRIAL * how.steps)))
        rises = []
        for k, kind in enumerate(kinds):
            left = finish - time.monotonic()
            due = finish if math.isinf(left) else time.monotonic() + max(left, 0.0) / (2 * (len(kinds) - k))
            rises.append(_rise(objective, kind, parts, trial, seed, due, bar))
            histories[kind.name] = rises[-1].history
        if not all(kind.comparable for kind in kinds) and objective.lipschitz:
            values = [_worth(objective, kind, rise, parts) for kind, rise in zip(kinds, rises, strict=True)]
        else:
            values = [rise.value for rise in rises]
        kind = kinds[int(np.argmax(values))]
    else:
        kind = kinds[0]
    rise = _rise(objective, kind, parts, how, seed, finish, bar)
    histories[kind.name] = rise.history
    return kind, rise, histories


def _worth(objective: Dual, kind: Candidate, rise: Ascent, parts: Parts) -> float:
    """The value on validation points of the best admissible form of a critic."""
    forms = admissible(_fitted(objective, kind, rise, parts), parts.split)
    first, second = (part[:RECORDED_POINTS] for part in parts.split.validation)
    return max(float(one(first).mean() - one(second).mean()) for one in forms)


def _rise(
    objective: Dual, kind: Candidate, parts: Parts, how: Training, seed: int, finish: float, bar: Progress
) -> Ascent:
    """Train one kind of critic, in coordinates of unit spread."""
    split, network = parts.split, kind.network
    unit = [(points - split.centre) / split.radius for points in (*split.train, *split.validation)]
    masses = (*split.train_masses, *split.train_masses)
    seen = [_shown(points, mass).float().to(how.device) for points, mass in zip(unit, masses, strict=True)]
    inner, size = _in_units(objective, split.centre, split.radius), split.radius ** _power(objective)
    first, second = (standardised(source, split.centre, split.radius) for source in parts.sources)
    game = EstimationGame(inner, network, kind.regulariser, first, second, how.batch_size)
    seeds = [seed + 1000 * k for k in range(how.restarts)]

    def streams(purpose: int) -> Streams:
        return Streams(seeds, purpose=purpose, device=how.device, dtype=torch.float32)

    def observe(y: Tensor) -> dict[str, Tensor]:
        def score(points: Tensor) -> Tensor:
            return network(y, points.expand(len(y), *points.shape))[..., 0]

        def value(x: Tensor, z: Tensor) -> Tensor:
            return inner.on_batch(score, x, z).double() * size

        return {"train": value(*seen[:2]), "validation": value(*seen[2:])}

    start = kind.start(streams(1), *(torch.as_tensor(points) for points in unit[:2]))
    return climb(game, start, candidate=kind, training=how, streams=streams(2), observe=observe, finish=finish, bar=bar)


def _shown(points: np.ndarray, masses: np.ndarray | None) -> Tensor:
    """Points on which values are recorded; weighted ones as often as their masses say."""
    if masses is None or np.ptp(masses) == 0:
        return torch.as_tensor(points[:RECORDED_POINTS])
    levels = (np.arange(RECORDED_POINTS) + 0.5) / RECORDED_POINTS
    return torch.as_tensor(points[np.searchsorted(np.cumsum(masses)[:-1], levels)])


def _in_units(objective: Dual, centre: np.ndarray, radius: float) -> Dual:
    """The objective for points in other coordinates: a cost of the caller's own is that of the points as they were."""
    if not isinstance(objective, SemiDual) or objective.cost is None:
        return objective
    cost, scale = objective.cost, radius

    def inner(x: Tensor, y: Tensor) -> Tensor:
        middle = torch.as_tensor(centre).to(x)
        return cost(x * scale + middle, y * scale + middle)

    return SemiDual(cost=inner)


def _power(objective: Dual) -> float:
    """The power of a length that the dual's value is; 0 where it has no unit, or that of a cost of the caller's own."""
    if objective.lipschitz:
        return 1.0
    return float(objective.order) if isinstance(objective, SemiDual) and objective.cost is None else 0.0


def _fitted(objective: Dual, kind: Candidate, rise: Ascent, parts: Parts) -> FittedCritic:
    split = parts.split
    scale = split.radius ** _power(objective)
    if objective.lipschitz:
        scale = certified_scale(kind.network, rise.weights, split.radius)
    return FittedCritic(
        network=kind.network, weights=rise.weights, centre=split.centre, radius=split.radius, scale=scale
    )
