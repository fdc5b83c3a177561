"""The command ``dualgap``.

Exit codes: 0 when all went well; 1 when a claim is refuted or a mutant survives; 2 for a wrong option or an input that is not what the
mathematics needs; 3 when the check of a claim crashed, or a call of a
sweep; 4 when the budget is too small to decide a claim; 5 when a file or folder cannot
be written; 6 when a file of claims cannot be run or an extra is not installed; 130 after Ctrl-C, which leaves no half-written file. What
is wrong is said in one line on standard error.

What a command needs is imported inside it, so that ``dualgap --help`` answers at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dualgap import __version__
from dualgap.cli.codes import code_of
from dualgap.cli.distance import distance
from dualgap.cli.figures import figures
from dualgap.cli.pipe import output_may_close
from dualgap.cli.play import play
from dualgap.cli.robust import robust
from dualgap.cli.style import style
from dualgap.cli.sweep import sweep
from dualgap.cli.train import train
from dualgap.cli.verify import verify
from dualgap.errors import DualgapError

__all__ = ["app", "main"]

app = typer.Typer(
    name="dualgap",
    help="Distances between distributions, and the games that minimise them, with a gap on every number.",
    epilog="Exit codes: 0 well; 1 a claim is refuted or a mutant survives; 2 wrong usage or input; 3 a check or a call crashed; "
    "4 undecided; 5 cannot be written; 6 cannot be imported.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command; an error of the library becomes one line on standard error and its exit code."""
    with output_may_close():
        try:
            app()
        except DualgapError as error:
            print(f"dualgap: {error}", file=sys.stderr)
            raise SystemExit(code_of(error)) from None


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


for command in (verify, figures, distance, play, train, robust, style, sweep):
    app.command()(command)
