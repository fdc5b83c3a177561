"""What two samples say of the laws behind them, and how often it is true."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st
from scipy import stats

import dualgap as dg
from dualgap.binomial import clopper_pearson
from dualgap.claims import Drawn, Evidence, Mutant, Seeds, claim
from dualgap.testing import strategies

TOPIC = "estimates from samples"
#: JS of two normal laws one deviation apart, by quadrature, in any dimension.
JS_ONE_APART = 0.1114180


def _shifted(seed, n, dimension):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, dimension)), rng.normal(size=(n, dimension)) + np.eye(dimension)[0]


def _share_below(truth, seeds, lower):
    return Evidence(truth, [lower(seed) for seed in seeds], "<=", 0.0, "lower bound")


@claim(
    topic=TOPIC,
    title="The held-out lower bound of JS is below the truth as often as it says",
    statement=r"For a classifier that is fixed before the held-out draws, the bound at 95% is at most $D_{JS}(p\|q)$ in "
    r"at least 95% of all "
    r"samples, at every number of draws.",
    source="waudbysmith2024; lin1991",
    hypotheses=r"$N(0, I)$ against $N(e_1, I)$ in the plane, 200 draws each; at least 90% of the seeds are asserted",
    instances=Seeds(at_least=0.9, quick=60, full=2000),
    mutants=[
        Mutant("the divergence between the samples", {"lower": lambda x, y: float(dg.js(dg.Points(x), dg.Points(y)))}),
        Mutant("ten times the bound", {"scale": 10.0}),
    ],
)
def held_out_js(seeds, *, lower=lambda x, y: dg.js(dg.Samples(x), dg.Samples(y), confidence=0.95).lower, scale=1.0):
    return _share_below(JS_ONE_APART, seeds, lambda seed: scale * lower(*_shifted(seed, 200, 2)))


@claim(
    topic=TOPIC,
    title="The held-out lower bound of W₁ is below the truth as often as it says",
    statement=r"For a 1-Lipschitz critic that is fixed before the held-out draws, the bound at 95% is at most $W_1(p, "
    r"q)$ in at least 95% of "
    r"all samples, at every number of draws; the distance between the samples is above the truth far more often.",
    source="waudbysmith2024; mcshane1934",
    hypotheses=r"$N(0, I)$ against $N(e_1, I)$ in the plane, 60 draws each; at least 90% of the seeds are asserted",
    instances=Seeds(at_least=0.9, quick=60, full=1000),
    mutants=[
        Mutant("the distance between the samples", {"lower": lambda x, y: float(dg.wasserstein(x, y))}),
    ],
)
def held_out_wasserstein(seeds, *, lower=lambda x, y: dg.wasserstein(dg.Samples(x), dg.Samples(y)).lower):
    return _share_below(1.0, seeds, lambda seed: lower(*_shifted(seed, 60, 2)))


@claim(
    topic=TOPIC,
    title="The KL divergence of counts from their own law is half the atoms over the draws",
    statement=r"$E\,D_{KL}(\hat p_n\|p) = \frac{K - 1}{2n} + O(n^{-2})$: the plug-in estimate sees a difference where there is none.",
    source="wilks1938",
    hypotheses=r"$p$ uniform on $K$ atoms, $n = 400$; the mean of 2,000 samples, within 5 standard errors; nats",
    instances=[2, 5, 20],
    mutants=[
        Mutant("without the half", {"bias": lambda k, n: (k - 1) / n}),
        Mutant("K for K − 1", {"bias": lambda k, n: k / (2 * n)}),
    ],
)
def plug_in_bias(atoms, *, bias=lambda k, n: (k - 1) / (2 * n)):
    n, repetitions = 400, 2000
    counts = np.random.default_rng(atoms).multinomial(n, np.full(atoms, 1 / atoms), size=repetitions)
    found = np.asarray(dg.kl(counts / n, np.full(atoms, 1 / atoms)).value)
    error = found.std() / math.sqrt(repetitions)
    # the next term of the expansion is of the order of K²/n²
    yield Evidence(bias(atoms, n), found.mean(), "==", 5 * error + (atoms / n) ** 2, "mean of the plug-in KL")


@claim(
    topic=TOPIC,
    title="Counts stray from their law with exponentially small probability",
    statement=r"$P(D_{KL}(\hat p_n\|p) \ge \varepsilon) \le e^{-n\varepsilon}\left(\frac{e\,\varepsilon n}{K - 1}\right)^{K - 1}$ for "
    r"$\varepsilon > \frac{K - 1}{n}$.",
    source="agrawal2020",
    hypotheses=r"$K = 2$: the probability exactly, from the binomial law; nats",
    instances=Drawn(st.tuples(st.integers(5, 60), st.integers(1, 9), st.integers(11, 60)), quick=40),
    mutants=[
        Mutant("the exponent alone", {"bound": lambda n, e: math.exp(-n * e)}),
        Mutant("twice the exponent", {"bound": lambda n, e: math.exp(-2 * n * e) * math.e * e * n}),
    ],
)
def strays_rarely(instance, *, bound=lambda n, e: math.exp(-n * e) * math.e * e * n):
    n, tenths, excess = instance
    p, epsilon = tenths / 10, excess / 10 / n
    counts = np.arange(n + 1)
    shares = np.stack([counts, n - counts], axis=1) / n
    far = np.asarray(dg.kl(shares, np.array([p, 1 - p])).value) >= epsilon
    probability = float(stats.binom.pmf(counts, n, p)[far].sum())
    yield Evidence(bound(n, epsilon), probability, "<=", 1e-12, "probability")


@claim(
    topic=TOPIC,
    title="Clopper and Pearson's interval covers at every share, exactly",
    statement=r"Of $n$ trials with any probability $\theta$ of success, the interval misses $\theta$ with probability at "
    r"most $1 - c$: a sum of "
    r"binomial probabilities, without approximation.",
    source="clopper1934",
    hypotheses=r"$1 \le n \le 40$, $\theta$ a multiple of 1/100, $c = 0.9$",
    instances=Drawn(st.tuples(st.integers(1, 40), st.integers(0, 100)), quick=30),
    mutants=[
        Mutant("the normal approximation", {"interval": lambda k, n, c: _wald(k, n, c)}),
        Mutant("a one-sided level", {"interval": lambda k, n, c: clopper_pearson(k, n, 2 * c - 1)}),
    ],
)
def exact_interval(instance, *, interval=clopper_pearson):
    n, hundredths = instance
    theta, level = hundredths / 100, 0.9
    counts = np.arange(n + 1)
    bounds = [interval(int(k), n, level) for k in counts]
    covers = np.array([low <= theta <= high for low, high in bounds])
    covered = float(stats.binom.pmf(counts, n, theta)[covers].sum())
    yield Evidence(level, covered, ">=", 1e-12, "probability of covering")


def _wald(k, n, level):
    share = k / n
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(share * (1 - share) / n)
    return share - half, share + half


@claim(
    topic=TOPIC,
    title="A bet cannot be won against the truth: the lower bound of a mean holds for any law on an interval",
    statement=r"The bound by betting at level $1 - \alpha$ exceeds the mean of a law on $[0, 1]$ with probability at "
    r"most $\alpha$, at every "
    r"number of draws (Ville's inequality).",
    source="waudbysmith2024",
    hypotheses=r"two atoms, at 0 and at 1 of mass $\theta$, 8 draws: the probability over all $2^8$ sequences, exactly; $\alpha = 0.2$",
    instances=[0.05, 0.2, 0.5, 0.8, 0.95],
    mutants=[
        Mutant("the mean of the draws", {"bound": lambda z, level: float(z.mean()) - 1e-9}),
        Mutant("bets placed after the draw", {"bound": lambda z, level: float(z.mean() - z.std() / 3)}),
    ],
)
def betting(theta, *, bound=lambda z, level: _bet(z, level)):
    n, level, missed = 8, 0.8, 0.0
    for code in range(2**n):
        z = np.array([(code >> bit) & 1 for bit in range(n)], dtype=float)
        if bound(z, level) > theta:
            missed += theta ** z.sum() * (1 - theta) ** (n - z.sum())
    yield Evidence(1 - level, missed, "<=", 1e-12, "probability of exceeding the mean")


def _bet(z, level):
    from dualgap.divergences.betting import lower_mean

    return lower_mean(z, 0.0, 1.0, level)


@claim(
    topic=TOPIC,
    title="A divergence estimated on its own training draws is no lower bound",
    statement=r"The critic that is best for the draws themselves has a value above the truth: on finitely many atoms the "
    r"empirical JS exceeds that of the laws on average.",
    source="lin1991 (joint convexity)",
    hypotheses=r"positive histograms on 3 atoms; samples of 4 and 4, the mean over all of them, exactly; nats",
    instances=Drawn(strategies.histogram_tuples(2, min_atoms=3, max_atoms=3, positive=True), quick=5, full=30),
    mutants=[
        Mutant(
            "the value of the mean of the samples",
            {"mean": lambda weights, found, counts: _js_of_means(weights, counts)},
        ),
    ],
)
def training_value_is_biased(pair, *, mean=lambda weights, found, counts: float(weights[0] @ found @ weights[1])):
    p, q = pair
    counts = np.array([(i, j, 4 - i - j) for i in range(5) for j in range(5 - i)])
    weights = [stats.multinomial.pmf(counts, 4, one) for one in (p, q)]
    found = np.asarray(dg.js((counts / 4)[:, None], (counts / 4)[None]).value)
    # what the mean of the samples would give is the truth up to rounding
    yield Evidence(float(dg.js(p, q)), mean(weights, found, counts), ">", 1e-12, "mean of the empirical JS")


def _js_of_means(weights, counts):
    return float(dg.js(*(one @ counts / 4 / one.sum() for one in weights)))
