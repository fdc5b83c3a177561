"""A verification as plain data: what JSON can hold."""

from __future__ import annotations

import math
from typing import Any

from dualgap import __version__
from dualgap.claims import Evidence, Result, Verification

__all__ = ["as_data"]


def as_data(verification: Verification) -> dict[str, Any]:
    """A verification as dictionaries, lists, texts and numbers; infinities are the texts "inf" and "-inf".

    Parameters
    ----------
    verification : Verification

    Returns
    -------
    dict
        With ``ok``, ``seed``, ``budget``, ``counts`` and ``claims``.

    Examples
    --------
    >>> import json
    >>> import dualgap as dg
    >>> data = as_data(dg.verify(only="kl-nonnegative"))
    >>> json.loads(json.dumps(data, allow_nan=False))["claims"][0]["verdict"]
    'holds'
    """
    return {
        "dualgap": __version__,
        "ok": verification.ok,
        "budget": verification.budget,
        "seed": verification.seed,
        "seconds": round(verification.seconds, 3),
        "counts": {verdict.short: number for verdict, number in verification.counts.items()},
        "claims": [_result(result) for result in verification],
    }


def _result(result: Result) -> dict[str, Any]:
    claim = result.claim
    data: dict[str, Any] = {
        "identifier": claim.identifier,
        "topic": claim.topic,
        "title": claim.title,
        "statement": claim.statement,
        "source": claim.source,
        "hypotheses": claim.hypotheses,
        "verdict": result.verdict.short,
        "instances": result.instances,
        "instance": result.instance,
        "evidence": [_evidence(piece) for piece in result.pieces],
        "margin": _number(min(result.margins, default=math.nan)),
        "seed": result.seed,
        "seconds": round(result.seconds, 3),
        "command": result.command,
    }
    if result.frequency is not None:
        low, high = result.frequency.interval
        data["frequency"] = {
            "successes": result.frequency.successes,
            "trials": result.frequency.trials,
            "at_least": claim.instances.at_least,
            "confidence": result.frequency.confidence,
            "interval": [low, high],
        }
    if result.power is not None:
        data["power"] = {"noticed": _number(result.power.noticed), "believed": result.power.believed}
    if claim.refutes is not None:
        data["refutes"] = {
            "stated": claim.refutes.stated,
            "counterexample": claim.refutes.counterexample,
            "evidence": _evidence(result.refutation) if result.refutation is not None else None,
        }
    if result.mutants:
        data["mutants"] = [
            {
                "name": mutant.name,
                "rejected": mutant.rejected,
                "instances": mutant.instances,
                "error": mutant.error,
                "evidence": _evidence(mutant.evidence) if mutant.evidence is not None else None,
            }
            for mutant in result.mutants
        ]
    if result.error:
        data["error"] = result.error
    return data


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "what": evidence.what,
        "measured": _number(evidence.measured),
        "relation": str(evidence.relation),
        "predicted": _number(evidence.predicted),
        "tolerance": _number(evidence.tolerance),
        "margin": _number(evidence.margin),
        "holds": evidence.holds,
    }


def _number(value: Any) -> float | str:
    number = float(value)
    return number if math.isfinite(number) else str(number)
