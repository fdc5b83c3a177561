"""Maximise a dual over a critic, and turn the critic into bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket
from dualgap.duals.brackets import bracket_of_laws, bracket_of_points
from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.fitted_critic import FittedCritic
from dualgap.duals.regularisers import GradientPenalty, Regulariser
from dualgap.duals.sources import Dataset
from dualgap.errors import InvalidInput
from dualgap.games.methods import Adam, Method, SimultaneousGDA
from dualgap.games.simulate import simulate
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Trajectory
from dualgap.measures import Measure, Points, Samples, as_measure
from dualgap.networks import MLP, Network
from dualgap.objectives import Dual
from dualgap.progress import Progress
from dualgap.transport.splits import Split, split_draws
from dualgap.validation import confidence_level, count, detached, real, same_length

__all__ = ["DualFit", "fit"]

#: Points on which the dual's value is recorded; enough to tell a trend from noise.
RECORDED_POINTS = 1024
#: How often it is recorded in a fit.
RECORDS = 20


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DualFit:
    """What :func:`fit` returns.

    Parameters
    ----------
    objective : Dual
    critic : FittedCritic
        The restart with the best value on the validation points, as a function of points.
    history : Trajectory
        Of the training: metrics ``train`` and ``validation`` of shape (records, restarts), the dual's value.
    bracket : Bracket
        What the critic proves.
    """

    objective: Dual
    critic: FittedCritic
    history: Trajectory
    bracket: Bracket


def fit(
    objective: Dual,
    p: Any,
    q: Any,
    *,
    critic: Network | None = None,
    regulariser: Regulariser | None = None,
    method: Method | None = None,
    steps: int = 1000,
    batch_size: int = 256,
    restarts: int = 1,
    seed: int = 0,
    confidence: float = 0.95,
    diameter: float | None = None,
    progress: Progress | None = None,
) -> DualFit:
    """Estimate a divergence by a neural critic, with bounds that hold whatever the training did.

    .. math:: \\sup_f E_p[\\mathrm{real}(f)] + E_q[\\mathrm{fake}(f)]

    is approached by a network f; training is the simulation of a game with one idle player. Then the critic is made
    admissible and evaluated:

    - for Points, on the points themselves: the bounds are CERTIFIED for these discrete measures;
    - for Samples, on a third of the draws that no part of the training has seen: the bounds speak of the laws and hold with
      CONFIDENCE at every number of draws. W_1 has an upper one where ``diameter`` is given.

    For W_1 any numbers at the points become a 1-Lipschitz function by the McShane extension
    :math:`x \\mapsto \\min_j (|x - y_j| + f(y_j))`, so that no property of the network is trusted.

    Parameters
    ----------
    objective : Dual
        :class:`~dualgap.duals.KantorovichRubinstein` or :class:`~dualgap.duals.JensenShannon`.
    p, q : Points or Samples, both of the same kind
        A bare array (n, d) is read as Samples.
    critic : Network, optional
        From R^d to R; two hidden layers of 64 when omitted.
    regulariser : Regulariser, optional
        A one-sided gradient penalty of weight 10 for Lipschitz objectives when omitted, nothing for others.
    method : Method, optional
        Adam with step 2e-3 when omitted.
    steps, batch_size, restarts : int
        The restarts are trained side by side, as the leading axis.
    seed : int
        Of the split, the starts and the batches.
    confidence : float
        Of the bracket, for Samples.
    diameter : float, optional
        No two points that either law can give are farther apart (W_1 of Samples). It is believed.
    progress : Progress, optional

    Returns
    -------
    DualFit

    Raises
    ------
    InvalidInput
        For other measures, fewer than 20 draws, constant data, a critic of another dimension, points farther
        apart than the diameter.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(60, 2)), rng.normal(size=(60, 2)) + [2.0, 0.0]
    >>> fitted = dg.duals.fit(dg.duals.KantorovichRubinstein(), dg.Points(x), dg.Points(y), steps=100)
    >>> fitted.bracket.guarantee.name, fitted.bracket.contains(dg.wasserstein(x, y).value)
    ('CERTIFIED', True)
    >>> fitted.bracket.certificate.check()

    Reference: arjovsky2017wgan
    """
    if not isinstance(objective, Dual):
        raise InvalidInput(
            f"objective must be a dual objective such as JensenShannon(), got {type(objective).__name__}",
            argument="objective",
        )
    first, second = _measures(p, q)
    level = confidence_level(confidence)
    reach = None if diameter is None else real(diameter, "diameter", above=0)
    split = split_draws(first, second, count(seed, "seed", at_least=0))
    network = critic if critic is not None else MLP((split.train[0].shape[1], 64, 64, 1))
    _check_critic(network, split.train[0].shape[1])
    if regulariser is not None and not isinstance(regulariser, Regulariser):
        raise InvalidInput(
            f"regulariser must be a Regulariser such as GradientPenalty(10.0), got {regulariser!r}",
            argument="regulariser",
        )
    if regulariser is None and objective.lipschitz:
        regulariser = GradientPenalty(10.0, one_sided=True)
    method = SimultaneousGDA(step=2e-3, scaling=Adam(beta1=0.5)) if method is None else method
    history, fitted = _train(
        objective,
        network,
        regulariser,
        method,
        split,
        count(steps, "steps"),
        count(batch_size, "batch_size"),
        count(restarts, "restarts"),
        seed,
        progress,
    )
    if isinstance(first, Points) and isinstance(second, Points):
        bracket = bracket_of_points(objective, fitted, first, second)
    else:
        bracket = bracket_of_laws(objective, fitted, split, level, reach)
    return DualFit(objective=objective, critic=fitted, history=history, bracket=bracket)


def _measures(p: Any, q: Any) -> tuple[Measure, Measure]:
    first, second = (as_measure(value, name, bare=Samples) for value, name in ((p, "p"), (q, "q")))
    for kind in (Points, Samples):
        if isinstance(first, kind) and isinstance(second, kind):
            same_length(first.dimension, second.dimension, ("p", "q"), "dimension")
            return first, second
    raise InvalidInput(
        f"p and q must both be Points or both be Samples, got {type(first).__name__} and {type(second).__name__}",
        argument="p",
    )


def _check_critic(network: Any, dimension: int) -> None:
    if not isinstance(network, Network):
        raise InvalidInput(
            f"critic must be a Network such as MLP((d, 64, 1)), got {type(network).__name__}",
            argument="critic",
        )
    if (network.inputs, network.outputs) != (dimension, 1):
        raise InvalidInput(
            f"critic must map R^{dimension} to R, got a network from R^{network.inputs} to R^{network.outputs}",
            argument="critic",
        )


def _train(
    objective: Dual,
    network: Network,
    regulariser: Regulariser | None,
    method: Method,
    split: Split,
    steps: int,
    batch_size: int,
    restarts: int,
    seed: int,
    progress: Progress | None,
) -> tuple[Trajectory, FittedCritic]:
    centre, radius = split.centre, split.radius
    unit = [(points - centre) / radius for points in (*split.train, *split.validation)]
    masses = split.train_masses
    game = EstimationGame(
        objective, network, regulariser, Dataset(unit[0], masses[0]), Dataset(unit[1], masses[1]), batch_size
    )
    seeds = [seed + 1000 * k for k in range(restarts)]
    shown = [torch.as_tensor(points[:RECORDED_POINTS]).float() for points in unit]

    def observe(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        scores = [network(y, points.expand(restarts, *points.shape))[..., 0] for points in shown]
        return {"train": objective.value(*scores[:2]), "validation": objective.value(*scores[2:])}

    start = (torch.zeros(restarts, 0), network.initial(Streams(seeds, purpose=1, dtype=torch.float32)))
    history = simulate(
        game,
        method,
        start=start,
        steps=steps,
        seeds=seeds,
        record=max(1, steps // RECORDS),
        path=False,
        observe=observe,
        progress=progress,
    )
    scores = detached(history.metrics["validation"][-1])
    sound = history.diverged_at < 0
    best = int(np.where(sound & np.isfinite(scores), scores, -np.inf).argmax())
    scale = radius if objective.lipschitz else 1.0
    return history, FittedCritic(
        network=network,
        weights=torch.as_tensor(history.y[-1][best]),
        centre=centre,
        radius=radius,
        scale=scale,
    )
