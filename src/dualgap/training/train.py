"""Training is simulation: the same loop and methods as for ``xy``, with random weights to start from and metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.methods import Method
from dualgap.games.simulate import simulate
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Trajectory
from dualgap.progress import Progress
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.data import Ring
from dualgap.training.metrics import mode_coverage
from dualgap.validation import count, optional_function

__all__ = ["train"]

#: Generated points that a record's metrics are computed from, as the toy benchmarks do.
EVALUATION_POINTS = 2500
#: How many records a run makes unless told otherwise.
RECORDS = 20
#: Streams of one seed: the starting weights and the evaluation (the batches are purpose 0).
WEIGHTS, EVALUATION = 1, 2


def train(
    game: AdversarialGame,
    method: Method,
    *,
    seeds: int | Sequence[int],
    steps: int,
    record: int | None = None,
    path: bool = False,
    observe: Callable[[Tensor, Tensor], dict[str, Tensor]] | None = None,
    dtype: torch.dtype = torch.float32,
    device: Any = "cpu",
    progress: Progress | None = None,
) -> Trajectory:
    """Train a GAN, as an ensemble of seeds.

    Parameters
    ----------
    game : AdversarialGame
    method : Method
        The basic algorithm of a GAN is ``AlternatingGDA(first="y", steps_y=k, ...)``.
    seeds : int or sequence of int
        One run for each; every seed has random streams of its own, so that it trains as it would alone.
    steps : int
    record : int, optional
        Record every so many steps; 20 times in all when omitted.
    path : bool
        Whether to keep the weights at every record; only the first and the last otherwise.
    observe : callable (x, y) -> dict of (K,) tensors, optional
        More metrics.
    dtype : torch.float32 or torch.float64
        Of the weights and the batches.
    device : torch device
        Where they are.
    progress : Progress, optional

    Returns
    -------
    Trajectory
        With the metrics of shape (records, K): ``dual`` (the critic's value on 2,500 fresh points), and for
        data with known modes ``modes``, ``high_quality`` and ``reverse_kl`` (see :func:`mode_coverage`). A seed
        that diverges stops with its last finite weights, and the status says so.

    Raises
    ------
    InvalidInput
        Before any work, also for a device that is not there.

    Examples
    --------
    >>> import dualgap as dg
    >>> gan = dg.training.AdversarialGame(
    ...     generator=dg.networks.MLP((2, 32, 2)), critic=dg.networks.MLP((2, 32, 1)),
    ...     objective=dg.duals.JensenShannon(), data=dg.training.Ring(), latent=2, batch_size=64,
    ...     saturating=False, regulariser=dg.duals.R1(0.1))
    >>> method = dg.methods.AlternatingGDA(step=1e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    >>> run = dg.training.train(gan, method, seeds=range(4), steps=10)
    >>> run.metrics["modes"].shape, run.status.name
    (torch.Size([11, 4]), 'BUDGET')

    Reference: goodfellow2014
    """
    if not isinstance(game, AdversarialGame):
        raise InvalidInput(f"game must be an AdversarialGame, got {type(game).__name__}", argument="game")
    optional_function(observe, "observe")
    steps = count(steps, "steps")
    every = max(1, steps // RECORDS) if record is None else record
    _check_placement(dtype, device)
    start = game.start(Streams(seeds, purpose=WEIGHTS, dtype=dtype, device=device))

    def metrics(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        # The same latent points at every record: a change of a metric is a change of the generator.
        streams = Streams(seeds, purpose=EVALUATION, dtype=dtype, device=device)
        points = game.generate(x, streams, EVALUATION_POINTS)
        with torch.no_grad():
            real_scores = game.scores(y, game.data.draw(streams, EVALUATION_POINTS))
            found = {"dual": game.objective.value(real_scores, game.scores(y, points))}
        if isinstance(game.data, Ring):
            found |= mode_coverage(points, game.data.centres(), game.data.spread)
        return found if observe is None else {**found, **observe(x, y)}

    return simulate(
        game,
        method,
        start=start,
        steps=steps,
        seeds=seeds,
        record=every,
        path=path,
        observe=metrics,
        progress=progress,
    )


def _check_placement(dtype: Any, device: Any) -> None:
    """Refuse a type of numbers that is not computed in, and a device that torch does not know or that is not there."""
    if dtype not in (torch.float32, torch.float64):
        raise InvalidInput(f"dtype must be torch.float32 or torch.float64, got {dtype!r}", argument="dtype")
    try:
        torch.zeros(1, device=torch.device(device)).cpu()
    except (RuntimeError, AssertionError, TypeError) as error:  # by the kind of device
        words = str(error).partition("\n")[0].partition(". ")[0]
        raise InvalidInput(
            f'device must be one that torch can use here, such as "cpu", got {device!r} ({words})', argument="device"
        ) from error
