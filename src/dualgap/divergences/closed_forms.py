"""KL between named families on the line: closed forms, each as a list of terms whose sizes bound the rounding.

Parameters have the names of scipy.stats. Where both laws have a lower end, the formulas are for equal ends unless they say
otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import betaln, digamma, gammaln, i0e, i1e

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.singular import why_not_continuous, why_singular
from dualgap.measures import Density, Gaussian, Measure
from dualgap.measures.family import Family
from dualgap.validation import detached

__all__ = ["are_known", "jeffreys_of_families", "jeffreys_of_families_is_known", "kl_of_families"]

EPS = float(np.finfo(np.float64).eps)
EULER = 0.5772156649015329
#: Special functions are right to a few units in the last place; each term is a product of a few of them.
ROUNDING = 64 * EPS

Values = dict[str, float]
Terms = list[float]


def kl_of_families(p: Measure, q: Measure) -> Bracket:
    """The closed form of the two families."""
    terms = _terms(p, q)
    return _bracket([] if terms is None else terms, p)


def are_known(p: Measure, q: Measure, **options: Any) -> bool:
    """Whether there is a closed form, and the supports alone do not give the answer."""
    return not why_singular(p, q) and not why_not_continuous(p, q) and _terms(p, q) is not None


def jeffreys_of_families(p: Measure, q: Measure) -> Bracket:
    """The closed forms of the two families, in both directions."""
    return _bracket((_terms(p, q) or []) + (_terms(q, p) or []), p)


def jeffreys_of_families_is_known(p: Measure, q: Measure, **options: Any) -> bool:
    """Whether both directions are known."""
    return are_known(p, q) and are_known(q, p)


def family(law: Measure) -> Family | None:
    """The named family of a law on the line."""
    if isinstance(law, Density):
        return law.family
    if isinstance(law, Gaussian) and law.dimension == 1 and (variance := float(detached(law.covariance)[0, 0])) > 0:
        return Family("norm", {"loc": float(detached(law.mean)[0]), "scale": math.sqrt(variance)})
    return None


def _bracket(terms: Terms, p: Measure) -> Bracket:
    value = math.inf if math.inf in terms else max(math.fsum(terms), 0.0)
    error = ROUNDING * math.fsum(abs(term) for term in terms) if math.isfinite(value) else 0.0
    name = getattr(family(p), "name", "")
    reason = (
        f"infinite because the logarithm of the ratio is not integrable under p ({name})" if value == math.inf else ""
    )
    return Bracket(
        value=np.float64(value),
        lower=max(value - error, 0.0),
        upper=value + error,
        guarantee=Guarantee.EXACT,
        method="closed_form",
        reason=reason,
    )


def _terms(p: Measure, q: Measure) -> Terms | None:
    first, second = family(p), family(q)
    if first is None or second is None:
        return None
    if first.name == second.name and first.name in _SAME:
        one = _SAME[first.name]
        if one.ends_equal and first.parameters["loc"] != second.parameters["loc"]:
            return None
        if one.scales_equal and first.parameters["scale"] != second.parameters["scale"]:
            return None
        return one.terms(first.parameters, second.parameters)
    if second.name == "norm" and first.name in _MOMENTS:
        return _against_normal(first, second.parameters)
    if (first.name, second.name) == ("norm", "laplace"):
        return _normal_laplace(first.parameters, second.parameters)
    return None


def _laplace(p: Values, q: Values) -> Terms:
    d, ratio = abs(p["loc"] - q["loc"]), p["scale"] / q["scale"]
    # (b1/b2)(e^(-d/b1) - 1) + d/b2 without its cancellation for small d.
    z = d / p["scale"]
    return [-math.log(ratio), ratio - 1, ratio * (math.expm1(-z) + z)]


def _exponential(p: Values, q: Values) -> Terms:
    ratio = p["scale"] / q["scale"]
    return [-math.log(ratio), ratio - 1, (p["loc"] - q["loc"]) / q["scale"]]


def _gamma(p: Values, q: Values) -> Terms:
    ratio = p["scale"] / q["scale"]
    return [(p["a"] - q["a"]) * float(digamma(p["a"])), -float(gammaln(p["a"])), float(gammaln(q["a"])),
            -q["a"] * math.log(ratio), p["a"] * (ratio - 1)]  # fmt: skip


def _beta(p: Values, q: Values) -> Terms:
    both = p["a"] + p["b"]
    return [float(betaln(q["a"], q["b"])), -float(betaln(p["a"], p["b"])), (p["a"] - q["a"]) * float(digamma(p["a"])),
            (p["b"] - q["b"]) * float(digamma(p["b"])), (q["a"] - p["a"] + q["b"] - p["b"]) * float(digamma(both))]  # fmt: skip


def _von_mises(p: Values, q: Values) -> Terms:
    k1, k2, d = p["kappa"], q["kappa"], p["loc"] - q["loc"]
    mean = float(i1e(k1) / i0e(k1))
    return [math.log(i0e(k2)) - math.log(i0e(k1)), k2 - k1, mean * k1, -mean * k2 * math.cos(d)]


def _cauchy(p: Values, q: Values) -> Terms:
    # ((s1 + s2)^2 + d^2) / (4 s1 s2) = 1 + ((s1 - s2)^2 + d^2) / (4 s1 s2)
    square = (p["scale"] - q["scale"]) ** 2 + (p["loc"] - q["loc"]) ** 2
    return [math.log1p(square / (4 * p["scale"] * q["scale"]))]


def _gumbel(p: Values, q: Values) -> Terms:
    ratio, shift = p["scale"] / q["scale"], (q["loc"] - p["loc"]) / q["scale"]
    return [-math.log(ratio), EULER * (ratio - 1), _exp(shift + float(gammaln(ratio + 1))), -1.0, -shift]


def _gumbel_left(p: Values, q: Values) -> Terms:
    return _gumbel({**p, "loc": -p["loc"]}, {**q, "loc": -q["loc"]})


def _weibull(p: Values, q: Values) -> Terms:
    k1, k2, logs = p["c"], q["c"], math.log(p["scale"] / q["scale"])
    return [math.log(k1 / k2), -k2 * logs, -(k1 - k2) * EULER / k1, _exp(k2 * logs + float(gammaln(k2 / k1 + 1))), -1.0]


def _pareto(p: Values, q: Values) -> Terms:
    return [math.log(p["b"] / q["b"]), q["b"] * math.log(p["scale"] / q["scale"]), q["b"] / p["b"] - 1]


def _inverse_gaussian(p: Values, q: Values) -> Terms:
    m1, m2, ratio = p["mu"] * p["scale"], q["mu"] * q["scale"], q["scale"] / p["scale"]
    return [-math.log(ratio) / 2, (ratio - 1) / 2, q["scale"] * ((m1 - m2) / m2) ** 2 / (2 * m1)]


def _log_normal(p: Values, q: Values) -> Terms:
    ratio, d = p["s"] / q["s"], math.log(p["scale"] / q["scale"])
    return [-math.log(ratio), (ratio - 1) * (ratio + 1) / 2, (d / q["s"]) ** 2 / 2]


def _uniform(p: Values, q: Values) -> Terms:
    return [math.log(q["scale"] / p["scale"])]


@final
@dataclass(frozen=True)
class _ClosedForm:
    terms: Callable[[Values, Values], Terms]
    ends_equal: bool = False
    scales_equal: bool = False


_SAME: dict[str, _ClosedForm] = {
    "beta": _ClosedForm(_beta, ends_equal=True, scales_equal=True),
    "cauchy": _ClosedForm(_cauchy),
    "expon": _ClosedForm(_exponential),
    "gamma": _ClosedForm(_gamma, ends_equal=True),
    "gumbel_l": _ClosedForm(_gumbel_left),
    "gumbel_r": _ClosedForm(_gumbel),
    "invgauss": _ClosedForm(_inverse_gaussian, ends_equal=True),
    "laplace": _ClosedForm(_laplace),
    "lognorm": _ClosedForm(_log_normal, ends_equal=True),
    "pareto": _ClosedForm(_pareto, ends_equal=True),
    "uniform": _ClosedForm(_uniform),
    "vonmises": _ClosedForm(_von_mises, scales_equal=True),
    "weibull_min": _ClosedForm(_weibull, ends_equal=True),
}

#: Entropy at scale 1 (as terms), mean and variance at loc 0 and scale 1.
_MOMENTS: dict[str, Callable[[Values], tuple[Terms, float, float]]] = {
    "cauchy": lambda p: ([], 0.0, math.inf),
    "expon": lambda p: ([1.0], 1.0, 1.0),
    "gamma": lambda p: ([p["a"], float(gammaln(p["a"])), (1 - p["a"]) * float(digamma(p["a"]))], p["a"], p["a"]),
    "gumbel_r": lambda p: ([1.0, EULER], EULER, math.pi**2 / 6),
    "gumbel_l": lambda p: ([1.0, EULER], -EULER, math.pi**2 / 6),
    "laplace": lambda p: ([1 + math.log(2)], 0.0, 2.0),
    "logistic": lambda p: ([2.0], 0.0, math.pi**2 / 3),
    "t": lambda p: (_student_entropy(p["df"]), 0.0, p["df"] / (p["df"] - 2) if p["df"] > 2 else math.inf),
    "uniform": lambda p: ([0.0], 0.5, 1 / 12),
}


def _student_entropy(df: float) -> Terms:
    half = (df + 1) / 2
    return [half * (float(digamma(half)) - float(digamma(df / 2))), math.log(df) / 2, float(betaln(df / 2, 0.5))]


def _against_normal(p: Family, q: Values) -> Terms:
    """-entropy + ln(s sqrt(2 pi)) + (variance + (mean - m)^2) / (2 s^2)."""
    entropy, mean, variance = _MOMENTS[p.name](p.parameters)
    if variance == math.inf:
        return [math.inf]
    ratio, shift = p.parameters["scale"] / q["scale"], (p.parameters["loc"] - q["loc"]) / q["scale"] + (
        mean * p.parameters["scale"] / q["scale"])  # fmt: skip
    return [
        *(-term for term in entropy),
        -math.log(ratio),
        math.log(2 * math.pi) / 2,
        variance * ratio**2 / 2,
        shift**2 / 2,
    ]


def _normal_laplace(p: Values, q: Values) -> Terms:
    """-ln(s sqrt(2 pi e)) + ln(2 b) + E|x - loc| / b, with the mean of the folded normal law."""
    z = (p["loc"] - q["loc"]) / p["scale"]
    folded = math.sqrt(2 / math.pi) * math.exp(-z * z / 2) + z * math.erf(z / math.sqrt(2))
    ratio = p["scale"] / q["scale"]
    return [-(1 + math.log(2 * math.pi)) / 2, math.log(2), -math.log(ratio), ratio * folded]


def _exp(x: float) -> float:
    return math.exp(x) if x < 709 else math.inf
