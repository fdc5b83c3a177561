"""The workers of a backend as an executor: what prices transport, or anything else, in other processes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, final

from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.sweeps.cluster import connected
from dualgap.threads import cores
from dualgap.validation import choice, count

__all__ = ["workers"]


@contextlib.contextmanager
def workers(*, backend: str = "loky", jobs: int | None = None, address: str | None = None) -> Iterator[Executor]:
    """The workers on which :func:`dualgap.sweep` makes its calls, until the context ends.

    Parameters
    ----------
    backend : "loky", "threading" or "dask"
        Processes of this machine, threads, or a dask.distributed cluster.
    jobs : int, optional
        How many processes or threads; one a core when omitted. On a cluster, its workers say.
    address : str, optional
        Of the cluster's scheduler, for ``backend="dask"``.

    Yields
    ------
    concurrent.futures.Executor
        For ``dualgap.wasserstein(..., method="sparse", executor=...)``.

    Raises
    ------
    InvalidInput
        Also for a cluster that cannot be reached.
    MissingExtra
        Without the extra ``cluster``.

    Examples
    --------
    >>> import dualgap as dg
    >>> with workers(backend="threading", jobs=2) as executor:
    ...     round(float(dg.wasserstein([[0.0, 0.0]], [[3.0, 4.0]], method="sparse", executor=executor)), 12)
    5.0
    """
    choice(backend, "backend", ("loky", "threading", "dask"))
    jobs = cores() if jobs is None else count(jobs, "jobs")
    if (backend == "dask") != isinstance(address, str):
        what = "text, such as 'tcp://10.0.0.1:8786', for" if backend == "dask" else "left out except for"
        raise InvalidInput(f"address must be {what} backend='dask', got {address!r}", argument="address")
    if backend == "dask":
        with connected(str(address)) as client:
            yield _Cluster(client)
    elif backend == "threading":
        with ThreadPoolExecutor(jobs) as pool:
            yield pool
    else:
        loky = require("joblib.externals.loky", extra="cluster")
        yield loky.get_reusable_executor(max_workers=jobs)  # kept for the next call, as joblib keeps it


@final
class _Cluster(Executor):
    """A client's own executor, which takes pieces of any size without a word about it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a call to the cluster."""
        config = require("dask", extra="cluster").config
        with config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
            return self._executor.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; the cluster is not stopped."""
        self._executor.shutdown(wait=wait)
