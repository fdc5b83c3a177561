"""Latent variables: the reparameterisation trick, and the two ways to differentiate an expectation."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dualgap.claims import Curve, Evidence, Mutant, Picture, claim
from dualgap.testing import strategies

TOPIC = "latent variables"
SLIDE = "lecture, Last Time (reparameterization trick)"
MEANS_AND_DEVIATIONS = st.tuples(st.integers(-12, 12).map(lambda k: k / 4), st.integers(1, 12).map(lambda k: k / 4))

#: Nodes and masses of a standard normal variable, exact for polynomials up to degree 19.
_NODES, _MASSES = np.polynomial.hermite_e.hermegauss(10)
_MASSES = _MASSES / _MASSES.sum()


def _pathwise(mean, deviation, u):
    """d/d mean of f(mean + deviation u) for f(x) = x^2."""
    return 2 * (mean + deviation * u)


def _score(mean, deviation, u):
    """f(x) d/d mean log p(x), at x = mean + deviation u."""
    return (mean + deviation * u) ** 2 * u / deviation


def _moments(gradient, mean, deviation):
    """Mean and variance of a gradient estimate, exactly: both are polynomials in u of degree at most 6."""
    values = gradient(mean, deviation, _NODES)
    first = float(_MASSES @ values)
    return first, float(_MASSES @ (values - first) ** 2)


@claim(
    topic=TOPIC,
    title="The pathwise and the score-function gradient have one mean",
    statement=r"For $x = g(u, \theta) \sim p_\theta$: $\nabla_\theta\mathbb{E}_{p_\theta}[f(x)] = "
    r"\mathbb{E}_u[\nabla_\theta f(g(u, \theta))] = \mathbb{E}_{p_\theta}[f(x)\nabla_\theta\log p_\theta(x)]$; here "
    r"$f(x) = x^2$, $x = \mu + \sigma u$, both are $2\mu$.",
    source=SLIDE,
    hypotheses=r"$u \sim \mathcal N(0, 1)$, $|\mu| \le 3$, $\frac14 \le \sigma \le 3$; exact by quadrature",
    instances=MEANS_AND_DEVIATIONS,
    mutants=[
        Mutant("the score without 1/σ", {"score": lambda m, s, u: _score(m, s, u) * s}),
        Mutant("the path's factor σ", {"pathwise": lambda m, s, u: s * _pathwise(m, s, u)}),
    ],
)
def gradients_agree(instance, *, pathwise=_pathwise, score=_score):
    mean, deviation = instance
    # the score's terms reach (|mu| + 5 sigma)^2 5 / sigma, summed with masses below 1
    size = (abs(mean) + 5 * deviation) ** 2 * 5 / deviation
    yield Evidence(
        2 * mean, _moments(pathwise, mean, deviation)[0], "==", 1e-13 * size, "mean of the pathwise gradient"
    )
    yield Evidence(
        2 * mean, _moments(score, mean, deviation)[0], "==", 1e-13 * size, "mean of the score-function gradient"
    )


def _variance_picture():
    means = np.linspace(-3, 3, 41)
    return Picture(
        caption="Variance of one sample's estimate of the gradient of E x² at σ = 1.",
        x_label="µ (unit of x)",
        y_label="variance (unit of x, squared)",
        logarithmic=True,
        curves=(
            Curve("pathwise", means, [_moments(_pathwise, m, 1.0)[1] for m in means]),
            Curve("score function", means, [_moments(_score, m, 1.0)[1] for m in means]),
        ),
    )


@claim(
    topic=TOPIC,
    title="The pathwise gradient has less variance",
    statement=r"For $f(x) = x^2$ and $x = \mu + \sigma u$ a single sample's variance is $4\sigma^2$ along the path "
    r"and $\frac{\mu^4}{\sigma^2} + 14\mu^2 + 15\sigma^2$ by the score function: at least $\frac{15}{4}$ times as "
    r"much.",
    source=SLIDE,
    hypotheses=r"as for the means; exact by quadrature",
    instances=MEANS_AND_DEVIATIONS,
    mutants=[
        Mutant("the two swapped", {"pathwise": _score, "score": _pathwise}),
        Mutant("a baseline forgotten in the formula", {"formula": lambda m, s: m**4 / s**2 + 18 * m**2 + 15 * s**2}),
    ],
    picture=_variance_picture,
)
def pathwise_has_less_variance(
    instance, *, pathwise=_pathwise, score=_score, formula=lambda m, s: m**4 / s**2 + 14 * m**2 + 15 * s**2
):
    mean, deviation = instance
    along, by_score = (_moments(one, mean, deviation)[1] for one in (pathwise, score))
    yield Evidence(15 / 4 * along, by_score, ">=", 1e-11 * by_score, "variance by the score against 15/4 of the path's")
    yield Evidence(formula(mean, deviation), by_score, "==", 1e-11 * formula(mean, deviation), "variance by the score")
    yield Evidence(4 * deviation**2, along, "==", 1e-11 * deviation**2, "variance along the path")


@claim(
    topic=TOPIC,
    title="A transformed latent variable has the law it is meant to have",
    statement=r"With $u$ uniform, $g(u, \theta) = -\log(1 - u)/\theta$ has the law $p_\theta$ of density $\theta "
    r"e^{-\theta x}$: of $n$ equally spaced $u$ a share $1 - e^{-\theta t}$ falls below $t$, up to $1/n$.",
    source=SLIDE,
    hypotheses=r"$\theta > 0$, $n = 1000$",
    instances=st.tuples(
        strategies.step_sizes(smallest=0.1, largest=5.0), strategies.step_sizes(smallest=0.01, largest=4.0)
    ),
    mutants=[
        Mutant("multiplied by θ", {"transform": lambda u, theta: -theta * np.log1p(-u)}),
        Mutant("without the logarithm", {"transform": lambda u, theta: u / theta}),
    ],
)
def latent_law(instance, *, transform=lambda u, theta: -np.log1p(-u) / theta):
    theta, t = instance
    u = (np.arange(1000) + 0.5) / 1000
    yield Evidence(-np.expm1(-theta * t), np.mean(transform(u, theta) <= t), "==", 1e-3, "share below t")
