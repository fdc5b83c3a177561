"""Vanishing gradients of the generator, and the heuristic that cures them."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Curve, Evidence, Mutant, Picture, Refutation, claim
from dualgap.objectives import JensenShannon
from dualgap.testing import strategies

TOPIC = "vanishing gradients"
SLIDE = "lecture, Problem I: Vanishing Gradients"
HEURISTIC = "lecture, A Heuristic to Solve the Gradient Vanishing Problem"
GAN = JensenShannon()


def _derivative(loss, scores):
    """The derivative of a loss of one score, at each of some scores, by automatic differentiation."""
    at = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss(at[:, None]).sum(), at)
    return gradient.numpy()


def _sigmoid(a):
    return 1 / (1 + np.exp(-np.asarray(a, dtype=np.float64)))


def _logit_picture():
    a = np.linspace(-12, 12, 97)
    return Picture(
        caption="Size of the generator's gradient at the logit a of its sample: the saturating loss dies where D is "
        "sure.",
        x_label="logit a of D(G(z)) (no unit)",
        y_label="|derivative of the loss| (no unit)",
        logarithmic=True,
        curves=(
            Curve("saturating, σ(a)", a, np.abs(_derivative(GAN.saturating, a))),
            Curve("non-saturating, 1 − σ(a)", a, np.abs(_derivative(GAN.non_saturating, a))),
        ),
    )


@claim(
    topic=TOPIC,
    title="The saturating loss has the logit gradient −σ(a), the heuristic σ(a) − 1",
    statement=r"$\frac{d}{da}\log(1 - \sigma(a)) = -\sigma(a)$, which vanishes as $a \to -\infty$, and "
    r"$\frac{d}{da}(-\log\sigma(a)) = -(1 - \sigma(a))$, which tends to $-1$: at $a = -20$ they are $2.1 \cdot "
    r"10^{-9}$ and 1 in size.",
    source=f"{SLIDE}; {HEURISTIC}",
    hypotheses=r"$-30 \le a \le 30$",
    instances=st.lists(st.integers(-120, 120).map(lambda whole: whole / 4), min_size=1, max_size=8).map(np.array),
    mutants=[
        Mutant("the losses swapped", {"saturating": GAN.non_saturating, "heuristic": GAN.saturating}),
        Mutant("the heuristic's sign", {"heuristic": lambda scores: -GAN.non_saturating(scores)}),
        Mutant("σ'(a) for σ(a)", {"sigmoid": lambda a: _sigmoid(a) * (1 - _sigmoid(a))}),
    ],
    picture=_logit_picture,
)
def logit_gradients(scores, *, saturating=GAN.saturating, heuristic=GAN.non_saturating, sigmoid=_sigmoid):
    # one evaluation of a logistic function, relative to its size
    yield Evidence(-sigmoid(scores), _derivative(saturating, scores), "==", 1e-14 * _sigmoid(scores), "saturating")
    yield Evidence(-sigmoid(-scores), _derivative(heuristic, scores), "==", 1e-14 * _sigmoid(-scores), "heuristic")


def _generator_gradient(loss, scores, slopes):
    """grad_theta of a loss at theta = 0, for samples whose logit is a_i + s_i theta."""
    theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
    a, s = (torch.as_tensor(np.array(one, dtype=np.float64)) for one in (scores, slopes))
    (gradient,) = torch.autograd.grad(loss(a + s * theta), theta)
    return float(gradient)


@st.composite
def _samples(draw):
    n = draw(st.integers(1, 5))
    scores = draw(st.lists(st.integers(-60, 20).map(lambda whole: whole / 4), min_size=n, max_size=n))
    slopes = draw(st.lists(st.integers(-8, 8).map(lambda whole: whole / 4), min_size=n, max_size=n))
    return np.array(scores), np.array(slopes)


def _opposite_slopes():
    gradient = _generator_gradient(GAN.saturating, [0.0, 0.0], [1.0, -1.0])
    same = _generator_gradient(GAN.saturating, [0.0, 0.0], [1.0, 1.0])
    return Evidence(same, gradient, "==", 1e-12, "gradient at slopes (1, −1), against slopes (1, 1) at the same E D")


@claim(
    topic=TOPIC,
    title="The generator's gradient is at most its largest slope times E D(G(z))",
    statement=r"$\nabla_\theta L = -\mathbb{E}_z[D(G(z))\, \nabla_\theta a(z)]$ with $a$ the logit, so "
    r"$\|\nabla_\theta L\| \le \sup_z \|\nabla_\theta a(z)\|\; \mathbb{E}_z D(G(z))$: it vanishes when $D$ rejects "
    r"every sample.",
    source=SLIDE,
    hypotheses=r"finitely many samples $z$; logits $a_i + s_i\theta$",
    instances=_samples(),
    refutes=Refutation(
        stated=r"$\nabla_\theta L \propto \mathbb{E}_z D(G_\theta(z))$",
        counterexample=r"two samples with $D = \frac12$ whose logits move with slopes $1$ and $-1$: the gradient is "
        r"0, though $\mathbb{E} D = \frac12$ as for the slopes $1$ and $1$, where it is $-\frac12$. Each sample has "
        r"a factor of its own.",
        evidence=_opposite_slopes,
    ),
    mutants=[
        Mutant("proportional to E D, as printed", {"gradient": lambda d, s: -np.abs(s).max() * d.mean()}),
        Mutant("the heuristic's loss", {"loss": GAN.non_saturating}),
    ],
)
def vanishing_gradient(samples, *, loss=GAN.saturating, gradient=lambda d, s: -np.mean(d * s)):
    scores, slopes = samples
    d = _sigmoid(scores)
    found = _generator_gradient(loss, scores, slopes)
    yield Evidence(gradient(d, slopes), found, "==", 1e-14, "gradient")  # a mean of 5 numbers below 2
    yield Evidence(np.abs(slopes).max() * d.mean(), abs(found), "<=", 1e-14, "size of the gradient against its bound")


@claim(
    topic=TOPIC,
    title="The heuristic keeps the gradient alive",
    statement=r"When all samples move their logits by the same slope $s$, $|\nabla_\theta \mathbb{E}[-\log D]| = "
    r"|s|\, \mathbb{E}(1 - D)$, which is larger than the saturating $|s|\, \mathbb{E} D$ by $\mathbb{E}(1 - D) / "
    r"\mathbb{E} D \to \infty$ as $D \to 0$.",
    source=HEURISTIC,
    hypotheses=r"finitely many samples, $D(G(z)) < \frac12$, one slope $s \ne 0$",
    instances=st.tuples(
        st.lists(st.integers(-80, -1).map(lambda whole: whole / 4), min_size=1, max_size=5).map(np.array),
        st.sampled_from([-2.0, -0.5, 0.25, 1.0, 3.0]),
    ),
    mutants=[Mutant("the saturating loss again", {"heuristic": GAN.saturating})],
)
def heuristic_cures(instance, *, heuristic=GAN.non_saturating):
    scores, slope = instance
    slopes, d = np.full(len(scores), slope), _sigmoid(scores)
    cured, saturating = (abs(_generator_gradient(loss, scores, slopes)) for loss in (heuristic, GAN.saturating))
    yield Evidence(abs(slope) * (1 - d).mean(), cured, "==", 1e-14, "heuristic gradient")
    yield Evidence(saturating, cured, ">", 0.0, "heuristic against saturating gradient")


@claim(
    topic=TOPIC,
    title="At D* the heuristic descends KL(p_G || p*) − 2 JS",
    statement=r"With $D^* = \frac{p^*}{p^* + p_{\theta_0}}$ held fixed, $\nabla_\theta \mathbb{E}_{p_\theta}[-\log "
    r"D^*] = \nabla_\theta [D_{KL}(p_\theta\|p^*) - 2 D_{JS}(p_\theta\|p^*)]$ at $\theta = \theta_0$: the cure has "
    r"another, mode-seeking objective.",
    source="arjovsky2017towards, Theorem 2.5",
    hypotheses=r"$p_\theta$ a softmax family, $p^*$ positive",
    instances=strategies.histogram_tuples(2, positive=True).flatmap(
        lambda pair: st.tuples(st.just(pair), strategies.vectors(len(pair[0]), largest=1))
    ),
    mutants=[
        Mutant("KL − JS", {"objective": lambda g, r: dg.kl(g, r).value - dg.js(g, r).value}),
        Mutant("the reverse KL", {"objective": lambda g, r: dg.kl(r, g).value - 2 * dg.js(g, r).value}),
        Mutant("2 JS alone, the saturating loss's", {"objective": lambda g, r: 2 * dg.js(g, r).value}),
    ],
)
def heuristic_objective(instance, *, objective=lambda g, r: dg.kl(g, r).value - 2 * dg.js(g, r).value):
    (start, target), direction = (tuple(map(torch.tensor, instance[0])), torch.tensor(instance[1]))

    def law(theta):
        return torch.softmax(start.log() + theta * direction, -1)

    theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
    (heuristic,) = torch.autograd.grad(-(law(theta) * (target / (target + start)).log()).sum(), theta)
    (predicted,) = torch.autograd.grad(objective(law(theta), target), theta)
    yield Evidence(float(predicted), float(heuristic), "==", 1e-13, "derivative along the family")
