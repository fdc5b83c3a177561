"""Training itself: frequencies over seeds, with exact intervals."""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
import torch
from hypothesis import strategies as st
from scipy.stats import rankdata

import dualgap as dg
from dualgap.claims import Drawn, Evidence, Mutant, Seeds, claim
from dualgap.networks import Network

TOPIC = "training"


def _metrics(seeds, *, steps, step_y=5e-3):
    """The metrics of the ring of 8 Gaussians under the basic algorithm with Adam and R1, all seeds as one leading axis."""
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 64, 64, 2)),
        critic=dg.networks.MLP((2, 64, 64, 1)),
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=dg.duals.R1(0.01),
    )
    method = dg.methods.AlternatingGDA(step_x=5e-3, step_y=step_y, first="y", scaling=dg.methods.Adam(beta1=0.0))
    return dg.training.train(gan, method, seeds=seeds, steps=steps, record=steps).metrics


def _circle(seeds):
    """What the metrics make of the uniform law on the circle, which no mode stands out of."""
    ring = dg.training.Ring(spread=0.05)
    angles = 2 * np.pi * (np.arange(2500) + 0.5) / 2500
    points = np.tile(np.stack([np.cos(angles), np.sin(angles)], axis=-1), (len(seeds), 1, 1))
    return {name: value[None] for name, value in dg.training.mode_coverage(points, ring.centres(), ring.spread).items()}


@claim(
    topic=TOPIC,
    title="The basic algorithm finds the 8 Gaussians of a ring, in nearly equal shares",
    statement=r"Alternating updates, discriminator first, with the heuristic's generator loss: after 900 steps, for at "
    r"least 60% of all seeds, all 8 modes are found, the reverse KL of their shares is below 0.1, and at least 0.4 of "
    r"the generated points lie within $3\sigma$ of a mode. (Of the data 0.989 do, of the uniform law on the circle "
    r"0.382: the modes are told apart, and are not yet as narrow as the data's.)",
    source="lecture, The Basic Training Algorithm for GAN; lin2018pacgan (protocol)",
    hypotheses=r"ring of radius 1, $\sigma = 0.05$; networks of 2 layers of 64; Adam with $\beta_1 = 0$, step 0.005; "
    r"penalty R1 of weight 0.01; batch 128",
    instances=Seeds(at_least=0.6, quick=8, full=64),
    mutants=[
        Mutant("a discriminator that does not learn", {"run": lambda seeds: _metrics(seeds, steps=200, step_y=1e-9)}),
        Mutant("ten steps only", {"run": lambda seeds: _metrics(seeds, steps=10)}),
        Mutant("the uniform law on the circle", {"run": _circle}),
    ],
)
def ring_is_covered(seeds, *, run=lambda seeds: _metrics(seeds, steps=900)):
    metrics = run(seeds)
    modes, near, divergence = (np.asarray(metrics[name][-1]) for name in ("modes", "high_quality", "reverse_kl"))
    yield Evidence(8, modes, "==", 0, "modes found")
    yield Evidence(0.4, near, ">=", 0.0, "share of points near a mode")
    yield Evidence(0.1, divergence, "<", 0.0, "reverse KL of the modes' shares")


#: Few points for the critic's value, which the claims below do not look at.
SPARSE = dg.training.Evaluation(points=500)


def small_ring(critic=None, **changes):
    """The ring with small networks, the heuristic's loss, and no regulariser."""
    parts = {
        "generator": dg.networks.MLP((2, 32, 32, 2)),
        "critic": critic or dg.networks.MLP((2, 32, 32, 1), activation="leaky_relu"),
        "objective": dg.duals.JensenShannon(),
        "data": dg.training.Ring(spread=0.05),
        "latent": 2,
        "batch_size": 64,
        "saturating": False,
    }
    return dg.training.AdversarialGame(**{**parts, **changes})


def collapse(game, seeds, *, steps=400, method=None):
    """The mean reverse KL of the modes in the second half of a run with heavy momentum, seed by seed."""
    method = method or dg.methods.AlternatingGDA(step=2e-3, first="y", scaling=dg.methods.Adam(beta1=0.9, beta2=0.99))
    run = dg.training.train(game, method, seeds=seeds, steps=steps, record=steps // 8, observe=SPARSE)
    return np.asarray(run.metrics["reverse_kl"][4:].mean(0))


@lru_cache(maxsize=4)
def _plain(seeds, steps=400):
    """What the remedies are compared with, run once for all of them."""
    return collapse(small_ring(), seeds, steps=steps)


def _seeing(statistic):
    return small_ring(dg.networks.WithStatistic(dg.networks.MLP((3, 32, 32, 1), activation="leaky_relu"), statistic))


def _packed(number):
    return small_ring(dg.networks.MLP((2 * number, 32, 32, 1), activation="leaky_relu"), packing=number)


RINGS = (
    r"ring of radius 1, $\sigma = 0.05$; networks of 2 layers of 32; Adam with $\beta_1 = 0.9$, step 0.002, batch 64"
)
MORE = Seeds(at_least=0.5, quick=12, full=64)


@claim(
    topic=TOPIC,
    title="Plain training collapses more than training with packing",
    statement=r"Over the second half of 400 steps, for at least half of all seeds, the reverse KL of the modes is larger "
    r"for the plain GAN than for the same with a discriminator of 4 samples at once.",
    source="lecture, Using Mini-Batch Statistics; lin2018pacgan",
    hypotheses=RINGS,
    instances=MORE,
    mutants=[
        Mutant("packs of one", {"remedy": lambda seeds: collapse(_packed(1), seeds)}),
    ],
)
def packing_prevents_collapse(seeds, *, remedy=lambda seeds: collapse(_packed(4), seeds)):
    yield Evidence(remedy(seeds), _plain(seeds), ">", 0.0, "reverse KL of the plain GAN, against packing")


@claim(
    topic=TOPIC,
    title="Plain training collapses more than training with a minibatch's statistics",
    statement=r"Over the second half of 400 steps, for at least half of all seeds, the reverse KL of the modes is larger "
    r"for the plain GAN than for the same with a discriminator that also sees each sample's mean $\ell_2$ distance to "
    r"the others of the batch.",
    source="lecture, Using Mini-Batch Statistics; salimans2016",
    hypotheses=RINGS,
    instances=MORE,
    mutants=[
        Mutant("the plain GAN again", {"remedy": _plain}),
    ],
)
def statistics_prevent_collapse(seeds, *, remedy=lambda seeds: collapse(_seeing("pairwise"), seeds)):
    yield Evidence(
        remedy(seeds), _plain(seeds), ">", 0.0, "reverse KL of the plain GAN, against one with the statistic"
    )


def _unrolled(unroll):
    return dg.methods.Unrolled(step=2e-3, unroll=unroll, inner_step=0.3, scaling=dg.methods.Adam(beta1=0.9, beta2=0.99))


@claim(
    topic=TOPIC,
    title="Plain training collapses more than training that looks through the discriminator's next steps",
    statement=r"Over the second half of 150 steps, for at least half of all seeds, the reverse KL of the modes is larger "
    r"for the plain GAN than for the one whose generator differentiates through 2 steps of the discriminator.",
    source="metz2017",
    hypotheses=RINGS + r"; the 2 inner steps plain, of size 0.3",
    instances=Seeds(at_least=0.5, quick=8, full=64),
    mutants=[Mutant("the plain GAN again", {"remedy": lambda seeds: _plain(seeds, steps=150)})],
)
def unrolling_prevents_collapse(
    seeds, *, remedy=lambda seeds: collapse(small_ring(), seeds, steps=150, method=_unrolled(2))
):
    yield Evidence(remedy(seeds), _plain(seeds, steps=150), ">", 0.0, "reverse KL of the plain GAN, against unrolling")


def _sharpened(seeds, *, saturating):
    """The norm of the generator's gradient before and after the discriminator alone has learnt for 400 steps."""
    far = dg.training.Ring(spread=0.05, radius=10.0)
    game = small_ring(data=far)
    judged = dataclasses.replace(game, saturating=saturating)

    def norms(x, y):
        sample = game.draw(dg.games.Streams(seeds, purpose=5, dtype=x.dtype))
        with torch.no_grad():
            return {"norm": judged.grad_x(x, y, sample).norm(dim=-1)}

    method = dg.methods.AlternatingGDA(step_x=1e-12, step_y=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    watched = dg.training.Evaluation(points=64, also=norms)
    found = dg.training.train(game, method, seeds=seeds, steps=400, record=400, observe=watched).metrics["norm"]
    return np.asarray(found[0]), np.asarray(found[-1])


@claim(
    topic=TOPIC,
    title="As the discriminator learns, the saturating loss's gradient vanishes and the heuristic's does not",
    statement=r"With the generator held and the supports apart, after 400 steps of the discriminator the norm of the "
    r"generator's gradient is below a fifth of what it was for the saturating loss, and at least half of what it was for "
    r"$-\log D$, for at least 60% of all seeds.",
    source="lecture, Problem I: Vanishing Gradients; arjovsky2017towards",
    hypotheses=r"ring of radius 10, the generator's points within about 2 of the origin; networks of 2 layers of 32, Adam",
    instances=Seeds(at_least=0.6, quick=8, full=64),
    mutants=[
        Mutant("the losses swapped", {"norms": lambda seeds, saturating: _sharpened(seeds, saturating=not saturating)}),
        Mutant("the heuristic for both", {"norms": lambda seeds, saturating: _sharpened(seeds, saturating=False)}),
    ],
)
def saturating_gradient_dies_in_training(
    seeds, *, norms=lambda seeds, saturating: _sharpened(seeds, saturating=saturating)
):
    before, after = norms(seeds, saturating=True)
    yield Evidence(before / 5, after, "<", 0.0, "saturating gradient, against a fifth of it at the start")
    before, after = norms(seeds, saturating=False)
    yield Evidence(before / 2, after, ">=", 0.0, "heuristic gradient, against half of it at the start")


class _Line(Network):
    """The point (theta, Phi(z)), whose one weight is theta, spread over [0.2, 2.2]: the lecture's parallel lines."""

    size, inputs, outputs = 1, 1, 2

    def initial(self, streams):
        return 0.2 + 2 * streams.uniform(1)

    def __call__(self, weights, points):
        height = torch.special.ndtr(points)
        return torch.cat([weights[..., None, :].expand_as(height), height], -1)


def _lines(seed, objective, regulariser):
    """The critics' values at 12 lines, and the lines' distances from the data."""
    game = dg.training.AdversarialGame(
        generator=_Line(),
        critic=dg.networks.MLP((2, 32, 32, 1), activation="leaky_relu"),
        objective=objective,
        data=dg.training.ParallelLines(0.0),
        latent=1,
        batch_size=64,
        saturating=True,
        regulariser=regulariser,
    )
    method = dg.methods.AlternatingGDA(step_x=1e-12, step_y=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    measured = dg.training.Evaluation(points=500, measure=("estimate",))
    seeds = range(12 * seed, 12 * seed + 12)
    run = dg.training.train(game, method, seeds=seeds, steps=300, record=300, observe=measured)
    return np.asarray(run.metrics["estimate"][-1], dtype=float), np.abs(np.asarray(run.x[-1, :, 0], dtype=float))


@claim(
    topic=TOPIC,
    title="The WGAN critic's value follows W₁, and the GAN's does not when the supports are apart",
    statement=r"For the parallel lines at 12 distances $\theta$ between 0.2 and 2.2, where $W_1 = \theta$ and $D_{JS} = "
    r"\log 2$: the rank correlation of the trained WGAN critic's value with $W_1$ is at least 0.95, and each value is within "
    r"$W_1 / 5 + 1 / 20$ of it; those of the trained discriminators are all within 10% of $\log 2$.",
    source="lecture, Wasserstein GAN; arjovsky2017wgan",
    hypotheses=r"networks of 2 layers of 32, 300 steps of Adam; one-sided gradient penalty of weight 10 for the WGAN",
    instances=Drawn(st.integers(0, 10**6), quick=1, full=8),
    mutants=[
        Mutant(
            "the discriminator for both", {"wasserstein": lambda seed: _lines(seed, dg.duals.JensenShannon(), None)}
        ),
        Mutant(
            "a critic without a penalty",
            {"wasserstein": lambda seed: _lines(seed, dg.duals.KantorovichRubinstein(), None)},
        ),
    ],
)
def critic_follows_the_distance(
    seed,
    *,
    wasserstein=lambda seed: _lines(
        seed, dg.duals.KantorovichRubinstein(), dg.duals.GradientPenalty(10.0, one_sided=True)
    ),
):
    value, distance = wasserstein(seed)
    yield Evidence(
        0.95,
        float(np.corrcoef(rankdata(value), rankdata(distance))[0, 1]),
        ">=",
        0.0,
        "rank correlation of the WGAN's value",
    )
    yield Evidence(distance, value, "==", 0.2 * distance + 0.05, "the WGAN's values")
    value, _ = _lines(seed, dg.duals.JensenShannon(), None)
    yield Evidence(np.log(2), value, "==", 0.1 * np.log(2), "the discriminators' values")
