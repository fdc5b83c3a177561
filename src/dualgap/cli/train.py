"""``dualgap train``: a GAN on a toy law."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualgap.cli.options import one_thread
from dualgap.errors import InvalidInput

if TYPE_CHECKING:
    from dualgap.games import Trajectory
    from dualgap.training.checkpoint import OtherConfiguration
    from dualgap.training.recipes import Recipe

__all__ = ["train"]


class Objective(enum.StrEnum):
    """The dual that a GAN is trained with."""

    js = "js"
    wasserstein = "wasserstein"
    least_squares = "least-squares"
    hinge = "hinge"
    donsker_varadhan = "donsker-varadhan"


class Penalty(enum.StrEnum):
    """What keeps the critic in its class."""

    none = "none"
    r1 = "r1"
    r2 = "r2"
    r1_r2 = "r1-r2"
    gradient_penalty = "gradient-penalty"
    one_sided_penalty = "one-sided-penalty"
    clipping = "clipping"
    spectral = "spectral"


#: What a Lipschitz dual needs, and what helps the others.
USUAL = {Objective.wasserstein: Penalty.gradient_penalty}
#: What of a recipe fades with its number of steps, by the ends of the names in its configuration.
FADING_STEPS, FADING_NOISE = (".scaling_x.steps", ".scaling_y.steps"), ".noise.until"
#: Points in a picture, and pictures in an animation.
DRAWN, FRAMES = 1000, 40
#: The names of dualgap.training.by_name.METHODS, which would load torch.
UPDATES = (
    "alternating, alternating-5 (steps of the critic for one of the generator), simultaneous, extragradient, past-extragradient, "
    "optimistic, consensus or unrolled"
)
#: Rows of the table, whatever the number of records.
ROWS = 11


def train(
    problem: Annotated[
        str,
        typer.Argument(
            help="A law (ring, grid, spiral, swiss-roll, lines, digits), or a recipe such as ring-gan or grid-packing-2.",
            metavar="problem",
        ),
    ],
    objective: Annotated[
        Objective | None,
        typer.Option(help="The dual: js is the GAN, wasserstein the WGAN. The law's own recipe when omitted."),
    ] = None,
    regulariser: Annotated[Penalty | None, typer.Option(help="r1 when omitted, gradient-penalty for the WGAN.")] = None,
    method: Annotated[
        str,
        typer.Option(help=f"The update method: {UPDATES}.", metavar="<name>"),
    ] = "alternating",
    seeds: Annotated[int, typer.Option(min=1, help="How many runs at once, with seeds 0, 1, ...")] = 4,
    steps: Annotated[int | None, typer.Option(min=1, help="How many steps; 600, or the recipe's own.")] = None,
    device: Annotated[str, typer.Option(help="Where it is computed.", metavar="<name>")] = "cpu",
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Keep the run in this file, and go on from it where it exists; with the same --steps where the recipe's "
            "noise or steps fade with them."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Keep the metrics: an .npz file, or .jsonl with a line for each record.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw generated samples of seed 0 beside data: .png, .pdf or .svg.")
    ] = None,
    animation: Annotated[Path | None, typer.Option(help="Draw the training of seed 0: a .gif, or an .mp4.")] = None,
) -> None:
    """Train a GAN as an ensemble of seeds, and print what it covers as it learns."""
    one_thread()
    import dualgap as dg
    from dualgap.report.samples import ANIMATIONS, PICTURES, require_for
    from dualgap.writing import check_output

    written = {
        "output": (output, (".npz", ".jsonl")),
        "picture": (picture, PICTURES),
        "animation": (animation, ANIMATIONS),
    }
    for name, (path, endings) in written.items():
        if path is not None:
            check_output(path, *endings, argument=name)
    for path in (picture, animation):
        if path is not None:
            require_for(path)
    recipe = _recipe(problem, objective, regulariser, method, steps)
    run = _trained(recipe, seeds, animated=animation is not None, device=device, checkpoint=checkpoint)
    files = [] if output is None else [_kept(run, output)]
    files += _drawn(dg, recipe, run, picture, animation)
    _print_table(recipe, run, seeds)
    for file in files:
        print(file)


def _trained(recipe: Recipe, seeds: int, *, animated: bool, device: str, checkpoint: Path | None) -> Trajectory:
    from dualgap.training import Evaluation, Modes
    from dualgap.training.checkpoint import OtherConfiguration

    record = max(1, recipe.steps // (FRAMES if animated else 10))
    # the critic's value alone does not say how far a law without modes is
    observe = None if isinstance(recipe.game.data, Modes) else Evaluation(measure=("w1",))
    try:
        return recipe.train(
            seeds=range(seeds), record=record, path=animated, observe=observe, device=device, checkpoint=checkpoint
        )
    except OtherConfiguration as error:
        raise _of_other_steps(error, recipe.steps) from error


def _of_other_steps(error: OtherConfiguration, steps: int) -> InvalidInput:
    """Where a checkpoint differs in nothing but what fades with the number of steps: that, in the words of the options."""
    known = [pair for name, pair in error.differences.items() if name.endswith(FADING_STEPS)]
    if not known or not all(name.endswith((*FADING_STEPS, FADING_NOISE)) for name in error.differences):
        return error
    here, there = known[0]
    if here is None or there is None:  # a method that fades against one that does not
        return error
    theirs = steps * int(there) // int(here)
    return InvalidInput(
        f"checkpoint must be of a run of {steps} steps, got one of {theirs}: this recipe's noise and steps fade with --steps; "
        f"repeat it with --steps {theirs}, or choose another file",
        argument="checkpoint",
    )


def _recipe(
    problem: str, objective: Objective | None, regulariser: Penalty | None, method: str, steps: int | None
) -> Recipe:
    """The recipe of the name, or what the options put together."""
    from dualgap.training.by_name import LAWS, composed, problem_named

    chosen = problem_named(problem, steps=steps)
    plain = objective is None and regulariser is None and method == "alternating"
    if chosen is not None and plain:
        return chosen
    if problem not in LAWS:
        raise InvalidInput(
            f"problem must be a law such as ring for an objective, a regulariser or a method of one's own, got the recipe "
            f"{problem!r}",
            argument="problem",
        )
    dual = objective or Objective.js
    return composed(
        problem,
        objective=dual.value,
        regulariser=(regulariser or USUAL.get(dual, Penalty.r1)).value,
        method=method,
        steps=600 if steps is None else steps,
    )


def _print_table(recipe: Recipe, run: Trajectory, seeds: int) -> None:
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    from dualgap.report.ending import ending
    from dualgap.training.history import share_of_seeds, summary

    of = "one seed" if seeds == 1 else f"medians of {seeds} seeds"
    table = Table(box=None)
    centres = getattr(recipe.game.data, "centres", None)
    number = 0 if centres is None else len(centres())
    titles = {
        "modes": f"modes of {number}",
        "high_quality": "points near a mode",
        "reverse_kl": "reverse KL (nats)",
        "w1": "W1 to data",
        "dual": "critic's value",
    }
    columns = {name: title for name, title in titles.items() if name in run.metrics}
    for title in ("step", *columns.values()):
        table.add_column(title, justify="right")
    rows = summary(run)
    for k in np.unique(np.linspace(0, len(rows) - 1, ROWS).round().astype(int)):
        table.add_row(str(rows[k]["step"]), *[f"{rows[k][name]['median']:.3g}" for name in columns])
    if seeds > 1:
        between = [f"{rows[-1][name]['low']:.3g} to {rows[-1][name]['high']:.3g}" for name in columns]
        table.add_row("quartiles", *between)
    print(f"{recipe.title}: {of}, {ending(run)}")
    Console().print(table)
    if number:
        share = share_of_seeds(np.atleast_1d(np.asarray(run.metrics["modes"][-1]) == number))
        print(
            f"all {number} modes: {share['share']:.0%} of the seeds; of all seeds, with confidence 95%, "
            f"{share['lower']:.0%} to {share['upper']:.0%}"
        )


def _kept(run: Trajectory, output: Path) -> Path:
    import numpy as np

    from dualgap.training.history import write_json_lines
    from dualgap.writing import write_atomically

    if output.suffix.lower() == ".jsonl":
        return write_json_lines(run, output)
    arrays: dict[str, Any] = {
        "steps": run.metric_steps,
        **{name: np.asarray(value) for name, value in run.metrics.items()},
    }
    return write_atomically(output, lambda file: np.savez(file, **arrays))


def _drawn(dg: Any, recipe: Recipe, run: Trajectory, picture: Path | None, animation: Path | None) -> list[Path]:
    """The pictures of seed 0's points beside as many data."""
    from dualgap.report.ending import number_of
    from dualgap.report.samples import animate, draw_samples

    game = recipe.game

    def generated(record: int) -> Any:
        streams = dg.games.Streams([0], purpose=3, dtype=run.x.dtype, device=run.x.device)
        return game.generate(run.x[record][:1], streams, DRAWN)[0].cpu().numpy()

    data = game.data.draw(dg.games.Streams(0, purpose=4), DRAWN).numpy()
    files = []
    if picture is not None:
        title = f"{recipe.title}, after {number_of(int(run.metric_steps[-1]), 'step')}"
        files.append(draw_samples(generated(-1), data, title, picture))
    if animation is not None:
        titles = [f"{recipe.title}, step {step}" for step in run.steps]
        files.append(animate([generated(record) for record in range(len(run.steps))], data, titles, animation))
    return files
