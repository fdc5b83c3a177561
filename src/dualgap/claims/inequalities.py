"""How the divergences bound one another: what makes a bound on one of them a bound on all."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st
from scipy.special import xlogy

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, claim
from dualgap.testing import strategies

TOPIC = "inequalities"
PAIRS = strategies.histogram_tuples(2)
POSITIVE = strategies.histogram_tuples(2, positive=True)
HISTOGRAMS = r"$p$, $q$ histograms on one finite support; nats"
FULL = r"$p$, $q$ positive histograms on one finite support; nats"
LOG_2 = math.log(2)
#: Both sides are sums of a few terms of order 1.
ROUNDING = 4e-15


def _with_a_function(pairs):
    """Pairs of histograms, each with a function on their support."""
    return pairs.flatmap(lambda pair: st.tuples(st.just(pair), strategies.vectors(len(pair[0]))))


def _kl(p, q):
    return float(dg.kl(p, q))


def _js(p, q):
    return float(dg.js(p, q))


def _variation(p, q):
    return float(dg.total_variation(p, q))


def _affinity(p, q):
    return float(np.sqrt(p * q).sum())


@claim(
    topic=TOPIC,
    title="Total variation is bounded by KL however large KL is",
    statement=r"$V \le \sqrt{1 - e^{-D_{KL}}}$ and $V \le 1 - \frac12 e^{-D_{KL}}$: unlike Pinsker's, these bounds stay below 1.",
    source="bretagnolle1979",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("without the root", {"bound": lambda kl: 1 - math.exp(-kl)}),
        Mutant("a quarter of the divergence", {"kl": lambda p, q: _kl(p, q) / 4}),
    ],
)
def bretagnolle_huber(pair, *, kl=_kl, bound=lambda kl: math.sqrt(-math.expm1(-kl))):
    p, q = pair
    v, d = _variation(p, q), kl(p, q)
    # the root of rounding near V = 0, where both sides vanish
    yield Evidence(bound(d), v, "<=", 1e-7, "V against √(1 − e^−KL)")
    yield Evidence(1 - math.exp(-d) / 2, v, "<=", ROUNDING, "V against 1 − e^−KL / 2")


@claim(
    topic=TOPIC,
    title="KL is bounded below by total variation without losing its infinity",
    statement=r"$D_{KL} \ge \log\frac{1 + V}{1 - V} - \frac{2V}{1 + V}$, which grows without bound as $V \to 1$.",
    source="vajda1970",
    hypotheses=FULL,
    instances=POSITIVE,
    mutants=[
        Mutant("without the correction", {"bound": lambda v: math.log((1 + v) / (1 - v))}),
        Mutant("half the correction", {"bound": lambda v: math.log((1 + v) / (1 - v)) - v / (1 + v)}),
    ],
)
def vajda(pair, *, bound=lambda v: math.log((1 + v) / (1 - v)) - 2 * v / (1 + v)):
    p, q = pair
    # V is at most 1 minus the smallest mass of a few sixtieths, so that no digits are lost in 1 − V
    yield Evidence(bound(_variation(p, q)), _kl(p, q), ">=", 1e-13, "KL")


@claim(
    topic=TOPIC,
    title="The triangular discrimination holds JS within a factor of 2 log 2",
    statement=r"With $\Delta = \sum_i \frac{(p_i - q_i)^2}{p_i + q_i}$: $\frac14\Delta \le D_{JS} \le \frac{\log 2}{2}\Delta$.",
    source="topsoe2000",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("half below", {"below": 0.5}),
        Mutant("a quarter of log 2 above", {"above": math.log(2) / 4}),
    ],
)
def js_triangular(pair, *, below=0.25, above=LOG_2 / 2):
    p, q = pair
    total = np.where(p + q > 0, p + q, 1.0)
    triangular = float(((p - q) ** 2 / total).sum())
    yield Evidence(below * triangular, _js(p, q), ">=", ROUNDING, "JS against Δ/4")
    yield Evidence(above * triangular, _js(p, q), "<=", ROUNDING, "JS against Δ log(2)/2")


@claim(
    topic=TOPIC,
    title="The squared Hellinger distance holds JS within a factor of log 2",
    statement=r"$H^2 \log 2 \le D_{JS} \le H^2$ with $H^2 = 1 - \sum_i\sqrt{p_i q_i}$.",
    source="topsoe2000",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("H² below", {"below": 1.0}),
        Mutant("H² log 2 above", {"above": math.log(2)}),
        Mutant("H² without its half", {"hellinger": lambda p, q: 2 * float(dg.hellinger(p, q))}),
    ],
)
def js_hellinger(pair, *, below=LOG_2, above=1.0, hellinger=lambda p, q: float(dg.hellinger(p, q))):
    p, q = pair
    yield Evidence(1 - _affinity(p, q), hellinger(p, q), "==", ROUNDING, "H²")
    yield Evidence(below * hellinger(p, q), _js(p, q), ">=", ROUNDING, "JS against H² log 2")
    yield Evidence(above * hellinger(p, q), _js(p, q), "<=", ROUNDING, "JS against H²")


@claim(
    topic=TOPIC,
    title="JS is at most an eighth of Jeffreys' divergence, and bounded where that is not",
    statement=r"$D_{JS} \le \frac18 J$ and $D_{JS} \le \log\frac{2}{1 + e^{-J/2}} \le \log 2$ with $J = D_{KL}(p\|q) + D_{KL}(q\|p)$.",
    source="crooks2008",
    hypotheses=FULL,
    instances=POSITIVE,
    mutants=[
        Mutant("a sixteenth", {"share": 1 / 16}),
        Mutant("the mean for the sum", {"jeffreys": lambda p, q: float(dg.jeffreys(p, q)) / 2}),
        Mutant("e^−J", {"cap": lambda j: math.log(2 / (1 + math.exp(-j / 8)))}),
    ],
)
def js_jeffreys(
    pair,
    *,
    share=1 / 8,
    jeffreys=lambda p, q: float(dg.jeffreys(p, q)),
    cap=lambda j: math.log(2 / (1 + math.exp(-j / 2))),
):
    p, q = pair
    j = jeffreys(p, q)
    yield Evidence(_kl(p, q) + _kl(q, p), j, "==", 1e-13, "J against the two directions of KL")
    yield Evidence(share * j, _js(p, q), "<=", ROUNDING, "JS against J/8")
    yield Evidence(cap(j), _js(p, q), "<=", ROUNDING, "JS against log 2/(1 + e^(−J/2))")


@claim(
    topic=TOPIC,
    title="Hellinger's distance and total variation vanish together",
    statement=r"$H^2 \le V \le \sqrt{1 - B^2}$ with $B = \sum_i\sqrt{p_i q_i} = 1 - H^2$.",
    source="lecam1986",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("H for H²", {"below": lambda b: math.sqrt(1 - min(b, 1.0))}),
        Mutant("1 − B² without the root", {"above": lambda b: 1 - b**2}),
    ],
)
def hellinger_and_variation(pair, *, below=lambda b: 1 - b, above=lambda b: math.sqrt(max(0.0, (1 - b) * (1 + b)))):
    p, q = pair
    b, v = _affinity(p, q), _variation(p, q)
    yield Evidence(below(b), v, ">=", ROUNDING, "V against H²")
    yield Evidence(above(b), v, "<=", 1e-7, "V against √(1 − B²)")  # the root of rounding where both vanish


@claim(
    topic=TOPIC,
    title="KL lies between the Rényi divergences of orders 1/2 and 2",
    statement=r"$-2\log B \le D_{KL}(p\|q) \le \log(1 + \chi^2(p\|q))$, which are $D_{1/2}$ and $D_2$; $D_a$ does not decrease in $a$.",
    source="vanerven2014",
    hypotheses=FULL,
    instances=Drawn(POSITIVE, quick=40),
    mutants=[
        Mutant("−log B", {"half": lambda p, q: -math.log(_affinity(p, q))}),
        Mutant("the other direction of χ²", {"two": lambda p, q: math.log1p(float(dg.chi_squared(q, p)))}),
        Mutant("orders in the other direction", {"orders": (2.0, 1.0, 0.5)}),
    ],
)
def renyi_monotone(
    pair,
    *,
    half=lambda p, q: -2 * math.log(_affinity(p, q)),
    two=lambda p, q: math.log1p(float(dg.chi_squared(p, q))),
    orders=(0.1, 0.5, 0.9, 1.0, 1.1, 2.0, 5.0),
):
    p, q = pair
    found = [float(dg.renyi(p, q, order=order)) for order in orders]
    yield Evidence(half(p, q), float(dg.renyi(p, q, order=0.5)), "==", 1e-13, "D_1/2 against −2 log B")
    yield Evidence(two(p, q), float(dg.renyi(p, q, order=2.0)), "==", 1e-13, "D_2 against log(1 + χ²)")
    # logarithms of sums of order 1, divided by a − 1 = 0.1
    yield Evidence(found[:-1], found[1:], ">=", 1e-13, "each order against the one before")


@claim(
    topic=TOPIC,
    title="A reverse Pinsker inequality needs the smallest mass of q",
    statement=r"$D_{KL}(p\|q) \le \log\left(1 + \frac{2V^2}{\min_i q_i}\right)$.",
    source="sason2016",
    hypotheses=FULL,
    instances=POSITIVE,
    mutants=[
        Mutant("the largest mass", {"mass": lambda q: float(q.max())}),
        Mutant("V² for 2 V²", {"factor": 1.0}),
    ],
)
def reverse_pinsker(pair, *, mass=lambda q: float(q.min()), factor=2.0):
    p, q = pair
    bound = math.log1p(factor * _variation(p, q) ** 2 / mass(q))
    yield Evidence(bound, _kl(p, q), "<=", ROUNDING, "KL")


@claim(
    topic=TOPIC,
    title="KL, JS, χ² and total variation are jointly convex",
    statement=r"$D(\lambda p + (1 - \lambda) p' \,\|\, \lambda q + (1 - \lambda) q') \le \lambda D(p\|q) + (1 - \lambda) D(p'\|q')$.",
    source="csiszar1967",
    hypotheses=r"positive histograms on one finite support, $0 \le \lambda \le 1$; nats",
    instances=Drawn(st.tuples(strategies.histogram_tuples(4, positive=True), st.integers(0, 8)), quick=40),
    mutants=[
        Mutant("the root of total variation", {"functions": {"√V": lambda p, q: math.sqrt(_variation(p, q))}}),
        Mutant("the cube root of KL", {"functions": {"KL^(1/3)": lambda p, q: _kl(p, q) ** (1 / 3)}}),
    ],
)
def jointly_convex(instance, *, functions=None):
    (p, q, r, s), eighths = instance
    share = eighths / 8
    functions = functions or {
        "KL": _kl,
        "JS": _js,
        "χ²": lambda p, q: float(dg.chi_squared(p, q)),
        "V": _variation,
    }
    mixed = share * p + (1 - share) * r, share * q + (1 - share) * s
    for name, divergence in functions.items():
        mean = share * divergence(p, q) + (1 - share) * divergence(r, s)
        yield Evidence(mean, divergence(*mixed), "<=", 1e-14 * (1 + mean), name)


@claim(
    topic=TOPIC,
    title="Donsker–Varadhan lies between the f-GAN's bound and KL, and the log ratio attains both",
    statement=r"$E_p T - E_q e^{T - 1} \le E_p T - \log E_q e^{T} \le D_{KL}(p\|q)$ for every $T$; equality holds at "
    r"$T = 1 + \log\frac{p}{q}$, on the right also after adding any constant.",
    source="donsker1975, nguyen2010",
    hypotheses=r"positive histograms; $T$ any function on the support; nats",
    instances=Drawn(_with_a_function(POSITIVE), quick=60),
    mutants=[
        Mutant("without the 1", {"nwj": lambda p, q, t: float(p @ t - q @ np.exp(t))}),
        Mutant("the log inside", {"dv": lambda p, q, t: float(p @ t - q @ t)}),
        Mutant("twice the mean", {"dv": lambda p, q, t: float(2 * p @ t - math.log(q @ np.exp(t)))}),
    ],
)
def variational_kl(
    instance,
    *,
    nwj=lambda p, q, t: float(p @ t - q @ np.exp(t - 1)),
    dv=lambda p, q, t: float(p @ t - math.log(q @ np.exp(t))),
):
    (p, q), t = instance
    kl, best = _kl(p, q), 1 + np.log(p / q)
    # exponentials of at most e⁴
    yield Evidence(dv(p, q, t), nwj(p, q, t), "<=", 1e-12, "the f-GAN's value against Donsker–Varadhan")
    yield Evidence(kl, dv(p, q, t), "<=", 1e-12, "Donsker–Varadhan against KL")
    yield Evidence(kl, [nwj(p, q, best), dv(p, q, best), dv(p, q, best - 7)], "==", 1e-12, "at the log ratio")


@claim(
    topic=TOPIC,
    title="JS is what a classifier is still missing, and total variation what it gets right",
    statement=r"The least cross-entropy of telling $p$ from $q$ at even odds is $\log 2 - D_{JS}(p\|q)$; the best accuracy is "
    r"$\frac12(1 + V)$.",
    source="lin1991, lecam1986",
    hypotheses=r"$p$, $q$ histograms on one finite support, a draw from either with probability one half; nats",
    instances=Drawn(_with_a_function(PAIRS), quick=60),
    mutants=[
        Mutant("2 JS", {"entropy": lambda p, q: math.log(2) - 2 * _js(p, q)}),
        Mutant("accuracy V", {"accuracy": _variation}),
    ],
)
def classification(
    instance,
    *,
    entropy=lambda p, q: math.log(2) - _js(p, q),
    accuracy=lambda p, q: (1 + _variation(p, q)) / 2,
):
    (p, q), score = instance
    total = np.where(p + q > 0, p + q, 1.0)
    d = p / total
    at_best = -(xlogy(p, d) + xlogy(q, 1 - d)).sum() / 2
    other = 1 / (1 + np.exp(-score))
    elsewhere = -(p * np.log(other) + q * np.log(1 - other)).sum() / 2
    yield Evidence(entropy(p, q), at_best, "==", ROUNDING, "cross-entropy of p/(p + q)")
    yield Evidence(entropy(p, q), elsewhere, ">=", ROUNDING, "cross-entropy of another classifier")
    yield Evidence(accuracy(p, q), np.maximum(p, q).sum() / 2, "==", ROUNDING, "accuracy of the larger mass")


@claim(
    topic=TOPIC,
    title="χ² is a supremum of differences of means",
    statement=r"$\chi^2(p\|q) \ge 2 E_p h - E_q h^2 - 1$ for every $h$, with equality at $h = p/q$.",
    source="nguyen2010",
    hypotheses=r"positive histograms; $h$ any function on the support",
    instances=Drawn(_with_a_function(POSITIVE), quick=60),
    mutants=[
        Mutant("without the square", {"value": lambda p, q, h: float(2 * p @ h - q @ h - 1)}),
        Mutant("half of it", {"chi": lambda p, q: float(dg.chi_squared(p, q)) / 2}),
    ],
)
def variational_chi_squared(
    instance,
    *,
    value=lambda p, q, h: float(2 * p @ h - q @ h**2 - 1),
    chi=lambda p, q: float(dg.chi_squared(p, q)),
):
    (p, q), h = instance
    yield Evidence(value(p, q, h), chi(p, q), ">=", 1e-13, "χ² against any h")
    yield Evidence(value(p, q, p / q), chi(p, q), "==", 1e-13 * (1 + chi(p, q)), "χ² against h = p/q")
