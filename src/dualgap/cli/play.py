"""``dualgap play``: a game of the catalogue, played by a method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualgap.cli.options import Seed, one_thread
from dualgap.errors import InvalidInput

if TYPE_CHECKING:
    from dualgap.games import Example

__all__ = ["play"]


def play(
    game: Annotated[str, typer.Argument(help="What to play; --list shows the games.", metavar="game")],
    method: Annotated[str, typer.Option(help="The update method; --list shows them.", metavar="<name>")],
    step: Annotated[float, typer.Option(metavar="<float>", help="Its step size, above 0.")],
    steps: Annotated[int, typer.Option(min=24, help="How many steps.")] = 200,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="<x,y>",
            help="Where the players begin: the numbers of x, then those of y. The game's own otherwise.",
        ),
    ] = None,
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option(help="Where the phase portrait goes: .png, .pdf or .svg; <game>-<method>.png otherwise."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", callback=lambda wanted: _list(wanted), is_eager=True, help="Print the names.")
    ] = False,
) -> None:
    """Play a game by a method and draw the phase portrait, with the rate that the linearisation predicts and the measured one.

    A game of more than two numbers is shown on the plane in which its path moves most.
    """
    one_thread()
    import dualgap as dg
    from dualgap.games.by_name import example_named, method_named
    from dualgap.report.ending import ending
    from dualgap.report.portrait import ENDINGS, draw_portrait, last_point
    from dualgap.report.rates import rates_of
    from dualgap.writing import check_output

    picture = Path(f"{game}-{method}.png") if output is None else output
    example, chosen = example_named(game), method_named(method, step)
    check_output(picture, *ENDINGS)
    played = example.make()
    run = dg.simulate(played, chosen, start=_start(start, example, played.sizes), steps=steps, seeds=seed)
    name = f"{game}, {method}, step {step:g}"
    diverged = run.status is dg.games.Status.DIVERGED
    print(f"{name}: {ending(run)}, {'last at' if diverged else 'at'} {last_point(run)}")
    rates = rates_of(played, chosen, run)
    print(rates)
    print(draw_portrait(played, run, f"{name}{f': {ending(run)}' if diverged else ''}\n{rates.short}", picture))


def _start(text: str | None, example: Example, sizes: tuple[int, int]) -> tuple[Any, Any]:
    """The start that was asked for: the numbers of x, then those of y."""
    if text is None:
        return example.start
    n, m = sizes
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != n + m:
        wanted = "two numbers" if n + m == 2 else f"{n + m} numbers, {n} of x and {m} of y,"
        between = "a comma" if n + m == 2 else "commas"
        ours = ",".join(f"{number:g}" for number in (*example.start[0], *example.start[1]))
        raise InvalidInput(
            f"start must be {wanted} with {between} between them, such as {ours}; got {text!r}", argument="start"
        )
    return numbers[:n], numbers[n:]


def _list(wanted: bool) -> None:
    if not wanted:
        return
    one_thread()
    from dualgap.games import examples
    from dualgap.games.by_name import METHODS

    print("games:")
    for example in examples().values():
        print(f"  {example.name:<24} {example.title}")
    print("methods:")
    for name in METHODS:
        print(f"  {name}")
    raise typer.Exit
