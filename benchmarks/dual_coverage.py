"""How often the bounds of fitted critics hold: 200 repetitions on each of 12 problems, d from 1 to 32.

Two kinds of bound are counted. A lower bound of the distance of the laws, from draws held out, may be above the truth as often as
it says. Bounds of the distance of the empirical measures are certified: they may never miss its value, which is computed by an
assignment (scipy) that shares nothing with the library's own; of JS by scipy's distance of the shares of 8 cells.

The critics are those of the default choice, trained for three steps: what a bound promises does not depend on the training, and
a small number of draws keeps the margins, and not the critic, what holds the bounds below the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, jensenshannon

import dualgap as dg
from benchmarks.kept import each
from dualgap.duals import JensenShannon, KantorovichRubinstein
from dualgap.testing import known_distances
from dualgap.testing.known_distances import KnownDistance

REPETITIONS = 200
LEVEL = 0.9
#: Draws of each law, and those of them that make the empirical measures.
DRAWS, ATOMS = 400, 100
#: JS of two normal laws one apart, in any dimension, by quadrature.
JS_ONE_APART = 0.11142
JS_NAME = "JS of normal laws one apart, d = 32"
#: Coordinates whose signs are the cells of the empirical JS.
SIGNS = 3
OPTIONS: dict[str, Any] = {"steps": 3, "batch_size": 64}
#: Of the value that a certified bound is compared with: the assignment's sum rounds its hundred terms.
ROUNDING = 1e-12


def problems() -> list[KnownDistance]:
    """Eleven of the known distances, among them laws that differ little; JS is the twelfth."""
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


def _distance(problem: KnownDistance, seed: int) -> tuple[float, dg.Bracket, float]:
    """The bound of the laws, the bracket of the empirical measures, and what that is to hold."""
    x, y = problem.sample(DRAWS, seed=seed)
    objective = KantorovichRubinstein()
    laws = dg.duals.fit(objective, x, y, seed=seed, confidence=LEVEL, **OPTIONS).bracket
    first, second = x[:ATOMS], y[:ATOMS]
    points = dg.duals.fit(objective, dg.Points(first), dg.Points(second), seed=seed, **OPTIONS).bracket
    costs = cdist(first, second)
    return laws.lower, points, float(costs[linear_sum_assignment(costs)].mean())


def _jensen_shannon(seed: int) -> tuple[float, dg.Bracket, float]:
    """The same for JS, the empirical one of the signs of three coordinates."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, DRAWS, 32))
    x[:, 0] += 1
    laws = dg.duals.fit(JensenShannon(), x, y, seed=seed, confidence=LEVEL, **OPTIONS).bracket
    cells = np.stack(np.meshgrid(*[[-1.0, 1.0]] * SIGNS), -1).reshape(-1, SIGNS)
    shares = [(np.sign(part[:, None, :SIGNS]) == cells).all(-1).mean(0) for part in (x, y)]
    atoms = (dg.Points(cells, share) for share in shares)
    points = dg.duals.fit(JensenShannon(), *atoms, seed=seed, **OPTIONS).bracket
    return laws.lower, points, float(jensenshannon(*shares) ** 2)


def counted(
    name: str, dimension: int, truth: float, repeated: Callable[[int], tuple[float, dg.Bracket, float]]
) -> dict[str, Any]:
    """A row: how often each kind of bound missed, whether the promise can be true, and how much the bounds say.

    Parameters
    ----------
    name : str
    dimension : int
    truth : float
        What the bound of the laws is compared with.
    repeated : callable, seed -> (lower, bracket, empirical)
        The lower bound of the laws, the certified bracket of the empirical measures, and its true value.
    """
    found = [repeated(seed) for seed in range(REPETITIONS)]
    lowers = np.array([lower for lower, _, _ in found])
    above = int((lowers > truth).sum())
    wrong = sum(
        not points.lower <= value * (1 + ROUNDING) <= points.upper * (1 + 2 * ROUNDING) for _, points, value in found
    )
    most = int(stats.binom.ppf(1 - 1e-3, REPETITIONS, 1 - LEVEL))
    row = {
        "name": name,
        "dimension": dimension,
        "repetitions": REPETITIONS,
        "level": LEVEL,
        "above": above,
        "kept": above <= most,
        "more_than_zero": int((lowers > 0).sum()),
        "median_share": float(np.median(lowers)) / truth,
        "certified_violations": wrong,
        "certified_median_share": float(np.median([points.lower / value for _, points, value in found if value > 0])),
    }
    print(
        f"{name:<36} above the truth {above:3d} of {REPETITIONS}, promised at most {1 - LEVEL:.0%} (no more than {most}); "
        f"certified bounds that miss {wrong}; median {row['median_share']:.0%} and {row['certified_median_share']:.0%}",
        flush=True,
    )
    return row


def rows() -> Iterator[dict[str, Any]]:
    """A row for each problem; W_1, and JS in 32 dimensions."""
    tasks: dict[str, Callable[[], dict[str, Any]]] = {}
    for problem in problems():
        truth = problem.value + 3 * problem.standard_error
        tasks[problem.name] = partial(counted, problem.name, problem.dimension, truth, partial(_distance, problem))
    tasks[JS_NAME] = partial(counted, JS_NAME, 32, JS_ONE_APART, _jensen_shannon)
    yield from each("dual_coverage", tasks).values()
