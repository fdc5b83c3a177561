"""Claims tried side by side, each in a process of its own choosing."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from dualgap.claims.claim import Claim
from dualgap.claims.result import Result, Verdict
from dualgap.claims.stored import from_data, to_data
from dualgap.claims.trial import check_claim
from dualgap.errors import InvalidInput

__all__ = ["in_processes"]

#: The claims that forked processes find where their parent left them: a check may be any function, and most cannot be sent.
_CLAIMS: dict[str, Claim] = {}


def in_processes(
    claims: Sequence[Claim], jobs: int, *, budget: str, seed: int, mutants: bool = False
) -> Iterator[Result]:
    """The results of claims, in the order in which they are found.

    A claim that takes its process down with it (a crash of the interpreter) is reported as crashed; the others that were under
    way in the same pool are tried again, each by itself.

    Parameters
    ----------
    claims : sequence of Claim
    jobs : int, at least 1
        How many processes.
    budget, seed, mutants
        As for :func:`dualgap.verify`.

    Yields
    ------
    Result

    Raises
    ------
    InvalidInput
        Where processes cannot be forked.

    Examples
    --------
    >>> import dualgap as dg
    >>> chosen = dg.claims.all(topic="latent variables")[:2]
    >>> sorted(result.verdict.short for result in in_processes(chosen, 2, budget="quick", seed=0))
    ['holds', 'holds']
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        raise InvalidInput(f"jobs must be 1 where processes cannot be forked, got {jobs}", argument="jobs")
    unknown = yield from _in_one_pool(claims, jobs, budget, seed, mutants)
    for claim in unknown:
        lost = yield from _in_one_pool([claim], 1, budget, seed, mutants)
        for alone in lost:
            error = "its process died while it was tried"
            yield Result(claim=alone, verdict=Verdict.CRASHED, seed=seed, error=error, budget=budget)


def _in_one_pool(claims: Sequence[Claim], jobs: int, budget: str, seed: int, mutants: bool) -> Iterator[Any]:
    """The results of one pool of processes; returns the claims that were under way when a process died."""
    _CLAIMS.clear()
    _CLAIMS.update({claim.identifier: claim for claim in claims})
    left = []
    with ProcessPoolExecutor(min(jobs, len(claims)), mp_context=multiprocessing.get_context("fork")) as pool:
        pending: dict[Future[dict[str, Any]], Claim] = {}
        for claim in claims:
            with warnings.catch_warnings():  # the threads of this process hold nothing that a check waits for
                warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
                try:
                    pending[pool.submit(_tried, claim.identifier, budget, seed, mutants)] = claim
                except BrokenProcessPool:
                    left.append(claim)
        for done in as_completed(pending):
            try:
                yield from_data(done.result(), pending[done])
            except BrokenProcessPool:
                left.append(pending[done])
    return left


def _tried(identifier: str, budget: str, seed: int, mutants: bool) -> dict[str, Any]:
    return to_data(check_claim(_CLAIMS[identifier], budget=budget, seed=seed, mutants=mutants))
