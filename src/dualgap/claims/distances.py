"""More of the Wasserstein distance: critics, known answers, and what the lecture says in passing of computing it."""

from __future__ import annotations

import itertools
import math

import numpy as np
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, Refutation, claim
from dualgap.testing import strategies

TOPIC = "computing Wasserstein distances"
DUALITY = "lecture, How to Compute W?"
MEASURES = strategies.point_measures(2, max_points=5)
CLOUD = strategies.point_clouds(2, min_points=2, max_points=6)


def _w(p, q, order: float = 1):
    return float(dg.wasserstein(p, q, order=order))


@claim(
    topic=TOPIC,
    title="W does not decrease in its order",
    statement=r"$W_1 \le W_2 \le W_4$, all at most the largest distance of two points.",
    source="villani2009",
    hypotheses=r"finite laws in $\mathbb{R}^2$",
    instances=Drawn(st.tuples(MEASURES, MEASURES), quick=30),
    mutants=[
        Mutant("the powers W^p", {"distance": lambda p, q, order: _w(p, q, order) ** order}),
        Mutant("orders in the other direction", {"orders": (4.0, 2.0, 1.0)}),
    ],
)
def rises_with_the_order(pair, *, distance=_w, orders=(1.0, 2.0, 4.0)):
    p, q = pair
    found = [distance(p, q, order) for order in orders]
    largest = np.linalg.norm(p.points[:, None] - q.points, axis=2).max()
    # each is certified to 1e-12 of the largest cost
    yield Evidence(found[:-1], found[1:], ">=", 1e-9, "each order against the one before")
    yield Evidence(largest, found[-1], "<=", 1e-9, "against the largest distance")


@claim(
    topic=TOPIC,
    title="Every step of an optimal plan is as steep as a critic may be",
    statement=r"Where an optimal plan moves mass from $x$ to $y$, the optimal critic satisfies $f(x) - f(y) = \|x - y\|$ "
    r"(complementary slackness).",
    source=f"{DUALITY}; villani2009",
    hypotheses=r"finite laws in $\mathbb{R}^2$",
    instances=Drawn(st.tuples(MEASURES, MEASURES), quick=30),
    mutants=[
        Mutant("the independent coupling", {"plan": lambda b, p, q: np.outer(p.weights, q.weights)}),
    ],
)
def complementary_slackness(pair, *, plan=lambda b, p, q: b.plan.toarray()):
    p, q = pair
    found = dg.wasserstein(p, q)
    f, g = found.potentials
    costs = np.linalg.norm(p.points[:, None] - q.points, axis=2)
    slack = (costs - f[:, None] - g) * (plan(found, p, q) > 1e-12)
    yield Evidence(0.0, float((plan(found, p, q) * slack).sum()), "==", 1e-9, "slack where mass moves")


@claim(
    topic=TOPIC,
    title="Any numbers at points extend to a 1-Lipschitz critic, which bounds W₁ from below",
    statement=r"$f(x) = \min_j(\|x - y_j\| - g_j)$ satisfies $|f(x) - f(x')| \le \|x - x'\|$ for any numbers $g_j$, so that $E_p f - "
    r"E_q f \le W_1(p, q)$.",
    source="mcshane1934",
    hypotheses=r"points and finite laws in $\mathbb{R}^2$, any $g_j$",
    instances=Drawn(
        st.tuples(CLOUD, MEASURES, MEASURES).flatmap(
            lambda parts: st.tuples(st.just(parts), strategies.vectors(len(parts[0])))
        ),
        quick=40,
    ),
    mutants=[
        Mutant("twice the distance", {"critic": lambda y, g: lambda x: 2 * _extension(y, g)(x)}),
        Mutant("the square of the distance", {"critic": lambda y, g: lambda x: _squares(y, g, x)}),
    ],
)
def mcshane(instance, *, critic=lambda y, g: _extension(y, g)):
    (anchors, p, q), numbers = instance
    f = critic(anchors, numbers)
    where = np.concatenate([p.points, q.points, anchors])
    rise = np.abs(f(where)[:, None] - f(where))
    apart = np.linalg.norm(where[:, None] - where, axis=2)
    yield Evidence(apart, rise, "<=", 1e-13, "rise of the critic against the distance")
    gain = float(p.weights @ f(p.points) - q.weights @ f(q.points))
    yield Evidence(_w(p, q), gain, "<=", 1e-9, "the critic's value against W₁")


def _extension(y, g):
    return dg.transport.mcshane_extension(y, g)


def _squares(y, g, x):
    return ((x[:, None] - y) ** 2).sum(axis=2).min(axis=1) - g.min()


@claim(
    topic=TOPIC,
    title="Moving every point towards its nearest in a set is optimal",
    statement=r"If $q$ is the law of $sX + (1 - s)\pi(X)$ with $\pi(X)$ the point of a closed set $A$ nearest to $X \sim "
    r"p$, then $W_r(p, q) "
    r"= (1 - s)\left(E\,\mathrm{dist}(X, A)^r\right)^{1/r}$ for every $r \ge 1$ and $0 \le s < 1$.",
    source="villani2009 (Kantorovich potentials; the distance to a set is 1-Lipschitz)",
    hypotheses=r"$p$ finite in the plane, $A$ a circle around the origin",
    instances=Drawn(
        st.tuples(
            MEASURES.filter(lambda p: np.linalg.norm(p.points, axis=1).min() > 0), st.integers(0, 7), st.integers(1, 8)
        ),
        quick=25,
    ),
    mutants=[
        Mutant("the wrong share", {"share": lambda s: s}),
        Mutant("the farthest point of the circle", {"sign": -1.0}),
    ],
)
def nearest_point(instance, *, share=lambda s: 1 - s, sign=1.0):
    p, eighths, quarters = instance
    s, radius = eighths / 8, quarters / 4
    length = np.linalg.norm(p.points, axis=1)
    nearest = sign * radius * p.points / length[:, None]
    q = dg.Points(s * p.points + (1 - s) * nearest, p.weights)
    for order in (1.0, 2.0):
        predicted = share(s) * float(p.weights @ np.abs(length - radius) ** order) ** (1 / order)
        yield Evidence(predicted, _w(p, q, order), "==", 1e-8, f"W of order {order:g}")


@claim(
    topic=TOPIC,
    title="The distance between samples is too large on average",
    statement=r"$E\,W_1(\hat p_n, \hat q_n) \ge W_1(p, q)$ for empirical laws of $n$ independent draws, because $W_1$ is jointly convex; "
    r"strictly, where the laws are not points.",
    source="villani2009 (convexity)",
    hypotheses=r"$p$, $q$ on three points of the line; $n = 2$; the mean over all samples, exactly",
    instances=Drawn(strategies.histogram_tuples(2, min_atoms=3, max_atoms=3, positive=True), quick=8, full=60),
    mutants=[
        Mutant("the samples say too little", {"distance": lambda p, q: 0.5 * _line(p, q)}),
        Mutant("the distance of the mean points", {"distance": lambda p, q: abs(float((p - q) @ np.arange(3.0)))}),
    ],
)
def empirical_is_too_large(pair, *, distance=lambda p, q: _line(p, q)):
    p, q = pair
    mean = 0.0
    for draws in itertools.product(range(3), repeat=4):
        share = math.prod((p[draws[0]], p[draws[1]], q[draws[2]], q[draws[3]]))
        first, second = (np.bincount(part, minlength=3) / 2 for part in (draws[:2], draws[2:]))
        mean += share * distance(first, second)
    yield Evidence(_line(p, q), mean, ">", 1e-6, "mean of W₁ between samples of two")


def _line(p, q):
    return float(np.abs(np.cumsum(p - q))[:-1].sum())


@claim(
    topic=TOPIC,
    title="Between samples W is computed exactly, with a proof",
    statement=r"Between laws of $n$ and $m$ points the infimum over couplings is a linear program: its value is found to rounding, and a "
    r"plan with feasible potentials proves it.",
    source=f"{DUALITY}; kantorovich1958",
    hypotheses=r"30 to 60 normal points in $\mathbb{R}^3$",
    instances=[0, 1, 2],
    mutants=[
        Mutant("the cost of the independent coupling", {"upper": lambda b, x, y: float(np.mean(_distances(x, y)))}),
        Mutant("potentials raised by a tenth", {"lower": lambda b, x, y: b.lower + 0.1}),
    ],
    refutes=Refutation(
        "Direct computation via optimization is *not* tractable",
        "True of the infimum over all joint densities. Read as a statement on samples, which is what training has: two samples of 200 "
        "points in $\\mathbb{R}^3$, whose distance a linear program finds with a relative gap of $10^{-9}$ at most.",
        lambda: Evidence(1e-9, _relative_gap(), ">", 0.0, "relative gap between the two bounds"),
    ),
)
def direct_computation(seed, *, upper=lambda b, x, y: b.upper, lower=lambda b, x, y: b.lower):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(60, 3)) + 0.5
    found = dg.wasserstein(x, y)
    costs = _distances(x, y)
    f, g = found.potentials
    proved = f.mean() + g.mean() - max(0.0, float((f[:, None] + g - costs).max()))
    paid = float(found.plan.multiply(costs).sum())
    yield Evidence(upper(found, x, y), paid, "==", 1e-9, "cost of the plan against the upper bound")
    yield Evidence(lower(found, x, y), proved, "==", 1e-9, "value of the potentials against the lower bound")
    yield Evidence(upper(found, x, y), lower(found, x, y), "==", 1e-9, "the two bounds")


def _distances(x, y):
    return np.linalg.norm(x[:, None] - y, axis=2)


def _relative_gap():
    rng = np.random.default_rng(0)
    found = dg.wasserstein(rng.normal(size=(200, 3)), rng.normal(size=(200, 3)) + 0.5)
    return (found.upper - found.lower) / found.upper


@claim(
    topic=TOPIC,
    title="Without its constraint the critic's maximum is infinite; with a constant L it is L times W₁",
    statement=r"$\max_f E_p f - E_q f$ over functions with Lipschitz constant at most $L$ is $L\,W_1(p, q)$; over all functions it is "
    r"$+\infty$ unless $p = q$.",
    source="lecture, Wasserstein GAN (W approximated by a maximum over the weights); arjovsky2017wgan",
    hypotheses=r"finite laws on the line, $p \ne q$",
    instances=Drawn(
        st.tuples(
            strategies.histogram_tuples(2, min_atoms=2, max_atoms=5).filter(
                lambda pair: np.abs(pair[0] - pair[1]).max() > 0
            ),
            st.integers(1, 8),
        ),
        quick=30,
    ),
    mutants=[
        Mutant("W₁ whatever the constant", {"value": lambda w, constant: w}),
        Mutant("W₁ over the constant", {"value": lambda w, constant: w / constant}),
    ],
    refutes=Refutation(
        r"$W(p_\theta, p^*) \approx \max_\phi E_{x \sim p_\theta} f(x; \phi) - E_{x \sim p^*} f(x; \phi)$ with "
        r"$f(x; \phi)$ a neural network",
        r"$p$ at 0 and $q$ at 1, $f(x; \phi) = \phi x$: at $\phi = -100$ the right side is 100, and no maximum exists; $W_1 = 1$. "
        r"The constraint $\|f\|_L \le 1$ of the line before it has to stay.",
        lambda: Evidence(
            float(dg.wasserstein([0.0], [1.0])), -100.0 * 0.0 + 100.0 * 1.0, "<=", 1e-9, "value of a critic"
        ),
    ),
)
def lipschitz_constant_scales(instance, *, value=lambda w, constant: constant * w):
    (p, q), quarters = instance
    constant = quarters / 4
    atoms = np.arange(len(p), dtype=float)
    w = _w(dg.Points(atoms, p), dg.Points(atoms, q))
    # on the line the best critic falls where p has more mass to its left
    slopes = constant * np.sign(np.cumsum(q - p))[:-1]
    critic = np.concatenate([[0.0], np.cumsum(slopes)])
    yield Evidence(value(w, constant), float((p - q) @ critic), "==", 1e-12, "value of the best critic")
    yield Evidence(constant, np.abs(np.diff(critic)).max(), "<=", 0.0, "its Lipschitz constant")
