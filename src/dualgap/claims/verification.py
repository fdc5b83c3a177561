"""Trying a set of claims, one after another or side by side, and remembering what became of them."""

from __future__ import annotations

import contextlib
import difflib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from dualgap.claims.cache import ResultCache
from dualgap.claims.claim import Claim, Registry
from dualgap.claims.instances import BUDGETS
from dualgap.claims.parallel import in_processes
from dualgap.claims.result import Result, Verification
from dualgap.claims.trial import check_claim
from dualgap.errors import InvalidInput
from dualgap.progress import Progress, resolve
from dualgap.validation import choice, count

__all__ = ["select", "verify"]


def verify(
    *,
    topic: str | None = None,
    budget: str = "quick",
    only: str | Iterable[str] | None = None,
    seed: int = 0,
    mutants: bool = False,
    registry: Registry | None = None,
    jobs: int = 1,
    cache: Path | str | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Try claims on instances and say what became of each.

    A claim holds when every instance bears it out; one that fails is reported with the smallest instance that refutes it; one that
    crashes is reported and the rest go on.

    Parameters
    ----------
    topic : str, optional
        Only the claims of this topic.
    budget : "quick" or "full"
        How many instances and seeds.
    only : str or sequence of str, optional
        Only the claims with these identifiers.
    seed : int, at least 0
        Fixes every draw: a claim tried alone gets the instances that it gets among all.
    mutants : bool
        Whether to try the wrong versions of each claim as well, which must be rejected.
    registry : Registry, optional
        Whose claims; those that dualgap ships when omitted.
    jobs : int, at least 1
        How many processes try claims side by side. The results do not depend on it.
    cache : path, optional
        A folder of earlier results. A claim that was borne out is not tried again as long as the code of dualgap, the file of
        the claim, the versions of what both are built on, the budget and the seed are the same.
    progress : Progress, optional

    Returns
    -------
    Verification
        ``results``, ``ok``, ``table``.

    Raises
    ------
    InvalidInput
        For an unknown topic, budget or identifier.

    Examples
    --------
    >>> import dualgap as dg
    >>> found = dg.verify(only="kl-nonnegative")
    >>> found.ok, found.results[0].verdict.name
    (True, 'HOLDS')
    """
    choice(budget, "budget", BUDGETS)
    count(seed, "seed", at_least=0)
    count(jobs, "jobs")
    chosen = select(topic=topic, only=only, registry=registry)
    known = ResultCache(cache, budget=budget, seed=seed, mutants=mutants)
    bar = resolve(progress)
    started = time.perf_counter()
    found = {claim.identifier: result for claim in chosen if (result := known.get(claim)) is not None}
    bar.start(len(chosen), "verifying")
    try:
        remembered = len(found)
        bar.advance(remembered)
        missing = [claim for claim in chosen if claim.identifier not in found]
        for result in _tried(missing, jobs, budget, seed, mutants):
            found[result.claim.identifier] = result
            known.put(result)
            bar.advance(claim=result.claim.identifier)
    finally:
        bar.stop()
    results = tuple(found[claim.identifier] for claim in chosen)
    return Verification(
        results=results, seed=seed, budget=budget, seconds=time.perf_counter() - started, remembered=remembered
    )


def _tried(claims: list[Claim], jobs: int, budget: str, seed: int, mutants: bool) -> Iterator[Result]:
    """The result of every claim, as soon as there is one."""
    with _one_thread():
        if jobs > 1 and len(claims) > 1:
            yield from in_processes(claims, jobs, budget=budget, seed=seed, mutants=mutants)
        else:
            for claim in claims:
                yield check_claim(claim, budget=budget, seed=seed, mutants=mutants)


def select(
    *, topic: str | None = None, only: str | Iterable[str] | None = None, registry: Registry | None = None
) -> tuple[Claim, ...]:
    """The claims of a topic or with given identifiers, in the order of the registry."""
    from dualgap.claims import shipped

    registry = shipped() if registry is None else registry
    if topic is not None:
        choice(topic, "topic", registry.topics)
    if only is None:
        wanted = set(registry.claims)
    else:
        wanted = _identifiers(only)
        for identifier in sorted(wanted - set(registry.claims), key=str):
            near = _near(str(identifier), registry.claims)
            listed = "[claim.identifier for claim in dualgap.claims.all()] lists those of dualgap"
            hint = f"; did you mean {', '.join(near)}?" if near else f"; {listed}"
            raise InvalidInput(f"only must name claims, got {identifier!r}{hint}", argument="only")
    chosen = tuple(claim for claim in registry if claim.identifier in wanted and topic in (None, claim.topic))
    if not chosen:
        raise InvalidInput(f"only must name claims of the topic {topic!r}, got {sorted(wanted)}", argument="only")
    return chosen


def _near(word: str, names: Iterable[str]) -> list[str]:
    """The identifiers that one may have meant: those that hold the word, or else those that are spelt much like it."""
    names = list(names)
    holding = [name for name in names if word.lower() in name]
    return holding[:5] or difflib.get_close_matches(word, names, n=3, cutoff=0.6)


def _identifiers(only: str | Iterable[str]) -> set[str]:
    try:
        wanted = (only,) if isinstance(only, str) else tuple(only)
    except TypeError:  # nothing to go through, though it may say that it is
        wanted = ()
    if not wanted or not all(isinstance(identifier, str) for identifier in wanted):
        raise InvalidInput(
            f"only must be the identifier of a claim, or a sequence of them, got {only!r}; leave it out for all",
            argument="only",
        )
    return set(wanted)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """torch on one thread, for as long as it takes: sums are added in one order, and small tensors are many times faster."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
