"""The GAN's game: its loss, the optimal discriminator, its value, and the equilibrium."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.special import xlogy
from torch.nn.functional import binary_cross_entropy_with_logits

import dualgap as dg
from dualgap.claims import Curve, Drawn, Evidence, Mutant, Picture, Refutation, claim
from dualgap.objectives import JensenShannon
from dualgap.testing import strategies

TOPIC = "the GAN's game"
LOG2 = float(np.log(2))


def _value(p, q, d):
    """V(D) = E_p log D + E_q log(1 - D) on a finite support; 0 log 0 = 0."""
    return float(xlogy(p, d).sum() + xlogy(q, 1 - d).sum())


def _best(p, q):
    """The discriminator p / (p + q); 1/2 where neither has mass."""
    total = p + q
    return np.where(total > 0, p / np.where(total > 0, total, 1.0), 0.5)


def _kl(p, q):
    return float(dg.kl(p, q))


def _js(p, q):
    return float(dg.js(p, q))


SCORES = st.lists(st.integers(-40, 40).map(lambda whole: whole / 4), min_size=1, max_size=6)


@claim(
    topic=TOPIC,
    title="The GAN's loss is the negative cross-entropy of real against generated",
    statement=r"With labels $y = 1$ for real and $y = 0$ for generated samples, $L = \mathbb{E}_{p^*}\log D(x) + "
    r"\mathbb{E}_{p_0}\log(1 - D(G(z)))$ is minus the sum of the two mean cross-entropies $-y\log D - (1 - y)\log(1 "
    r"- D)$.",
    source="lecture, Mathematical Formulation of The Training Problem",
    hypotheses=r"$D = \sigma(f)$ with scores $|f| \le 10$",
    instances=st.tuples(SCORES, SCORES),
    mutants=[
        Mutant("real and generated swapped", {"loss": lambda real, fake: JensenShannon().value(fake, real)}),
        Mutant(
            "the non-saturating loss",
            {"loss": lambda real, fake: JensenShannon().real(real).mean() - JensenShannon().real(fake).mean()},
        ),
    ],
)
def gan_loss_is_cross_entropy(scores, *, loss=lambda real, fake: JensenShannon().value(real, fake)):
    real, fake = (torch.tensor(one, dtype=torch.float64) for one in scores)
    entropies = [
        binary_cross_entropy_with_logits(one, torch.full_like(one, label)) for one, label in ((real, 1.0), (fake, 0.0))
    ]
    # two means of numbers up to 10
    yield Evidence(-float(sum(entropies)), float(loss(real, fake)), "==", 1e-14, "L")


@claim(
    topic=TOPIC,
    title="The optimal discriminator is p* / (p* + p_G)",
    statement=r"For fixed $G$, $V(D) = \mathbb{E}_{p^*}\log D + \mathbb{E}_{p_G}\log(1 - D)$ is largest at $D^* = "
    r"\frac{p^*}{p^* + p_G}$, and any other loses $V(D^*) - V(D) = \sum_x (p^* + p_G)(x)\; \mathrm{kl}(D^*(x), "
    r"D(x))$ with $\mathrm{kl}$ the divergence of two coins.",
    source="lecture, Relationship with KL Divergence; goodfellow2014",
    hypotheses=r"finite support, any $D$ with values in $[0.01, 0.99]$",
    instances=strategies.histogram_tuples(2).flatmap(
        lambda pair: st.tuples(
            st.just(pair), st.lists(st.integers(1, 99), min_size=len(pair[0]), max_size=len(pair[0]))
        )
    ),
    mutants=[
        Mutant("real and generated swapped", {"best": lambda p, q: _best(q, p)}),
        Mutant("the ratio p/q, cut at 1", {"best": lambda p, q: np.clip(p / np.maximum(q, 1e-9), 1e-9, 1 - 1e-9)}),
        Mutant("p against twice q", {"best": lambda p, q: _best(p, 2 * q)}),
    ],
)
def optimal_discriminator(instance, *, best=_best):
    (p, q), percent = instance
    d, star = np.array(percent) / 100, best(p, q)
    value, at_best = _value(p, q, d), _value(p, q, star)
    yield Evidence(value, at_best, ">=", 1e-14, "V(D*) against V of another D")
    coins = sum((p + q)[i] * _kl([star[i], 1 - star[i]], [d[i], 1 - d[i]]) for i in range(len(p)))
    yield Evidence(coins, at_best - value, "==", 1e-13, "what another D loses")  # a sum of up to 6 terms below 10


def _lectures_counterexample():
    p, q = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    return Evidence(_js(p, q) - 2 * LOG2, _value(p, q, _best(p, q)), "==", 1e-12, "V(D*) at (1/2, 1/2), (1/4, 3/4)")


def _value_along_mixtures():
    t = np.linspace(0, 1, 41)
    p = np.array([1.0, 0.0])
    laws = [np.array([1 - s, s]) for s in t]
    js = np.array([_js(p, q) for q in laws])
    return Picture(
        caption="p* = (1, 0) against p_G = (1 − t, t): the value of the best discriminator, the corrected and the "
        "printed formula.",
        x_label="t, mass moved (no unit)",
        y_label="V(D*) (nats)",
        curves=(
            Curve("V(D*) measured", t[::4], [_value(p, q, _best(p, q)) for q in laws[::4]], points=True),
            Curve("2 JS − 2 log 2", t, 2 * js - 2 * LOG2),
            Curve("JS − 2 log 2, as printed", t, js - 2 * LOG2),
        ),
    )


@claim(
    topic=TOPIC,
    title="At the optimal discriminator the GAN's value is 2 JS − 2 log 2",
    statement=r"$V(D^*) = D_{KL}\left(p^*\|\frac{p^* + p_G}{2}\right) + D_{KL}\left(p_G\|\frac{p^* + p_G}{2}\right) "
    r"- 2\log 2 = 2 D_{JS}(p_G\|p^*) - 2\log 2$",
    source="lecture, Relationship with KL Divergence; Training GAN from the Divergence Point of View",
    hypotheses=r"finite support; nats",
    instances=strategies.histogram_tuples(2),
    refutes=Refutation(
        stated=r"The GAN training problem is $\min_G D_{JS}(p_G\|p^*) - 2\log 2$",
        counterexample=r"$p^* = (\frac12, \frac12)$, $p_G = (\frac14, \frac34)$: the value is $2 D_{JS} - 2\log 2$; "
        r"the factor 2 is lost on the way from the KL form. The minimisers are the same.",
        evidence=_lectures_counterexample,
    ),
    mutants=[
        Mutant("JS − 2 log 2, as printed", {"identity": lambda js: js - 2 * LOG2}),
        Mutant("2 JS − log 2", {"identity": lambda js: 2 * js - LOG2}),
    ],
    picture=_value_along_mixtures,
)
def value_at_optimal_discriminator(pair, *, identity=lambda js: 2 * js - 2 * LOG2):
    p, q = pair
    m = (p + q) / 2
    value = _value(p, q, _best(p, q))
    yield Evidence(identity(_js(p, q)), value, "==", 1e-14, "V(D*) against the JS form")  # a sum of 12 terms below 1
    yield Evidence(_kl(p, m) + _kl(q, m) - 2 * LOG2, value, "==", 1e-14, "V(D*) against the KL form")


def _gain(p, q, d):
    """What the two best replies gain at (p_G, D): zero at a Nash equilibrium and nowhere else."""
    with np.errstate(divide="ignore"):
        least = np.log1p(-d).min()  # the best law sits where log(1 - D) is least
    return _value(p, q, _best(p, q)) - (float(xlogy(p, d).sum()) + float(least))


def _coins_gain(p, q, d):
    """A bound of the gain from below: 2 JS(p*, p_G) - E_p* log 4 D (1 - D)."""
    return 2 * _js(p, q) - float(xlogy(p, 4 * d * (1 - d)).sum())


def _is_equilibrium(p, q, d):
    """p_G = p*, D = 1/2 where p* has mass, and at most 1/2 elsewhere."""
    return bool((p == q).all() and (d[p > 0] == 0.5).all() and (d <= 0.5).all())


@st.composite
def _strategies(draw):
    """(p*, p_G, D) with atoms that p* does not charge: p_G = p* or another law; D = 1/2 on p*'s support, p*/(p* + p_G) or any."""
    p = np.append(draw(strategies.histograms(min_atoms=2, max_atoms=4, positive=True)), [0.0, 0.0])
    q = p if draw(st.booleans()) else draw(strategies.weights(len(p)))
    percent = st.lists(st.integers(1, 99), min_size=len(p), max_size=len(p))
    elsewhere = st.lists(st.integers(0, 19).map(lambda whole: whole / 20), min_size=2, max_size=2)
    kind = draw(st.sampled_from(["half", "half", "best", "any"]))
    if kind == "half":
        return p, q, np.append(np.full(len(p) - 2, 0.5), draw(elsewhere))
    return p, q, _best(p, q) if kind == "best" else np.array(draw(percent)) / 100


def _third_point_of_an_equilibrium():
    p, d = np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.5, 0.1])
    off_support = d[2] if abs(_gain(p, p, d)) < 1e-14 else np.nan  # nan, which decides nothing, were it no equilibrium
    return Evidence(0.5, off_support, "==", 1e-12, "D at the third point of an equilibrium")


@claim(
    topic=TOPIC,
    title="The Nash equilibria: p_G = p*, D = 1/2 on the support and at most 1/2 elsewhere, and no others",
    statement=r"At $(p_G, D)$ the best replies of the two players gain together at least $2 D_{JS}(p_G\|p^*) - "
    r"\mathbb{E}_{p^*}\log 4 D (1 - D) \ge 0$. They gain nothing, and the value is $-2\log 2$, if and only if $p_G = "
    r"p^*$, $D = \frac12$ on the support of $p^*$ and $D \le \frac12$ elsewhere; at every other pair some player "
    r"gains.",
    source="lecture, Relationship with Game Theory; goodfellow2014",
    hypotheses=r"finite support with atoms that $p^*$ does not charge; all discriminators and all laws are allowed",
    instances=Drawn(_strategies(), quick=120),
    refutes=Refutation(
        stated=r"A Nash equilibrium: the distribution of $G_\theta(z)$ equals $p^*$; $D_\phi(x) = \frac12$ for all $x$",
        counterexample=r"True of one equilibrium. Read as the description of every equilibrium, 'for all $x$' is too "
        r"strong: at $p^* = p_G = (\frac12, \frac12, 0)$ with $D = (\frac12, \frac12, \frac1{10})$ no player can "
        r"gain, and $D \ne \frac12$ at the third point. $D = \frac12$ is forced on the support only.",
        evidence=_third_point_of_an_equilibrium,
    ),
    mutants=[
        Mutant("only D = 1/2 for all x", {"equilibrium": lambda p, q, d: (p == q).all() and (d == 0.5).all()}),
        Mutant("any D off the support", {"equilibrium": lambda p, q, d: (p == q).all() and (d[p > 0] == 0.5).all()}),
        Mutant("any p_G", {"equilibrium": lambda p, q, d: (d[p > 0] == 0.5).all() and (d <= 0.5).all()}),
        Mutant("any D at p_G = p*", {"equilibrium": lambda p, q, d: (p == q).all()}),
        Mutant("the best D at any p_G", {"equilibrium": lambda p, q, d: (d == _best(p, q)).all()}),
        Mutant("the gain of D alone", {"gain": lambda p, q, d: _value(p, q, _best(p, q)) - _value(p, q, d)}),
        Mutant(
            "the gain of G alone",
            {"gain": lambda p, q, d: _gain(p, q, d) + _value(p, q, d) - _value(p, q, _best(p, q))},
        ),
        Mutant("4 JS in the bound", {"bound": lambda p, q, d: _coins_gain(p, q, d) + 2 * _js(p, q)}),
    ],
)
def gan_nash_equilibrium(instance, *, equilibrium=_is_equilibrium, gain=_gain, bound=_coins_gain):
    p, q, d = instance
    # sums of up to 12 terms, of which the largest is log 100
    yield Evidence(bound(p, q, d), gain(p, q, d), ">=", 1e-13, "gain of the best replies, from below")
    if equilibrium(p, q, d):
        yield Evidence(0.0, gain(p, q, d), "==", 1e-14, "gain at an equilibrium")
        yield Evidence(-2 * LOG2, _value(p, q, d), "==", 1e-14, "value at an equilibrium")
    else:
        # masses are multiples of about 1/100, D of 1/100: a gain is above 1e-9
        yield Evidence(0.0, gain(p, q, d), ">", 1e-10, "gain elsewhere")


@claim(
    topic=TOPIC,
    title="The generator's objective is least exactly at p_G = p*",
    statement=r"$\max_D V(D) \ge -2\log 2 + \varphi(V(p_G, p^*))$ with $\varphi(t) = (1 + t)\log(1 + t) + (1 - "
    r"t)\log(1 - t)$, and $= -2\log 2$ at $p_G = p^*$: the distance viewpoint.",
    source="lecture, Training GAN from the Divergence Point of View; The Distance Viewpoint",
    hypotheses=r"finite support",
    instances=strategies.histogram_tuples(2),
    mutants=[
        Mutant("a generator that fools D = 1/2 only", {"objective": lambda p, q: _value(p, q, np.full(len(p), 0.5))})
    ],
)
def generator_objective(pair, *, objective=lambda p, q: _value(p, q, _best(p, q))):
    p, q = pair
    v = np.abs(p - q).sum() / 2
    phi = float(xlogy(1 + v, 1 + v) + xlogy(1 - v, 1 - v))
    yield Evidence(phi - 2 * LOG2, objective(p, q), ">=", 1e-14, "objective at p_G")
    yield Evidence(-2 * LOG2, objective(p, p), "==", 1e-14, "objective at p*")


def _pure_gap(a):
    """The least duality gap over all pairs of a row and a column."""
    game, (n, m) = dg.games.matrix_game(a), a.shape
    rows, columns = np.eye(n), np.eye(m)
    return min(float(dg.duality_gap(game, rows[i], columns[j])) for i in range(n) for j in range(m))


def _matching_pennies():
    a = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return Evidence(
        a.max(axis=1).min(), a.min(axis=0).max(), "==", 1e-12, "max-min against min-max, one side of a coin each"
    )


def _mixed_values(a):
    """min max and max min over mixtures of rows and of columns, by two linear programs."""
    n, m = a.shape
    highest = linprog(
        np.append(np.zeros(n), 1.0), A_ub=np.hstack([a.T, -np.ones((m, 1))]), b_ub=np.zeros(m),
        A_eq=np.append(np.ones(n), 0.0)[None], b_eq=[1.0], bounds=[(0, None)] * n + [(None, None)],
    ).fun  # fmt: skip
    lowest = -linprog(
        np.append(np.zeros(m), -1.0), A_ub=np.hstack([-a, np.ones((n, 1))]), b_ub=np.zeros(n),
        A_eq=np.append(np.ones(m), 0.0)[None], b_eq=[1.0], bounds=[(0, None)] * m + [(None, None)],
    ).fun  # fmt: skip
    return highest, lowest


@claim(
    topic=TOPIC,
    title="min max is at least max min; the difference is the least duality gap, and 0 exactly at a saddle point",
    statement=r"For a payoff $A$, $\min_i \max_j A_{ij} - \max_j \min_i A_{ij}$ is the least duality gap of a row and a column: it "
    r"is never negative, and it is 0 if and only if some $A_{ij}$ is a saddle point, greatest in its row and least in its column. "
    r"Over mixtures of rows and of columns the two are always equal.",
    source="lecture, Min-Max Problem; vonneumann1928",
    hypotheses=r"matrices of whole numbers, up to 4 by 4; the first player minimises",
    instances=Drawn(
        st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
            lambda shape: st.lists(
                st.lists(st.integers(-5, 5), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
            )
        ),
        quick=40,
        full=400,
    ),
    refutes=Refutation(
        stated="This is called a min-max (or minimax) formulation, a saddle-point formulation, a zero-sum game",
        counterexample=r"The three are one where the players may mix, as in the GAN over all laws and all discriminators. They are not "
        r"one for every zero-sum game: where each shows one side of a coin, $\min\max = 1$, $\max\min = -1$, and there is no saddle "
        r"point. Networks do not mix.",
        evidence=_matching_pennies,
    ),
    mutants=[
        Mutant("max min first", {"gap": lambda a: a.min(axis=0).max() - a.max(axis=1).min()}),
        Mutant("the gap of mixtures, always 0", {"gap": lambda a: 0.0}),
        Mutant(
            "a saddle point wherever an entry is least in its row", {"saddle": lambda i, j, a: a[i, j] == a[i].min()}
        ),
    ],
)
def minimax_and_saddle_points(
    rows,
    *,
    gap=lambda a: a.max(axis=1).min() - a.min(axis=0).max(),
    saddle=lambda i, j, a: a[i, j] == a[i].max() == a[:, j].min(),
):
    a = np.array(rows, dtype=float)
    least = _pure_gap(a)
    # whole numbers: the bracket of the gap is right to rounding
    yield Evidence(gap(a), least, "==", 1e-13, "least duality gap of a row and a column")
    saddles = sum(bool(saddle(i, j, a)) for i in range(a.shape[0]) for j in range(a.shape[1]))
    yield Evidence(
        float(least <= 1e-13), float(saddles > 0), "==", 0.0, "a saddle point where the gap is 0, and only there"
    )
    highest, lowest = _mixed_values(a)
    yield Evidence(highest, lowest, "==", 1e-8, "max min against min max over mixtures")  # HiGHS stops at 1e-9
