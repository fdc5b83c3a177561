"""The results of a verification as a table on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich.markup import escape
from rich.table import Table

from dualgap.claims.result import Result, Verdict, Verification

__all__ = ["number", "table_of"]

_COLOUR = {
    Verdict.HOLDS: "green",
    Verdict.REFUTED_AS_STATED_HOLDS_AS_CORRECTED: "cyan",
    Verdict.FAILS: "bold red",
    Verdict.UNDECIDED: "yellow",
    Verdict.CRASHED: "bold red",
}


def number(value: float) -> str:
    """A number in six digits at most, infinities as the sign.

    Examples
    --------
    >>> number(float("inf")), number(0.6931471805599453)
    ('∞', '0.693147')
    """
    value = float(value)
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return f"{value:.6g}"


def table_of(verification: Verification, *, compact: bool = False) -> Table:
    """One row a claim: what it says, what was measured beside what was predicted, the margin and the verdict.

    Parameters
    ----------
    verification : Verification
    compact : bool
        Leave out the numbers that were compared, for narrow terminals.
    """
    columns = [one for one in _COLUMNS if not (compact and one.wide)]
    if any(result.mutants for result in verification):
        columns.insert(-1, _MUTANTS)
    table = Table(box=None, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column.title, justify=column.justify, no_wrap=column is not _COLUMNS[0])
    for topic, results in verification.topics().items():
        table.add_row(f"[bold]{escape(topic)}[/bold]")
        for result in results:
            table.add_row(*[column.cell(result) for column in columns])
            if result.error:
                table.add_row(f"[red]  {escape(result.error.splitlines()[-1])}[/red]")
            elif result.verdict is Verdict.FAILS:
                table.add_row(f"[red]  at {escape(result.instance)}[/red]")
    return table


@dataclass(frozen=True)
class _Column:
    title: str
    cell: Callable[[Result], str]
    justify: Literal["left", "right", "center"] = "right"
    wide: bool = False


def _measured(result: Result) -> str:
    if result.frequency is not None:
        return f"{result.frequency.successes}/{result.frequency.trials}"
    return number(result.evidence.measured) if result.evidence else ""


def _relation(result: Result) -> str:
    return ">=" if result.frequency is not None else str(result.evidence.relation) if result.evidence else ""


def _predicted(result: Result) -> str:
    if result.frequency is not None:
        return f"{result.claim.instances.at_least:g}"
    return number(result.evidence.predicted) if result.evidence else ""


def _margin(result: Result) -> str:
    if result.frequency is not None:
        low, high = result.frequency.interval
        return f"[{low:.2f}, {high:.2f}]"
    return f"{result.evidence.margin:.2g}" if result.evidence else ""


def _rejected(result: Result) -> str:
    rejected = sum(mutant.rejected for mutant in result.mutants)
    return f"{rejected}/{len(result.mutants)}" if result.mutants else "none"


def _verdict(result: Result) -> str:
    colour = _COLOUR[result.verdict]
    return f"[{colour}]{result.verdict.short}[/{colour}]"


_COLUMNS = (
    _Column("claim", lambda result: f"  {escape(result.claim.title)}", "left"),
    _Column("measured", _measured, wide=True),
    _Column("", _relation, "center", wide=True),
    _Column("predicted", _predicted, "left", wide=True),
    _Column("margin", _margin),
    _Column("n", lambda result: str(result.instances), wide=True),
    _Column("s", lambda result: f"{result.seconds:.1f}"),
    _Column("verdict", _verdict, "left"),
)
_MUTANTS = _Column("mutants", _rejected)
