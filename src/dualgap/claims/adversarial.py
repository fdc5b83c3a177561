"""Adversarial training: the worst input in a ball, the fast gradient sign method, and its iteration."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from hypothesis import strategies as st
from torch.nn.functional import softplus

from dualgap.claims import Drawn, Evidence, Mutant, Refutation, claim
from dualgap.testing import strategies
from dualgap.training.robust import fgsm, pgd

TOPIC = "adversarial training"
SLIDE = "lecture, Review: Adversarial Training"
PROGRAM = "lecture, Adversarial Training via FGSM"


def _logistic(scores, labels):
    """zeta(-y s) for labels of -1 and 1."""
    return softplus(-labels * scores)


def _zeta(t):
    return float(np.logaddexp(t, 0.0))


@st.composite
def _linear_problems(draw):
    """Weights, an intercept, an input, a label and a radius in 1 to 4 dimensions."""
    d = draw(st.integers(1, 4))
    weights, x = draw(strategies.vectors(d)), draw(strategies.vectors(d))
    return weights, draw(st.integers(-8, 8)) / 4, x, draw(st.sampled_from([-1, 1])), draw(st.integers(1, 8)) / 8


def _sign_attack(weights, intercept, x, y, radius):
    w = torch.tensor(weights)
    inputs, labels = torch.tensor(x)[None], torch.tensor([float(y)], dtype=torch.float64)
    return fgsm(lambda z: z @ w + intercept, inputs, labels, radius=radius, loss=_logistic)[0].numpy()


def _gradient_attack(weights, intercept, x, y, radius):
    """A step of the same length along the gradient, in place of its sign."""
    norm = np.linalg.norm(weights)
    return x - radius * y * weights / (norm if norm > 0 else 1.0)


@claim(
    topic=TOPIC,
    title="FGSM is the exact worst case of a linear model",
    statement=r"For $L = \zeta(-y(w^\top z + b))$, $\zeta(t) = \log(1 + e^t)$, $y = \pm 1$: $\max_{\|z - x\|_\infty "
    r"\le \delta} L = \zeta(-y(w^\top x + b) + \delta\|w\|_1)$, attained at $z = x + \delta\,\mathrm{sign}(\nabla_x "
    r"L)$.",
    source=f"{SLIDE}; goodfellow2015",
    hypotheses=r"a linear model in up to 4 dimensions; all $2^d$ corners of the ball tried",
    instances=_linear_problems(),
    mutants=[
        Mutant(
            "the often quoted ζ(y(δ‖w‖₁ − w'x − b))",
            {"worst": lambda w, b, x, y, r: _zeta(y * (r * np.abs(w).sum() - w @ x - b))},
        ),
        Mutant("the Euclidean norm", {"worst": lambda w, b, x, y, r: _zeta(-y * (w @ x + b) + r * np.linalg.norm(w))}),
        Mutant("a step along the gradient, not its sign", {"attack": _gradient_attack}),
        Mutant("descent for ascent", {"attack": lambda w, b, x, y, r: _sign_attack(w, b, x, -y, r)}),
    ],
)
def fgsm_exact(
    problem, *, worst=lambda w, b, x, y, r: _zeta(-y * (w @ x + b) + r * np.abs(w).sum()), attack=_sign_attack
):
    w, b, x, y, radius = problem
    corners = [x + radius * np.array(signs) for signs in itertools.product((-1, 1), repeat=len(x))]
    by_force = max(_zeta(-y * (w @ z + b)) for z in corners)  # a convex function on a cube is largest at a corner
    attacked = attack(w, b, x, y, radius)
    # scores up to 66
    yield Evidence(by_force, worst(w, b, x, y, radius), "==", 1e-12, "the formula against all corners")
    yield Evidence(by_force, _zeta(-y * (w @ attacked + b)), "==", 1e-12, "the attack against all corners")
    yield Evidence(radius, np.abs(attacked - x).max(), "<=", 1e-14, "distance of the attack")


def _network(seed):
    """A random network R^2 -> R with 8 tanh units, and 5 inputs with labels."""
    stream = torch.Generator().manual_seed(seed)
    inner, outer, x = (torch.randn(*shape, generator=stream, dtype=torch.float64) for shape in ((2, 8), (8,), (5, 2)))
    labels = torch.sign(torch.randn(5, generator=stream, dtype=torch.float64))
    return (lambda z: torch.tanh(2 * z @ inner) @ outer), x, labels


def _as_printed(model, x, labels, *, radius, step, steps, project=False, advance=False):
    """The lecture's inner loop: z' is made from z_j in each round; it neither becomes z_{j+1} nor is it kept in the ball."""
    z = x
    for _ in range(steps):
        variable = z.clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(_logistic(model(variable), labels).sum(), variable)
        moved = (z + step * gradient.sign()).detach()
        if project:
            moved = torch.minimum(torch.maximum(moved, x - radius), x + radius)
        if advance:
            z = moved
    return z


def _iterated(model, x, labels, *, radius, step, steps):
    return pgd(model, x, labels, radius=radius, step=step, steps=steps, loss=_logistic)


def _printed_displacement():
    model, x, labels = _network(0)
    found = _as_printed(model, x, labels, radius=0.5, step=0.25, steps=4)
    return Evidence(
        0.0, float((found - x).abs().max()), ">", 1e-12, "displacement of the input that training then uses"
    )


@claim(
    topic=TOPIC,
    title="The iterated attack must advance and project: then it is never weaker than FGSM",
    statement=r"$z_{j+1} = \Pi_{\|z - x\|_\infty \le \delta}\,(z_j + \epsilon_2\,\mathrm{sign}(\nabla_z L(z_j)))$ "
    r"with the best of its iterates and of FGSM's point kept: $\|z - x\|_\infty \le \delta$ and $L(z) \ge "
    r"L(\mathrm{FGSM}) $.",
    source=PROGRAM,
    hypotheses=r"random networks $\mathbb{R}^2 \to \mathbb{R}$ with 8 tanh units, $\delta = \frac12$, 4 steps of "
    r"$\frac14$",
    instances=Drawn(st.integers(0, 10**6), quick=20),
    refutes=Refutation(
        stated=r"For $j = 0, \dots, J - 1$ do $z' = z_j + \epsilon_2\,\mathrm{Sign}(\nabla_z L(\hat y(z_j; "
        r"\theta_k), y))$; $\theta_{k+1} = \theta_k - \epsilon_1\nabla_\theta L(\hat y(z_j; \theta_k), y)$",
        counterexample=r"any model: $z'$ is never used, so that every $z_j$ is $z_0 = x$ and the training is plain "
        r"training. With $z_{j+1} = z'$ but no projection, $J$ steps leave the ball of radius $\delta$ as soon as "
        r"$J\epsilon_2 > \delta$.",
        evidence=_printed_displacement,
    ),
    mutants=[
        Mutant("as printed: never advances", {"attack": _as_printed}),
        Mutant("advances, and leaves the ball", {"attack": lambda *a, **k: _as_printed(*a, **k, advance=True)}),
    ],
)
def attack_advances_and_projects(seed, *, attack=_iterated):
    model, x, labels = _network(seed)
    found = attack(model, x, labels, radius=0.5, step=0.25, steps=4)
    single = fgsm(model, x, labels, radius=0.5, loss=_logistic)
    losses = [_logistic(model(z), labels).numpy() for z in (found, single)]
    yield Evidence(losses[1], losses[0], ">=", 1e-13, "loss of the attack against FGSM's")
    yield Evidence(0.5, (found - x).abs().numpy(), "<=", 1e-14, "distance from the input")
