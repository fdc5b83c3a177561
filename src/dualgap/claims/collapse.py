"""Mode collapse, and what statistics of a minibatch can see of it."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

import dualgap as dg
from dualgap.claims import Evidence, Listed, Mutant, Refutation, claim
from dualgap.testing import strategies

TOPIC = "mode collapse"
SLIDE = "lecture, Using Mini-Batch Statistics"


def _total_variance(batch):
    """The sum over coordinates of the variance within a batch, with 1/n."""
    return float(np.var(batch, axis=0).sum())


def _pairwise(batch):
    """The mean squared distance of all ordered pairs of a batch."""
    return float(np.mean([((a - b) ** 2).sum() for a, b in itertools.product(batch, repeat=2)]))


def _ring(modes):
    """The centres of some modes of the ring of 8."""
    return dg.training.Ring().centres().numpy()[np.asarray(modes)]


def _coverage(points):
    """The modes that are covered, and the reverse KL of the points' modes to the uniform law on 8."""
    ring = dg.training.Ring()
    found = dg.training.mode_coverage(points, ring.centres(), ring.spread)
    return int(found["modes"]), float(found["reverse_kl"])


@claim(
    topic=TOPIC,
    title="Batch variance is half the mean squared distance of pairs, and 0 only for one repeated sample",
    statement=r"$\frac{1}{n^2}\sum_{i,j}\|x_i - x_j\|^2 = 2\,\mathrm{tr}\,\mathrm{Var}(x)$: the two statistics fed "
    r"to the discriminator carry the same second moment, and are 0 iff the batch is one sample repeated.",
    source=SLIDE,
    hypotheses=r"a batch of points of $\mathbb{R}^2$; of the two formulas, which the library does not offer, by numpy",
    instances=strategies.point_clouds(2, min_points=1, max_points=8),
    mutants=[
        Mutant("without the factor 2", {"pairs": lambda variance: variance}),
        Mutant(
            "the unbiased variance",
            {"variance": lambda batch: float(np.var(batch, axis=0).sum()) * len(batch) / max(len(batch) - 1, 1)},
        ),
    ],
)
def batch_statistics(batch, *, pairs=lambda variance: 2 * variance, variance=_total_variance):
    # coordinates up to 4, squares up to 128: a few units of 1e-14
    yield Evidence(pairs(variance(batch)), _pairwise(batch), "==", 1e-12, "mean squared distance of pairs")
    spread = np.abs(batch - batch[0]).max() > 0
    relation = ">" if spread else "=="
    yield Evidence(
        0.0, variance(batch), relation, 0.0, "variance of " + ("different samples" if spread else "one sample repeated")
    )


@claim(
    topic=TOPIC,
    title="Small batch variance detects the collapse to one mode; the reverse KL of the modes, that to several too",
    statement=r"On a ring of 8 modes the total variance is $1 - \|\bar m\|^2$ with $\bar m$ the mean of the modes "
    r"that are left: it is 0 for one mode, but that of the full ring, 1, for every balanced set of modes. The "
    r"reverse KL of the modes, $\log\frac{8}{k}$ when $k$ are left, is 0 for $k = 8$ alone.",
    source=f"{SLIDE}; lin2018pacgan (modes covered, reverse KL)",
    hypotheses=r"equally many samples at each mode that is left, no noise; the variance by numpy",
    instances=st.sets(st.integers(0, 7), min_size=1).map(sorted),
    refutes=Refutation(
        stated=r"Mode collapse can be detected, since generated samples are of small variance",
        counterexample=r"True of collapse to one mode: samples that are all similar to one training sample, as the "
        r"slide has it. Read as a test for collapse to several modes it fails: with 2 opposite modes of 8 left, the "
        r"total variance is 1, as for all 8.",
        evidence=lambda: Evidence(
            _total_variance(_ring(range(8))), _total_variance(_ring([0, 4])), "<", 1e-9, "variance of 2 modes against 8"
        ),
    ),
    mutants=[
        Mutant("in proportion to the modes", {"variance": lambda modes: len(modes) / 8}),
        Mutant("always that of the full ring", {"variance": lambda modes: 1.0}),
        Mutant("a coverage that sees every mode", {"coverage": lambda points: _coverage(_ring(range(8)))}),
        Mutant("the reverse KL in bits", {"coverage": lambda points: (len(points), np.log2(8 / len(points)))}),
    ],
)
def variance_and_modes(
    modes, *, variance=lambda modes: 1 - float((_ring(modes).mean(axis=0) ** 2).sum()), coverage=_coverage
):
    points = _ring(modes)
    yield Evidence(variance(modes), _total_variance(points), "==", 1e-14, "total variance")
    yield Evidence(0.0, _total_variance(points[:1]), "==", 1e-14, "total variance of one mode")
    yield Evidence([len(modes), np.log(8 / len(modes))], coverage(points), "==", 1e-14, "modes covered and reverse KL")


def _packed(law, packing):
    """The law of ``packing`` independent samples, all of which are enumerated."""
    joint = np.array([np.prod(masses) for masses in itertools.product(law, repeat=packing)])
    return joint / joint.sum()


def _variation(p, q):
    return float(dg.total_variation(p, q))


def _without(dropped):
    law = np.ones(8)
    law[:dropped] = 0
    return law / law.sum()


def _tilted():
    """Every mode kept, and still at total variation 1/4 from uniform."""
    return np.array([1.5] * 4 + [0.5] * 4) / 8


@claim(
    topic=TOPIC,
    title="A discriminator of several samples at once sees collapse sooner",
    statement=r"When the generator drops $k$ of 8 equal modes, the laws of $m$ samples seen together are at total "
    r"variation $1 - (1 - k/8)^m$: 0.25, 0.4375, 0.684 for $k = 2$ and $m = 1, 2, 4$. A law at the same distance "
    r"0.25 that drops no mode is at only 0.3125 and 0.426.",
    source=f"{SLIDE}; lin2018pacgan (packing)",
    hypotheses=r"the modes that are left keep equal shares; all samples enumerated",
    instances=Listed(tuple(itertools.product((1, 2, 3), (1, 2, 3, 4)))),
    mutants=[
        Mutant("linear in the packing", {"predicted": lambda k, m: min(1.0, m * k / 8)}),
        Mutant("of a single sample", {"predicted": lambda k, m: k / 8}),
        Mutant("Hellinger for total variation", {"distance": lambda p, q: float(dg.hellinger(p, q))}),
    ],
)
def packing_amplifies(instance, *, predicted=lambda k, m: 1 - (1 - k / 8) ** m, distance=_variation):
    dropped, packing = instance
    uniform, left, tilted = (_packed(law, packing) for law in (np.full(8, 1 / 8), _without(dropped), _tilted()))
    # sums of up to 4096 products
    yield Evidence(predicted(dropped, packing), distance(uniform, left), "==", 1e-13, "with dropped modes")
    without_collapse = {1: 0.25, 2: 0.3125, 3: 0.34375, 4: 0.42578125}
    yield Evidence(without_collapse[packing], distance(uniform, tilted), "==", 1e-13, "without dropped modes")
