"""Non-convergence: what gradient methods do on a two-player game, at the rate that their own linearisation predicts."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, Picture, Refutation, claim
from dualgap.claims.claim import Curve
from dualgap.testing import strategies

TOPIC = "dynamics on xy"
SLIDE = "lecture, Problem II: Non-convergence"
STARTS = st.tuples(st.integers(1, 8), st.integers(-8, 8)).map(lambda start: (start[0] / 4, start[1] / 4))
STEP_AND_START = st.tuples(strategies.step_sizes(smallest=0.05, largest=0.7), STARTS)


def _norms(method, start, *, steps=60):
    """The distance to the origin along a run on xy, from the recorded path alone."""
    run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=start, steps=steps)
    return np.hypot(np.ravel(run.x), np.ravel(run.y))


def _rate(method):
    return dg.predict_rate(dg.games.bilinear([[1.0]]), method)


def _portrait(method, caption):
    run = dg.simulate(dg.games.bilinear([[1.0]]), method, start=(1.0, 0.5), steps=60)
    x, y = np.ravel(run.x), np.ravel(run.y)
    return Picture(
        caption=caption,
        x_label="x (no unit)",
        y_label="y (no unit)",
        equal=True,
        curves=(
            Curve("60 steps", x, y),
            Curve("start", x[:1], y[:1], points=True),
            Curve("equilibrium", np.zeros(1), np.zeros(1), points=True),
        ),
    )


@claim(
    topic=TOPIC,
    title="Simultaneous descent-ascent on xy spirals out by √(1 + η²) a step",
    statement=r"On $f(x, y) = xy$, $x' = x - \eta y$ and $y' = y + \eta x$ give $\|z'\| = \sqrt{1 + \eta^2}\, \|z\|$ "
    r"at every step: the method diverges for every step size, at the spectral radius of its linearisation.",
    source=f"{SLIDE}; zhang2020",
    hypotheses=r"$\eta > 0$ and $z_0 \ne 0$",
    instances=Drawn(STEP_AND_START, quick=15),
    mutants=[
        Mutant("the rate of extragradient", {"rate": lambda h: np.sqrt(1 - h**2 + h**4)}),
        Mutant("first order: 1 + η²", {"rate": lambda h: 1 + h**2}),
        Mutant("the alternating method", {"method": lambda h: dg.methods.AlternatingGDA(step=h)}),
    ],
    picture=lambda: _portrait(
        dg.methods.SimultaneousGDA(step=0.1), "Simultaneous descent-ascent, step 0.1: a spiral outwards."
    ),
)
def simultaneous_diverges(
    instance, *, rate=lambda h: np.sqrt(1 + h**2), method=lambda h: dg.methods.SimultaneousGDA(step=h)
):
    step, start = instance
    norms = _norms(method(step), start)
    # 60 products of 2 x 2 matrices, each rounding by a few 1e-16
    yield Evidence(rate(step), norms[1:] / norms[:-1], "==", 1e-13, "growth of the norm in a step")
    yield Evidence(rate(step), _rate(method(step)), "==", 1e-12, "predicted rate")
    yield Evidence(1.0, norms[-1] / norms[0], ">", 0.0, "norm after 60 steps, in units of the first")


@claim(
    topic=TOPIC,
    title="Alternating descent-ascent on xy stays on an ellipse and does not find the solution",
    statement=r"With $x$ first, $x^2 + y^2 - \eta x y$ is conserved: for $\eta < 2$ the path stays on an ellipse "
    r"around the origin, $\|z_t\|^2 \ge \frac{2}{2 + \eta}(x_0^2 + y_0^2 - \eta x_0 y_0)$, and the spectral radius "
    r"is exactly 1. It neither converges nor diverges.",
    source=f"{SLIDE} (GD by alternating inner and outer loop will not find this solution); bailey2020",
    hypotheses=r"$0 < \eta < 2$ and $z_0 \ne 0$; one step of each player at a time, $x$ first",
    instances=Drawn(STEP_AND_START, quick=15),
    mutants=[
        Mutant("the other sign: x² + y² + η x y", {"invariant": lambda x, y, h: x**2 + y**2 + h * x * y}),
        Mutant("a circle: x² + y²", {"invariant": lambda x, y, h: x**2 + y**2}),
        Mutant("the simultaneous method", {"method": lambda h: dg.methods.SimultaneousGDA(step=h)}),
    ],
    picture=lambda: _portrait(dg.methods.AlternatingGDA(step=0.7), "Alternating descent-ascent, step 0.7: an ellipse."),
)
def alternating_circles(
    instance,
    *,
    invariant=lambda x, y, h: x**2 + y**2 - h * x * y,
    method=lambda h: dg.methods.AlternatingGDA(step=h),
):
    step, start = instance
    run = dg.simulate(dg.games.bilinear([[1.0]]), method(step), start=start, steps=60)
    conserved = invariant(np.ravel(run.x), np.ravel(run.y), step)
    first = invariant(*start, step)
    size = np.hypot(*start) ** 2
    # the rounding of 60 steps, relative to the size of the start
    yield Evidence(first, conserved, "==", 1e-13 * size, "the conserved quantity")
    nearest = 2 / (2 + step) * (start[0] ** 2 + start[1] ** 2 - step * start[0] * start[1])
    yield Evidence(
        nearest, np.ravel(run.x) ** 2 + np.ravel(run.y) ** 2, ">=", 1e-13 * size, "squared distance to the origin"
    )
    # the eigenvalues are a complex pair on the unit circle, found to rounding
    yield Evidence(1.0, _rate(method(step)), "==", 1e-12, "predicted rate")


@claim(
    topic=TOPIC,
    title="Extragradient on xy converges at √(1 − η² + η⁴)",
    statement=r"Looking ahead before stepping turns the spiral inwards: $\|z'\| = \sqrt{1 - \eta^2 + \eta^4}\, "
    r"\|z\|$, below 1 for every $\eta < 1$.",
    source="korpelevich1976; zhang2020",
    hypotheses=r"$0 < \eta < 1$ and $z_0 \ne 0$",
    instances=Drawn(STEP_AND_START, quick=15),
    mutants=[
        Mutant("second order only: √(1 − η²)", {"rate": lambda h: np.sqrt(1 - h**2)}),
        Mutant("the simultaneous method", {"method": lambda h: dg.methods.SimultaneousGDA(step=h)}),
    ],
    picture=lambda: _portrait(dg.methods.ExtraGradient(step=0.3), "Extragradient, step 0.3: a spiral inwards."),
)
def extragradient_converges(
    instance, *, rate=lambda h: np.sqrt(1 - h**2 + h**4), method=lambda h: dg.methods.ExtraGradient(step=h)
):
    step, start = instance
    norms = _norms(method(step), start)
    yield Evidence(rate(step), norms[1:] / norms[:-1], "==", 1e-12, "factor of the norm in a step")
    yield Evidence(rate(step), _rate(method(step)), "==", 1e-12, "predicted rate")
    yield Evidence(1.0, norms[-1] / norms[0], "<", 0.0, "norm after 60 steps, in units of the first")


@claim(
    topic=TOPIC,
    title="The rate of a method is the spectral radius of its own step",
    statement=r"On $x^\top A y$ with $A$ invertible, simultaneous descent-ascent grows by $\sqrt{1 + \eta^2 "
    r"\sigma_{\max}^2}$ and extragradient shrinks by $\max_\sigma \sqrt{1 - \eta^2\sigma^2 + \eta^4\sigma^4}$: both "
    r"found by differentiating the step.",
    source="zhang2020",
    hypotheses=r"$\eta \sigma_{\max}(A) < 1$ for extragradient's rate to be below 1; none for the prediction",
    instances=Drawn(
        st.tuples(strategies.bilinear_games(), strategies.step_sizes(smallest=0.05, largest=0.3)), quick=15
    ),
    mutants=[
        Mutant(
            "the smallest singular value for the largest",
            {
                "simultaneous": lambda s, h: np.sqrt(1 + h**2 * s.min() ** 2),
                "extra": lambda s, h: np.sqrt(1 - h**2 * s.max() ** 2 + h**4 * s.max() ** 4),
            },
        ),
        Mutant("the entries for the singular values", {"singular": lambda a: np.abs(np.diag(a)) * 1.01}),
    ],
)
def rate_is_spectral_radius(
    instance,
    *,
    simultaneous=lambda s, h: np.sqrt(1 + h**2 * s.max() ** 2),
    extra=lambda s, h: np.sqrt(1 - h**2 * s**2 + h**4 * s**4).max(),
    singular=lambda a: np.linalg.svd(a, compute_uv=False),
):
    game, step = instance
    sigma = singular(game.matrix.numpy())
    # eigenvalues of a normal matrix of up to 6 rows, to rounding
    yield Evidence(
        simultaneous(sigma, step),
        dg.predict_rate(game, dg.methods.SimultaneousGDA(step=step)),
        "==",
        1e-12,
        "simultaneous",
    )
    yield Evidence(
        extra(sigma, step), dg.predict_rate(game, dg.methods.ExtraGradient(step=step)), "==", 1e-12, "extragradient"
    )


@claim(
    topic=TOPIC,
    title="A fitted rate agrees with the predicted one, on the Dirac-GAN too",
    statement=r"Near its equilibrium the Dirac-GAN is a rotation with eigenvalues $\pm i f'(0)$, $f'(0) = 1/2$: "
    r"simultaneous multiplies by $\sqrt{1 + \eta^2/4}$ and alternating by exactly 1.",
    source="mescheder2018",
    hypotheses=r"$0 < \eta < 2$",
    instances=Drawn(strategies.step_sizes(smallest=0.05, largest=0.7), quick=10),
    mutants=[
        Mutant("f'(0) = 1, the Wasserstein GAN's", {"slope": 1.0}),
        Mutant("a GAN with the penalty R1", {"game": lambda: dg.games.dirac_gan(r1=0.5)}),
    ],
)
def dirac_gan_rotates(step, *, slope=0.5, game=lambda: dg.games.dirac_gan()):
    simultaneous, alternating = dg.methods.SimultaneousGDA(step=step), dg.methods.AlternatingGDA(step=step)
    yield Evidence(np.sqrt(1 + step**2 * slope**2), dg.predict_rate(game(), simultaneous), "==", 1e-12, "simultaneous")
    yield Evidence(1.0, dg.predict_rate(game(), alternating), "==", 1e-12, "alternating")
    run = dg.simulate(game(), simultaneous, start=(1e-6, 0.0), steps=60)
    radius = np.hypot(np.ravel(run.x), np.ravel(run.y))
    # at radius 1e-6 the cubic terms of the field are 1e-12 of the linear ones
    yield Evidence(
        np.sqrt(1 + step**2 * slope**2), radius[1:] / radius[:-1], "==", 1e-10, "simulated near the equilibrium"
    )


def _gap(x, y, radius):
    """What the best replies in [-R, R] gain together at (x, y), by the library."""
    box = dg.games.Box(-radius, radius)
    return float(dg.duality_gap(dg.games.bilinear([[1.0]], set_x=box, set_y=box), [x], [y]))


@claim(
    topic=TOPIC,
    title="The minimax points of xy are x = 0, any y; its one Nash equilibrium is the origin",
    statement=r"On the box $[-R, R]^2$, $\max_{y'} x y' = R|x|$ is least at $x = 0$, whatever $y$ is. The duality gap, "
    r"the gain of the two best replies at $(x, y)$, is $R(|x| + |y|)$: zero only at the origin. Without a box it is "
    r"infinite everywhere else.",
    source=f"{SLIDE}; bailey2020",
    hypotheses=r"strategies in $[-R, R]$, $R > 0$, or in $\mathbb{R}$",
    instances=st.tuples(st.integers(-8, 8), st.integers(-8, 8), st.integers(2, 6)).map(
        lambda t: (t[0] / 4, t[1] / 4, float(t[2]))
    ),
    refutes=Refutation(
        stated=r"The solutions of $\min_x \max_y xy$ are $x = 0$, $y \in \mathbb{R}$",
        counterexample=r"True in that order, of the points at which $\min_x \max_y$ is attained. Read as equilibria, "
        r"which is what descent of one player and ascent of the other looks for, it is false: at $(0, 1)$ on $[-1, "
        r"1]^2$ the first player gains 1 by moving to $x = -1$; only $(0, 0)$ is one.",
        evidence=lambda: Evidence(0.0, _gap(0.0, 1.0, 1.0), "==", 0.0, "duality gap at (0, 1)"),
    ),
    mutants=[
        Mutant("only x must be 0", {"gap": lambda x, y, r: r * abs(x)}),
        Mutant("of the squares", {"gap": lambda x, y, r: r * np.hypot(x, y)}),
        Mutant("the gain of y alone", {"measured": lambda x, y, r: r * abs(x) - x * y}),
    ],
)
def xy_has_one_equilibrium(instance, *, gap=lambda x, y, r: r * (abs(x) + abs(y)), measured=_gap):
    x, y, radius = instance
    replies = np.linspace(-radius, radius, 9)  # contains the corners and the centre: the best reply is one of them
    gained = max(x * reply for reply in replies) - min(reply * y for reply in replies)
    found = measured(x, y, radius)
    yield Evidence(gap(x, y, radius), found, "==", 1e-14, "duality gap")
    yield Evidence(gained, found, "==", 1e-14, "duality gap against the best of 9 replies")
    yield Evidence(max(0.0 * reply for reply in replies), max(x * reply for reply in replies), ">=", 0.0, "max over y")
    free = dg.duality_gap(dg.games.bilinear([[1.0]]), [x], [y])
    yield Evidence(0.0 if x == y == 0 else np.inf, float(free), "==", 0.0, "duality gap without a box")
