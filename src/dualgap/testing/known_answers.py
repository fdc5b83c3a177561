"""Pairs of laws whose divergences are known, for tests of an estimator of one's own.

The values are doubles nearest to what 40-digit quadrature, summation or 300-bit ball arithmetic gives; none comes from a method
of this library. KL runs from 1e-13 to 345 and to infinity, the dimension from 1 to 128.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures import Gaussian, Histogram, Points
from dualgap.measures.convert import as_law
from dualgap.measures.draws import draws_of
from dualgap.testing.known_laws import (
    COUNTS,
    DIRICHLETS,
    GAUSSIANS,
    HISTOGRAMS,
    JENSEN_SHANNON,
    LINES,
    WISHARTS,
)
from dualgap.validation import choice, count, detached, real

__all__ = ["Answer", "KnownAnswer", "check", "problems", "run"]

QUANTITIES = ("kl", "js", "total_variation", "wasserstein_1", "wasserstein_2")


@final
@dataclass(frozen=True)
class KnownAnswer:
    """Two laws, and what is known about them.

    Parameters
    ----------
    name : str
    p, q : laws of scipy.stats, or measures of this library
    dimension : int
        The d of R^d; 0 for histograms, whose atoms have no position.
    values : mapping of str to float
        ``"kl"`` always; ``"js"``, ``"total_variation"``, ``"wasserstein_1"``, ``"wasserstein_2"`` where they are known.

    Examples
    --------
    >>> one = next(problem for problem in problems() if problem.name == "norm_shift")
    >>> one.values["kl"], one.draws(3, seed=0)[0].shape
    (0.5, (3, 1))
    """

    name: str
    p: Any
    q: Any
    dimension: int
    values: Mapping[str, float]

    def draws(self, n: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """n independent draws of p and n of q; the atoms' numbers for histograms.

        Returns
        -------
        pair of (n, d) float64 arrays
            For matrices, d is the number of entries.
        """
        count(n, "n")
        rng = np.random.default_rng(seed)
        return _draws(self.p, n, rng), _draws(self.q, n, rng)


@final
@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an estimator said about one problem.

    Parameters
    ----------
    name : str
    truth, estimate : float
    passed : bool
    error : str
        What it raised, where it raised.

    Examples
    --------
    >>> run(lambda p, q: 0.5, among=[one for one in problems() if one.name == "norm_shift"])
    (Answer(name='norm_shift', truth=0.5, estimate=0.5, passed=True, error=''),)
    """

    name: str
    truth: float
    estimate: float
    passed: bool
    error: str = ""


@cache
def problems() -> tuple[KnownAnswer, ...]:
    """All pairs, in a fixed order.

    Examples
    --------
    >>> len(problems()) >= 60, max(problem.dimension for problem in problems())
    (True, 128)
    """
    return (*_lines(), *_counts(), *_gaussians(), *_others(), *_histograms(), *_infinite())


def run(
    estimator: Callable[..., Any],
    *,
    quantity: str = "kl",
    among: Iterable[KnownAnswer] | None = None,
    relative: float = 1e-9,
    absolute: float = 0.0,
    draws: int | None = None,
    seed: int = 0,
) -> tuple[Answer, ...]:
    """Ask an estimator about every pair of which the quantity is known.

    Parameters
    ----------
    estimator : callable
        Of the two laws; of two (n, d) arrays of draws where ``draws`` is given. It returns a number, or what float() takes.
    quantity : str
        ``"kl"``, ``"js"``, ``"total_variation"``, ``"wasserstein_1"`` or ``"wasserstein_2"``.
    among : problems, optional
        All of them when omitted.
    relative, absolute : float, at least 0
        An answer passes within ``absolute + relative * truth``; an infinite truth needs an infinite answer.
    draws : int, optional
    seed : int

    Returns
    -------
    tuple of Answer
        An exception of the estimator is an answer that does not pass.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> answers = run(dg.kl, among=[one for one in problems() if one.name.startswith("norm_s")])
    >>> all(answer.passed for answer in answers)
    True
    """
    if not callable(estimator):
        raise InvalidInput(f"estimator must be callable, got {type(estimator).__name__}", argument="estimator")
    choice(quantity, "quantity", QUANTITIES)
    real(relative, "relative", at_least=0)
    real(absolute, "absolute", at_least=0)
    chosen = problems() if among is None else tuple(among)
    asked = [one for one in chosen if quantity in one.values]
    if not asked:
        raise InvalidInput(f"among must hold a problem whose {quantity} is known, got none", argument="among")
    return tuple(_ask(estimator, one, quantity, relative, absolute, draws, seed) for one in asked)


def check(estimator: Callable[..., Any], **options: Any) -> tuple[Answer, ...]:
    """As :func:`run`, and every answer has to pass.

    Parameters
    ----------
    estimator : callable
    **options
        Those of :func:`run`.

    Raises
    ------
    AssertionError
        With a line for each answer that does not pass.

    Examples
    --------
    >>> import dualgap as dg
    >>> shifts = [one for one in problems() if one.name == "norm_shift"]
    >>> check(lambda p, q: 0.4, among=shifts)
    Traceback (most recent call last):
        ...
    AssertionError: 1 of 1 answers miss
    norm_shift: 0.4 where the truth is 0.5
    """
    answers = run(estimator, **options)
    missed = [answer for answer in answers if not answer.passed]
    if missed:
        lines = [
            f"{one.name}: {one.error or f'{one.estimate:.10g}'} where the truth is {one.truth:.10g}" for one in missed
        ]
        raise AssertionError("\n".join([f"{len(missed)} of {len(answers)} answers miss", *lines]))
    return answers


def _ask(
    estimator: Callable[..., Any],
    problem: KnownAnswer,
    quantity: str,
    relative: float,
    absolute: float,
    draws: int | None,
    seed: int,
) -> Answer:
    truth = problem.values[quantity]
    inputs = (problem.p, problem.q) if draws is None else problem.draws(draws, seed=seed)
    try:
        estimate = float(estimator(*inputs))
    except Exception as error:
        return Answer(name=problem.name, truth=truth, estimate=math.nan, passed=False, error=repr(error))
    near = abs(estimate - truth) <= absolute + relative * truth if math.isfinite(truth) else estimate == truth
    return Answer(name=problem.name, truth=truth, estimate=estimate, passed=bool(near))


def _draws(law: Any, n: int, rng: np.random.Generator) -> np.ndarray:
    if isinstance(law, (Histogram, Points)):
        weights = detached(law.weights)
        labels = rng.choice(len(weights), size=n, p=weights / weights.sum())
        return labels[:, None].astype(np.float64) if isinstance(law, Histogram) else detached(law.points)[labels]
    if hasattr(law, "rvs"):
        return np.reshape(np.asarray(law.rvs(size=n, random_state=rng), dtype=np.float64), (n, -1))
    return draws_of(as_law(law, "p"), n, rng)  # pyright: ignore[reportArgumentType] - the bank holds nothing else


def _law(family: str, v: tuple[float, ...]) -> Any:
    """The frozen law of scipy.stats."""
    from scipy import stats

    builders: dict[str, Callable[..., Any]] = {
        "norm": stats.norm,
        "laplace": stats.laplace,
        "expon": lambda scale: stats.expon(scale=scale),
        "gamma": lambda a, scale: stats.gamma(a, scale=scale),
        "beta": stats.beta,
        "vonmises": stats.vonmises,
        "cauchy": stats.cauchy,
        "gumbel": stats.gumbel_r,
        "weibull": lambda c, scale: stats.weibull_min(c, scale=scale),
        "pareto": lambda b, scale: stats.pareto(b, scale=scale),
        "invgauss": lambda mean, shape: stats.invgauss(mean / shape, scale=shape),
        "t": stats.t,
        "lognorm": lambda s, scale: stats.lognorm(s, scale=scale),
        "poisson": stats.poisson,
        "geom": stats.geom,
    }
    return builders[family](*v)


def _known(name: str, p: Any, q: Any, dimension: int, **values: float) -> KnownAnswer:
    return KnownAnswer(name, p, q, dimension, MappingProxyType(values))


def _lines() -> Iterable[KnownAnswer]:
    for name, (first, v, second, w, kl) in LINES.items():
        values = {"kl": kl}
        if name in JENSEN_SHANNON:
            values["js"] = JENSEN_SHANNON[name]
        if first == second == "norm":
            values["wasserstein_2"] = math.hypot(v[0] - w[0], v[1] - w[1])
            if v[1] == w[1]:
                values["wasserstein_1"] = abs(v[0] - w[0])
                values["total_variation"] = math.erf(abs(v[0] - w[0]) / v[1] / math.sqrt(8))
        yield _known(name, _law(first, v), _law(second, w), 1, **values)


def _counts() -> Iterable[KnownAnswer]:
    for name, (family, v, w, kl) in COUNTS.items():
        yield _known(name, _law(family, (v,)), _law(family, (w,)), 1, kl=kl)


def _gaussians() -> Iterable[KnownAnswer]:
    for name, (d, shift, r1, s1, r2, s2, kl) in GAUSSIANS.items():
        covariances = [[[s * r ** abs(i - j) for j in range(d)] for i in range(d)] for r, s in ((r1, s1), (r2, s2))]
        yield _known(name, Gaussian(np.zeros(d), covariances[0]), Gaussian(np.full(d, shift), covariances[1]), d, kl=kl)


def _others() -> Iterable[KnownAnswer]:
    from scipy import stats

    for name, (v, w, kl) in DIRICHLETS.items():
        yield _known(name, stats.dirichlet(v), stats.dirichlet(w), len(v), kl=kl)
    for name, (n, first, m, second, kl) in WISHARTS.items():
        yield _known(
            name, stats.wishart(n, np.array(first)), stats.wishart(m, np.array(second)), len(first) ** 2, kl=kl
        )


def _histograms() -> Iterable[KnownAnswer]:
    for name, (v, w, kl, js, variation) in HISTOGRAMS.items():
        yield _known(name, Histogram(v), Histogram(w), 0, kl=kl, js=js, total_variation=variation)


def _infinite() -> Iterable[KnownAnswer]:
    """Infinite KL, and JS = ln 2 where the laws are mutually singular."""
    from scipy import stats

    apart = {"kl": math.inf, "js": math.log(2), "total_variation": 1.0}
    line = np.array([[0.0, 0.0], [0.0, 1.0]])
    yield _known("cauchy_on_norm", stats.cauchy(), stats.norm(), 1, kl=math.inf)
    yield _known("heavy_t_on_norm", stats.t(1.5), stats.norm(), 1, kl=math.inf)
    yield _known("norm_on_expon", stats.norm(), stats.expon(), 1, kl=math.inf)
    yield _known("wide_uniform_on_narrow", stats.uniform(0, 2), stats.uniform(0, 1), 1, kl=math.inf)
    yield _known("uniforms_apart", stats.uniform(0, 1), stats.uniform(2, 1), 1, **apart, wasserstein_1=2.0)
    yield _known("atoms_on_density", Points([0.0, 1.0]), Gaussian(0.0, 1.0), 1, **apart)
    yield _known(
        "atoms_apart", Points([0.0, 1.0]), Points([2.0, 3.0]), 1, **apart, wasserstein_1=2.0, wasserstein_2=2.0
    )
    yield _known(
        "parallel_lines", Gaussian([0.0, 0.0], line), Gaussian([1.0, 0.0], line), 2, **apart, wasserstein_2=1.0
    )
    yield _known("line_in_plane", Gaussian([0.0, 0.0], line), Gaussian([0.0, 0.0], np.eye(2)), 2, **apart)
    yield _known("pareto_ends", stats.pareto(2, scale=1), stats.pareto(2, scale=2), 1, kl=math.inf)
