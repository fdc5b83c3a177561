"""What a call of a sweep costs beside the call itself, here and on a cluster of two processes: the unit costs of docs/scaling.md."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

import dualgap as dg
from benchmarks.case import Case

CALLS = 3000
ON_A_CLUSTER = 1000


def call(a: int) -> dict[str, float]:
    """Next to nothing, so that what is timed is the sweep."""
    return {"value": a / 7}


def _sweep(calls: int, **options: Any) -> float:
    return float(len(dg.sweep(call, {"a": range(calls)}, **options).require()))


def _kept(calls: int, **options: Any) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return _sweep(calls, path=folder, **options)


def cases() -> Iterator[Case]:
    """The backends of this machine with joblib alone beside them, a folder of results, one that knows all, and a cluster."""
    import joblib
    from distributed import LocalCluster

    def alone() -> float:
        return float(len(joblib.Parallel(n_jobs=2)(joblib.delayed(call)(a) for a in range(CALLS))))

    yield Case(
        name="sweep",
        sizes={"calls": CALLS},
        contenders={
            "dualgap, sequential": lambda: _sweep(CALLS, backend="sequential"),
            "dualgap, loky": lambda: _sweep(CALLS, jobs=2),
            "joblib": alone,
        },
        repeats=3,
    )
    with tempfile.TemporaryDirectory() as folder:
        _sweep(CALLS, backend="sequential", path=folder)
        yield Case(
            name="sweep into a folder",
            sizes={"calls": CALLS},
            contenders={
                "dualgap, sequential": lambda: _kept(CALLS, backend="sequential"),
                "dualgap, all known": lambda: _sweep(CALLS, backend="sequential", path=folder),
            },
            repeats=3,
        )
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=60) as cluster:
        address = cluster.scheduler_address
        yield Case(
            name="sweep on a cluster",
            sizes={"calls": ON_A_CLUSTER},
            contenders={"dualgap, dask": lambda: _sweep(ON_A_CLUSTER, backend="dask", address=address)},
            repeats=3,
        )
