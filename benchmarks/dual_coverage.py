"""How often the lower bounds of fitted critics stay below the truth: 200 repetitions on each of 12 problems, d from 1 to 32.

A bound with confidence may be above it as often as it says, a certified one never.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

import dualgap as dg
from dualgap.duals import JensenShannon, KantorovichRubinstein
from dualgap.testing import known_distances
from dualgap.testing.known_distances import KnownDistance

REPETITIONS = 200
LEVEL = 0.9
#: Draws of each law: few, so that the margins are what keeps the bounds below.
DRAWS = 120
#: JS of two normal laws one apart, in any dimension, by quadrature.
JS_ONE_APART = 0.11142


def problems() -> list[KnownDistance]:
    """Twelve of the known distances, among them laws that differ little."""
    known = known_distances
    return [
        known.shift(1, by=0.1),
        known.shift(8, by=1.0),
        known.shift(32, by=0.3),
        known.scale(1, factor=1.2),
        known.scale(2, factor=2.0),
        known.scale(32, factor=0.5),
        known.nearest_point(2, known.Circle()),
        known.nearest_point(8, known.Sphere()),
        known.nearest_point(32, known.Subspace(16)),
        known.min_funnel(2, 4, draws=16_384),
        known.min_funnel(8, 16, draws=16_384),
    ]


def counted(name: str, dimension: int, above: int) -> dict[str, Any]:
    """A row: how often a bound was above the truth, and whether the promise can be true."""
    most = int(stats.binom.ppf(1 - 1e-3, REPETITIONS, 1 - LEVEL))
    print(
        f"{name:<36} above the truth {above:3d} of {REPETITIONS}, promised at most {1 - LEVEL:.0%} (no more than {most})"
    )
    return {
        "name": name,
        "dimension": dimension,
        "repetitions": REPETITIONS,
        "level": LEVEL,
        "above": above,
        "kept": above <= most,
    }


def rows() -> Iterator[dict[str, Any]]:
    """A row for each problem; W_1 by learned cones, and JS by a perceptron in 32 dimensions."""
    options: dict[str, Any] = {"steps": 5, "batch_size": 32, "confidence": LEVEL}
    for problem in problems():
        critic = [dg.networks.Cones(problem.dimension, 8, sign=sign) for sign in (1, -1)]
        above = 0
        for seed in range(REPETITIONS):
            x, y = problem.sample(DRAWS, seed=seed)
            fitted = dg.duals.fit(KantorovichRubinstein(), x, y, critic=critic, seed=seed, **options)
            above += fitted.bracket.lower > problem.value + 3 * problem.standard_error
        yield counted(problem.name, problem.dimension, above)
    above = 0
    for seed in range(REPETITIONS):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(2, DRAWS, 32))
        x[:, 0] += 1
        above += dg.duals.fit(JensenShannon(), x, y, seed=seed, **options).bracket.lower > JS_ONE_APART
    yield counted("JS of normal laws one apart, d = 32", 32, above)
