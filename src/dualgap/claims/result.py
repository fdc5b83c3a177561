"""What became of a claim, and of a whole verification."""

from __future__ import annotations

import enum
import io
import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from dualgap.claims.claim import Claim
from dualgap.claims.evidence import Evidence
from dualgap.claims.frequency import Frequency
from dualgap.claims.instances import Seeds

__all__ = ["OWN_FILE", "MutantResult", "Power", "Result", "Verdict", "Verification"]

#: How the names of the modules begin that files of claims are run as.
OWN_FILE = "dualgap_claims_of_"


@final
@dataclass(frozen=True)
class _Words:
    short: str
    long: str


@final
class Verdict(enum.Enum):
    """What the instances say about a claim.

    Examples
    --------
    >>> Verdict.FAILS.good, Verdict.HOLDS.good
    (False, True)
    """

    HOLDS = _Words("holds", "every instance bears it out")
    REFUTED_AS_STATED_HOLDS_AS_CORRECTED = _Words(
        "corrected", "the source's statement has a counterexample; the corrected statement holds on every instance"
    )
    FAILS = _Words("fails", "an instance refutes it")
    UNDECIDED = _Words("undecided", "too few seeds to tell")
    CRASHED = _Words("crashed", "the check raised an error")

    @property
    def short(self) -> str:
        """One word for tables."""
        return self.value.short

    @property
    def long(self) -> str:
        """What it means."""
        return self.value.long

    @property
    def good(self) -> bool:
        """Whether a verification with this verdict can pass: neither refuted nor crashed."""
        return self not in (Verdict.FAILS, Verdict.CRASHED)


@final
@dataclass(frozen=True, kw_only=True)
class MutantResult:
    """What became of a wrong version: it must be rejected.

    ``evidence`` is what gave it away after so many ``instances``: few say that the check is a sharp one. ``error`` says how it
    crashed, which is no rejection.
    """

    name: str
    rejected: bool
    instances: int = 0
    evidence: Evidence | None = None
    error: str = ""


@final
@dataclass(frozen=True, kw_only=True)
class Power:
    """Whether a check over seeds would have noticed that its claim is false.

    Parameters
    ----------
    noticed : float
        Were the share of all seeds that bear the claim out this or less, the check would refute it with probability 0.9;
        nan where it runs too few seeds to refute anything so surely.
    believed : float
        No claim that is false is borne out with a larger probability.

    Reference: clopper1934
    """

    noticed: float
    believed: float


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """What became of a claim.

    Parameters
    ----------
    claim : Claim
    verdict : Verdict
    seed : int
        The seed of the verification: with it and the identifier alone, the same instances are drawn again.
    instances : int
        How many were checked.
    evidence : Evidence or None
        The first of ``pieces``, or the one that failed; None when the check crashed.
    instance : str
        The instance that it came from: after a failure the smallest that was found.
    pieces : tuple of Evidence
        For each thing that the check compares, the entry that came nearest to failing over all instances.
    margins : tuple of float
        The margin of every instance.
    frequency : Frequency or None
        For a claim over seeds.
    refutation : Evidence or None
        What the source's statement predicts at the counterexample, beside what is measured.
    mutants : tuple of MutantResult
        Empty unless they were asked for.
    error : str
        Of a check that crashed.
    seconds : float
    budget : "quick" or "full"
    again : str
        The command that repeats the claim, where it is not ``dualgap verify``.
    """

    claim: Claim
    verdict: Verdict
    seed: int
    instances: int = 0
    evidence: Evidence | None = None
    instance: str = ""
    pieces: tuple[Evidence, ...] = ()
    margins: tuple[float, ...] = ()
    frequency: Frequency | None = None
    refutation: Evidence | None = None
    mutants: tuple[MutantResult, ...] = ()
    error: str = ""
    seconds: float = 0.0
    budget: str = "quick"
    again: str = ""

    @property
    def good(self) -> bool:
        """Whether the verdict is good and every mutant that was tried was rejected."""
        return self.verdict.good and all(mutant.rejected for mutant in self.mutants)

    @property
    def power(self) -> Power | None:
        """What a check over seeds would notice; None for other claims, whose mutants say it."""
        over = self.claim.instances
        if not isinstance(over, Seeds):
            return None
        return Power(noticed=over.noticed(self.budget), believed=over.believed(self.budget))

    @property
    def command(self) -> str:
        """The command that repeats this claim alone, on the same instances."""
        if self.again:
            return self.again
        budget = "" if self.budget == "quick" else f" --budget {self.budget}"
        module = sys.modules.get(getattr(self.claim.check, "__module__", None) or "")
        own = module is not None and module.__name__.startswith(OWN_FILE) and module.__file__
        file = f" --claims {shlex.quote(os.path.relpath(own))}" if own else ""
        return f"dualgap verify --only {self.claim.identifier} --seed {self.seed}{budget}{file}"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Verification:
    """What became of a set of claims.

    Printing it gives the table; iterating gives the results.

    Parameters
    ----------
    results : tuple of Result
    seed : int
    budget : str
    seconds : float
    remembered : int
        How many of the results were found in the cache.
    """

    results: tuple[Result, ...]
    seed: int
    budget: str
    seconds: float
    remembered: int = 0

    @property
    def ok(self) -> bool:
        """Whether no claim fails, none crashed, and every mutant that was tried was rejected."""
        return all(result.good for result in self.results)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many claims have each verdict."""
        return {one: sum(result.verdict is one for result in self.results) for one in Verdict}

    @property
    def summary(self) -> str:
        """One line: the counts that are not zero."""
        said = ", ".join(f"{number} {verdict.short}" for verdict, number in self.counts.items() if number)
        tried = [mutant for result in self.results for mutant in result.mutants]
        rejected = sum(mutant.rejected for mutant in tried)
        mutants = f"; {rejected} of {len(tried)} mutants rejected" if tried else ""
        noun = "claim" if len(self.results) == 1 else "claims"
        return (
            f"{len(self.results)} {noun}: {said}{mutants}; budget {self.budget}, seed {self.seed}, {self.seconds:.1f} s"
        )

    @property
    def table(self) -> Any:
        """The results as a :class:`rich.table.Table`, a row a claim."""
        from dualgap.claims.table import table_of

        return table_of(self)

    def topics(self) -> dict[str, tuple[Result, ...]]:
        """The results by topic, in the order of the claims."""
        names = dict.fromkeys(result.claim.topic for result in self.results)
        return {name: tuple(result for result in self.results if result.claim.topic == name) for name in names}

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __str__(self) -> str:
        from rich.console import Console

        console = Console(file=io.StringIO(), width=120, force_terminal=False, color_system=None)
        console.print(self.table)
        console.print(self.summary)
        return console.file.getvalue()  # pyright: ignore[reportAttributeAccessIssue] - it is the StringIO above
