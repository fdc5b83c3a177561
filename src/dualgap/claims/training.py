"""Training itself: frequencies over seeds, with exact intervals."""

from __future__ import annotations

import numpy as np

import dualgap as dg
from dualgap.claims import Evidence, Mutant, Seeds, claim

TOPIC = "training"


def _ring(seeds, *, steps, step_x=5e-3, step_y=5e-3, saturating=False):
    """The ring of 8 Gaussians under the basic algorithm with Adam and R1, all seeds as one leading axis."""
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 64, 64, 2)),
        critic=dg.networks.MLP((2, 64, 64, 1)),
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=128,
        saturating=saturating,
        regulariser=dg.duals.R1(0.05),
    )
    method = dg.methods.AlternatingGDA(step_x=step_x, step_y=step_y, first="y", scaling=dg.methods.Adam(beta1=0.0))
    return dg.training.train(gan, method, seeds=seeds, steps=steps, record=steps)


@claim(
    topic=TOPIC,
    title="The basic algorithm learns the ring of 8 Gaussians",
    statement=r"Alternating updates, discriminator first, with the heuristic's generator loss: after 600 steps all 8 "
    r"modes are found and at least $\frac15$ of the generated points lie within $3\sigma$ of a mode, for at least "
    r"60% of all seeds.",
    source="lecture, The Basic Training Algorithm for GAN; lin2018pacgan (protocol)",
    hypotheses=r"ring of radius 1, $\sigma = 0.05$; networks of 2 layers of 64; Adam with $\beta_1 = 0$, step 0.005; "
    r"penalty R1 of weight 0.05; batch 128",
    instances=Seeds(at_least=0.6, quick=8, full=64),
    mutants=[
        Mutant("a discriminator that does not learn", {"run": lambda seeds: _ring(seeds, steps=300, step_y=1e-9)}),
        Mutant("ten steps only", {"run": lambda seeds: _ring(seeds, steps=10)}),
    ],
)
def ring_is_learnt(seeds, *, run=lambda seeds: _ring(seeds, steps=600)):
    metrics = run(seeds).metrics
    yield Evidence(8, np.asarray(metrics["modes"][-1]), "==", 0, "modes found")
    # an untrained generator puts about 0.05 there by chance, the data 0.989
    yield Evidence(0.2, np.asarray(metrics["high_quality"][-1]), ">=", 0.0, "share of points near a mode")
