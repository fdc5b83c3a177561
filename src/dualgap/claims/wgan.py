"""The Wasserstein GAN: its gradient, the sign in its algorithm, and what clipped critics can see."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Listed, Mutant, Refutation, claim
from dualgap.testing import strategies

TOPIC = "Wasserstein GAN"
SLIDE = "lecture, Wasserstein GAN"
ALGORITHM = "lecture, Wasserstein GAN Algorithm"


def _instance(seed):
    """Latent points, a target cloud and (shift, log scale): in general position, so that the optimal plan is one permutation."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(4, 2)),
        rng.normal(size=(4, 2)) + [2.0, 0.0],
        np.append(rng.normal(size=2), rng.normal() / 4),
    )


GENERATORS = Drawn(st.integers(0, 10**6), quick=20)


def _generate(latent, theta):
    """G(z; theta) = shift + scale z."""
    return theta[:2] + theta[2].exp() * latent


def _wasserstein(latent, target, theta):
    return float(dg.wasserstein(_generate(torch.tensor(latent), torch.tensor(theta)).numpy(), target, order=1))


def _critic_potential(points, target):
    """The numbers g of an optimal critic min_j (|x - y_j| - g_j) that is differentiable at the points.

    Among the optimal potentials the one whose arcs off the optimal plan have the most slack, by scipy alone.
    """
    costs = cdist(points, target)
    n = len(costs)
    rows, columns = linear_sum_assignment(costs)
    matched = np.zeros((n, n), dtype=bool)
    matched[rows, columns] = True
    arcs = np.hstack(
        [np.kron(np.eye(n), np.ones((n, 1))), np.kron(np.ones((n, 1)), np.eye(n)), ~matched.reshape(-1, 1)]
    )
    on, off = arcs[matched.ravel()], arcs[~matched.ravel()]
    pin = np.eye(2 * n + 1)[:1]  # potentials are determined up to a constant: f_0 = 0
    found = linprog(
        -np.eye(2 * n + 1)[-1],
        A_ub=off,
        b_ub=costs[~matched],
        A_eq=np.vstack([on, pin]),
        b_eq=np.append(costs[matched], 0.0),
        bounds=(None, None),
    )
    return found.x[n : 2 * n]


def _critic_gradient(latent, target, theta, sign=1.0):
    """E_z grad_theta f(G(z; theta)) for the critic that attains sup E_theta f - E_* f, held fixed."""
    parameter = torch.tensor(theta, requires_grad=True)
    points = _generate(torch.tensor(latent), parameter)
    g = torch.tensor(_critic_potential(points.detach().numpy(), target))
    critic = (torch.linalg.vector_norm(points[:, None] - torch.tensor(target), dim=-1) - g).min(dim=1).values
    (gradient,) = torch.autograd.grad(sign * critic.mean(), parameter)
    return gradient.numpy()


@claim(
    topic=TOPIC,
    title="The gradient of W₁ is that of the mean score of the optimal critic",
    statement=r"If $\hat f$ attains $\sup_{\|f\|_L \le 1}\mathbb{E}_{p_\theta} f - \mathbb{E}_{p^*} f$, then "
    r"$\nabla_\theta W(p_\theta, p^*) = \mathbb{E}_{z}\nabla_\theta \hat f(G(z; \theta))$ with $\hat f$ held fixed.",
    source=f"{SLIDE} (gradient)",
    hypotheses=r"4 latent points and 4 targets of $\mathbb{R}^2$ in general position, $G(z; \theta) = a + e^s z$; "
    r"central differences of the exact $W_1$",
    instances=GENERATORS,
    mutants=[
        Mutant("the critic of E_* f − E_θ f", {"gradient": lambda z, y, t: _critic_gradient(z, y, t, sign=-1.0)}),
        Mutant("the gradient of the distance of means", {"gradient": lambda z, y, t: _mean_gradient(z, y, t)}),
    ],
)
def wgan_gradient(seed, *, gradient=_critic_gradient):
    latent, target, theta = _instance(seed)
    h = 1e-5
    differences = [
        (_wasserstein(latent, target, theta + h * e) - _wasserstein(latent, target, theta - h * e)) / (2 * h)
        for e in np.eye(3)
    ]
    # central differences of numbers of order 1: h^2 from curvature and 1e-16 / h from rounding, both near 1e-10
    yield Evidence(gradient(latent, target, theta), differences, "==", 1e-7, "derivatives of W₁")


def _mean_gradient(latent, target, theta):
    parameter = torch.tensor(theta, requires_grad=True)
    distance = torch.linalg.vector_norm(
        _generate(torch.tensor(latent), parameter).mean(0) - torch.tensor(target).mean(0)
    )
    return torch.autograd.grad(distance, parameter)[0].numpy()


def _printed_step():
    """The parallel lines at theta = 1: the critic that maximises real - fake is -x, so the printed step goes to 1 + step."""
    theta, step = 1.0, 0.1
    score_slope = -np.sign(theta)
    return Evidence(abs(theta), abs(theta - step * score_slope), "<", 0.0, "W₁ after the printed step, against before")


@claim(
    topic=TOPIC,
    title="With a critic trained on real − generated, the generator must raise its score",
    statement=r"If $\hat f$ maximises $\mathbb{E}_{p^*} f - \mathbb{E}_{p_\theta} f$, then $\nabla_\theta W = "
    r"-\mathbb{E}_z\nabla_\theta \hat f(G(z; \theta))$: the step $\theta + \epsilon\,\mathbb{E}_z\nabla_\theta\hat "
    r"f(G(z; \theta))$ lowers $W$.",
    source=ALGORITHM,
    hypotheses=r"as for the gradient formula; $\epsilon = 10^{-3}$",
    instances=GENERATORS,
    refutes=Refutation(
        stated=r"Train the dual by $\phi + \epsilon_1\nabla_\phi\frac1m\sum_i[f(x^{(i)}) - f(G_\theta(z^{(i)}))]$ "
        r"and the generator by $\theta - \epsilon_2\nabla_\theta\frac1m\sum_i f(G_\theta(z^{(i)}))$",
        counterexample=r"the parallel lines at $\theta = 1$: the critic of real − generated is $-x_1$, and the "
        r"printed step with $\epsilon_2 = 0.1$ goes to $\theta = 1.1$, away from the data: $W_1$ rises from 1 to "
        r"1.1. One of the two signs has to change.",
        evidence=_printed_step,
    ),
    mutants=[Mutant("the printed sign", {"sign": -1.0})],
)
def wgan_algorithm_sign(seed, *, sign=1.0):
    latent, target, theta = _instance(seed)
    score = _critic_gradient(latent, target, theta, sign=-1.0)  # of the critic of real - generated
    stepped = _wasserstein(latent, target, theta + sign * 1e-3 * score)
    yield Evidence(_wasserstein(latent, target, theta), stepped, "<", 0.0, "W₁ after the step, against before")


@claim(
    topic=TOPIC,
    title="A clipped linear critic sees the means only",
    statement=r"$\max_{\|w\|_\infty \le c}\mathbb{E}_p w^\top x - \mathbb{E}_q w^\top x = c\,\|\mathbb{E}_p x - "
    r"\mathbb{E}_q x\|_1$: it is 0 for any two laws with one mean, whatever their distance.",
    source="arjovsky2017wgan (weight clipping)",
    hypotheses=r"finite laws in $\mathbb{R}^3$, $c > 0$; all corners of the cube tried",
    instances=st.tuples(
        strategies.point_measures(3), strategies.point_measures(3), st.sampled_from([0.01, 0.5, 1.0, 3.0])
    ),
    mutants=[
        Mutant("the Euclidean length", {"norm": np.linalg.norm}),
        Mutant("the largest coordinate", {"norm": lambda v: np.abs(v).max()}),
    ],
)
def clipping_sees_means(instance, *, norm=lambda v: np.abs(v).sum()):
    p, q, c = instance
    difference = p.weights @ p.points - q.weights @ q.points
    corners = c * np.array(list(itertools.product((-1, 1), repeat=3)))
    values = [p.weights @ (p.points @ w) - q.weights @ (q.points @ w) for w in corners]
    yield Evidence(c * norm(difference), max(values), "==", 1e-13 * max(c, 1.0), "best clipped linear critic")
    spread = dg.Points(np.concatenate([p.points - 1.0, p.points + 1.0]), np.concatenate([p.weights, p.weights]) / 2)
    yield Evidence(
        0.0,
        max(float(spread.weights @ spread.points @ w - p.weights @ p.points @ w) for w in corners),
        "==",
        1e-12,
        "best clipped linear critic of two laws with one mean",
    )


@claim(
    topic=TOPIC,
    title="Clipped weights make gradients explode or vanish with depth",
    statement=r"$L$ equal linear layers of width $n$ with all weights at the clip $c$ multiply a gradient by "
    r"$(cn)^L$: there is no $c$ for all depths but $1/n$.",
    source="arjovsky2017wgan (weight clipping), gulrajani2017",
    hypotheses=r"equal square layers, no activation between them",
    instances=Listed(tuple(itertools.product((0.01, 0.1, 0.3), (2, 8), (1, 3, 6)))),
    mutants=[
        Mutant("the width left out", {"factor": lambda c, n, depth: c**depth}),
        Mutant("linear in the depth", {"factor": lambda c, n, depth: depth * c * n}),
    ],
)
def clipping_and_depth(instance, *, factor=lambda c, n, depth: (c * n) ** depth):
    c, n, depth = instance
    layer = torch.full((n, n), c, dtype=torch.float64)
    x = torch.zeros(n, dtype=torch.float64, requires_grad=True)
    score = x
    for _ in range(depth):
        score = layer @ score
    (gradient,) = torch.autograd.grad(score[0], x)
    # the gradient that enters is e_0, and a layer of equal weights spreads it evenly over the n inputs
    yield Evidence(
        factor(c, n, depth) / n, float(gradient.mean()), "==", 1e-13 * factor(c, n, depth), "an entry of the gradient"
    )
