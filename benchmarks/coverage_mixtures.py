"""How often the Monte Carlo intervals between mixtures in the plane hold the truth: 1,000 seeds a case.

Run ``python -m benchmarks coverage_mixtures``. The second coordinate is the same standard normal law in both mixtures, so
that the divergence is that of the first coordinates, which is certified on the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

import dualgap as dg
from dualgap.binomial import clopper_pearson
from dualgap.threads import cores

LEVEL = 0.95
REPETITIONS = 1000
DRAWS = 2000
#: Weights, means and deviations of the first coordinates of p and of q.
PAIRS = {
    "overlapping": (([0.5, 0.5], [-1.0, 1.5], [1.0, 0.5]), ([0.3, 0.7], [0.0, 2.0], [1.0, 1.5])),
    "apart": (([0.5, 0.5], [-2.0, 2.0], [0.7, 0.7]), ([0.2, 0.8], [0.0, 4.0], [1.5, 1.5])),
    "equal": (([0.5, 0.5], [-1.0, 1.0], [1.0, 1.0]), ([0.25, 0.25, 0.5], [-1.0, -1.0, 1.0], [1.0, 1.0, 1.0])),
}
FUNCTIONS = {"js": dg.js, "total_variation": dg.total_variation, "hellinger": dg.hellinger, "kl": dg.kl}


def _mixture(weights: list[float], means: list[float], deviations: list[float], dimension: int) -> dg.Mixture:
    components = []
    for mean, deviation in zip(means, deviations, strict=True):
        variances = np.ones(dimension)
        variances[0] = deviation**2
        components.append(dg.Gaussian(mean * np.eye(dimension)[0], np.diag(variances)))
    return dg.Mixture(weights, components)


def once(name: str, pair: str, seed: int) -> tuple[str, float, float, float]:
    """The guarantee, both bounds and the value of one repetition."""
    p, q = (_mixture(*one, 2) for one in PAIRS[pair])
    b = FUNCTIONS[name](p, q, method="monte_carlo", draws=DRAWS, seed=seed, confidence=LEVEL)
    return b.guarantee.name, float(b.lower), float(b.upper), float(b)


def rows(repetitions: int = REPETITIONS) -> Iterator[dict[str, Any]]:
    """Every case, counted."""
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        for pair, parts in PAIRS.items():
            p, q = (_mixture(*one, 1) for one in parts)
            for name, function in FUNCTIONS.items():
                truth = function(p, q)
                found = list(pool.map(partial(once, name, pair), range(repetitions), chunksize=25))
                # the truth is known to the width of its certified bracket, which is charged to nobody
                held = [lower <= truth.upper and truth.lower <= upper for _, lower, upper, _ in found]
                row = {
                    "name": f"{name}, {pair}",
                    "guarantee": ", ".join(sorted({guarantee for guarantee, *_ in found})),
                    "draws": DRAWS,
                    "level": LEVEL,
                    "truth": [truth.lower, truth.upper],
                    "repetitions": repetitions,
                    "covered": sum(held) / repetitions,
                    "covered_99": list(clopper_pearson(sum(held), repetitions, 0.99)),
                    "mean_width": float(np.mean([upper - lower for _, lower, upper, _ in found])),
                }
                print(f"{row['name']:<32} {row['guarantee']:<11} {100 * row['covered']:6.1f}%", flush=True)
                yield row
