"""``dualgap sweep``: a grid of methods, steps, games, trainers or estimators, from a file."""

from __future__ import annotations

import enum
import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualgap.cli.codes import Code
from dualgap.cli.options import one_thread
from dualgap.errors import InvalidInput

if TYPE_CHECKING:
    from dualgap.sweeps.plan_file import Plan

__all__ = ["sweep"]


class Backend(enum.StrEnum):
    """Where calls are made."""

    loky = "loky"
    dask = "dask"
    threading = "threading"
    sequential = "sequential"


def sweep(
    file: Annotated[Path, typer.Argument(help="TOML: function, grid and seeds.")],
    output: Annotated[
        Path | None, typer.Option(help="The folder for the results; <file>-results when omitted.")
    ] = None,
    backend: Annotated[Backend | None, typer.Option(help="Where calls are made; processes here when omitted.")] = None,
    address: Annotated[str | None, typer.Option(help="Of the scheduler, for dask.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="How many at once; one a core when omitted.")
    ] = None,
    retries: Annotated[
        int | None, typer.Option(min=0, help="How often a call is tried again whose process died.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Make calls again that raised before.")] = False,
    allow_import: Annotated[
        bool, typer.Option("--allow-import", help="Let the file name a function of any module, which runs that module.")
    ] = False,
) -> None:
    """Call a function for every configuration of a grid and every seed; a killed sweep, run again, does what is left.

    Exit codes: 0 every call returned; 2 wrong usage; 3 a call raised or its process died; 5 the folder cannot be written.
    """
    one_thread()
    import dualgap as dg
    from dualgap.report.ending import number_of
    from dualgap.sweeps.plan_file import read_plan

    sys.path.insert(0, "") if allow_import and "" not in sys.path else None
    plan = read_plan(file, allow_import=allow_import)
    _check_names(plan)
    given = {"backend": backend and backend.value, "address": address, "jobs": jobs, "retries": retries}
    options = plan.options | {name: value for name, value in given.items() if value is not None}
    folder = file.with_name(f"{file.stem}-results") if output is None else output
    found = dg.sweep(plan.function, plan.grid, seeds=plan.seeds, path=folder, retry_failed=retry_failed, **options)
    for path in found.set_aside:
        print(f"dualgap: {path} could not be read; what it held was computed again", file=sys.stderr)
    failures = found.failures
    for row in failures[:10]:
        print(f"dualgap: {_call(row)}: {row['error'].splitlines()[-1]}", file=sys.stderr)
    known = f", {found.remembered} of them known from before" if found.remembered else ""
    print(f"{number_of(len(found), 'call')}{known}; {len(failures)} failed\n{folder / 'results.parquet'}")
    raise typer.Exit(Code.CRASHED if failures else Code.WELL)


def _check_names(plan: Plan) -> None:
    """Refuse names that one of the library's own functions does not take, and the lack of one that it needs."""
    from dualgap.sweeps.experiments import EXPERIMENTS

    if plan.function not in EXPERIMENTS.values():
        return
    taken = {name: one.default is one.empty for name, one in inspect.signature(plan.function).parameters.items()}
    known = ", ".join(name if needed else f"{name} (optional)" for name, needed in taken.items() if name != "seed")
    for grid in plan.grid if isinstance(plan.grid, list) else [plan.grid]:
        if not isinstance(grid, dict):
            continue
        unknown = [name for name in grid if name not in taken]
        missing = [name for name, needed in taken.items() if needed and name not in grid]
        if unknown or missing:
            got = f"got {', '.join(map(repr, unknown))}" if unknown else f"{', '.join(map(repr, missing))} is missing"
            raise InvalidInput(f"grid must have the keys of {plan.function.__name__}: {known}; {got}", argument="grid")


def _call(row: dict[str, object]) -> str:
    """The arguments of a call that failed: what stands before the seed in its row, and the seed."""
    names = list(row)
    names = names[: names.index("seed") + 1]
    return ", ".join(f"{name}={row[name]}" for name in names if row[name] is not None)
