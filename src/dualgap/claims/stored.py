"""The result of a claim as plain data and back: what travels between processes and lies in a cache."""

from __future__ import annotations

from typing import Any

from dualgap.claims.claim import Claim
from dualgap.claims.evidence import Evidence
from dualgap.claims.frequency import Frequency
from dualgap.claims.result import MutantResult, Result, Verdict

__all__ = ["from_data", "to_data"]


def to_data(result: Result) -> dict[str, Any]:
    """Everything about a result but its claim, as what JSON can hold (infinities and nan as Python's json writes them).

    Parameters
    ----------
    result : Result

    Returns
    -------
    dict

    Examples
    --------
    >>> import dualgap as dg
    >>> (result,) = dg.verify(only="kl-nonnegative")
    >>> from_data(to_data(result), result.claim).verdict is result.verdict
    True
    """
    return {
        "identifier": result.claim.identifier,
        "verdict": result.verdict.name,
        "seed": result.seed,
        "instances": result.instances,
        "evidence": _evidence(result.evidence),
        "instance": result.instance,
        "pieces": [_evidence(piece) for piece in result.pieces],
        "margins": list(result.margins),
        "frequency": None
        if result.frequency is None
        else [result.frequency.successes, result.frequency.trials, result.frequency.confidence],
        "refutation": _evidence(result.refutation),
        "mutants": [
            [one.name, one.rejected, one.instances, _evidence(one.evidence), one.error] for one in result.mutants
        ],
        "error": result.error,
        "seconds": result.seconds,
        "budget": result.budget,
    }


def from_data(data: dict[str, Any], claim: Claim) -> Result:
    """The result that :func:`to_data` wrote down, of this claim.

    Parameters
    ----------
    data : dict
    claim : Claim

    Returns
    -------
    Result

    Raises
    ------
    ValueError, KeyError, TypeError
        When the data is no result of this claim.
    """
    if data["identifier"] != claim.identifier:
        raise ValueError(f"a result of {data['identifier']!r}, not of {claim.identifier!r}")
    frequency = data["frequency"]
    return Result(
        claim=claim,
        verdict=Verdict[data["verdict"]],
        seed=int(data["seed"]),
        instances=int(data["instances"]),
        evidence=_read(data["evidence"]),
        instance=str(data["instance"]),
        pieces=tuple(piece for one in data["pieces"] if (piece := _read(one)) is not None),
        margins=tuple(float(margin) for margin in data["margins"]),
        frequency=None
        if frequency is None
        else Frequency(successes=frequency[0], trials=frequency[1], confidence=frequency[2]),
        refutation=_read(data["refutation"]),
        mutants=tuple(
            MutantResult(
                name=str(name),
                rejected=bool(rejected),
                instances=int(instances),
                evidence=_read(evidence),
                error=str(error),
            )
            for name, rejected, instances, evidence, error in data["mutants"]
        ),
        error=str(data["error"]),
        seconds=float(data["seconds"]),
        budget=str(data["budget"]),
    )


def _evidence(evidence: Evidence | None) -> list[Any] | None:
    """One comparison; of several entries the one that comes nearest to failing, which is the one that is shown."""
    if evidence is None:
        return None
    worst = evidence.worst()
    numbers = [float(number) for number in (worst.predicted, worst.measured, worst.tolerance)]
    return [*numbers, str(worst.relation), worst.what]


def _read(data: list[Any] | None) -> Evidence | None:
    if data is None:
        return None
    predicted, measured, tolerance, relation, what = data
    return Evidence(predicted=predicted, measured=measured, relation=relation, tolerance=tolerance, what=what)
