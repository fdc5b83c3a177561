"""Trying one claim: its draws, its verdict, its mutants."""

from __future__ import annotations

import hashlib
import re
import time
import traceback
from dataclasses import dataclass, field, replace
from typing import Any, final

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity

from dualgap.claims.claim import Claim, Mutant, Refutation
from dualgap.claims.evidence import Evidence
from dualgap.claims.frequency import Frequency
from dualgap.claims.instances import Drawn, Listed, Seeds
from dualgap.claims.result import MutantResult, Result, Verdict
from dualgap.errors import InvalidInput

__all__ = ["check_claim"]


def check_claim(claim: Claim, *, budget: str, seed: int, mutants: bool = False) -> Result:
    """Try one claim: its instances, the statement it refutes, and its mutants when asked."""
    started = time.perf_counter()
    trial = _try(claim, budget, seed, {})
    evidence, instance = trial.headline()
    result = Result(
        claim=claim,
        verdict=trial.verdict(claim),
        seed=seed,
        instances=trial.instances,
        evidence=evidence,
        instance=instance,
        pieces=tuple(piece for piece, _ in trial.worst.values()),
        margins=tuple(trial.margins),
        frequency=trial.frequency,
        error=trial.error,
        budget=budget,
    )
    if claim.refutes is not None and result.verdict.good:
        result = _with_refutation(result, claim.refutes)
    if mutants:
        result = replace(result, mutants=tuple(_try_mutant(claim, mutant, budget, seed) for mutant in claim.mutants))
    return replace(result, seconds=time.perf_counter() - started)


@final
@dataclass(eq=False)
class _Trial:
    """What the instances that were tried so far have shown: for each thing compared, the entry nearest to failing."""

    instances: int = 0
    margins: list[float] = field(default_factory=list)
    worst: dict[str, tuple[Evidence, str]] = field(default_factory=dict)
    frequency: Frequency | None = None
    error: str = ""

    def add(self, instance: Any, pieces: tuple[Evidence, ...]) -> bool:
        """Take in the evidence of one instance; whether all of it holds."""
        self.instances += 1
        self.margins.append(min(piece.margin for piece in pieces))
        for piece in pieces:
            known = self.worst.get(piece.what)
            if known is None or piece.margin < known[0].margin:
                self.worst[piece.what] = (piece.worst(), _describe(instance))
        return all(piece.holds for piece in pieces)

    def headline(self) -> tuple[Evidence | None, str]:
        """The evidence to show first, and its instance: what failed, or else what the check names first."""
        failed = [pair for pair in self.worst.values() if not pair[0].holds]
        return next(iter([*failed, *self.worst.values()]), (None, ""))

    def verdict(self, claim: Claim) -> Verdict:
        if self.error:
            return Verdict.CRASHED
        if self.frequency is None:
            return Verdict.HOLDS if all(evidence.holds for evidence, _ in self.worst.values()) else Verdict.FAILS
        low, high = self.frequency.interval
        if low >= claim.instances.at_least:
            return Verdict.HOLDS
        return Verdict.FAILS if high < claim.instances.at_least else Verdict.UNDECIDED


class _Refuted(Exception):
    """An instance that does not bear the claim out: how Hypothesis is told to look for a smaller one."""


def _try(claim: Claim, budget: str, seed: int, formulas: dict[str, Any], *, shrink: bool = True) -> _Trial:
    trial = _Trial()
    try:
        if isinstance(claim.instances, Drawn):
            return _try_drawn(claim, claim.instances, budget, seed, formulas, shrink)
        if isinstance(claim.instances, Seeds):
            return _try_seeds(claim, claim.instances, budget, seed, formulas)
        listed = claim.instances.values if isinstance(claim.instances, Listed) else ()
        for instance in listed:
            trial.add(instance, claim.evidence(instance, **formulas))
    except Exception as error:  # a check is anybody's code, and whatever it raises is the result of its claim alone
        trial.error = _said(error)
    return trial


def _try_drawn(claim: Claim, drawn: Drawn, budget: str, seed: int, formulas: dict[str, Any], shrink: bool) -> _Trial:
    trial = _Trial()
    smallest: list[_Trial] = []

    @hypothesis.seed(_stream(seed, claim.identifier))
    @hypothesis.settings(
        max_examples=drawn.count(budget),
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=tuple(HealthCheck),  # pyright: ignore[reportArgumentType] - iterating an enum
        verbosity=Verbosity.quiet,
    )
    @hypothesis.given(instance=drawn.strategy)
    def holds(instance: Any) -> None:
        if not trial.add(instance, claim.evidence(instance, **formulas)):
            alone = _Trial()
            alone.add(instance, claim.evidence(instance, **formulas))
            smallest[:] = [alone]
            raise _Refuted

    try:
        holds()
    except _Refuted:
        return replace(smallest[0], instances=trial.instances, margins=trial.margins)
    except Exception as error:  # as above: the result of this claim alone
        return replace(trial, error=_said(error))
    return trial


def _try_seeds(claim: Claim, over: Seeds, budget: str, seed: int, formulas: dict[str, Any]) -> _Trial:
    first = seed * over.count("full")  # other seeds of the verification train on other seeds
    seeds = tuple(range(first, first + over.count(budget)))
    pieces = claim.evidence(seeds, **formulas)
    for piece in pieces:
        if piece.holding.shape != (len(seeds),):
            raise InvalidInput(
                f"check must return one entry of evidence for each of {len(seeds)} seeds, got shape {piece.holding.shape}",
                argument="check",
            )
    trial = _Trial()
    trial.add(range(seeds[0], seeds[-1] + 1), pieces)
    successes = np.logical_and.reduce([piece.holding for piece in pieces])
    margins = np.minimum.reduce([piece.margins for piece in pieces])
    return replace(
        trial,
        instances=len(seeds),
        margins=[float(margin) for margin in margins],
        frequency=Frequency(successes=int(successes.sum()), trials=len(seeds), confidence=over.confidence),
    )


def _try_mutant(claim: Claim, mutant: Mutant, budget: str, seed: int) -> MutantResult:
    """A mutant is rejected when an instance refutes it; one that crashes the check has not been rejected."""
    trial = _try(claim, budget, seed, dict(mutant.replace), shrink=False)
    rejected = trial.verdict(claim) is Verdict.FAILS
    found = trial.headline()[0]
    return MutantResult(
        name=mutant.name, rejected=rejected, instances=trial.instances, evidence=found, error=trial.error
    )


def _with_refutation(result: Result, refutation: Refutation) -> Result:
    """The verdict on a statement that the claim refutes; a counterexample that is none is a failure of the claim."""
    try:
        evidence = refutation.evidence()
    except Exception as error:  # as above: the result of this claim alone
        return replace(result, verdict=Verdict.CRASHED, error=_said(error))
    if evidence.holds:
        return replace(
            result,
            verdict=Verdict.FAILS,
            refutation=evidence.worst(),
            evidence=evidence.worst(),
            instance=f"the counterexample is none: {refutation.counterexample}",
        )
    corrected = Verdict.REFUTED_AS_STATED_HOLDS_AS_CORRECTED
    verdict = corrected if result.verdict is Verdict.HOLDS else result.verdict
    return replace(result, verdict=verdict, refutation=evidence.worst())


def _stream(seed: int, identifier: str) -> int:
    """One stream of draws for each claim and seed, whichever others are tried."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{identifier}".encode()).digest()[:8], "big")


def _describe(instance: Any, limit: int = 300) -> str:
    with np.printoptions(precision=6, threshold=40, linewidth=200):
        text = " ".join(repr(instance).split())
    text = re.sub(r" at 0x[0-9a-f]+", "", text)  # the place in memory is another one in every run
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _said(error: BaseException) -> str:
    """The place and the message of an error, the last line being the message."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}\n" if frames else ""
    return f"{where}{type(error).__name__}: {error}"
