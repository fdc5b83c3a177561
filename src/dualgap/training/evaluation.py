"""What is measured of a run at each record."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.recording import Observe
from dualgap.games.streams import Streams
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.data import Modes
from dualgap.training.distances import manifold_coverage, mmd_squared, wasserstein_brackets
from dualgap.training.metrics import mode_coverage
from dualgap.validation import choice, count, optional_function, points_array

__all__ = ["Evaluation"]

#: Generated points that a record's metrics are computed from, as the toy benchmarks do.
POINTS = 2500
#: The stream of the evaluation (the batches are purpose 0, the starting weights 1).
EVALUATION = 2
#: Batches whose gradients' norms are sorted, and the quantiles that are kept.
BATCHES, QUANTILES = 9, {"low": 0.1, "median": 0.5, "high": 0.9}

METRICS = ("w1", "w2", "mmd", "manifold", "gradients", "estimate")


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """More metrics of a run than its default ones.

    ``train(..., observe=Evaluation(measure=("w1", "mmd")))`` adds to ``run.metrics``, each of shape (records, K):

    - ``"w1"``, ``"w2"``: the exact Wasserstein distance of ``compared`` generated points to as many held-out data, with its
      bounds in ``w1_lower`` and ``w1_upper``;
    - ``"estimate"``: what the critic's value says the divergence is (for a Lipschitz critic, of W_1), to stand beside it;
      refused with packing, where the value is between the laws of m points at once (W_1 of those may be sqrt(m) times as far);
    - ``"mmd"``: ``mmd_squared`` and ``mmd_squared_error`` (:func:`mmd_squared`);
    - ``"manifold"``: ``precision``, ``recall``, ``density`` and ``coverage`` (:func:`manifold_coverage`);
    - ``"gradients"``: ``gradient_x_low``, ``_median`` and ``_high``, and those of y: the 10, 50 and 90% quantiles of the norm of
      each player's gradient over 9 fresh batches.

    Of a seed one of whose generated points overflows ``modes`` is 0 and what is measured of the points is nan.

    Parameters
    ----------
    measure : sequence of str
        Of these.
    points : int
        Generated for the modes and the critic's value: 2,500 in the toy benchmarks.
    compared : int
        Points on each side of the distances.
    held_out : (n, d) array, optional
        Data that training does not see; fresh draws from the game's own law when omitted.
    also : callable (x, y) -> dict of (K,) tensors, optional
        Metrics of one's own.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> gan = dg.training.AdversarialGame(
    ...     generator=dg.networks.MLP((2, 16, 2)), critic=dg.networks.MLP((2, 16, 1)),
    ...     objective=dg.duals.KantorovichRubinstein(), data=dg.training.Ring(), latent=2, batch_size=32,
    ...     saturating=False, regulariser=dg.duals.GradientPenalty(1.0))
    >>> method = dg.methods.AlternatingGDA(step=1e-3, first="y", steps_y=5)
    >>> run = dg.training.train(gan, method, seeds=range(2), steps=2, observe=Evaluation(measure=("w1",), compared=64))
    >>> run.metrics["w1"].shape, bool((run.metrics["w1_lower"] <= run.metrics["w1_upper"]).all())
    (torch.Size([3, 2]), True)
    """

    measure: Sequence[str] = ()
    points: int = POINTS
    compared: int = 256
    held_out: Any = None
    also: Callable[[Tensor, Tensor], dict[str, Tensor]] | None = None

    def __post_init__(self) -> None:
        names = (self.measure,) if isinstance(self.measure, str) else tuple(self.measure)
        object.__setattr__(self, "measure", tuple(choice(name, "measure", METRICS) for name in names))
        count(self.points, "points")
        count(self.compared, "compared", at_least=8)
        optional_function(self.also, "also")
        if self.held_out is not None:
            held = torch.as_tensor(points_array(self.held_out, "held_out"))
            if len(held) < self.compared:
                raise InvalidInput(
                    f"held_out must have at least the {self.compared} points that are compared, got {len(held)}",
                    argument="held_out",
                )
            object.__setattr__(self, "held_out", held)

    @classmethod
    def all_of(cls, observe: Evaluation | Observe | None) -> Evaluation:
        """The evaluation that an argument means: a function adds its own metrics to the default ones."""
        return observe if isinstance(observe, Evaluation) else cls(also=observe)

    def bound(
        self, game: AdversarialGame, seeds: Any, options: dict[str, Any], *, clock: Callable[[], int] = lambda: 0
    ) -> Observe:
        """The function (x, y) -> metrics of a game and its seeds.

        The same latent points and data are used at every record: a change of a metric is a change of the players. ``clock`` says
        how many samples the run has drawn, on which the noise of the gradients' batches depends.
        """
        if self.held_out is not None and self.held_out.shape[1] != game.data.dimension:
            raise InvalidInput(
                f"held_out must have dimension {game.data.dimension} as the data, got {self.held_out.shape[1]}",
                argument="held_out",
            )

        if game.packing > 1 and "estimate" in self.measure:
            raise InvalidInput(
                f"measure must not have 'estimate' for a critic of packs, got packing {game.packing}: its value compares the "
                f"laws of {game.packing} points at once, not those of one; leave it out, or set packing to 1",
                argument="measure",
            )

        def metrics(x: Tensor, y: Tensor) -> dict[str, Tensor]:
            streams = Streams(seeds, purpose=EVALUATION, **options)
            streams.samples = clock()
            with torch.no_grad():
                found = self._measured(game, x, y, streams)
            return found if self.also is None else {**found, **_of_ones_own(self.also(x, y), found["dual"])}

        return metrics

    def _measured(self, game: AdversarialGame, x: Tensor, y: Tensor, streams: Streams) -> dict[str, Tensor]:
        points = game.generate(x, streams, self.points)
        data = game.data.draw(streams, self.points)
        dual = _value(game, y, data, points)
        points, gone = _finite(points)
        found = {}
        if isinstance(game.data, Modes):
            found = mode_coverage(points, game.data.centres(), game.data.spread)
        if not self.measure:
            return {"dual": dual, **_left(found, gone)}
        shown, also_gone = points, gone
        if self.points < self.compared:
            shown, also_gone = _finite(game.generate(x, streams, self.compared))
        shown = shown[..., : self.compared, :]
        if self.held_out is None:
            truth = game.data.draw(streams, self.compared)
        else:
            truth = self.held_out[: self.compared].to(shown)
        for name in self.measure:
            found |= self._one(name, game, (x, y), (shown, truth), dual, streams)
        return {"dual": dual, **_left(found, gone | also_gone)}

    def _one(
        self,
        name: str,
        game: AdversarialGame,
        players: tuple[Tensor, Tensor],
        clouds: tuple[Tensor, Tensor],
        dual: Tensor,
        streams: Streams,
    ) -> dict[str, Tensor]:
        shown, truth = clouds
        if name in ("w1", "w2"):
            brackets = wasserstein_brackets(shown, data=truth, order=int(name[1]))
            values = {"": "value", "_lower": "lower", "_upper": "upper"}
            return {
                name + end: dual.new_tensor(
                    [float(getattr(one, part)) for one in brackets], dtype=torch.float64
                ).reshape(dual.shape)
                for end, part in values.items()
            }
        if name == "mmd":
            return mmd_squared(shown, data=truth)
        if name == "manifold":
            return manifold_coverage(shown, data=truth)
        if name == "estimate":
            return {"estimate": game.objective.divergence(dual)}
        return _gradient_norms(game, *players, streams)


def _finite(points: Tensor) -> tuple[Tensor, Tensor]:
    """The clouds of the seeds, with 0 for those in which a point is not finite, and which these are."""
    gone = ~torch.isfinite(points).all(-1).all(-1)
    return torch.where(gone[..., None, None], 0.0, points), gone


def _left(found: dict[str, Tensor], gone: Tensor) -> dict[str, Tensor]:
    """The metrics, but nan (or no mode) of the seeds whose points are not finite: a run goes on where one of them diverges."""
    if not bool(gone.any()):
        return found
    return {
        name: torch.where(gone, math.nan if value.is_floating_point() else 0, value) for name, value in found.items()
    }


def _of_ones_own(found: Any, like: Tensor) -> dict[str, Tensor]:
    """The metrics that a function of the user's returned."""
    said = f"observe must return a dict of tensors of shape {tuple(like.shape)}, got "
    if not isinstance(found, dict):
        raise InvalidInput(f"{said}{found!r:.60} ({type(found).__name__})", argument="observe")
    for name, value in found.items():
        try:
            right = torch.as_tensor(value).shape[: like.ndim] == like.shape
        except (TypeError, ValueError, RuntimeError):
            right = False
        if not isinstance(name, str) or not right:
            shown = (
                f"the shape {tuple(value.shape)}"
                if isinstance(value, Tensor)
                else f"{value!r:.60} ({type(value).__name__})"
            )
            raise InvalidInput(f"{said}{shown} for {name!r}", argument="observe")
    return found


def _value(game: AdversarialGame, y: Tensor, data: Tensor, points: Tensor) -> Tensor:
    """The critic's value on fresh points: on batches of the size it is trained on, where it compares the points of one."""

    def value(real_points: Tensor, fake_points: Tensor) -> Tensor:
        return game.objective.on_batch(lambda at: game.scores(y, at), real_points, fake_points)

    if not game.critic.batchwise:
        return value(data, points)
    size = min(game.batch_size, points.shape[-2])
    batches = [
        value(data[..., at : at + size, :], points[..., at : at + size, :])
        for at in range(0, points.shape[-2] - size + 1, size)[:BATCHES]
    ]
    return torch.stack(batches).mean(0)


def _gradient_norms(game: AdversarialGame, x: Tensor, y: Tensor, streams: Streams) -> dict[str, Tensor]:
    """Quantiles of the norms of both players' gradients over some batches."""
    found, fields, now = {}, [], streams.samples
    for _ in range(BATCHES):
        streams.samples = now  # all of them are drawn at one moment of the run
        fields.append(game.field(x, y, game.draw(streams)))
    for player, gradients in zip("xy", zip(*fields, strict=True), strict=True):
        norms = torch.stack([gradient.norm(dim=-1) for gradient in gradients])
        for name, level in QUANTILES.items():
            found[f"gradient_{player}_{name}"] = norms.quantile(level, 0)
    return found
