"""How often the intervals between samples hold the truth: 1,000 repetitions a case, beside the level that they state.

Run ``python -m benchmarks coverage``; every repetition draws new samples and calls the public function. A CONFIDENCE bound
must cover at its level or above; an ASYMPTOTIC one within 3 points of it in the regimes that its docstring names, of which the
cases marked ``outside`` are not. Repetitions are shared out to the cores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import Any, final

import numpy as np
from scipy import integrate, stats

import dualgap as dg
from dualgap.binomial import clopper_pearson
from dualgap.errors import InvalidInput
from dualgap.threads import cores

LEVEL = 0.95
REPETITIONS = 1000
#: Enough to see an interval fail.
OUTSIDE_REPETITIONS = 200


@final
@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Two Gaussian laws with a known divergence, and the interval whose coverage is counted.

    Parameters
    ----------
    name : str
    function : callable
        A divergence of dualgap.
    method : str
    truth : float
    shift, scale : float
        p is N((shift, 0, ..., 0), scale^2 I), q is N(0, I).
    dimension, n, m : int
    options : mapping
    knows : bool
        Whether the critic is ln p/q itself: then the bound is as tight as it gets.
    outside : bool
        Whether the docstring says that the interval fails here.
    """

    name: str
    function: Callable[..., dg.Bracket]
    method: str
    truth: float
    shift: float = 0.0
    scale: float = 1.0
    dimension: int = 1
    n: int = 2000
    m: int = 2000
    options: dict[str, Any] = field(default_factory=dict)
    knows: bool = False
    outside: bool = False

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """One sample of each law."""
        x, y = rng.normal(size=(self.n, self.dimension)) * self.scale, rng.normal(size=(self.m, self.dimension))
        x[:, 0] += self.shift
        return x, y

    def log_ratio(self, points: np.ndarray) -> np.ndarray:
        """ln p/q."""
        moved = points - self.shift * (np.arange(self.dimension) == 0)
        squares = (points**2).sum(axis=1) - (moved**2).sum(axis=1) / self.scale**2
        return squares / 2 - self.dimension * math.log(self.scale)

    def once(self, seed: int) -> tuple[str, float, float, float]:
        """The guarantee, both bounds and the value of one repetition."""
        x, y = self.draw(np.random.default_rng(seed))
        options = dict(self.options) | ({"critic": self.log_ratio} if self.knows else {})
        try:
            b = self.function(dg.Samples(x), dg.Samples(y), method=self.method, confidence=LEVEL, **options)
        except InvalidInput:
            return "REFUSED", math.nan, math.nan, math.nan
        return b.guarantee.name, float(b.lower), float(b.upper), float(b)


def count(case: Coverage, repetitions: int, run: Callable[..., Any] = map) -> dict[str, Any]:
    """The share of repetitions whose interval holds the truth, with its own exact interval of 99%."""
    found = list(run(case.once, range(repetitions)))
    stated = sorted({guarantee for guarantee, *_ in found} & {"CONFIDENCE", "ASYMPTOTIC"})
    held = [lower <= case.truth <= upper for guarantee, lower, upper, _ in found if guarantee in stated]
    values = np.array([value for *_, value in found])
    low, high = clopper_pearson(sum(held), len(held), 0.99) if held else (math.nan, math.nan)
    return {
        "name": case.name,
        "method": case.method,
        "guarantee": ", ".join(stated),
        "sizes": {"dimension": case.dimension, "n": case.n, "m": case.m},
        "outside": case.outside,
        "level": LEVEL,
        "truth": case.truth,
        "repetitions": repetitions,
        "intervals": len(held),
        "covered": sum(held) / len(held) if held else math.nan,
        "covered_99": [low, high],
        "mean_value": float(np.nanmean(values)),
        "standard_deviation": float(np.nanstd(values)),
        "mean_lower": float(np.nanmean([lower for _, lower, _, _ in found])),
    }


def truths(shift: float, scale: float, d: int) -> dict[str, float]:
    """The divergences of N((shift, 0, ...), scale^2 I) from N(0, I); JS and V by quadrature, for d = 1 or scale = 1."""
    p, q = stats.norm(shift, scale), stats.norm(0, 1)

    def over(f: Callable[[Any, Any], Any]) -> float:
        return integrate.quad(lambda t: f(p.pdf(t), q.pdf(t)), -12, 12 + shift, points=[0.0, shift / 2], limit=400)[0]

    kl = float(dg.kl(*_gaussians(shift, scale, d)))
    back = float(dg.kl(*_gaussians(shift, scale, d)[::-1]))
    return {
        "kl": kl,
        "jeffreys": kl + back,
        "js": over(lambda a, b: (a * np.log(2 * a / (a + b)) + b * np.log(2 * b / (a + b))) / 2),
        "total_variation": over(lambda a, b: abs(a - b) / 2),
        "hellinger": float(dg.hellinger(*_gaussians(shift, scale, d))),
        "chi_squared": float(dg.chi_squared(*_gaussians(shift, scale, d))),
    }


def _gaussians(shift: float, scale: float, d: int) -> tuple[dg.Gaussian, dg.Gaussian]:
    return dg.Gaussian(shift * np.eye(d)[0], scale**2 * np.eye(d)), dg.Gaussian(np.zeros(d), np.eye(d))


def table() -> Iterator[Coverage]:
    """The cases: what is asymptotic at n = 2,000, what holds at any n at a few hundred, and where it fails."""
    yield from _neighbours()
    yield from _classifier()
    yield from _embeddings()
    yield from _held_out()


def _neighbours() -> Iterator[Coverage]:
    make = partial(Coverage, method="neighbours")
    for d, shift, scale, m in (
        (1, 0.0, 1.0, 2000),
        (1, 0.5, 1.0, 2000),
        (1, 1.0, 1.0, 2000),
        (1, 0.0, 0.7, 2000),
        (2, 0.5, 1.0, 2000),
        (2, 0.5, 1.0, 3000),
        (3, 0.5, 1.0, 2000),
    ):
        yield make(name=f"kl, shift {shift:g}, scale {scale:g}", function=dg.kl, truth=truths(shift, scale, d)["kl"],
                   shift=shift, scale=scale, dimension=d, m=m)  # fmt: skip
    one = truths(0.5, 1.0, 1)
    yield make(name="jeffreys, shift 0.5", function=dg.jeffreys, truth=one["jeffreys"], shift=0.5)
    yield make(name="hellinger, shift 0.5", function=dg.hellinger, truth=one["hellinger"], shift=0.5)
    for order in (0.5, 1.5):
        yield make(name=f"renyi of order {order}, shift 0.5", function=dg.renyi, truth=order * 0.125, shift=0.5,
                   options={"order": order}, outside=order > 1)  # fmt: skip
    for d, shift, neighbours in ((6, 1.0, 1), (3, 1.0, 5), (1, 2.0, 1)):
        yield make(name=f"kl, shift {shift:g}, {neighbours} neighbours", function=dg.kl, truth=shift**2 / 2,
                   shift=shift, dimension=d, options={"neighbours": neighbours}, outside=True)  # fmt: skip


def _classifier() -> Iterator[Coverage]:
    for d, shift, scale in ((1, 0.5, 1.0), (1, 1.0, 0.8), (5, 1.0, 1.0)):
        truth = truths(shift, scale, d)
        for function in (dg.kl, dg.js, dg.hellinger):
            name = function.__name__
            yield Coverage(name=f"{name}, shift {shift:g}, scale {scale:g}", function=function, method="classifier",
                           truth=truth[name], shift=shift, scale=scale, dimension=d)  # fmt: skip
    yield Coverage(name="js, shift 1, linear for scale 2", function=dg.js, method="classifier", shift=1.0, scale=2.0,
                   truth=truths(1.0, 2.0, 1)["js"], options={"features": "linear"}, outside=True)  # fmt: skip


def _embeddings() -> Iterator[Coverage]:
    for function, options in ((dg.energy_distance, {}), (dg.mmd, {"bandwidth": 1.0})):
        for shift, n, m in ((0.0, 2000, 1000), (0.3, 2000, 2000 if options else 1000)):
            p, q = _gaussians(shift, 1.0, 1)
            yield Coverage(name=f"{function.__name__}, shift {shift:g}", function=function, method="u_statistic",
                           truth=float(function(p, q, **options)), shift=shift, n=n, m=m, options=options,
                           outside=shift == 0)  # fmt: skip
    truth = float(dg.mmd(*_gaussians(0.5, 1.0, 1), bandwidth=1.0))
    yield Coverage(name="mmd, shift 0.5", function=dg.mmd, method="sample", truth=truth, shift=0.5, n=100, m=150,
                   options={"bandwidth": 1.0})  # fmt: skip


def _held_out() -> Iterator[Coverage]:
    divergences = (dg.kl, dg.js, dg.jeffreys, dg.total_variation, dg.hellinger, dg.chi_squared)
    for shift, scale, knows in ((0.0, 1.0, False), (0.7, 1.0, False), (0.7, 1.0, True), (1.0, 0.7, True)):
        truth = truths(shift, scale, 1)
        for function in divergences if shift else divergences[1:4:2]:
            name = function.__name__
            yield Coverage(name=f"{name}, shift {shift:g}, scale {scale:g}{', known ratio' * knows}",
                           function=function, method="held_out", truth=truth[name], shift=shift, scale=scale, n=200,
                           m=300, knows=knows)  # fmt: skip
    for function, truth in (
        (dg.js, truths(0.7, 1.0, 1)["js"]),
        (dg.total_variation, truths(0.7, 1.0, 1)["total_variation"]),
    ):
        yield Coverage(name=f"{function.__name__}, shift 0.7, known ratio", function=function, method="accuracy",
                       truth=truth, shift=0.7, n=200, m=300, knows=True)  # fmt: skip
    yield Coverage(name="renyi of order 2, shift 0.7, known ratio", function=dg.renyi, method="held_out", truth=0.49,
                   shift=0.7, n=200, m=300, knows=True, options={"order": 2.0})  # fmt: skip


def rows(repetitions: int = REPETITIONS) -> Iterator[dict[str, Any]]:
    """Every case, counted."""
    with ProcessPoolExecutor(cores(), mp_context=get_context("spawn")) as pool:
        for case in table():
            wanted = min(repetitions, OUTSIDE_REPETITIONS) if case.outside else repetitions
            row = count(case, wanted, partial(pool.map, chunksize=max(1, repetitions // 64)))
            print(f"{row['method']:<12} {row['name']:<44} d={case.dimension:<3} {row['guarantee']:<11} "
                  f"{100 * row['covered']:6.1f}% of {row['intervals']}{'  outside' * case.outside}", flush=True)  # fmt: skip
            yield row
