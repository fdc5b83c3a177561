"""Update methods in training: extragradient and averages against alternating updates."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, Seeds, claim
from dualgap.claims.training import MORE, SPARSE, TOPIC, collapse, small_ring
from dualgap.testing import strategies


def _averaged_and_last(seeds, *, decay=0.99):
    """The share of points near a mode of the averaged generator, and of the one that is averaged."""
    game = small_ring(regulariser=dg.duals.R1(0.05))
    inner = dg.methods.AlternatingGDA(step=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0, beta2=0.99))
    method = dg.methods.Averaged(method=inner, points="iterates", decay=decay)
    run = dg.training.train(game, method, seeds=seeds, steps=500, record=500, observe=SPARSE)
    players = run.x[-1], run.state["at.x"]
    clouds = [game.generate(x, dg.games.Streams(seeds, purpose=2, dtype=x.dtype), 2500) for x in players]
    found = [dg.training.mode_coverage(cloud, game.data.centres(), game.data.spread) for cloud in clouds]
    return tuple(np.asarray(one["high_quality"]) for one in found)


@claim(
    topic=TOPIC,
    title="On the ring the average of the last weights is nearer to the modes than the last weights",
    statement=r"After 500 alternating steps of constant size, for at least half of all seeds, a larger share of the points "
    r"of the exponentially averaged generator lies within $3\sigma$ of a mode than of the points of the last generator.",
    source="yazici2019",
    hypotheses=r"ring of radius 1, $\sigma = 0.05$; networks of 2 layers of 32, R1 of weight 0.05, Adam, step 0.005; average "
    r"over about 100 steps",
    instances=MORE,
    mutants=[
        Mutant("the last for the average", {"shares": lambda seeds: _averaged_and_last(seeds)[::-1]}),
        Mutant("an average over one step", {"shares": lambda seeds: _averaged_and_last(seeds, decay=1e-9)}),
    ],
)
def averaging_helps_on_the_ring(seeds, *, shares=_averaged_and_last):
    averaged, last = shares(seeds)
    yield Evidence(last, averaged, ">", 0.0, "share near a mode, average against last")


#: Steps on the Dirac-GAN, and the directions from its equilibrium that are tried at once.
CIRCLING, DIRECTIONS = 200, 8


def _from_the_equilibrium(method):
    """How far from the equilibrium of the Dirac-GAN, 0, a method is in the end, from points at distance 1 in all directions."""
    angles = 2 * np.pi * np.arange(DIRECTIONS)[:, None] / DIRECTIONS
    start = np.cos(angles), np.sin(angles)
    run = dg.simulate(dg.games.dirac_gan(), method, start=start, steps=CIRCLING, record=CIRCLING)
    return np.hypot(np.asarray(run.x[-1]), np.asarray(run.y[-1]))[:, 0]


def _circling(step):
    return dg.methods.AlternatingGDA(step=step, first="y")


@claim(
    topic=TOPIC,
    title="On the Dirac-GAN alternating updates circle; extragradient, and the average of what circles, come to rest",
    statement=r"From points at distance 1 from the equilibrium, after $T = 200$ steps of size $\eta$: alternating updates are "
    r"between $\frac12$ and 2 from it, extragradient is within $e^{-T \eta^2 / 16}$, and the uniform average of the alternating "
    r"iterates is within $\frac{10}{T \eta}$.",
    source="mescheder2018; gidel2019",
    hypotheses=r"$0.4 \le \eta \le 0.9$; 8 directions",
    instances=Drawn(strategies.step_sizes(smallest=0.4, largest=0.9), quick=2, full=20),
    mutants=[
        Mutant("alternating for extragradient", {"extra": _circling}),
        Mutant("extragradient for alternating", {"alternating": lambda step: dg.methods.ExtraGradient(step=step)}),
        Mutant(
            "the average of simultaneous updates",
            {
                "averaged": lambda step: dg.methods.Averaged(
                    method=dg.methods.SimultaneousGDA(step=step), points="iterates"
                )
            },
        ),
    ],
)
def extragradient_and_averaging_end_the_circling(
    step,
    *,
    alternating=_circling,
    extra=lambda step: dg.methods.ExtraGradient(step=step),
    averaged=lambda step: dg.methods.Averaged(method=_circling(step), points="iterates"),
):
    circling = _from_the_equilibrium(alternating(step))
    yield Evidence(0.5, circling, ">=", 0.0, "alternating updates, against 1/2")
    yield Evidence(2.0, circling, "<=", 0.0, "alternating updates, against 2")
    near = np.exp(-CIRCLING * step**2 / 16)
    yield Evidence(near, _from_the_equilibrium(extra(step)), "<=", 0.0, "extragradient")
    yield Evidence(10 / (CIRCLING * step), _from_the_equilibrium(averaged(step)), "<=", 0.0, "the average")


ADAM_ALONE = dg.methods.Adam(beta1=0.0, beta2=0.99)


@lru_cache(maxsize=4)
def _alternating_on_the_ring(seeds, **changes):
    sizes = {"step_x": 2.5e-3, "step_y": 2.5e-3, **changes}
    method = dg.methods.AlternatingGDA(**sizes, first="y", scaling=ADAM_ALONE)
    return collapse(small_ring(), seeds, steps=800, method=method)


@lru_cache(maxsize=4)
def _extragradient_on_the_ring(seeds):
    method = dg.methods.ExtraGradient(step=5e-3, scaling=ADAM_ALONE)
    return collapse(small_ring(), seeds, steps=400, method=method)


@claim(
    topic=TOPIC,
    title="On the ring alternating updates with Adam cover the modes more evenly than extragradient with Adam does",
    statement=r"With 800 alternating steps against 400 of extragradient, twice as long, which is as many gradients: over the second "
    r"half, for at least half of all seeds, the reverse KL of the modes is larger for extragradient. What extragradient gains on the "
    r"Dirac-GAN, where the other method circles, is not gained here.",
    source="gidel2019",
    hypotheses=r"ring of radius 1, $\sigma = 0.05$; networks of 2 layers of 32; Adam with $\beta_1 = 0$, steps 0.0025 and 0.005, "
    r"batch 64",
    instances=Seeds(at_least=0.5, quick=8, full=64),
    mutants=[
        Mutant("alternating against itself", {"extra": lambda seeds: _alternating_on_the_ring(seeds)}),
        Mutant(
            "a discriminator that does not learn",
            {"alternating": lambda seeds: _alternating_on_the_ring(seeds, step_y=1e-9)},
        ),
    ],
)
def alternating_beats_extragradient_on_the_ring(
    seeds, *, alternating=_alternating_on_the_ring, extra=_extragradient_on_the_ring
):
    yield Evidence(alternating(seeds), extra(seeds), ">", 0.0, "reverse KL of extragradient, against alternating")
