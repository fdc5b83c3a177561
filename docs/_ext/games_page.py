"""The catalogue of games with a picture of each, drawn when the site is built, where a page says ``<!-- games -->``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filling import filling, setup_of

import dualgap as dg
from dualgap.report.portrait import portrait
from dualgap.writing import write_atomically

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKER = "<!-- games -->"
HERE = Path(__file__).parents[1]
PICTURES = HERE / "generated" / "games"
#: What a picture depends on: when one of these is newer, it is drawn again.
SOURCES = (HERE.parent / "src/dualgap/games/catalogue", HERE.parent / "src/dualgap/report/portrait.py", Path(__file__))
METHODS = {
    "simultaneous": dg.methods.SimultaneousGDA,
    "alternating": dg.methods.AlternatingGDA,
    "extragradient": dg.methods.ExtraGradient,
}
STEPS = 80


def draw(example: dg.games.Example) -> None:
    """The flow of a game and the paths of three methods through it."""
    game = example.make()
    runs = {
        name: dg.simulate(game, kind(step=example.step), start=example.start, steps=STEPS)
        for name, kind in METHODS.items()
    }
    figure = portrait(game, runs, size=4.2)
    write_atomically(PICTURES / f"{example.name}.png", lambda file: figure.savefig(file, format="png", dpi=130))


def numbers(values: Any) -> str:
    """A vector in LaTeX, to four decimals."""
    said = [f"{value:.4f}".rstrip("0").rstrip(".") for value in values.tolist()]
    said = ["0" if number == "-0" else number for number in said]
    return said[0] if len(said) == 1 else "(" + ", ".join(said) + ")"


def constant(value: float | None) -> str:
    """A number in LaTeX, or that there is none."""
    if value is None:
        return r"\text{not known}"
    if math.isinf(value):
        return r"\infty" if value > 0 else r"-\infty"
    return f"{value:.4g}"


def entry(example: dg.games.Example) -> Iterator[str]:
    """One game: its formula, what it is good for, its equilibrium, its constants, its picture."""
    game = example.make()
    yield f"(game-{example.name})="
    yield f"## {example.title}"
    yield example.about
    yield f"$$ {example.formula} $$"
    if game.equilibrium is None:
        yield "Equilibrium\n: none"
    else:
        x, y = game.equilibrium
        yield f"Equilibrium\n: $x = {numbers(x)}$, $y = {numbers(y)}$"
    if game.constants is not None:
        yield (
            f"Constants\n: $L = {constant(game.constants.lipschitz)}$, $\\mu = {constant(game.constants.monotonicity)}$"
        )
    yield (
        f":::{{figure}} generated/games/{example.name}.png\n:alt: phase portrait of {example.title}\n:width: 440px\n\n"
        f"{STEPS} steps of {example.step:g} by three methods, from the dot. `dualgap play {example.name} --method "
        f"extragradient --step {example.step:g}`\n:::"
    )


def prepare(app: Sphinx) -> None:
    """Draw what is missing or older than what it shows."""
    files = [file for source in SOURCES for file in ([source] if source.is_file() else source.glob("*.py"))]
    newest = max(file.stat().st_mtime for file in files)
    for example in dg.games.examples().values():
        picture = PICTURES / f"{example.name}.png"
        if not picture.exists() or picture.stat().st_mtime < newest:
            draw(example)


def listing() -> str:
    """All example games."""
    return "\n\n".join(part for example in dg.games.examples().values() for part in entry(example))


fill = filling(MARKER, listing)


def setup(app: Sphinx) -> dict[str, Any]:
    """Draw first, then fill pages as they are read."""
    app.connect("builder-inited", prepare)
    return setup_of(fill)(app)
