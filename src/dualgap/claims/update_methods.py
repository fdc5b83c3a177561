"""Update methods on games whose answer is known: each rate is the spectral radius of the method's own step."""

from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, claim
from dualgap.testing import strategies

TOPIC = "update methods"
STEPS = Drawn(strategies.step_sizes(smallest=0.05, largest=0.9), quick=15, full=85)
XY = dg.games.bilinear([[1.0]])
#: Where optimistic steps on xy stop converging.
LIMIT = 1 / math.sqrt(3)
#: The eigenvalues of small matrices, found to rounding.
ROUNDING = 1e-12


def _rate(method, game: dg.games.Game = XY):
    return float(dg.predict_rate(game, method))


def _matrix(method, game: dg.games.Game = XY):
    """The method's step on (x, y) as a matrix, by playing it from the unit vectors."""
    sizes = game.sizes
    start = torch.eye(sum(sizes), dtype=torch.float64)
    x, y = start.split(list(sizes), dim=-1)
    run = dg.simulate(game, method, start=(x, y), steps=1)
    return np.concatenate([run.x[-1], run.y[-1]], axis=-1).T


@claim(
    topic=TOPIC,
    title="The proximal point method contracts xy by 1/√(1 + η²) at every step size",
    statement=r"On $f(x, y) = xy$ the implicit step $z' = z - \eta F(z')$ has the rate $1/\sqrt{1 + \eta^2} < 1$.",
    source="rockafellar1976",
    hypotheses=r"$\eta > 0$",
    instances=STEPS,
    mutants=[
        Mutant("the explicit step", {"method": lambda h: dg.methods.SimultaneousGDA(step=h)}),
        Mutant("1/(1 + η²)", {"rate": lambda h: 1 / (1 + h * h)}),
    ],
)
def proximal_rate(step, *, rate=lambda h: 1 / math.sqrt(1 + h * h), method=lambda h: dg.methods.ProximalPoint(step=h)):
    yield Evidence(rate(step), _rate(method(step)), "==", ROUNDING, "rate")
    yield Evidence(1.0, _rate(method(step)), "<", 0.0, "rate against 1")


@claim(
    topic=TOPIC,
    title="Optimistic descent-ascent converges on xy below 1/√3",
    statement=r"The rate is $\sqrt{(1 + \sqrt{1 - 4\eta^2})/2}$ for $\eta \le \frac12$ and $\frac12\sqrt{1 + (2\eta + \sqrt{4\eta^2 - "
    r"1})^2}$ above: it is below 1 exactly for $\eta < 1/\sqrt 3$.",
    source="daskalakis2018; popov1980",
    hypotheses=r"$\eta > 0$, away from the defective $\eta = \frac12$",
    instances=Drawn(
        strategies.step_sizes(smallest=0.05, largest=0.9).filter(lambda h: abs(h - 0.5) > 0.02), quick=15, full=85
    ),
    mutants=[
        Mutant("the limit 1/2", {"limit": 0.5}),
        Mutant("the rate of extragradient", {"method": lambda h: dg.methods.ExtraGradient(step=h)}),
    ],
)
def optimistic_rate(step, *, limit=LIMIT, method=lambda h: dg.methods.OptimisticGDA(step=h)):
    a = step
    if a <= 0.5:
        predicted = math.sqrt((1 + math.sqrt(1 - 4 * a * a)) / 2)
    else:
        predicted = math.sqrt(1 + (2 * a + math.sqrt(4 * a * a - 1)) ** 2) / 2
    found = _rate(method(step))
    yield Evidence(predicted, found, "==", 1e-10, "rate")  # eigenvalues near a double one lose half their digits
    yield Evidence(float(step < limit), float(found < 1), "==", 0.0, "whether it converges")


@claim(
    topic=TOPIC,
    title="Primal-dual hybrid gradient contracts xy by √(1 − η²)",
    statement=r"With $x$ first and the extrapolated $2x' - x$ for $y$, the rate on $xy$ is $\sqrt{1 - \eta^2}$ for $\eta < 1$.",
    source="chambolle2011",
    hypotheses=r"$0 < \eta < 1$",
    instances=STEPS,
    mutants=[
        Mutant("without extrapolation", {"method": lambda h: dg.methods.AlternatingGDA(step=h)}),
        Mutant("1 − η²", {"rate": lambda h: 1 - h * h}),
    ],
)
def primal_dual_rate(
    step, *, rate=lambda h: math.sqrt(1 - h * h), method=lambda h: dg.methods.PrimalDualHybridGradient(step=h)
):
    yield Evidence(rate(step), _rate(method(step)), "==", 1e-10, "rate")


@claim(
    topic=TOPIC,
    title="Consensus optimisation and symplectic adjustment are one method on bilinear games",
    statement=r"On $x^\top\sigma y$ both have the rate $\sqrt{(1 - \eta\gamma\sigma^2)^2 + \eta^2\sigma^2}$, and the same step.",
    source="mescheder2017; balduzzi2018",
    hypotheses=r"$\eta, \gamma, \sigma > 0$",
    instances=Drawn(
        st.tuples(strategies.step_sizes(smallest=0.05, largest=0.5), st.integers(1, 8), st.integers(1, 8)).map(
            lambda t: (t[0], t[1] / 4, t[2] / 4)
        ),
        quick=15,
    ),
    mutants=[
        Mutant("without the rotation", {"rate": lambda h, g, s: abs(1 - h * g * s * s)}),
        Mutant("plain descent-ascent", {"consensus": lambda h, g: dg.methods.SimultaneousGDA(step=h)}),
    ],
)
def consensus_rate(
    instance,
    *,
    rate=lambda h, g, s: math.hypot(1 - h * g * s * s, h * s),
    consensus=lambda h, g: dg.methods.ConsensusOptimization(step=h, weight=g),
):
    step, strength, sigma = instance
    game = dg.games.bilinear([[sigma]])
    adjusted = dg.methods.SymplecticGradientAdjustment(step=step, weight=strength)
    yield Evidence(rate(step, strength, sigma), _rate(consensus(step, strength), game), "==", 1e-10, "rate")
    yield Evidence(
        _matrix(adjusted, game), _matrix(consensus(step, strength), game), "==", 1e-12, "the step as a matrix"
    )


@claim(
    topic=TOPIC,
    title="Competitive gradient descent is the proximal point method on bilinear games",
    statement=r"On $x^\top A y$, both players' best replies in the local game are the implicit step: the two methods have the same "
    r"step, of rate $1/\sqrt{1 + \eta^2\sigma_{\min}^2}$.",
    source="schafer2019",
    hypotheses=r"$A$ square and regular",
    instances=Drawn(st.tuples(strategies.bilinear_games(max_players=3), strategies.step_sizes()), quick=15),
    mutants=[
        Mutant("extragradient, which agrees to second order", {"other": lambda h: dg.methods.ExtraGradient(step=h)}),
    ],
)
def competitive_is_proximal(instance, *, other=lambda h: dg.methods.ProximalPoint(step=h)):
    game, step = instance
    competitive = dg.methods.CompetitiveGradientDescent(step=step)
    yield Evidence(_matrix(other(step), game), _matrix(competitive, game), "==", 1e-10, "the step as a matrix")


@claim(
    topic=TOPIC,
    title="Lookahead averages powers of the inner step",
    statement=r"Going a share $\alpha$ of the way of $k$ inner steps turns each eigenvalue $\mu$ into $1 - \alpha + "
    r"\alpha\mu^k$: the rate "
    r"is the largest of their sizes.",
    source="chavdarova2021",
    hypotheses=r"$xy$; inner steps simultaneous or alternating, $k \le 6$",
    instances=Drawn(
        st.tuples(strategies.step_sizes(largest=0.9), st.integers(1, 6), st.integers(1, 8), st.booleans()), quick=15
    ),
    mutants=[
        Mutant("the share of the inner step forgotten", {"outer": lambda a, k, mu: mu**k}),
        Mutant("one step less", {"outer": lambda a, k, mu: 1 - a + a * mu ** (k - 1)}),
    ],
)
def lookahead_rate(instance, *, outer=lambda a, k, mu: 1 - a + a * mu**k):
    step, inner, eighths, alternate = instance
    share = eighths / 8
    base = dg.methods.AlternatingGDA(step=step) if alternate else dg.methods.SimultaneousGDA(step=step)
    ahead = dg.methods.Lookahead(method=base, period=inner, alpha=share)
    values = np.linalg.eigvals(_matrix(base))
    predicted = np.abs(outer(share, inner, values)).max()
    yield Evidence(predicted, _rate(ahead), "==", 1e-10, "rate")


@claim(
    topic=TOPIC,
    title="Descent on the Hamiltonian contracts by 1 − ησ²",
    statement=r"Descent on $\frac12|F(z)|^2$ takes $z$ to $(I - \eta J^\top J)z$ on a linear game: the rate is $\max|1 - \eta\sigma^2|$ "
    r"over the singular values of $A$.",
    source="abernethy2021; balduzzi2018",
    hypotheses=r"$x^\top A y$ with $A$ square and regular",
    instances=Drawn(st.tuples(strategies.bilinear_games(max_players=3), strategies.step_sizes(largest=0.3)), quick=15),
    mutants=[
        Mutant("σ for σ²", {"shrink": lambda h, s: 1 - h * s}),
        Mutant("twice the step", {"shrink": lambda h, s: 1 - 2 * h * s * s}),
    ],
)
def hamiltonian_rate(instance, *, shrink=lambda h, s: 1 - h * s * s):
    game, step = instance
    method = dg.methods.HamiltonianDescent(step=step)
    singular = np.linalg.svd(np.asarray(game.matrix), compute_uv=False)
    predicted = np.abs(shrink(step, singular)).max()
    yield Evidence(predicted, _rate(method, game), "==", 1e-10 * (1 + predicted), "rate")


@claim(
    topic=TOPIC,
    title="Strong monotonicity: the squared distance shrinks by 1 − μ²/L² with η = μ/L²",
    statement=r"On the field $(\mu I + \text{rotation})z$ simultaneous descent-ascent with $\eta = \mu/L^2$ shrinks "
    r"$|z|^2$ by exactly $1 - "
    r"1/\kappa^2$, $\kappa = L/\mu$: the bound for strongly monotone games is attained.",
    source="facchinei2003",
    hypotheses=r"$\frac\mu2x^2 + \sigma xy - \frac\mu2y^2$, $L^2 = \mu^2 + \sigma^2$",
    instances=Drawn(st.tuples(st.integers(1, 8), st.integers(1, 24)), quick=20),
    mutants=[
        Mutant("1 − 1/κ", {"shrink": lambda k: 1 - 1 / k}),
        Mutant("the step 1/L", {"size": lambda m, lip: 1 / lip}),
    ],
)
def strongly_monotone(instance, *, shrink=lambda k: 1 - 1 / k**2, size=lambda m, lip: m / lip**2):
    mu, sigma = instance[0] / 4, instance[1] / 4
    lipschitz = math.hypot(mu, sigma)
    game = dg.games.quadratic([[mu]], [[sigma]], [[mu]])
    rate = _rate(dg.methods.SimultaneousGDA(step=size(mu, lipschitz)), game)
    yield Evidence(shrink(lipschitz / mu), rate**2, "==", 1e-10, "squared rate")


@claim(
    topic=TOPIC,
    title="The gradient penalty R1 makes the Dirac-GAN converge",
    statement=r"The flow's eigenvalues at the equilibrium are $-\frac\gamma2 \pm \sqrt{\frac{\gamma^2}4 - f'(0)^2}$ with $f'(0) = "
    r"\frac12$: without the penalty they are $\pm\frac i2$, with it their real part is negative.",
    source="mescheder2018",
    hypotheses=r"$0 \le \gamma \le 2$, away from the defective $\gamma = 1$",
    instances=[0.0, 0.1, 0.5, 0.9, 1.2, 2.0],
    mutants=[
        Mutant("f'(0) = 1", {"slope": 1.0}),
        Mutant("half the penalty", {"share": 0.5}),
    ],
)
def dirac_penalty(gamma, *, slope=0.5, share=1.0):
    game = dg.games.dirac_gan(r1=gamma)
    step = 0.01
    values = (np.linalg.eigvals(_jacobian_of_step(game, step)) - 1) / step
    half = share * gamma / 2
    root = np.emath.sqrt(half**2 - slope**2)
    expected = np.array([-half - root, -half + root])
    key = np.lexsort((np.imag(values), np.real(values))), np.lexsort((np.imag(expected), np.real(expected)))
    for name, part in (("real", np.real), ("imaginary", np.imag)):
        yield Evidence(part(expected[key[1]]), part(values[key[0]]), "==", 1e-8, f"{name} parts")


def _jacobian_of_step(game, step):
    """Central differences of one simultaneous step around the origin: the field is smooth there."""
    h = 1e-4
    start = torch.tensor([[h, 0.0], [-h, 0.0], [0.0, h], [0.0, -h]], dtype=torch.float64)
    run = dg.simulate(game, dg.methods.SimultaneousGDA(step=step), start=(start[:, :1], start[:, 1:]), steps=1)
    after = np.concatenate([run.x[-1], run.y[-1]], axis=-1)
    return np.stack([(after[0] - after[1]) / (2 * h), (after[2] - after[3]) / (2 * h)], axis=1)


@claim(
    topic=TOPIC,
    title="The average of alternating steps converges, that of simultaneous ones does not",
    statement=r"On $xy$ the mean of $T$ alternating iterates is within $\frac{c}{T}$ of the equilibrium; the mean of "
    r"simultaneous iterates "
    r"grows with $T$.",
    source="bailey2020",
    hypotheses=r"$0.1 \le \eta \le 0.9$ and $z_0 \ne 0$",
    instances=Drawn(
        st.tuples(strategies.step_sizes(smallest=0.1, largest=0.9), st.integers(1, 8), st.integers(-8, 8)), quick=10
    ),
    mutants=[
        Mutant("the simultaneous method", {"method": lambda h: dg.methods.SimultaneousGDA(step=h)}),
        Mutant("at the rate 1/T²", {"power": 2}),
    ],
)
def average_of_alternating(instance, *, method=lambda h: dg.methods.AlternatingGDA(step=h), power=1):
    step, x, y = instance
    steps = 2000
    run = dg.simulate(XY, method(step), start=(x / 4, y / 4), steps=steps)
    mean = math.hypot(np.ravel(run.x)[1:].mean(), np.ravel(run.y)[1:].mean())
    size = math.hypot(x, y) / 4
    # a sum of x' - x = -η y over the path is at most its diameter, √((2 + η)/(2 − η)) times the start twice over
    bound = 4 * math.sqrt((2 + step) / (2 - step)) * size / (step * float(steps) ** power)
    yield Evidence(bound, mean, "<=", 0.0, "size of the mean")
    other = dg.simulate(XY, dg.methods.SimultaneousGDA(step=step), start=(x / 4, y / 4), steps=steps // 10)
    far = math.hypot(np.ravel(other.x)[1:].mean(), np.ravel(other.y)[1:].mean())
    yield Evidence(bound, far, ">", 0.0, "size of the mean of simultaneous iterates")


@claim(
    topic=TOPIC,
    title="Simultaneous momentum of any sign diverges on xy; alternating momentum converges when it is negative",
    statement=r"Heavy ball with simultaneous updates has a rate above 1 for all $|\beta| < 1$. With alternating updates "
    r"and $\beta < 0$ it "
    r"is below 1 exactly for $\eta < 2(1 + \beta)$; with $\beta > 0$ it diverges.",
    source="gidel2019",
    hypotheses=r"$\beta$ a multiple of $0.1$ in $(-1, 1)$ without 0; $\eta$ away from the edge",
    instances=Drawn(
        st.tuples(
            strategies.step_sizes(smallest=0.05, largest=0.95),
            st.integers(-8, 8).filter(bool).map(lambda tenths: tenths / 10),
        ).filter(lambda pair: abs(pair[0] - 2 * (1 + pair[1])) > 0.02),
        quick=20,
    ),
    mutants=[
        Mutant("stable for any negative momentum", {"stable": lambda h, b: b < 0}),
        Mutant("stable for positive momentum too", {"stable": lambda h, b: h < 2 * (1 + b)}),
    ],
)
def negative_momentum(instance, *, stable=lambda h, b: b < 0 and h < 2 * (1 + b)):
    step, beta = instance
    ball = dg.methods.Momentum(beta)
    together = _rate(dg.methods.SimultaneousGDA(step=step, scaling=ball))
    in_turn = _rate(dg.methods.AlternatingGDA(step=step, scaling=ball))
    yield Evidence(1.0, together, ">", 0.0, "rate of simultaneous updates")
    yield Evidence(float(stable(step, beta)), float(in_turn < 1), "==", 0.0, "whether alternating updates converge")


@claim(
    topic=TOPIC,
    title="The gap of a quadratic game is a quadratic form",
    statement=r"With $f = \frac12x^\top Px + x^\top Ay - \frac12y^\top Qy$ the duality gap at $(x, y)$ is "
    r"$\frac12x^\top(P + AQ^{-1}A^\top)x + "
    r"\frac12y^\top(Q + A^\top P^{-1}A)y$.",
    source="facchinei2003 (gap functions)",
    hypotheses=r"$P$, $Q$ positive definite, of size 2",
    instances=Drawn(
        st.tuples(
            strategies.gaussians(2),
            strategies.gaussians(2),
            st.lists(st.integers(-4, 4), min_size=4, max_size=4),
        ),
        quick=15,
    ),
    mutants=[
        Mutant("without the best replies", {"reply": 0.0}),
        Mutant("the plus as a minus", {"reply": -1.0}),
    ],
)
def quadratic_gap(instance, *, reply=1.0):
    first, second, entries = instance
    p, q, a = first.covariance, second.covariance, np.array(entries, dtype=float).reshape(2, 2) / 2
    x, y = first.mean, second.mean
    predicted = (
        x @ (p + reply * a @ np.linalg.inv(q) @ a.T) @ x + y @ (q + reply * a.T @ np.linalg.inv(p) @ a) @ y
    ) / 2
    found = float(dg.duality_gap(dg.games.quadratic(p, a, q), x, y))
    # condition numbers of at most 1e3
    yield Evidence(predicted, found, "==", 1e-10 * (1 + abs(predicted)), "gap")
