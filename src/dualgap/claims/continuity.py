"""Singular laws, absolute continuity, and which distances follow a parameter continuously."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.stats import norm

import dualgap as dg
from dualgap.claims import Curve, Evidence, Mutant, Picture, Refutation, claim
from dualgap.testing import strategies

TOPIC = "singular laws and continuity"
SINGULAR = "lecture, What's wrong with KL/JS divergences; Example: Singular KL Divergence"
LINES = "lecture, Example: Learning Parallel Lines"
LOG2 = float(np.log(2))


def _kl(p, q):
    return float(dg.kl(p, q))


def _js(p, q):
    return float(dg.js(p, q))


@claim(
    topic=TOPIC,
    title="KL is infinite exactly when q misses mass of p",
    statement=r"On a finite support, $D_{KL}(p\|q) < \infty$ if and only if $p$ is absolutely continuous with "
    r"respect to $q$ ($q(A) = 0 \Rightarrow p(A) = 0$), and then $D_{KL}(p\|q) = \sum_{p_i > 0} p_i\log\frac{p_i}{q_i} \le "
    r"\log\max_i \frac{p_i}{q_i}$.",
    source=SINGULAR,
    hypotheses=r"$p$, $q$ histograms on one finite support, zeros allowed",
    instances=strategies.histogram_tuples(2),
    refutes=Refutation(
        stated=r"Otherwise $D_{KL}$ is infinite, and we say that $p$ is singular with respect to $q$",
        counterexample=r"$p = (\frac12, \frac12)$, $q = (1, 0)$: $D_{KL}(p\|q) = \infty$, and yet the two have mass "
        r"$\frac12$ in common. Singular laws live on disjoint sets and have none; the right word is: not absolutely "
        r"continuous.",
        evidence=lambda: Evidence(0.0, np.minimum([0.5, 0.5], [1.0, 0.0]).sum(), "==", 1e-12, "mass in common"),
    ),
    mutants=[
        Mutant("atoms that q misses are left out", {"kl": lambda p, q: _kl_where(p, q)}),
        Mutant(
            "zeros of q replaced by 1e-10",
            {"kl": lambda p, q: _kl(p, np.maximum(q, 1e-10) / np.maximum(q, 1e-10).sum())},
        ),
        Mutant("0 where it is finite", {"kl": lambda p, q: 0.0 if np.isfinite(_kl(p, q)) else np.inf}),
        Mutant("finite when the supports meet", {"continuous": lambda p, q: bool((p * q).any())}),
    ],
)
def kl_infinite(pair, *, kl=_kl, continuous=lambda p, q: not bool(p[q == 0].any())):
    p, q = pair
    if continuous(p, q):
        largest = np.max(p[q > 0] / q[q > 0])
        yield Evidence(np.log(largest), kl(p, q), "<=", 1e-14, "KL where p is absolutely continuous")
        yield Evidence(_kl_where(p, q), kl(p, q), "==", 1e-14, "KL where p is absolutely continuous, against its sum")
    else:
        yield Evidence(np.inf, kl(p, q), "==", 0.0, "KL where p is not absolutely continuous")


def _kl_where(p, q):
    both = (p > 0) & (q > 0)
    return float((p[both] * np.log(p[both] / q[both])).sum())


def _dyadic_block(n):
    """Terms n+1 to 2n of KL(p || q) for p_k = 6 / (pi^2 k^2) and q_k = 2^-k."""
    k = np.arange(n + 1, 2 * n + 1, dtype=np.float64)
    p = 6 / (np.pi * k) ** 2
    return float((p * (np.log(p) + k * np.log(2))).sum())


@claim(
    topic=TOPIC,
    title="Absolute continuity does not make KL finite",
    statement=r"For $p_k = \frac{6}{\pi^2 k^2}$ and $q_k = 2^{-k}$ every atom has mass under both, and the terms $n "
    r"+ 1$ to $2n$ of $D_{KL}(p\|q)$ add up to at least $\frac{6 \log^2 2}{\pi^2} - \frac{2 \log n + 3}{n}$: the "
    r"series diverges. (So KL(Cauchy‖Normal) $= \infty$ too.) Finite KL does imply absolute continuity.",
    source=SINGULAR,
    hypotheses=r"laws on $\{1, 2, \dots\}$; $n \ge 16$",
    instances=st.integers(4, 20).map(lambda power: 2**power),
    refutes=Refutation(
        stated=r"$D_{KL}(p\|q)$ is finite if and only if $p$ is absolutely continuous with respect to $q$",
        counterexample=r"$p_k = \frac{6}{\pi^2 k^2}$, $q_k = 2^{-k}$, $k = 1, 2, \dots$: equivalent laws. Were the "
        r"sum finite, its dyadic blocks would vanish; the block from $2^{19}$ to $2^{20}$ is still 0.292.",
        evidence=lambda: Evidence(0.0, _dyadic_block(2**19), "==", 1e-3, "a late dyadic block of the series"),
    ),
    mutants=[Mutant("blocks that vanish like 1/n", {"least": lambda n: 6 * LOG2**2 / np.pi**2 * (1 + 16 / n)})],
)
def absolute_continuity_is_not_enough(n, *, least=lambda n: 6 * LOG2**2 / np.pi**2 - (2 * np.log(n) + 3) / n):
    yield Evidence(least(n), _dyadic_block(n), ">=", 1e-12, "a dyadic block of KL")
    yield Evidence(6 * LOG2**2 / np.pi**2 + 1e-12, _dyadic_block(n), "<=", 0.0, "a dyadic block of KL, from above")


@claim(
    topic=TOPIC,
    title="Of singular laws KL is ∞ and JS is log 2",
    statement=r"If $p$ and $q$ live on disjoint sets, $D_{KL}(p\|q) = D_{KL}(q\|p) = \infty$ and $D_{JS}(p\|q) = "
    r"\log 2$, however near the sets are.",
    source=SINGULAR,
    hypotheses=r"histograms with disjoint supports",
    instances=strategies.disjoint_histograms(),
    mutants=[
        Mutant("atoms that q misses are left out", {"kl": lambda p, q: _kl_where(p, q)}),
        Mutant("JS in the limit 1", {"limit": 1.0}),
    ],
)
def singular_laws(pair, *, kl=_kl, limit=LOG2):
    p, q = pair
    yield Evidence(np.inf, [kl(p, q), kl(q, p)], "==", 0.0, "KL in both directions")
    yield Evidence(limit, _js(p, q), "==", 1e-15, "JS")


def _line(theta):
    """The law of (theta, z) with z standard normal."""
    return dg.Gaussian([theta, 0.0], [[0.0, 0.0], [0.0, 1.0]])


def _cloud(theta, atoms=20):
    """Atoms of the law of (theta, z): the quantiles of z."""
    z = norm.ppf((np.arange(atoms) + 0.5) / atoms)
    return np.stack([np.full(atoms, theta), z], axis=-1)


def _wasserstein(theta, other=0.0):
    return float(dg.wasserstein(_cloud(theta), _cloud(other), order=1))


def _lines_picture():
    theta = np.linspace(-1, 1, 41)
    return Picture(
        caption="Distance of the parallel lines: KL would be infinite at every θ but 0.",
        x_label="θ, distance of the lines (unit of x)",
        y_label="JS (nats), W₁ (unit of x)",
        curves=(
            Curve("W₁", theta, [_wasserstein(t) for t in theta]),
            Curve("JS", theta, [_js(_line(t), _line(0.0)) for t in theta], points=True),
        ),
    )


@claim(
    topic=TOPIC,
    title="Parallel lines: KL jumps to ∞, JS to log 2, W₁ = |θ|",
    statement=r"With $p_\theta$ the law of $(\theta, z)$, $z \sim \mathcal N(0, 1)$: $D_{KL}(p_\theta\|p_0) = "
    r"\infty$ and $D_{JS}(p_\theta\|p_0) = \log 2$ for $\theta \ne 0$, both 0 at $\theta = 0$; $W_1(p_\theta, p_0) = "
    r"|\theta|$.",
    source=f"{LINES}; lecture, Wasserstein GAN",
    hypotheses=r"$W_1$ on 20 quantile atoms, for which it is exactly $|\theta|$ too",
    instances=st.integers(-300, 300).map(lambda whole: whole / 100),
    mutants=[
        Mutant("W = θ²", {"distance": lambda theta: theta**2}),
        Mutant("W = θ, signed", {"distance": lambda theta: theta}),
        Mutant("JS that fades in", {"jump": lambda theta: LOG2 * min(1.0, abs(theta))}),
    ],
    picture=_lines_picture,
)
def parallel_lines(theta, *, distance=abs, jump=lambda theta: LOG2 if theta else 0.0):
    law, target = _line(theta), _line(0.0)
    yield Evidence(distance(theta), _wasserstein(theta), "==", 1e-13, "W₁")
    yield Evidence(distance(theta), float(dg.wasserstein(law, target, order=2)), "==", 1e-13, "W₂ of the Gaussians")
    yield Evidence(np.inf if theta else 0.0, _kl(law, target), "==", 0.0, "KL")
    yield Evidence(jump(theta), _js(law, target), "==", 1e-15, "JS")


@claim(
    topic=TOPIC,
    title="KL and JS are not continuous in θ, W₁ is",
    statement=r"Along $\theta_n = 2^{-n} \to 0$ the parallel lines keep $D_{JS}(p_{\theta_n}\|p_0) = \log 2$ and "
    r"$D_{KL} = \infty$ though both are 0 in the limit; $W_1(p_{\theta_n}, p_0) = 2^{-n} \to 0$.",
    source="lecture, Continuity and Distance",
    hypotheses=r"$n \le 40$",
    instances=st.integers(0, 40),
    mutants=[Mutant("JS continuous at 0", {"remains": lambda theta: LOG2 * theta / (1 + theta)})],
)
def js_discontinuous(n, *, remains=lambda theta: LOG2):
    theta = 2.0**-n
    yield Evidence(remains(theta), _js(_line(theta), _line(0.0)), "==", 1e-15, "JS at 2^-n")
    yield Evidence(np.inf, _kl(_line(theta), _line(0.0)), "==", 0.0, "KL at 2^-n")
    yield Evidence(theta, _wasserstein(theta), "==", 1e-13 * theta, "W₁ at 2^-n")


@claim(
    topic=TOPIC,
    title="W₁ changes by at most the mean movement of the generated points",
    statement=r"$|W_1(p_\theta, p^*) - W_1(p_{\theta'}, p^*)| \le \mathbb{E}_z\|G(z; \theta) - G(z; \theta')\|$: "
    r"continuous wherever $G$ is, and Lipschitz, hence differentiable almost everywhere, wherever $\theta \mapsto G$ "
    r"is. The constant 1 is attained: at $p^* = p_\theta$, when all points move in one direction.",
    source="lecture, Wasserstein GAN (advantages); arjovsky2017wgan",
    hypotheses=r"finitely many $z$, each of equal mass; any finite target in $\mathbb{R}^2$",
    instances=st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            strategies.point_clouds(2, min_points=n, max_points=n),
            strategies.point_clouds(2, min_points=n, max_points=n),
            strategies.point_clouds(2),
        )
    ),
    mutants=[
        Mutant("half the movement", {"constant": 0.5}),
        Mutant("a hundred times the movement", {"constant": 100.0}),
        Mutant("the largest movement", {"movement": lambda a, b: np.linalg.norm(a - b, axis=1).max()}),
        Mutant("the movement of the mean", {"movement": lambda a, b: np.linalg.norm(a.mean(axis=0) - b.mean(axis=0))}),
    ],
)
def wasserstein_lipschitz(instance, *, constant=1.0, movement=lambda a, b: np.linalg.norm(a - b, axis=1).mean()):
    here, there, target = instance
    change = abs(float(dg.wasserstein(here, target)) - float(dg.wasserstein(there, target)))
    yield Evidence(constant * movement(here, there), change, "<=", 1e-12, "change of W₁")  # distances up to 12
    # each point moves as far as it did, all to the right: the mean of the first coordinate is a 1-Lipschitz critic of that cost
    right = here + np.linalg.norm(there - here, axis=1)[:, None] * [1.0, 0.0]
    attained = float(dg.wasserstein(right, here))
    yield Evidence(constant * movement(here, right), attained, "==", 1e-12, "change of W₁ from 0, all in one direction")
