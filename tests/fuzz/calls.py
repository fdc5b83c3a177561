"""The public functions, each with hostile arguments and, where there is one, its oracle."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import scipy.stats
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import DualgapError
from tests.fuzz import oracles
from tests.fuzz.hostile import anything, dressed, finite, histogram_pairs, histograms, point_clouds, scalars, snapshot
from tests.fuzz.surface import SURFACE

__all__ = ["CALLS", "Call", "judge"]

#: A bound may be short by the rounding of a sum of a few terms: some thousand units in the last place.
SLACK = 1e-12


@final
@dataclass(frozen=True)
class Call:
    """A public function, the arguments to try and what they should give.

    Parameters
    ----------
    name : str
    arguments : strategy of tuple
    function : callable
    truth : callable or None
        The interval in which the exact answer lies, from the same arguments.
    share : float
        How many cases, beside the others.
    """

    name: str
    arguments: st.SearchStrategy[tuple[Any, ...]]
    function: Callable[..., Any]
    truth: Callable[..., tuple[Any, Any]] | None = None
    share: float = 1.0


def judge(call: Call, arguments: tuple[Any, ...], counts: Counter[str]) -> None:
    """Make a call and refuse whatever is neither a bracket that holds nor an error of the library."""
    before = snapshot(list(arguments))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = call.function(*arguments)
        except DualgapError as error:
            counts["refused"] += 1
            if len(str(error)) < 10:
                raise AssertionError(f"a message that says nothing: {error!r}") from error
            return
        finally:
            if snapshot(list(arguments)) != before:
                raise AssertionError("an argument was changed")
        if not isinstance(found, Bracket):
            counts["other answer"] += 1
            return
        _judge_bracket(call, arguments, found, counts)


def _judge_bracket(call: Call, arguments: tuple[Any, ...], found: Bracket, counts: Counter[str]) -> None:
    if found.guarantee is Guarantee.NONE:
        if not (np.isnan(found.lower).all() and np.isnan(found.upper).all()):
            raise AssertionError(f"bounds without a guarantee: {found!r}")
        counts["estimate"] += 1
        return
    lower, upper = np.asarray(found.lower, dtype=np.float64), np.asarray(found.upper, dtype=np.float64)
    if not (lower <= upper).all():
        raise AssertionError(f"bounds that are none: {found!r}")
    if found.certificate is not None:
        found.certificate.check()
    proved = found.guarantee in (Guarantee.EXACT, Guarantee.CERTIFIED)
    if call.truth is None or not proved or lower.ndim:
        counts["bracket"] += 1
        return
    truth = call.truth(*arguments)
    if not oracles.holds(float(lower), truth, float(upper), SLACK):
        raise AssertionError(
            f"{found!r}, lower {float(lower)!r}, upper {float(upper)!r}, but the truth is {truth[0]}..{truth[1]}"
        )
    counts["confirmed"] += 1


def _pairs(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return st.tuples(one, one)


@st.composite
def _clouds(
    draw: st.DrawFn, *, dimensions: tuple[int, ...] = (1, 2, 3), most: int = 4, dress: bool = True
) -> tuple[Any, Any]:
    d = draw(st.sampled_from(dimensions))
    pair = draw(point_clouds(d, most=most)), draw(point_clouds(d, most=most))
    return tuple(draw(dressed(one)) if dress else one for one in pair)  # type: ignore[return-value]


@st.composite
def _weighted(draw: st.DrawFn) -> tuple[Any, ...]:
    x, y = draw(_clouds(dress=False))
    return x, draw(histograms(len(x))), y, draw(histograms(len(y)))


@st.composite
def _normals(draw: st.DrawFn) -> tuple[Any, Any]:
    variance = st.one_of(st.sampled_from([5e-324, 1e-300, 1e-20, 1.0, 4.0, 1e20, 1e300]), st.floats(1e-3, 1e3))
    return tuple((draw(finite), draw(variance)) for _ in range(2))  # type: ignore[return-value]


@st.composite
def _matrix_games(draw: st.DrawFn) -> tuple[Any, ...]:
    n, m = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    entries = draw(st.lists(finite, min_size=n * m, max_size=n * m))
    return np.array(entries).reshape(n, m), draw(histograms(n)), draw(histograms(m))


def _normal(mean: float, variance: float) -> Any:
    return dg.Gaussian([mean], [[variance]])


def _of_two(name: str) -> Callable[[Any, Any], Any]:
    """A function of two laws, with what it needs beside them."""
    needed = {"mmd": {"bandwidth": 1.0}, "sinkhorn_divergence": {"regularisation": 1.0}}.get(name, {})
    return lambda p, q: getattr(dg, name)(p, q, **needed)


def _sinkhorn(p: Any, q: Any, regularisation: Any) -> Any:
    return dg.sinkhorn_divergence(p, q, regularisation=regularisation)


SOME = st.one_of(st.floats(1e-2, 10.0), scalars)
ORDERS = st.sampled_from([1, 1.0, 2, 2.0, 1.5, 3])
RENYI = st.sampled_from([0.5, 2, 3.0, 0.25, 1.5])
METHODS = [dg.methods.SimultaneousGDA, dg.methods.AlternatingGDA, dg.methods.ExtraGradient, dg.methods.OptimisticGDA]
OF_HISTOGRAMS = ("kl", "js", "jeffreys", "total_variation", "hellinger", "chi_squared")
OF_POINTS = (
    "wasserstein",
    "energy_distance",
    "mmd",
    "sliced_wasserstein",
    "max_sliced_wasserstein",
    "sinkhorn_divergence",
)


def _hostile_functions() -> list[Call]:
    """Every function of two laws, with anything at all."""
    return [
        Call(f"{name}(anything)", _pairs(anything), _of_two(name), share=0.6) for name in (*OF_HISTOGRAMS, *OF_POINTS)
    ] + [
        Call("renyi(anything)", st.tuples(anything, anything, scalars), lambda p, q, a: dg.renyi(p, q, order=a)),
        Call("wasserstein(order)", st.tuples(_clouds(), scalars), lambda pq, p: dg.wasserstein(*pq, order=p)),
        Call("wasserstein_1d(anything)", _pairs(anything), dg.wasserstein_1d),
        Call("f_divergence(anything)", _pairs(anything), lambda p, q: dg.f_divergence(p, q, dg.divergences.KullbackLeibler())),
        Call("mmd(bandwidth)", st.tuples(_clouds(), scalars), lambda pq, b: dg.mmd(*pq, bandwidth=b)),
        Call("sinkhorn_divergence(regularisation)", st.tuples(_clouds(), SOME), lambda pq, r: _sinkhorn(*pq, r), share=0.5),
    ]  # fmt: skip


def _measures() -> list[Call]:
    """Every measure from anything at all."""
    return [
        Call("Histogram", st.tuples(anything), dg.Histogram),
        Call("Points", st.tuples(anything, anything), dg.Points),
        Call("Samples", st.tuples(anything), dg.Samples),
        Call("Gaussian", st.tuples(anything, anything), dg.Gaussian),
        Call("Mixture", st.tuples(anything), lambda w: dg.Mixture(w, [dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0)])),
    ]


def _with_oracles() -> list[Call]:
    """Functions whose answers are known: valid arguments at the edge of what floats can be."""
    return [
        *[
            Call(f"{n}(histograms)", histogram_pairs(), getattr(dg, n), oracles.DIVERGENCES[n], share=3)
            for n in OF_HISTOGRAMS
        ],
        Call(
            "renyi(histograms)",
            st.tuples(histogram_pairs(), RENYI),
            lambda pq, a: dg.renyi(*pq, order=a),
            lambda pq, a: oracles.DIVERGENCES["renyi"](*pq, order=a),
            share=3,
        ),
        Call(
            "wasserstein(points)",
            st.tuples(_clouds(), ORDERS),
            lambda pq, p: dg.wasserstein(*pq, order=p),
            lambda pq, p: oracles.wasserstein(*pq, None, p),
            share=6,
        ),
        Call(
            "wasserstein(weighted)",
            st.tuples(_weighted(), ORDERS),
            lambda a, p: dg.wasserstein(dg.Points(a[0], a[1]), dg.Points(a[2], a[3]), order=p),
            lambda a, p: oracles.wasserstein(a[0], a[2], (a[1], a[3]), p),
            share=4,
        ),
        Call("energy_distance(points)", _clouds(), dg.energy_distance, oracles.energy, share=3),
        *[
            Call(
                f"{name}(normals)",
                _normals(),
                lambda a, b, name=name: getattr(dg, name)(
                    _normal(*a), _normal(*b), **({"order": 2} if name == "wasserstein" else {})
                ),
                lambda a, b, name=name: oracles.normal(name, a, b),
                share=2,
            )
            for name in ("kl", "wasserstein", "hellinger")
        ],
        Call(
            "duality_gap(matrix game)",
            _matrix_games(),
            lambda a, x, y: dg.duality_gap(dg.games.matrix_game(a), x, y),
            oracles.gap_of_matrix_game,
            share=3,
        ),
    ]


def _between_kinds() -> list[Call]:
    """Laws of different kinds, and frozen laws of scipy."""
    laws = st.one_of(
        _normals().map(lambda pair: _normal(*pair[0])),
        point_clouds(1).map(dg.Points),
        st.just(dg.Histogram([0.5, 0.5])),
        st.sampled_from(
            [scipy.stats.norm(0, 1), scipy.stats.expon(), scipy.stats.poisson(3), scipy.stats.uniform(0, 2)]
        ),
        point_clouds(1, most=3, least=2).map(dg.Samples),
    )
    names = ("kl", "js", "total_variation", "hellinger", "wasserstein", "energy_distance", "mmd")
    return [Call(f"{name}(laws)", _pairs(laws), _of_two(name), share=0.2) for name in names]


def _games() -> list[Call]:
    """Games, methods, simulation and rates with anything at all."""
    xy = dg.games.bilinear([[1.0]])
    few = st.integers(0, 3)

    def simulate(method: Any, step: Any, x: Any, y: Any, steps: int) -> Any:
        return dg.simulate(xy, method(step=step), start=(x, y), steps=steps)

    starts = st.one_of(finite, anything)
    methods = st.sampled_from(METHODS)
    steps = st.one_of(st.floats(1e-3, 1.0), scalars)
    return [
        Call("methods", st.tuples(methods, scalars), lambda m, s: m(step=s)),
        Call("simulate", st.tuples(methods, steps, starts, starts, few), simulate, share=2),
        Call("predict_rate", st.tuples(methods, steps), lambda m, s: dg.predict_rate(xy, m(step=s)), share=0.5),
        Call("bilinear", st.tuples(anything), dg.games.bilinear),
        Call("matrix_game", st.tuples(anything), dg.games.matrix_game),
        Call("quadratic", st.tuples(anything, anything, anything), dg.games.quadratic),
        Call("dirac_gan", st.tuples(scalars), lambda r: dg.games.dirac_gan(r1=r)),
        Call("duality_gap(bilinear)", st.tuples(anything, starts, starts), lambda a, x, y: dg.duality_gap(dg.games.bilinear(a), x, y)),
        Call("duality_gap(anything)", st.tuples(starts, starts), lambda x, y: dg.duality_gap(xy, x, y)),
        Call("classify", st.tuples(starts, starts), lambda x, y: dg.classify(xy, x, y), share=0.5),
        Call("Box", st.tuples(anything, anything), dg.games.Box),
        Call("Ball", st.tuples(anything), dg.games.Ball),
    ]  # fmt: skip


def _others() -> list[Call]:
    bracket = dg.kl([0.5, 0.5], [0.25, 0.75])
    return [
        Call("methods_for", st.tuples(anything, anything), lambda p, q: dg.methods_for(dg.kl, p, q), share=0.5),
        Call("Bracket.require", st.tuples(scalars), lambda gap: bracket.require(gap), share=0.3),
        Call("Bracket.contains", st.tuples(anything), lambda truth: bracket.contains(truth), share=0.3),
        Call(
            "sweep", st.tuples(anything), lambda value: dg.sweep(repr, {"obj": value}, backend="sequential"), share=0.3
        ),
    ]


CALLS = [
    *_with_oracles(),
    *_hostile_functions(),
    *_measures(),
    *_between_kinds(),
    *_games(),
    *_others(),
    *[Call(name, arguments, function, share=share) for name, arguments, function, share in SURFACE],
]
assert all(math.isfinite(call.share) for call in CALLS)
