"""The command ``dualgap``.

Exit codes: 0 when all went well; 1 when a claim fails, a check crashed or a mutant survives; 2 for a wrong option or an input that is not
what the mathematics needs, with one line on standard error that says what it must be.

What a command needs is imported inside it, so that ``dualgap --help`` answers at once.
"""

from __future__ import annotations

import enum
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualgap import __version__
from dualgap.errors import DualgapError, InvalidInput

if TYPE_CHECKING:
    from dualgap.games import Game

__all__ = ["app", "main"]

app = typer.Typer(
    name="dualgap",
    help="Distances between distributions, and the games that minimise them, with a gap on every number.",
    epilog="Exit codes: 0 well; 1 a claim fails, crashes, or a mutant survives; 2 wrong usage or input.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Budget(enum.StrEnum):
    """How much work a command may do."""

    quick = "quick"
    full = "full"


class FigureBudget(enum.StrEnum):
    """How much a figure computes."""

    quick = "quick"
    paper = "paper"


class Format(enum.StrEnum):
    """How a verification is printed."""

    table = "table"
    json = "json"


class Distance(enum.StrEnum):
    """What ``dualgap distance`` computes."""

    wasserstein = "wasserstein"
    kl = "kl"
    js = "js"


class GameName(enum.StrEnum):
    """What ``dualgap play`` plays."""

    xy = "xy"
    dirac_gan = "dirac-gan"
    dirac_gan_r1 = "dirac-gan-r1"
    quadratic = "quadratic"


class MethodName(enum.StrEnum):
    """How ``dualgap play`` plays."""

    simultaneous = "simultaneous"
    alternating = "alternating"
    extragradient = "extragradient"


class Problem(enum.StrEnum):
    """What ``dualgap train`` trains on."""

    ring = "ring"


class Objective(enum.StrEnum):
    """The dual that a GAN is trained with."""

    js = "js"
    wasserstein = "wasserstein"


Seed = Annotated[int, typer.Option(min=0, help="Fixes every draw.")]

#: The least side of a picture that the features of ``dualgap style`` fit into, in pixels.
SMALLEST_PICTURE = 56

#: The kinds of picture that ``dualgap style`` writes.
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tiff", ".bmp")


def _names(choices: type[enum.StrEnum]) -> str:
    """Names for a help text, which breaks lines between words, where the list that typer writes is broken inside them."""
    *others, last = (choice.value for choice in choices)
    return f"{', '.join(others)} or {last}"


def main() -> None:
    """Run the command; an error of the library becomes one line on standard error and exit code 2."""
    try:
        app()
    except DualgapError as error:
        print(f"dualgap: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _pair_of_numbers(text: str) -> tuple[float, float]:
    try:
        x, y = map(float, text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"must be two numbers with a comma between them, such as 1,0.5; got {text!r}"
        ) from None
    return x, y


def _version(wanted: bool) -> None:
    if wanted:
        print(f"dualgap {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def verify(
    topic: Annotated[str | None, typer.Option(help="Only the claims of this topic.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this claim; may be given several times.")] = None,
    budget: Annotated[Budget, typer.Option(help="How many instances and seeds.")] = Budget.quick,
    seed: Seed = 0,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also try the wrong versions, which must be rejected.")
    ] = False,
    format: Annotated[Format, typer.Option(help="What is printed.")] = Format.table,
    report: Annotated[Path, typer.Option(help="The folder that index.html is written to.")] = Path("report"),
) -> None:
    """State every claim, try it on instances, and write a page with what was predicted and what was measured."""
    _one_thread()
    import json

    from rich.console import Console

    from dualgap.claims import verify as run
    from dualgap.claims.table import table_of
    from dualgap.report import as_data, write_page

    found = run(topic=topic, only=only or None, budget=budget.value, seed=seed, mutants=mutants)
    page = write_page(found, report)
    if format is Format.json:
        print(json.dumps(as_data(found), indent=1, allow_nan=False, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else 140)
        console.print(table_of(found, compact=console.width < 110))
        console.print(f"\n{found.summary}\n{page}", highlight=False, soft_wrap=True)
    if not found.ok:
        raise typer.Exit(1)


@app.command()
def figures(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Which; all when none is named.")] = None,
    output: Annotated[Path, typer.Option(help="The folder for PDF, PNG and numbers.")] = Path("paper_figures/output"),
    budget: Annotated[FigureBudget, typer.Option(help="How much is computed.")] = FigureBudget.quick,
    seed: Seed = 0,
) -> None:
    """Draw the paper's figures: PDF, PNG, and beside them the numbers they show."""
    _one_thread()
    from dualgap.extras import require

    require("matplotlib", extra="figures")
    require("tueplots", extra="figures")
    runner = require("paper_figures.runner", extra="figures")
    for path in runner.run(names or None, output=output, budget=budget.value, seed=seed):
        print(path)


@app.command()
def distance(
    x: Annotated[Path, typer.Argument(help="Numbers: .npy, .csv or .txt, a point or a weight a line.")],
    y: Annotated[Path, typer.Argument(help="Numbers, as x.")],
    distance: Annotated[
        Distance, typer.Option(help="wasserstein reads points, kl and js read weights.")
    ] = Distance.wasserstein,
    order: Annotated[
        float | None, typer.Option(min=1, help="The order of the Wasserstein distance; 1 when omitted.")
    ] = None,
    method: Annotated[str, typer.Option(help="How; see dualgap.methods_for.")] = "auto",
) -> None:
    """The distance of two files of numbers, with its bounds and why they can be believed."""
    import dualgap as dg
    from dualgap.report.reading import read_numbers, said_of_files

    if distance is not Distance.wasserstein and order is not None:
        raise InvalidInput(f"order must be left out: {distance.value} has none", argument="order")
    first, second = read_numbers(x, "x"), read_numbers(y, "y")
    try:
        if distance is Distance.wasserstein:
            bracket = dg.wasserstein(first, second, order=1.0 if order is None else order, method=method)
        else:
            bracket = {Distance.kl: dg.kl, Distance.js: dg.js}[distance](first, second, method=method)
    except InvalidInput as error:
        raise InvalidInput(said_of_files(str(error), x, y), argument=error.argument) from error
    print(bracket.explain())


@app.command()
def play(
    game: Annotated[GameName, typer.Argument(help=f"What to play: {_names(GameName)}.", metavar="game")],
    method: Annotated[MethodName, typer.Option(help=f"The update method: {_names(MethodName)}.", metavar="<name>")],
    step: Annotated[float, typer.Option(metavar="<float> [x>0]", help="Its step size.")],
    steps: Annotated[int, typer.Option(min=24, help="How many steps.")] = 200,
    start: Annotated[
        Any, typer.Option(parser=_pair_of_numbers, metavar="<x,y>", help="Where the two players begin.")
    ] = "1,0.5",
    output: Annotated[Path | None, typer.Option(help="Draw the phase portrait: .png, .pdf or .svg.")] = None,
) -> None:
    """Play a game of two numbers by a method: the rate that the linearisation predicts, and the measured one."""
    _one_thread()
    import numpy as np

    import dualgap as dg
    from dualgap.games import Status
    from dualgap.report.ending import ending, measured_rate
    from dualgap.report.portrait import ENDINGS, draw_portrait
    from dualgap.report.writing import check_output

    if output is not None:
        check_output(output, *ENDINGS)
    kinds = {
        MethodName.simultaneous: dg.methods.SimultaneousGDA,
        MethodName.alternating: dg.methods.AlternatingGDA,
        MethodName.extragradient: dg.methods.ExtraGradient,
    }
    played = _games()[game]
    chosen = kinds[method](step=step)
    predicted = dg.predict_rate(played, chosen)
    run = dg.simulate(played, chosen, start=start, steps=steps)
    x, y = np.ravel(run.x), np.ravel(run.y)
    name = f"{game.value}, {method.value}, step {step:g}"
    where = "at" if run.status is not Status.DIVERGED else "last at"
    print(f"{name}: {ending(run)}, {where} ({x[-1]:.6g}, {y[-1]:.6g})")
    measured = measured_rate(run)
    if measured is None:
        print(f"predicted rate {predicted:.9g} a step; none was measured: the path diverged too soon")
    else:
        print(f"predicted rate {predicted:.9g} a step, measured {measured:.9g}")
    if output is not None:
        said = "none" if measured is None else f"{measured:.6g}"
        title = f"{name}\nrate a step: predicted {predicted:.6g}, measured {said}"
        print(draw_portrait(x, y, title, output))


@app.command()
def train(
    problem: Annotated[Problem, typer.Argument(help="The law to imitate.")],
    objective: Annotated[
        Objective, typer.Option(help="The dual: js is the GAN, wasserstein the WGAN with a gradient penalty.")
    ],
    seeds: Annotated[int, typer.Option(min=1, help="How many runs at once, with seeds 0, 1, ...")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="How many steps.")] = 600,
    output: Annotated[Path | None, typer.Option(help="Keep the metrics: an .npz file.")] = None,
) -> None:
    """Train a GAN on a toy law as an ensemble of seeds, and print what it covers as it learns."""
    _one_thread()
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    import dualgap as dg
    from dualgap.report.ending import ending
    from dualgap.report.writing import check_output, write_atomically

    if output is not None:
        check_output(output, ".npz")
    gan, method = _ring_game(objective)
    run = dg.training.train(gan, method, seeds=range(seeds), steps=steps, record=max(1, steps // 10))
    of = "one seed" if seeds == 1 else f"medians of {seeds} seeds"
    table = Table(title=f"{problem.value} of 8, {objective.value}: {of}, {ending(run)}", box=None)
    columns = {
        "modes": "modes of 8",
        "high_quality": "points near a mode",
        "reverse_kl": "reverse KL (nats)",
        "dual": "critic's value",
    }
    table.add_column("step", justify="right")
    for title in columns.values():
        table.add_column(title, justify="right")
    for row, at in enumerate(run.metric_steps):
        table.add_row(str(at), *[f"{float(np.median(run.metrics[name][row])):.3g}" for name in columns])
    Console().print(table)
    if output is not None:
        arrays: dict[str, Any] = {
            "steps": run.metric_steps,
            **{name: np.asarray(run.metrics[name]) for name in columns},
        }
        print(write_atomically(output, lambda file: np.savez(file, **arrays)))


@app.command()
def style(
    content: Annotated[Path, typer.Argument(help="The picture whose content is kept.")],
    style: Annotated[Path, typer.Argument(help="The picture whose style is taken.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the picture is written: .png, .jpg, ...")],
    steps: Annotated[int, typer.Option(min=1, help="Steps of L-BFGS.")] = 100,
    size: Annotated[
        int,
        typer.Option(min=SMALLEST_PICTURE, help="Larger pictures are reduced to this many pixels on the longer side."),
    ] = 192,
    seed: Seed = 0,
) -> None:
    """A picture with the content of one and the style of another, on random convolutional features."""
    _one_thread()
    import numpy as np

    from dualgap.extras import require
    from dualgap.report.ending import number_of
    from dualgap.report.reading import read_picture
    from dualgap.report.writing import check_output, write_atomically
    from dualgap.training.style import style_transfer

    image = require("PIL.Image", extra="figures")
    check_output(output, *PICTURES)
    kind = image.registered_extensions()[output.suffix.lower()]
    pictures = [
        read_picture(path, name, size=size, smallest_side=SMALLEST_PICTURE)
        for path, name in ((content, "content"), (style, "style"))
    ]
    found = style_transfer(*pictures, steps=steps, seed=seed)
    pixels = np.asarray(found.image)
    if pixels.dtype != np.uint8:
        pixels = np.round(255 * np.clip(pixels, 0, 1)).astype(np.uint8)
    print(
        f"style loss {found.style_loss[0]:.4g} -> {found.style_loss[-1]:.4g}, "
        f"content loss {found.content_loss[0]:.4g} -> {found.content_loss[-1]:.4g} after {number_of(found.steps, 'step')}"
    )
    print(write_atomically(output, lambda file: image.fromarray(pixels).save(file, format=kind)))


def _one_thread() -> None:
    """Small tensors run several times slower on many threads than on one; read by the libraries when they load."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def _games() -> dict[GameName, Game]:
    import dualgap.games as games

    return {
        GameName.xy: games.bilinear([[1.0]]),
        GameName.dirac_gan: games.dirac_gan(),
        GameName.dirac_gan_r1: games.dirac_gan(r1=0.5),
        GameName.quadratic: games.quadratic([[0.2]], [[1.0]], [[0.2]]),
    }


def _ring_game(objective: Objective) -> tuple[Any, Any]:
    """The ring of 8 with networks of two layers of 64, and the method that its claim uses."""
    import dualgap as dg

    duals = {
        Objective.js: (dg.duals.JensenShannon(), dg.duals.R1(0.05)),
        Objective.wasserstein: (dg.duals.KantorovichRubinstein(), dg.duals.GradientPenalty(1.0)),
    }
    dual, regulariser = duals[objective]
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 64, 64, 2)),
        critic=dg.networks.MLP((2, 64, 64, 1)),
        objective=dual,
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=regulariser,
    )
    method = dg.methods.AlternatingGDA(step=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    return gan, method


if __name__ == "__main__":
    main()
