"""What is known of normal laws: the closed forms that estimators are tested against, and what they bound."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, claim
from dualgap.testing import strategies

TOPIC = "normal laws"
PAIRS = st.integers(1, 3).flatmap(lambda d: st.tuples(strategies.gaussians(d), strategies.gaussians(d)))


def _standard(dimension):
    return dg.Gaussian(np.zeros(dimension), np.eye(dimension))


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T


def _w2(p, q):
    return float(dg.wasserstein(p, q, order=2))


@claim(
    topic=TOPIC,
    title="W₂ of normal laws is the cost of a linear map",
    statement=r"$T(x) = m_2 + A(x - m_1)$ with $A = \Sigma_1^{-1/2}(\Sigma_1^{1/2}\Sigma_2\Sigma_1^{1/2})^{1/2}\Sigma_1^{-1/2}$ moves "
    r"$N(m_1, \Sigma_1)$ onto $N(m_2, \Sigma_2)$, and $W_2^2 = |m_1 - m_2|^2 + \mathrm{tr}(\Sigma_1(I - A)^2)$.",
    source="dowson1982, peyre2019",
    hypotheses="covariances of full rank, in one to three dimensions",
    instances=Drawn(PAIRS, quick=30),
    mutants=[
        Mutant("the difference of roots", {"map_of": lambda s, t: _root(t) @ np.linalg.inv(_root(s))}),
        Mutant("without the means", {"shift": 0.0}),
    ],
)
def bures(
    pair,
    *,
    map_of=lambda s, t: np.linalg.inv(_root(s)) @ _root(_root(s) @ t @ _root(s)) @ np.linalg.inv(_root(s)),
    shift=1.0,
):
    p, q = pair
    a = map_of(p.covariance, q.covariance)
    away = np.eye(len(a)) - a
    cost = shift * ((p.mean - q.mean) ** 2).sum() + np.trace(away @ p.covariance @ away.T)
    scale = 1 + np.abs(q.covariance).max()
    # condition numbers of at most 1e3
    yield Evidence(q.covariance, a @ p.covariance @ a.T, "==", 1e-10 * scale, "covariance of T(X)")
    yield Evidence(cost, _w2(p, q) ** 2, "==", 1e-10 * (1 + abs(cost)), "W₂²")


@claim(
    topic=TOPIC,
    title="W₁ of normal laws lies between the shift of the means and W₂",
    statement=r"$|m_1 - m_2| \le W_1 \le W_2$, with equality throughout for equal covariances.",
    source="peyre2019 (means and orders)",
    hypotheses="normal laws in one to three dimensions",
    instances=Drawn(PAIRS, quick=30),
    mutants=[
        Mutant("half of W₂ above", {"above": lambda p, q: _w2(p, q) / 2}),
        Mutant("W₂ below", {"below": _w2}),
    ],
)
def between_mean_shift_and_w2(pair, *, below=lambda p, q: float(np.linalg.norm(p.mean - q.mean)), above=_w2):
    p, q = pair
    found = dg.wasserstein(p, q)
    yield Evidence(below(p, q), found.upper, ">=", 1e-12, "upper bound of W₁ against |m₁ − m₂|")
    yield Evidence(below(p, q), found.lower, ">=", 1e-9, "lower bound of W₁ against |m₁ − m₂|")
    yield Evidence(above(p, q), found.upper, "<=", 1e-9 * (1 + found.upper), "upper bound of W₁ against W₂")
    same = dg.Gaussian(q.mean, p.covariance)
    yield Evidence(below(p, same), float(dg.wasserstein(p, same)), "==", 1e-9, "W₁ at equal covariances")


@claim(
    topic=TOPIC,
    title="W₂² to the standard normal law is at most twice KL",
    statement=r"$W_2^2(p, N(0, I)) \le 2 D_{KL}(p \| N(0, I))$, with equality for a shift.",
    source="talagrand1996",
    hypotheses=r"$p$ normal, of full rank; nats",
    instances=Drawn(st.integers(1, 3).flatmap(strategies.gaussians), quick=40),
    mutants=[
        Mutant("once KL", {"factor": 1.0}),
        Mutant("the other direction of KL", {"kl": lambda p, q: float(dg.kl(q, p))}),
    ],
)
def talagrand(p, *, factor=2.0, kl=lambda p, q: float(dg.kl(p, q))):
    q = _standard(p.dimension)
    yield Evidence(factor * kl(p, q), _w2(p, q) ** 2, "<=", 1e-9, "W₂² against 2 KL")
    shifted = dg.Gaussian(p.mean, np.eye(p.dimension))
    yield Evidence(factor * kl(shifted, q), _w2(shifted, q) ** 2, "==", 1e-9, "W₂² of a shift against 2 KL")


@claim(
    topic=TOPIC,
    title="Dependence of a normal pair costs −½ log(1 − ρ²)",
    statement=r"The mutual information of a normal pair of correlation $\rho$ is $D_{KL}(p_{xy}\|p_x p_y) = -\frac12\log(1 - \rho^2)$.",
    source="cover2006 (mutual information)",
    hypotheses=r"$|\rho| < 1$, any variances; nats",
    instances=st.tuples(st.integers(-99, 99), st.integers(1, 20), st.integers(1, 20)),
    mutants=[
        Mutant("without the half", {"formula": lambda r: -math.log1p(-r * r)}),
        Mutant("ρ for ρ²", {"formula": lambda r: -math.log1p(-abs(r)) / 2}),
    ],
)
def mutual_information(instance, *, formula=lambda r: -math.log1p(-r * r) / 2):
    hundredths, s, t = instance
    rho = hundredths / 100
    joint = dg.Gaussian(np.zeros(2), np.array([[s * s, rho * s * t], [rho * s * t, t * t]], dtype=float))
    apart = dg.Gaussian(np.zeros(2), np.diag([float(s * s), float(t * t)]))
    # the determinant loses at most two digits at ρ = 0.99
    yield Evidence(formula(rho), float(dg.kl(joint, apart)), "==", 1e-12, "KL of the pair from its product")


@claim(
    topic=TOPIC,
    title="Near equality every divergence is the same quadratic form",
    statement=r"For laws that differ by a shift of $d$ deviations, $D_{KL} = \frac12 d^2$ and, as $d \to 0$, $D_{JS} = \frac18 d^2 "
    r"+ O(d^4)$, $H^2 = \frac18 d^2 + O(d^4)$ and $\chi^2 = d^2 + O(d^4)$: Fisher's information times $f''(1)/2$.",
    source="csiszar1967; lin1991",
    hypotheses=r"$N(0, 1)$ against $N(d, 1)$; nats",
    instances=[0.5, 0.25, 0.1, 0.03, 0.01],
    mutants=[
        Mutant("a quarter for JS", {"js": 1 / 4}),
        Mutant("a half for χ²", {"chi": 1 / 2}),
    ],
)
def fisher(d, *, js=1 / 8, chi=1.0):
    p, q = dg.Gaussian(0.0, 1.0), dg.Gaussian(d, 1.0)
    fourth = d**2  # the next term, relative to the leading one, has a coefficient below 1
    yield Evidence(d**2 / 2, float(dg.kl(p, q)), "==", 1e-14, "KL")
    yield Evidence(js * d**2, float(dg.js(p, q)), "==", js * d**2 * fourth + 1e-9, "JS")
    yield Evidence(d**2 / 8, float(dg.hellinger(p, q)), "==", d**2 / 8 * fourth, "H²")
    yield Evidence(chi * d**2, float(dg.chi_squared(p, q)), "==", chi * d**2 * fourth, "χ²")


@claim(
    topic=TOPIC,
    title="Affinity and KL alone bracket the JS divergence of normal laws",
    statement=r"$-\log\frac{1 + B}{2} \le D_{JS}(p\|q) \le -\frac12\left(\log\frac{1 + e^{-D_{KL}(p\|q)}}{2} + \log\frac{1 + "
    r"e^{-D_{KL}(q\|p)}}{2}\right)$ with $B = \int\sqrt{pq}$.",
    source="kolchinsky2017",
    hypotheses="normal laws on the line; nats",
    instances=Drawn(st.tuples(strategies.gaussians(1), strategies.gaussians(1)), quick=30),
    mutants=[
        Mutant("B² for B below", {"below": lambda b: -math.log((1 + b**2) / 2)}),
        Mutant("half of KL above", {"above": lambda kl: -math.log((1 + math.exp(-kl / 2)) / 2)}),
    ],
)
def pairwise_bounds(
    pair, *, below=lambda b: -math.log((1 + b) / 2), above=lambda kl: -math.log((1 + math.exp(-kl)) / 2)
):
    p, q = pair
    found = dg.js(p, q)
    affinity = 1 - float(dg.hellinger(p, q))
    mean = (above(float(dg.kl(p, q))) + above(float(dg.kl(q, p)))) / 2
    # the value of JS on the line is certified to a millionth
    yield Evidence(below(affinity), found.upper, ">=", 1e-12, "JS against the bound by affinity")
    yield Evidence(mean, found.lower, "<=", 1e-12, "JS against the bound by KL")


@claim(
    topic=TOPIC,
    title="Over independent parts KL and Rényi add, affinities multiply, and JS does neither",
    statement=r"For products, $D_a(p \otimes p' \| q \otimes q') = D_a(p\|q) + D_a(p'\|q')$ and $1 - H^2$ and $1 + \chi^2$ multiply; "
    r"$D_{JS}$ stays below the sum.",
    source="vanerven2014; cover2006 (chain rule)",
    hypotheses="histograms that are positive and differ in both parts",
    instances=Drawn(
        st.tuples(strategies.histogram_tuples(2, positive=True), strategies.histogram_tuples(2, positive=True)).filter(
            lambda pairs: all(np.abs(p - q).max() > 0.05 for p, q in pairs)
        ),
        quick=30,
    ),
    mutants=[
        Mutant("JS adds", {"js_adds": True}),
        Mutant("χ² multiplies", {"offset": 0.0}),
    ],
)
def products(pairs, *, js_adds=False, offset=1.0):
    (p, q), (r, s) = pairs
    joint = np.outer(p, r).ravel(), np.outer(q, s).ravel()
    for order in (0.5, 1.0, 3.0):
        parts = float(dg.renyi(p, q, order=order)) + float(dg.renyi(r, s, order=order))
        yield Evidence(parts, float(dg.renyi(*joint, order=order)), "==", 1e-12, f"D_a, a = {order:g}")
    chi = (offset + float(dg.chi_squared(p, q))) * (offset + float(dg.chi_squared(r, s))) - offset
    yield Evidence(chi, float(dg.chi_squared(*joint)), "==", 1e-11 * (1 + abs(chi)), "χ²")
    both = float(dg.js(p, q)) + float(dg.js(r, s))
    yield Evidence(both, float(dg.js(*joint)), "==" if js_adds else "<", 0.0, "JS against the sum")
