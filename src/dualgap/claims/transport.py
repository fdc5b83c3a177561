"""The Wasserstein distance: couplings, the two sides of duality, and the axioms of a metric."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.spatial.distance import cdist

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, Refutation, claim
from dualgap.testing import strategies
from dualgap.testing.assertions import assert_certified

TOPIC = "transport and duality"
EMD = "lecture, Modifying the GAN Problem; EMD Visualized"
DUALITY = "lecture, How to Compute W?"
MEASURES = strategies.point_measures(2, max_points=5)


def _w(p, q, order=1):
    return float(dg.wasserstein(p, q, order=order))


def _costs(p, q):
    return cdist(p.points, q.points)


def _linear_program(p, q):
    """The least cost of a coupling and the plan, by scipy's HiGHS, which shares no code with the library's solvers."""
    costs = _costs(p, q)
    n, m = costs.shape
    rows = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    found = linprog(costs.ravel(), A_eq=rows[:-1], b_eq=np.concatenate([p.weights, q.weights])[:-1], method="highs")
    return float(found.fun)


@claim(
    topic=TOPIC,
    title="W₁ is the least cost of moving dirt into holes",
    statement=r"$W(p, q) = \inf_{\gamma \in \Pi(p, q)} \mathbb{E}_{(x, y) \sim \gamma}\|x - y\|$ over the joint laws "
    r"with marginals $p$ and $q$: the value of a linear program. The plan that the library returns has those "
    r"marginals and that cost.",
    source=EMD,
    hypotheses=r"finite laws in $\mathbb{R}^2$, Euclidean ground distance",
    instances=Drawn(st.tuples(MEASURES, MEASURES), quick=40),
    mutants=[
        Mutant(
            "every point to its nearest hole", {"distance": lambda p, q: float(p.weights @ _costs(p, q).min(axis=1))}
        ),
        Mutant("dirt spread over all holes", {"distance": lambda p, q: float(p.weights @ _costs(p, q) @ q.weights)}),
    ],
)
def least_cost(pair, *, distance=_w):
    p, q = pair
    # HiGHS solves to a feasibility of 1e-7 in the masses and is exact up to rounding on problems this small
    yield Evidence(_linear_program(p, q), distance(p, q), "==", 1e-9, "W₁ against a linear program")


@claim(
    topic=TOPIC,
    title="Weak duality: any feasible potentials bound W₁ from below, any coupling from above",
    statement=r"If $f_i + g_j \le \|x_i - y_j\|$ then $\sum_i p_i f_i + \sum_j q_j g_j \le W_1(p, q) \le "
    r"\sum_{ij}\gamma_{ij}\|x_i - y_j\|$ for every coupling $\gamma$; $f_i = \min_j(\|x_i - y_j\| - g_j)$ makes any "
    r"$g$ feasible.",
    source=DUALITY,
    hypotheses=r"finite laws in $\mathbb{R}^2$; any numbers $g_j$; the independent coupling",
    instances=Drawn(
        st.tuples(MEASURES, MEASURES).flatmap(
            lambda pair: st.tuples(st.just(pair), strategies.vectors(len(pair[1].weights)))
        ),
        quick=60,
    ),
    mutants=[
        Mutant("the greatest partner in place of the least", {"partner": lambda costs, g: (costs - g).max(axis=1)}),
        Mutant(
            "potentials that ignore the cost", {"partner": lambda costs, g: np.full(len(costs), costs.mean()) - g.min()}
        ),
    ],
)
def weak_duality(instance, *, partner=lambda costs, g: (costs - g).min(axis=1)):
    (p, q), g = instance
    costs = _costs(p, q)
    distance = _w(p, q)
    lower = float(p.weights @ partner(costs, g) + q.weights @ g)
    yield Evidence(distance, lower, "<=", 1e-12, "dual value against W₁")  # potentials of size up to 16
    yield Evidence(
        distance, float(p.weights @ costs @ q.weights), ">=", 1e-12, "cost of the independent coupling against W₁"
    )


@claim(
    topic=TOPIC,
    title="Strong duality: the best potentials close the gap",
    statement=r"$\inf_\gamma \mathbb{E}_\gamma\|x - y\| = \sup\{\sum_i p_i f_i + \sum_j q_j g_j : f_i + g_j \le "
    r"\|x_i - y_j\|\}$: the bracket's two bounds meet, and its certificate recomputes both without the solver.",
    source=DUALITY,
    hypotheses=r"finite laws in $\mathbb{R}^2$",
    instances=Drawn(st.tuples(MEASURES, MEASURES), quick=40),
    mutants=[
        Mutant(
            "potentials of the nearest holes only",
            {"lower": lambda b, p, q: float(p.weights @ _costs(p, q).min(axis=1))},
        ),
        Mutant(
            "the independent coupling above", {"upper": lambda b, p, q: float(p.weights @ _costs(p, q) @ q.weights)}
        ),
    ],
)
def strong_duality(pair, *, lower=lambda b, p, q: float(b.lower), upper=lambda b, p, q: float(b.upper)):
    p, q = pair
    bracket = dg.wasserstein(p, q, order=1)
    assert_certified(bracket)
    # plan and potentials are both exact up to rounding at distances up to 12
    yield Evidence(lower(bracket, p, q), upper(bracket, p, q), "==", 1e-11, "upper bound against lower bound")


@claim(
    topic=TOPIC,
    title="Kantorovich–Rubinstein: one 1-Lipschitz critic attains W₁",
    statement=r"$W(p, q) = \sup_{\|f\|_L \le 1}\mathbb{E}_p f - \mathbb{E}_q f$: the critic $f(x) = \min_j(\|x - "
    r"y_j\| - g_j)$ made from an optimal potential $g$ is 1-Lipschitz everywhere and attains the supremum.",
    source=DUALITY,
    hypotheses=r"finite laws in $\mathbb{R}^2$; the slope is tried between the atoms and 8 other points",
    instances=Drawn(st.tuples(MEASURES, MEASURES, strategies.point_clouds(2, min_points=8, max_points=8)), quick=40),
    mutants=[
        Mutant("twice the critic", {"scale": 2.0}),
        Mutant("half the critic", {"scale": 0.5}),
        Mutant("the critic upside down", {"scale": -1.0}),
    ],
)
def kantorovich_rubinstein(instance, *, scale=1.0):
    p, q, others = instance
    bracket = dg.wasserstein(p, q, order=1)
    _, g = (np.asarray(one) for one in bracket.potentials)

    def critic(x):
        return scale * (cdist(x, q.points) - g).min(axis=1)

    everywhere = np.concatenate([p.points, q.points, others])
    distances = cdist(everywhere, everywhere)
    rise = np.abs(critic(everywhere)[:, None] - critic(everywhere)[None, :])
    yield Evidence(
        float(bracket), p.weights @ critic(p.points) - q.weights @ critic(q.points), "==", 1e-11, "E_p f − E_q f"
    )
    yield Evidence(distances, rise, "<=", 1e-12, "rise of the critic against the distance")


@claim(
    topic=TOPIC,
    title="W₁ is a metric",
    statement=r"$W(p, p) = 0$, $W(p, q) = W(q, p) > 0$ for $p \ne q$, and $W(p, r) \le W(p, q) + W(q, r)$.",
    source="lecture, Wasserstein GAN (advantages: a true distance)",
    hypotheses=r"finite laws in $\mathbb{R}^2$ (in general: laws with a finite first moment)",
    instances=Drawn(st.tuples(MEASURES, MEASURES, MEASURES), quick=40),
    mutants=[
        Mutant("the squared cost without the root", {"distance": lambda p, q: _w(p, q, 2) ** 2}),
        Mutant(
            "the mean distance of independent points",
            {"distance": lambda p, q: float(p.weights @ _costs(p, q) @ q.weights)},
        ),
        Mutant(
            "every point to its nearest hole", {"distance": lambda p, q: float(p.weights @ _costs(p, q).min(axis=1))}
        ),
    ],
)
def wasserstein_metric(triple, *, distance=_w):
    p, q, r = triple
    a, b, c = distance(p, q), distance(q, r), distance(p, r)
    yield Evidence([b + c, a + c, a + b], [a, b, c], "<=", 1e-11, "each side against the other two")
    yield Evidence([a, b, c], [distance(q, p), distance(r, q), distance(r, p)], "==", 1e-11, "symmetry")
    yield Evidence(0.0, distance(p, p), "==", 1e-12, "distance of a law from itself")
    # moving mass m over a distance of at least 1/4, the grid's spacing, costs m / 4
    yield Evidence(
        _smallest_move(p, q), a, ">=", 1e-11, "distance against the mass that must move at least one grid step"
    )


def _smallest_move(p, q):
    places = np.unique(np.concatenate([p.points, q.points]), axis=0)
    masses = [np.array([one.weights[(one.points == place).all(axis=1)].sum() for place in places]) for one in (p, q)]
    return float(np.abs(masses[0] - masses[1]).sum() / 2) / 4


@claim(
    topic=TOPIC,
    title="On the line W₁ is the area between the distribution functions",
    statement=r"$W_1(p, q) = \int |F_p(t) - F_q(t)|\, dt$",
    source="peyre2019 (one-dimensional case)",
    hypotheses=r"finite laws on $\mathbb{R}$, weights and repeated points allowed",
    instances=st.tuples(strategies.point_measures(1), strategies.point_measures(1)),
    mutants=[
        Mutant("the signed area", {"area": lambda gaps, steps: abs(float(gaps @ steps))}),
        Mutant("the largest gap", {"area": lambda gaps, steps: float(np.abs(gaps).max(initial=0.0))}),
    ],
)
def wasserstein_on_the_line(pair, *, area=lambda gaps, steps: float(np.abs(gaps) @ steps)):
    p, q = pair
    t = np.unique(np.concatenate([p.points.ravel(), q.points.ravel()]))
    below = [np.array([one.weights[one.points.ravel() <= s].sum() for s in t[:-1]]) for one in (p, q)]
    yield Evidence(area(below[0] - below[1], np.diff(t)), _w(p, q), "==", 1e-13, "W₁")


@claim(
    topic=TOPIC,
    title="A shift by v costs |v|, in every order",
    statement=r"$W_k(p, (\mathrm{id} + v)_\# p) = \|v\|$ for every law and every order $k \ge 1$.",
    source="peyre2019 (translations)",
    hypotheses=r"finite laws in $\mathbb{R}^2$, orders 1 and 2",
    instances=Drawn(st.tuples(MEASURES, strategies.vectors(2)), quick=30),
    mutants=[
        Mutant("the Manhattan length", {"length": lambda v: float(np.abs(v).sum())}),
        Mutant("the square", {"length": lambda v: float(v @ v)}),
    ],
)
def shift(instance, *, length=lambda v: float(np.linalg.norm(v))):
    p, v = instance
    moved = dg.Points(p.points + v, p.weights)
    yield Evidence(length(v), _w(p, moved, 1), "==", 1e-11, "W₁")
    # the second order is the root of a cost known to rounding at squares up to 128: exact to about 1e-7 near 0
    yield Evidence(length(v), _w(p, moved, 2), "==", 1e-6, "W₂")


@claim(
    topic=TOPIC,
    title="W₁ lies between the smallest distance and the diameter, times total variation",
    statement=r"$d_{\min} V(p, q) \le W_1(p, q) \le \mathrm{diam}\; V(p, q)$ with $d_{\min}$ the least distance of "
    r"two different atoms.",
    source="villani2009 (control by weighted total variation)",
    hypotheses=r"two histograms on a common set of distinct points of the line",
    instances=strategies.histogram_tuples(2),
    mutants=[
        Mutant("the diameter below", {"smallest": lambda n: n - 1.0 + 1e-3}),
        Mutant("the least distance above", {"diameter": lambda n: 1.0 - 1e-3}),
    ],
)
def wasserstein_and_variation(pair, *, smallest=lambda n: 1.0, diameter=lambda n: n - 1.0):
    p, q = pair
    n = len(p)
    v = np.abs(p - q).sum() / 2
    distance = _w(dg.Points(np.arange(n, dtype=float), p), dg.Points(np.arange(n, dtype=float), q))
    yield Evidence(smallest(n) * v, distance, ">=", 1e-13, "W₁ from below")
    yield Evidence(diameter(n) * v, distance, "<=", 1e-13, "W₁ from above")


def _wave(amplitudes, directions, phases, at):
    """sum_k a_k sin(w_k x + b_k) at points (n, d), and its gradients."""
    angles = at @ directions.T + phases
    return np.sin(angles) @ amplitudes, np.cos(angles) @ (amplitudes[:, None] * directions)


def _jump():
    """A function on two intervals, 0 on [0, 1] and 10 on [2, 3], as a critic of a point at 2 against one at 1."""
    steepest, separates = 0.0, 10.0 - 0.0
    return Evidence(steepest * _w(dg.Points([2.0]), dg.Points([1.0])), separates, "<=", 0.0, "difference of the scores")


@claim(
    topic=TOPIC,
    title="On a convex domain the Lipschitz constant of a smooth function is its steepest slope",
    statement=r"$|f(x) - f(y)| \le \max_{t \in [0, 1]} |\nabla f(x + t(y - x))|\,\|x - y\|$, and next to a point the quotient in the "
    r"direction of the gradient comes as near to its length as one likes.",
    source=f"{DUALITY}; villani2009",
    hypotheses=r"sums of three sine waves in $\mathbb{R}^2$; segments of length at most 6",
    instances=Drawn(
        st.tuples(
            strategies.vectors(3),
            st.tuples(*[strategies.vectors(2)] * 3),
            strategies.vectors(3),
            *[strategies.vectors(2)] * 2,
        )
    ),
    refutes=Refutation(
        stated=r"$\|f\|_L$ denotes the Lipschitz constant for $f$ (Think maximum value of $\|\nabla f\|$)",
        counterexample=r"True on a convex domain, as $\mathbb{R}^d$ is. On the support of data it is not: with $f = 0$ on $[0, 1]$ and "
        r"$f = 10$ on $[2, 3]$ the gradient is 0 everywhere, and $f$ separates a point at 2 from one at 1, of distance $W_1 = 1$, by "
        r"10. A penalty must look between the data as well.",
        evidence=_jump,
    ),
    mutants=[
        Mutant("the slope at one end", {"steepest": lambda slopes: slopes[0]}),
        Mutant("the least slope", {"steepest": np.min}),
        Mutant("half the gradient", {"slope": lambda gradient: gradient / 2}),
    ],
)
def lipschitz_constant(instance, *, steepest=np.max, slope=lambda gradient: gradient):
    amplitudes, directions, phases, x, y = instance
    directions, x, y = np.array(directions) / 2, x / 2, y / 2
    along = x + np.linspace(0, 1, 4001)[:, None] * (y - x)
    values, gradients = _wave(amplitudes, directions, phases, along)
    length = float(np.linalg.norm(y - x))
    bend = float(
        np.abs(amplitudes) @ np.square(np.linalg.norm(directions, axis=1))
    )  # of f: no second derivative is larger
    allowed = bend * length / 8000 * length  # the steepest point is at most half a step away from one of the 4001
    slopes = np.linalg.norm(slope(gradients), axis=1)
    yield Evidence(
        steepest(slopes) * length, abs(values[-1] - values[0]), "<=", allowed + 1e-9, "difference along a segment"
    )
    gradient = gradients[0]
    size = float(np.linalg.norm(gradient))
    if size > 0:
        step = 1e-4
        ahead = _wave(amplitudes, directions, phases, (x + step * gradient / size)[None])[0][0]
        # Taylor: half the bend times the step; rounding of two sums of size |a|
        off = bend * step / 2 + 1e-15 * (1 + float(np.abs(amplitudes).sum())) / step
        yield Evidence(
            float(np.linalg.norm(slope(gradient))),
            (ahead - values[0]) / step,
            "==",
            off + 1e-12,
            "quotient along the gradient",
        )
