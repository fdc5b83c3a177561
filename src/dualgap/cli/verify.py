"""``dualgap verify``: every claim, tried on instances."""

from __future__ import annotations

import enum
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualgap.cli.codes import Code
from dualgap.cli.options import Seed, one_thread
from dualgap.errors import InvalidInput, Unwritable

if TYPE_CHECKING:
    from dualgap.claims import Verification

__all__ = ["verify"]


class Budget(enum.StrEnum):
    """How much work a command may do."""

    quick = "quick"
    full = "full"


class Format(enum.StrEnum):
    """How a verification is printed."""

    table = "table"
    json = "json"
    junit = "junit"


def verify(
    topic: Annotated[str | None, typer.Option(help="Only the claims of this topic.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this claim; may be given several times.")] = None,
    budget: Annotated[Budget, typer.Option(help="How many instances and seeds.")] = Budget.quick,
    seed: Seed = 0,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="Also try the wrong versions, which must be rejected.")
    ] = False,
    claims: Annotated[
        list[Path] | None, typer.Option(help="A Python file of claims of your own; may be given several times.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="How many processes; one a core when omitted.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Try every claim, also where nothing has changed.")] = False,
    format: Annotated[Format, typer.Option(help="What is printed.")] = Format.table,
    report: Annotated[
        Path, typer.Option(help="The folder for index.html and, in cache, for what was borne out.")
    ] = Path("report"),
) -> None:
    """State every claim, try it on instances, and write a page with what was predicted and what was measured.

    A claim that was borne out is not tried again before dualgap, the claim's file, the libraries, the seed or the budget change.

    Exit codes: 0 all hold; 1 a claim is refuted or a mutant survives; 2 wrong usage; 3 a check crashed; 4 the budget is too small to
    decide a claim; 5 the report cannot be written; 6 a file of claims cannot be run, or an extra is missing.
    """
    one_thread()
    from dualgap.claims import shipped
    from dualgap.claims import verify as run
    from dualgap.claims.loading import load
    from dualgap.report import write_page
    from dualgap.writing import check_output

    check_output(report / "index.html", argument="report")
    for path in claims or []:
        try:
            load(path, shipped())
        except InvalidInput as error:
            print(f"dualgap: {error}", file=sys.stderr)
            raise typer.Exit(Code.IMPORT) from None
    try:
        found = run(
            topic=topic,
            only=only or None,
            budget=budget.value,
            seed=seed,
            mutants=mutants,
            jobs=jobs or _cores(),
            cache=None if fresh else report / "cache",
        )
        page = write_page(found, report)
    except Unwritable as error:
        raise Unwritable(re.sub("^(cache|output) must", "report must", str(error)), argument="report") from error
    _show(found, format, page)
    raise typer.Exit(_code(found))


def _cores() -> int:
    """The cores that this process may use; 1 where processes cannot be forked."""
    from dualgap.threads import cores

    return cores() if hasattr(os, "fork") else 1


def _show(found: Verification, format: Format, page: Path) -> None:
    if format is Format.json:
        import json

        from dualgap.report import as_data

        print(json.dumps(as_data(found), indent=1, allow_nan=False, ensure_ascii=False))
    elif format is Format.junit:
        from dualgap.report import as_junit

        print(as_junit(found), end="")
    else:
        from rich.console import Console

        from dualgap.claims.table import table_of

        console = Console(width=None if sys.stdout.isatty() else 140)
        console.print(table_of(found, compact=console.width < 110))
        known = f"\n{found.remembered} of them tried before, with nothing changed since (--fresh tries all)"
        said = f"\n{found.summary}{known if found.remembered else ''}\n{page}"
        console.print(said, highlight=False, soft_wrap=True)


def _code(found: Verification) -> Code:
    """The worst that became of a claim."""
    from dualgap.claims import Verdict

    verdicts = {result.verdict for result in found}
    survived = any(not mutant.rejected for result in found for mutant in result.mutants)
    if Verdict.FAILS in verdicts or survived:
        return Code.REFUTED
    if Verdict.CRASHED in verdicts:
        return Code.CRASHED
    return Code.UNDECIDED if Verdict.UNDECIDED in verdicts else Code.WELL
