"""The Kullback-Leibler and the Jensen-Shannon divergence: what the lecture says of them, and what it leans on."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.special import xlog1py, xlogy
from scipy.stats import multivariate_normal

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, claim
from dualgap.testing import strategies

TOPIC = "divergences"
SLIDE = "lecture, KL Divergence and JS Divergence"
PAIRS = strategies.histogram_tuples(2)
HISTOGRAMS = r"$p$, $q$ histograms on one finite support; nats"


def _kl(p, q):
    return float(dg.kl(p, q))


def _js(p, q):
    return float(dg.js(p, q))


def _total_variation(p, q):
    return np.abs(p - q).sum() / 2


def _mean_kl(p, q):
    """The mean of the two KL divergences to the midpoint: what JS is by definition."""
    return (_kl(p, (p + q) / 2) + _kl(q, (p + q) / 2)) / 2


@claim(
    topic=TOPIC,
    title="KL is not negative, and 0 only for equal laws",
    statement=r"$D_{KL}(p\|q) = \sum_i p_i \log\frac{p_i}{q_i} \ge 2\,V(p, q)^2 \ge 0$ with $V = \frac12\sum_i |p_i "
    r"- q_i|$ (Pinsker), and $D_{KL}(p\|p) = 0$: so it is 0 if and only if $p = q$.",
    source=f"{SLIDE} (like KL, non-negative and 0 iff p = q); cover2006 (Pinsker's inequality)",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("the log of the inverse ratio", {"kl": lambda p, q: -_kl(p, q)}),
        Mutant("cross-entropy for KL", {"kl": lambda p, q: -float(np.sum(xlogy(p, np.maximum(q, 1e-300))))}),
        Mutant("a tenth of it", {"kl": lambda p, q: _kl(p, q) / 10}),
    ],
)
def kl_nonnegative(pair, *, kl=_kl):
    p, q = pair
    # Pinsker is an equality in the limit p -> q: both sides carry the rounding of a few terms
    yield Evidence(2 * _total_variation(p, q) ** 2, kl(p, q), ">=", 1e-15, "KL against 2 V²")
    yield Evidence(0.0, kl(p, p), "==", 0.0, "KL of a law from itself")


@claim(
    topic=TOPIC,
    title="KL is not symmetric",
    statement=r"For Bernoulli laws $D_{KL}(a\|b) - D_{KL}(b\|a) = (a + b)\log\frac{a}{b} + (2 - a - b)\log\frac{1 - "
    r"a}{1 - b}$, which is 0 only for $b = a$ and $b = 1 - a$.",
    source=f"{SLIDE} (unlike KL, JS divergence is symmetric)",
    hypotheses=r"$a, b \in \{0.1, \dots, 0.9\}$, $b \ne a$, $b \ne 1 - a$",
    instances=st.sampled_from([(a / 10, b / 10) for a in range(1, 10) for b in range(1, 10) if b not in (a, 10 - a)]),
    mutants=[
        Mutant("the symmetric divergence of Jeffreys", {"kl": lambda p, q: (_kl(p, q) + _kl(q, p)) / 2}),
        Mutant("JS for KL", {"kl": _js}),
    ],
)
def kl_asymmetric(pair, *, kl=_kl):
    a, b = pair
    p, q = np.array([a, 1 - a]), np.array([b, 1 - b])
    difference = kl(p, q) - kl(q, p)
    predicted = (a + b) * np.log(a / b) + (2 - a - b) * np.log((1 - a) / (1 - b))
    yield Evidence(
        predicted, difference, "==", 1e-14, "difference of the two directions"
    )  # rounding of four terms of order 1
    yield Evidence(
        0.0, difference, "!=", 1e-4, "difference of the two directions, against 0"
    )  # the smallest on this grid is 3e-4


@claim(
    topic=TOPIC,
    title="JS is the mean KL to the midpoint",
    statement=r"$D_{JS}(p\|q) = \frac12 D_{KL}\left(p\|\frac{p + q}{2}\right) + \frac12 D_{KL}\left(q\|\frac{p + "
    r"q}{2}\right)$",
    source=SLIDE,
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("without the halves", {"js": lambda p, q: 2 * _js(p, q)}),
        Mutant("the geometric midpoint", {"middle": lambda p, q: np.sqrt(p * q)}),
    ],
)
def js_definition(pair, *, js=_js, middle=lambda p, q: (p + q) / 2):
    p, q = pair
    m = middle(p, q)
    sums = sum(float(xlogy(one, one).sum() - xlogy(one, np.where(one > 0, m, 1.0)).sum()) for one in (p, q))
    yield Evidence(sums / 2, js(p, q), "==", 2e-15, "JS")  # the sum on the left rounds terms of order 1


def _phi(v):
    return xlog1py(1 + v, v) + xlog1py(1 - v, -v)


@claim(
    topic=TOPIC,
    title="JS lies between 0 and log 2, and is 0 only for equal laws",
    statement=r"With $V = \frac12\sum_i |p_i - q_i|$ and $\varphi(t) = (1 + t)\log(1 + t) + (1 - t)\log(1 - t)$: $0 "
    r"\le \frac12\varphi(V) \le D_{JS}(p\|q) \le V \log 2 \le \log 2$. It is 0 iff $p = q$, and $\log 2$ iff the "
    r"supports are disjoint.",
    source=f"{SLIDE}; lin1991",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("without the halves", {"js": lambda p, q: 2 * _js(p, q)}),
        Mutant("KL for JS", {"js": _kl}),
        Mutant("in bits", {"js": lambda p, q: _js(p, q) / np.log(2)}),
        Mutant("half of it", {"js": lambda p, q: _js(p, q) / 2}),
    ],
)
def js_bounded(pair, *, js=_js):
    p, q = pair
    v = _total_variation(p, q)
    # both bounds are attained; V and the bounds round by a few units of 1e-16
    yield Evidence(_phi(v) / 2, js(p, q), ">=", 1e-15, "JS against φ(V)/2")
    yield Evidence(v * np.log(2), js(p, q), "<=", 1e-15, "JS against V log 2")
    yield Evidence(0.0, js(p, p), "==", 0.0, "JS of a law from itself")


@claim(
    topic=TOPIC,
    title="JS is symmetric",
    statement=r"$D_{JS}(p\|q) = D_{JS}(q\|p)$, where $D_{JS}$ is the mean of $D_{KL}(p\|m)$ and $D_{KL}(q\|m)$, $m = "
    r"\frac12(p + q)$, and not 0 for $p \ne q$.",
    source=f"{SLIDE}; lin1991",
    hypotheses=HISTOGRAMS,
    instances=PAIRS,
    mutants=[
        Mutant("KL for JS", {"js": _kl}),
        Mutant("only the half from p", {"js": lambda p, q: _kl(p, (p + q) / 2)}),
        Mutant("0, which is symmetric", {"js": lambda p, q: 0.0}),
        Mutant("total variation, which is symmetric", {"js": _total_variation}),
    ],
)
def js_symmetric(pair, *, js=_js):
    p, q = pair
    yield Evidence(js(q, p), js(p, q), "==", 1e-15, "JS in both directions")
    yield Evidence(_mean_kl(p, q), js(p, q), "==", 2e-15, "JS against its two KL terms")
    if (p != q).any():
        yield Evidence(0.0, js(p, q), ">", 0.0, "JS of two different laws")


@claim(
    topic=TOPIC,
    title="The square root of JS is a metric",
    statement=r"$d = \sqrt{D_{JS}}$ is symmetric, $d(p, q) > 0$ for $p \ne q$, $d(p, p) = 0$, and $d(p, r) \le d(p, q) + "
    r"d(q, r)$. JS itself breaks the triangle: $\log 2 > 2 D_{JS}(p\|q)$ for $p = (1, 0)$, $q = (\frac12, \frac12)$, "
    r"$r = (0, 1)$.",
    source=f"{SLIDE} (√JS is a metric); endres2003",
    hypotheses=r"$p$, $q$, $r$ histograms on one finite support",
    instances=strategies.histogram_tuples(3),
    mutants=[
        Mutant("JS without the root", {"distance": _js}),
        Mutant("the root of KL", {"distance": lambda p, q: np.sqrt(_kl(p, q))}),
        Mutant("0, which satisfies the triangle", {"distance": lambda p, q: 0.0}),
        Mutant("total variation, which is a metric", {"distance": _total_variation}),
    ],
)
def root_js_metric(triple, *, distance=lambda p, q: np.sqrt(_js(p, q))):
    p, q, r = triple
    a, b, c = distance(p, q), distance(q, r), distance(p, r)
    # equality when two of the three coincide: three roots of numbers of order 1, each to a few units of 1e-16
    yield Evidence([b + c, a + c, a + b], [a, b, c], "<=", 1e-14, "each side against the other two")
    yield Evidence([a, b, c], [distance(q, p), distance(r, q), distance(r, p)], "==", 1e-14, "symmetry")
    yield Evidence(_mean_kl(p, q), a**2, "==", 2e-15, "its square against the two KL terms of JS")
    if (p != q).any():
        yield Evidence(0.0, a, ">", 0.0, "distance of two different laws")
    yield Evidence(0.0, distance(p, p), "==", 0.0, "distance of a law from itself")
    left, middle, right = np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([0.0, 1.0])
    around = distance(left, middle) ** 2 + distance(middle, right) ** 2
    yield Evidence(around, distance(left, right) ** 2, ">", 0.1, "JS of the ends against the sum over the middle")


@claim(
    topic=TOPIC,
    title="KL of two Gaussians in closed form",
    statement=r"$D_{KL}(\mathcal N_1\|\mathcal N_2) = \frac12\left(\mathrm{tr}\,\Sigma_2^{-1}\Sigma_1 - d + "
    r"\delta^\top\Sigma_2^{-1}\delta + \log\frac{\det\Sigma_2}{\det\Sigma_1}\right)$, $\delta = m_2 - m_1$: the "
    r"integral of the log ratio against $\mathcal N_1$.",
    source=SLIDE,
    hypotheses=r"covariances invertible, $d \le 2$",
    instances=st.integers(1, 2).flatmap(lambda d: st.tuples(strategies.gaussians(d), strategies.gaussians(d))),
    mutants=[
        Mutant("the arguments swapped", {"kl": lambda p, q: _kl(q, p)}),
        Mutant(
            "the deviation where the variance belongs",
            {"kl": lambda p, q: _kl(dg.Gaussian(p.mean, p.covariance @ p.covariance), q)},
        ),
    ],
)
def kl_gaussian(pair, *, kl=_kl):
    p, q = pair
    nodes, masses = np.polynomial.hermite_e.hermegauss(4)  # exact for the quadratic log ratio
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*[nodes] * p.dimension)], axis=-1)
    mass = np.prod(np.meshgrid(*[masses / masses.sum()] * p.dimension), axis=0).ravel()
    points = p.mean + grid @ np.linalg.cholesky(p.covariance).T
    ratio = multivariate_normal(p.mean, p.covariance).logpdf(points) - multivariate_normal(q.mean, q.covariance).logpdf(
        points
    )
    # the quadrature sums terms as large as the log ratio at its outermost node
    size = 1 + float(np.abs(mass @ np.abs(ratio)))
    yield Evidence(float(mass @ ratio), kl(p, q), "==", 1e-11 * size, "KL")


@claim(
    topic=TOPIC,
    title="KL adds over independent parts",
    statement=r"$D_{KL}(p_1 \otimes p_2\|q_1 \otimes q_2) = D_{KL}(p_1\|q_1) + D_{KL}(p_2\|q_2)$ with "
    r"$D_{KL}(p\|q) = \sum_i p_i\log\frac{p_i}{q_i}$ (and JS does not add).",
    source="cover2006 (chain rule)",
    hypotheses=r"four histograms, the second of each pair positive",
    instances=Drawn(st.tuples(*[strategies.histogram_tuples(2, max_atoms=4, positive=True)] * 2)),
    mutants=[
        Mutant("JS for KL", {"kl": _js}),
        Mutant("Rényi of order 2, which adds", {"kl": lambda p, q: float(np.log((p**2 / q).sum()))}),
        Mutant("0, which adds", {"kl": lambda p, q: 0.0}),
    ],
)
def kl_adds(pairs, *, kl=_kl):
    (p, q), (r, s) = pairs
    yield Evidence(float(p @ np.log(p / q)), kl(p, q), "==", 1e-14, "KL of a part against its sum")
    whole = kl(np.outer(p, r).ravel(), np.outer(q, s).ravel())
    yield Evidence(kl(p, q) + kl(r, s), whole, "==", 1e-14, "KL of the products")  # up to 16 terms of order 1


@claim(
    topic=TOPIC,
    title="Merging outcomes brings laws closer",
    statement=r"For any map $T$, $D(T_\# p\|T_\# q) \le D(p\|q)$ for KL and JS: a critic that sees less tells less. When "
    r"$T$ merges atoms 1 and 2, the two are equal if and only if $p_1 q_2 = p_2 q_1$ (for KL: or both are infinite).",
    source="csiszar1967; cover2006 (data processing)",
    hypotheses=r"$T$ merges two atoms of a finite support",
    instances=strategies.histogram_tuples(2, min_atoms=3),
    mutants=[
        Mutant("nothing merged", {"merged": lambda w, other: w}),
        Mutant("the first atom forgotten", {"merged": lambda w, other: w[1:] / w[1:].sum() if w[1:].any() else w}),
        Mutant(
            "a map that depends on the law",
            {"merged": lambda w, other: np.sort(w)[::-1] if w @ w > other @ other else w},
        ),
        Mutant(
            "the total kept instead of the masses",
            {
                "merged": lambda w, other: (
                    np.append(w[:2], w[2:].sum()) ** 2 / (np.append(w[:2], w[2:].sum()) ** 2).sum()
                )
            },
        ),
    ],
)
def data_processing(pair, *, merged=lambda w, other: np.append(w[0] + w[1], w[2:])):
    p, q = pair
    coarse = merged(p, q), merged(q, p)
    proportional = abs(p[0] * q[1] - p[1] * q[0]) < 1e-9  # masses are whole numbers below 21 over their sum
    for name, divergence in (("KL", _kl), ("JS", _js)):
        before, after = divergence(p, q), divergence(*coarse)
        yield Evidence(before, after, "<=", 1e-14, f"{name} after merging")
        if proportional:
            yield Evidence(before, after, "==", 1e-14, f"{name} after merging atoms of one ratio")
        elif np.isfinite(before):
            yield Evidence(before, after, "<", 1e-12, f"{name} after merging atoms of two ratios")
