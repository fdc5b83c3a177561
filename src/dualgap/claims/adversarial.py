"""Adversarial training: the worst input in a ball, the fast gradient sign method, and its iteration."""

from __future__ import annotations

import itertools
import math
from functools import partial

import numpy as np
import torch
from hypothesis import strategies as st
from torch.nn.functional import softplus

from dualgap.claims import Drawn, Evidence, Mutant, Refutation, Seeds, claim
from dualgap.testing import strategies
from dualgap.training.robust import (
    Split,
    classifier,
    dual_order,
    fgsm,
    perceptron,
    pgd,
    pgd_of_radius,
    robust_accuracy,
    robust_loss,
    worst_case_inputs,
    worst_case_loss,
)

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


def _last_iterate(model, x, labels, *, radius, order, step, steps, loss):
    """The last point of the ascent in place of the best, by projected steps along the sign."""
    z = x
    for _ in range(steps):
        moved = fgsm(model, z, labels, radius=step, order=order, loss=loss)
        apart = moved - x
        size = torch.linalg.vector_norm(apart, ord=order, dim=1, keepdim=True)
        z = x + apart * (radius / size.clamp_min(radius))
    return z


@claim(
    topic=TOPIC,
    title="Projected ascent that keeps the best iterate is never below FGSM, in any ball",
    statement=r"In balls $\|z - x\|_p \le \epsilon$ with $p = 1, 2, \infty$: of the iterates of $z_{j+1} = \Pi(z_j + "
    r"\mathrm{argmax}_{\|v\|_p \le \eta} v^\top \nabla L(z_j))$ from $z_0 = x$ and FGSM's point, the one with the largest loss "
    r"has $L(z) \ge L(\mathrm{FGSM})$ and $L(z) \ge L(x)$.",
    source="madry2018",
    hypotheses=r"random networks $\mathbb{R}^2 \to \mathbb{R}$ with 8 tanh units, $\epsilon = 1$, 3 steps of $\frac45$",
    instances=Drawn(st.tuples(st.integers(0, 10**6), st.sampled_from([1.0, 2.0, math.inf])), quick=20),
    mutants=[
        Mutant("the last iterate, not the best", {"attack": _last_iterate}),
        Mutant("the input itself", {"attack": lambda model, x, labels, **options: x}),
    ],
)
def best_iterate_beats_fgsm(instance, *, attack=pgd):
    seed, order = instance
    model, x, labels = _network(seed)
    found = attack(model, x, labels, radius=1.0, order=order, step=0.8, steps=3, loss=_logistic)
    single = fgsm(model, x, labels, radius=1.0, order=order, loss=_logistic)
    losses = [_logistic(model(z), labels).numpy() for z in (found, single, x)]
    yield Evidence(losses[1], losses[0], ">=", 1e-13, "loss of the ascent against FGSM's")
    yield Evidence(losses[2], losses[0], ">=", 1e-13, "loss of the ascent against the input's")
    distance = torch.linalg.vector_norm(found - x, ord=order, dim=1)
    yield Evidence(1.0, distance.numpy(), "<=", 1e-12, "distance from the input")


def _on_sphere(order, d):
    """Many points of the unit sphere of the norm, the axes and corners among them."""
    drawn = np.random.default_rng(0).normal(size=(400, d))
    points = np.concatenate([drawn, np.eye(d), -np.eye(d), np.array(list(itertools.product((-1, 1), repeat=d)))])
    return points / np.linalg.norm(points, ord=order, axis=1, keepdims=True)


def _dual_norm_loss(w, b, x, y, radius, order):
    return float(worst_case_loss(w, b, x[None], [y], radius=radius, order=order)[0])


def _same_norm_loss(w, b, x, y, radius, order):
    return _zeta(-y * (w @ x + b) + radius * np.linalg.norm(w, ord=order))


@claim(
    topic=TOPIC,
    title="The worst case of a linear model on an l-p ball is a dual norm away",
    statement=r"$\max_{\|z - x\|_p \le \epsilon} \zeta(-y(w^\top z + b)) = \zeta(-y(w^\top x + b) + \epsilon \|w\|_q)$ with "
    r"$\frac1p + \frac1q = 1$: the Euclidean norm is its own dual, that of $\ell_\infty$ is $\ell_1$, and that of $\ell_1$ "
    r"is $\ell_\infty$.",
    source="goodfellow2015",
    hypotheses=r"a linear model in up to 4 dimensions, $p \in \{1, 2, \infty\}$; hundreds of points of the sphere tried",
    instances=st.tuples(_linear_problems(), st.sampled_from([1.0, 2.0, math.inf])),
    mutants=[
        Mutant("the norm itself, not its dual", {"worst": _same_norm_loss}),
        Mutant(
            "the sum of the weights for every ball",
            {"worst": lambda w, b, x, y, r, p: _zeta(-y * (w @ x + b) + r * np.abs(w).sum())},
        ),
        Mutant(
            "the corner of the cube for every ball",
            {"attack": lambda w, x, y, r, p: worst_case_inputs(w, x[None], [y], radius=r, order=math.inf)[0]},
        ),
    ],
)
def worst_case_is_a_dual_norm(
    instance,
    *,
    worst=_dual_norm_loss,
    attack=lambda w, x, y, r, p: worst_case_inputs(w, x[None], [y], radius=r, order=p)[0],
):
    (w, b, x, y, radius), order = instance
    predicted, attained = worst(w, b, x, y, radius, order), attack(w, x, y, radius, order)
    tried = x + radius * _on_sphere(order, len(x))
    by_force = max(_zeta(-y * (w @ z + b)) for z in tried)
    # scores up to 66; the points of the sphere are rounded
    yield Evidence(predicted, by_force, "<=", 1e-11, "points of the sphere against the formula")
    yield Evidence(predicted, _zeta(-y * (w @ attained + b)), "==", 1e-11, "the worst input against the formula")
    yield Evidence(radius, np.linalg.norm(attained - x, ord=order), "<=", 1e-12, "distance of the worst input")
    if order != 2.0:  # the axes and the corners were tried, and a linear function is largest at one
        yield Evidence(predicted, by_force, "==", 1e-11, "axes and corners against the formula")


def _bracket(model, x, labels, radius, order):
    found = robust_loss(model, x, labels, radius=radius, order=order)
    return found.lower, found.upper


def _linearised(model, x, labels, radius, order):
    """The worst loss of the network as if it were its tangent at the input."""
    variable = x.clone().requires_grad_(True)
    loss = torch.nn.functional.cross_entropy(model(variable), labels, reduction="none")
    (gradient,) = torch.autograd.grad(loss.sum(), variable)
    gain = radius * torch.linalg.vector_norm(gradient, ord=dual_order(order), dim=1)
    return loss.detach().numpy(), (loss + gain).detach().numpy()


def _upper_at_attack(model, x, labels, radius, order):
    lower, _ = _bracket(model, x, labels, radius / 2, order)
    return lower, lower


@claim(
    topic=TOPIC,
    title="The worst loss of a ReLU network lies between an attack and linear bounds of its units",
    statement=r"With $l \le h \le u$ at a hidden unit, $\alpha h \le \max(h, 0) \le \frac{u}{u - l}(h - l)$ for $0 \le \alpha "
    r"\le 1$. Pulled back through the layers these lines bound each margin $f_j - f_y$ on the ball, and "
    r"$\max_{\|z - x\|_p \le \epsilon} L(z) \le \log(1 + \sum_{j \ne y} e^{u_j})$; every attack is a lower bound.",
    source="zhang2018; wong2018",
    hypotheses=r"random networks $\mathbb{R}^2 \to \mathbb{R}^3$ with two layers of 6 units, $\epsilon = \frac12$, $p \in "
    r"\{1, 2, \infty\}$; 1,600 points of each ball tried",
    instances=Drawn(st.tuples(st.integers(0, 10**6), st.sampled_from([1.0, 2.0, math.inf])), quick=20, full=200),
    mutants=[
        Mutant("the tangent of the loss for the network", {"bounds": _linearised}),
        Mutant("an attack on half of the ball for both bounds", {"bounds": _upper_at_attack}),
    ],
)
def worst_loss_is_bracketed(instance, *, bounds=_bracket):
    seed, order = instance
    model = perceptron((2, 6, 6, 3), seed=seed).double()
    stream = torch.Generator().manual_seed(seed)
    x = torch.randn(3, 2, generator=stream, dtype=torch.float64)
    labels = torch.randint(3, (3,), generator=stream)
    lower, upper = bounds(model, x, labels, 0.5, order)
    line = torch.linspace(-0.5, 0.5, 40, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)
    grid = grid[torch.linalg.vector_norm(grid, ord=order, dim=1) <= 0.5]
    with torch.no_grad():
        worst = [
            float(torch.nn.functional.cross_entropy(model(z + grid), y.expand(len(grid)), reduction="none").max())
            for z, y in zip(x, labels, strict=True)
        ]
    yield Evidence(upper, worst, "<=", 1e-9, "the worst point of the grid against the upper bound")
    yield Evidence(upper, lower, "<=", 1e-12, "the lower bound against the upper")


def _wide_and_narrow(seed):
    """A feature that is right 9 times of 10 by a distance of 1, and ten that are together always right, by 0.1 each."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 400)
    side = 2.0 * labels - 1
    wide = np.where(rng.random(400) < 0.9, 1, -1) * side
    narrow = 0.1 * side[:, None] + 0.02 * rng.normal(size=(400, 10))
    inputs, classes = torch.tensor(np.column_stack([wide, narrow]), dtype=torch.float32), torch.tensor(labels)
    return Split(inputs[:250], classes[:250], inputs[250:], classes[250:])


def _certified_shares(seeds, *, radius=0.25, trained_for=0.25):
    """The shares of new points that are proved to withstand the radius: trained plainly, and against PGD."""
    found = []
    for size in (0.0, trained_for):
        options = {
            "box": None,
            "hidden": 8,
            "epochs": 20,
            "learning_rate": 0.02,
            "attack": pgd_of_radius(size, steps=5),
        }
        shares = []
        for seed in seeds:
            data = _wide_and_narrow(seed)
            model = classifier(data, radius=size, seed=seed, **options).model
            share = robust_accuracy(model, data.test_inputs, data.test_labels, radius=radius, confidence=None, steps=1)
            shares.append(share.lower)
        found.append(np.array(shares))
    return found


@claim(
    topic=TOPIC,
    title="Training against an attack raises what can be proved at its radius",
    statement=r"For at least 60% of all seeds, the share of new points whose label is proved to win in the whole ball $\|z - "
    r"x\|_\infty \le \frac14$ is at least 0.2 larger after training on the points of that ball that PGD finds than after plain training.",
    source="madry2018; tsipras2019 (such features); wong2018 (such bounds)",
    hypotheses=r"labels $\pm 1$ with one feature that is $\pm 1$ and right 9 times of 10, and ten features $\mathcal{N}(0.1 y, "
    r"0.02^2)$; 250 training points; 8 hidden ReLU units, 20 epochs of Adam, step 0.02, 5 steps of PGD; linear bounds of the units",
    instances=Seeds(at_least=0.6, quick=8, full=40),
    mutants=[
        Mutant("not trained against anything", {"shares": partial(_certified_shares, trained_for=0.0)}),
        Mutant("proved at a radius beyond both", {"shares": partial(_certified_shares, radius=1.5)}),
    ],
)
def robust_training_raises_certified_accuracy(seeds, *, shares=_certified_shares):
    plain, robust = shares(seeds)
    yield Evidence(plain, robust, ">", 0.2, "certified share after robust training against plain")
