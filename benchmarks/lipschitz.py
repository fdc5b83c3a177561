"""Critics that are 1-Lipschitz for every vector of weights, compared on known Wasserstein distances.

AOL, SLL, Cayley and Bjorck layers, spectral normalisation, learned cones and a mixture, trained alike by
:func:`dualgap.duals.fit`, on funnels and on a law that is drawn to a circle: the 95% lower bound from fresh draws, as a share of
the truth, for every dimension and seed. ``python -m benchmarks lipschitz`` writes the table; under ten minutes of one core.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from paper_figures.lipschitz_critics import EFFORTS, Effort, Proof, proofs

__all__ = ["rows", "summary"]


def summary(group: list[Proof]) -> dict[str, Any]:
    """One row of the table: a critic on a problem, over its seeds."""
    first = group[0]
    shares = [proof.lower / proof.truth for proof in group]
    return {
        "problem": first.problem,
        "dimension": first.dimension,
        "critic": first.critic,
        "truth": first.truth,
        "truth_error": first.truth_error,
        "median_share": statistics.median(shares),
        "least_share": min(shares),
        "greatest_share": max(shares),
        "median_value_share": statistics.median(proof.value / proof.truth for proof in group),
        "lipschitz_bound": max(proof.lipschitz_bound for proof in group),
        "processor_seconds": statistics.median(proof.seconds for proof in group),
        "seeds": [asdict(proof) for proof in group],
    }


def rows(effort: Effort = EFFORTS["paper"]) -> Iterator[dict[str, Any]]:
    """A row for each problem, dimension and critic, printed as it comes."""
    for _, group in groupby(proofs(effort, seed=0), key=lambda proof: (proof.problem, proof.dimension, proof.critic)):
        row = summary(list(group))
        print(
            f"{row['problem']:<8} d = {row['dimension']:<4} {row['critic']:<10} {row['median_share']:6.1%} certified "
            f"({row['least_share']:.1%} to {row['greatest_share']:.1%}), {row['median_value_share']:6.1%} estimated, "
            f"{row['processor_seconds']:.1f} s",
            flush=True,
        )
        yield row
