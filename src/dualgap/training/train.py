"""Training is simulation: the same loop and methods as for ``xy``, with random weights to start from, metrics and checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.loop import Advance, After, Moment, play_on
from dualgap.games.methods import Method
from dualgap.games.methods.method import State
from dualgap.games.recording import Observe, Recorder, Schedule, require_room
from dualgap.games.simulate import require_method
from dualgap.games.start import check_start
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory
from dualgap.progress import Progress, resolve
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.checkpoint import Checkpoint, Keeper
from dualgap.training.configuration import configuration
from dualgap.training.evaluation import Evaluation
from dualgap.training.placement import Placement
from dualgap.training.processes import rank, shared
from dualgap.validation import count, optional_function

__all__ = ["train"]

#: How many records a run makes unless told otherwise.
RECORDS = 20
#: The stream of the starting weights (the batches are purpose 0, the evaluation another).
WEIGHTS = 1

#: Told the metrics of a record, says whether the run, or each seed (K,), has got where it was to get.
Stop: TypeAlias = Callable[[dict[str, Tensor]], Any]


def train(
    game: AdversarialGame,
    method: Method,
    *,
    seeds: int | Sequence[int],
    steps: int,
    record: int | None = None,
    path: bool = False,
    observe: Evaluation | Observe | None = None,
    dtype: Any = torch.float32,
    device: Any = "cpu",
    checkpoint: Any = None,
    stop: Stop | None = None,
    progress: Progress | None = None,
) -> Trajectory:
    """Train a GAN, as an ensemble of seeds.

    Parameters
    ----------
    game : AdversarialGame
    method : Method
        The basic algorithm of a GAN is ``AlternatingGDA(first="y", steps_y=k, ...)``;
        ``Averaged(method=..., points="iterates", decay=0.999)`` gives the exponential average of its weights.
    seeds : int or sequence of int
        One run for each of a sequence, such as ``range(4)`` for four; an int is that one seed, and its run has no axis K.
        Every seed has random streams of its own, so that it trains as it would alone.
    steps : int
    record : int, optional
        Record every so many steps; 20 times in all when omitted.
    path : bool
        Whether to keep the weights at every record; only the first and the last otherwise.
    observe : Evaluation, or callable (x, y) -> dict of (K,) tensors, optional
        More metrics.
    dtype : torch.float32, torch.float64, torch.bfloat16 or "tf32"
        Of the weights and the batches. The last two keep them in float32 and multiply matrices in fewer digits.
    device : torch device
        Where they are.
    checkpoint : path or Checkpoint, optional
        Keep the run in this file, at every record or as the Checkpoint says, and go on from it where it exists: a run that was
        killed and is asked for again gives the numbers of one that was left alone, to the last bit. More ``steps`` than the
        first time make it go on.
    stop : callable dict -> bool or (K,) bools, optional
        Given the metrics of a record; the run ends at the first record at which it is true for every seed, with the status
        CONVERGED.
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
        Before any work, also for a device that is not there, and a checkpoint of another configuration (with what differs).
    Unwritable
        For a checkpoint in a place that cannot be written to.

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
    require_method(method)
    if not isinstance(observe, Evaluation):
        optional_function(observe, "observe")
    optional_function(stop, "stop")
    steps = count(steps, "steps")
    schedule = Schedule(max(1, steps // RECORDS) if record is None else record, steps)
    placement = Placement(dtype, device)
    kept = None if checkpoint is None else _as_checkpoint(checkpoint)
    streams = Streams(seeds, **placement.options)
    metrics = Evaluation.all_of(observe).bound(game, seeds, placement.options, clock=lambda: streams.samples)
    players = game.start(Streams(seeds, purpose=WEIGHTS, **placement.options))
    if path:
        require_room(len(schedule), *players)
    recorder = Recorder(path, metrics, len(schedule))
    played = shared(game, method)

    def advance(x: Tensor, y: Tensor, state: State) -> tuple[Tensor, Tensor, State]:
        with placement.arithmetic():  # of the steps alone: what is measured is measured in the digits of the weights
            return method.step(played, x, y, state, lambda: played.draw(streams))

    with torch.no_grad():
        check_start(game, *players, streams, seeds)
        state = method.init(played, *players, lambda: played.draw(streams))
        beginning = Moment.beginning(*players, state)
        keeper = None
        if kept is not None:
            said = configuration(game=game, method=method, seeds=list(streams.seeds), dtype=str(dtype))
            keeper = Keeper(checkpoint=kept, configuration=said, streams=streams, recorder=recorder, writes=rank() == 0)
        ended, converged = _run(
            advance,
            beginning,
            schedule,
            recorder,
            keeper,
            stop,
            resolve(progress),
        )
    return _trajectory(ended, converged, recorder, path, ended.time * method.gradient_calls(game))


def _as_checkpoint(value: Any) -> Checkpoint:
    return value if isinstance(value, Checkpoint) else Checkpoint(value)


def _run(
    advance: Advance,
    beginning: Moment,
    schedule: Schedule,
    recorder: Recorder,
    keeper: Keeper | None,
    stop: Stop | None,
    bar: Progress,
) -> tuple[Moment, bool]:
    """The steps from the beginning, or from where the run was kept, with what is looked at after each."""
    at = beginning if keeper is None else keeper.resumed(beginning)
    if at.time > schedule.steps:
        raise InvalidInput(
            f"steps must be at least the {at.time} that the checkpoint has, got {schedule.steps}", argument="steps"
        )
    if keeper is not None and at is beginning:
        recorder.add(0, at.x, at.y)  # what a record takes is found out before the work, as is whether it can be kept
        keeper.keep(at)
    elif keeper is not None:
        recorder.observed(at.x, at.y)  # as are other metrics than those of the records that were kept

    def after(moment: Moment, recorded: bool) -> bool:
        arrived = recorded and _arrived(stop, recorder)
        if keeper is not None and (keeper.due(moment, recorded) or arrived or moment.time == schedule.steps):
            keeper.keep(moment)
        return arrived

    bar.start(schedule.steps, "training")
    try:
        if at.time:
            bar.advance(at.time)
        if at.time and (_arrived(stop, recorder) or bool((at.lost >= 0).all())):
            return at, _arrived(stop, recorder)
        watching: After | None = None if keeper is None and stop is None else after
        return play_on(advance, at, schedule, recorder, bar=bar, after=watching)
    finally:
        bar.stop()


def _arrived(stop: Stop | None, recorder: Recorder) -> bool:
    """Whether what was asked for holds for every seed at the last record."""
    if stop is None or not recorder.metrics:
        return False
    metrics = recorder.metrics[-1]
    found = stop(metrics)
    shape = metrics["dual"].shape
    try:
        said = torch.as_tensor(found)
    except (TypeError, ValueError, RuntimeError):
        said = None
    if said is None or said.dtype != torch.bool or said.shape not in ((), shape):
        raise InvalidInput(
            f"stop must return a bool{f', or {tuple(shape)} of them' if shape else ''}, got {found!r:.60} ({type(found).__name__})",
            argument="stop",
        )
    return bool(said.all())


def _trajectory(ended: Moment, converged: bool, recorder: Recorder, path: bool, calls: int) -> Trajectory:
    times = recorder.times()
    x, y = recorder.players()
    lost = ended.diverged_at
    return Trajectory(
        x=x.detach(),
        y=y.detach(),
        steps=times if path else times[[0, -1]],
        metrics={name: value.detach() for name, value in recorder.stacked().items()},
        metric_steps=times,
        status=Status.DIVERGED if bool((lost >= 0).any()) else Status.CONVERGED if converged else Status.BUDGET,
        diverged_at=lost,
        tolerance=None,
        state=ended.state,
        equilibrium=None,
        gradient_calls=calls,
    )
