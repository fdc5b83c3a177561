"""Mode collapse, and what statistics of a minibatch can see of it."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

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
    """Points on the unit circle at some of 8 equally spaced places."""
    angles = 2 * np.pi * np.asarray(modes) / 8
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1)


@claim(
    topic=TOPIC,
    title="Batch variance is half the mean squared distance of pairs, and 0 only for one repeated sample",
    statement=r"$\frac{1}{n^2}\sum_{i,j}\|x_i - x_j\|^2 = 2\,\mathrm{tr}\,\mathrm{Var}(x)$: the two statistics fed "
    r"to the discriminator carry the same second moment, and are 0 iff the batch is one sample repeated.",
    source=SLIDE,
    hypotheses=r"a batch of points of $\mathbb{R}^2$",
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
    title="Small batch variance detects the collapse to one mode, not to several",
    statement=r"On a ring of 8 modes the total variance is $1 - \|\bar m\|^2$ with $\bar m$ the mean of the modes "
    r"that are left: it is 0 for one mode, but that of the full ring, 1, for every balanced set of modes.",
    source=SLIDE,
    hypotheses=r"equally many samples at each mode that is left, no noise",
    instances=st.sets(st.integers(0, 7), min_size=1).map(sorted),
    refutes=Refutation(
        stated=r"Mode collapse can be detected, since generated samples are of small variance",
        counterexample=r"collapse to 2 opposite modes of 8: the total variance is 1, as for all 8 modes.",
        evidence=lambda: Evidence(
            _total_variance(_ring(range(8))), _total_variance(_ring([0, 4])), "<", 1e-9, "variance of 2 modes against 8"
        ),
    ),
    mutants=[
        Mutant("in proportion to the modes", {"variance": lambda modes: len(modes) / 8}),
        Mutant("always that of the full ring", {"variance": lambda modes: 1.0}),
    ],
)
def variance_and_modes(modes, *, variance=lambda modes: 1 - float((_ring(modes).mean(axis=0) ** 2).sum())):
    yield Evidence(variance(modes), _total_variance(_ring(modes)), "==", 1e-14, "total variance")
    yield Evidence(0.0, _total_variance(_ring(modes[:1])), "==", 1e-14, "total variance of one mode")


def _packed(p, q, packing):
    """Total variation of the laws of ``packing`` independent samples, by enumerating all of them."""
    joint = [np.array([np.prod(masses) for masses in itertools.product(law, repeat=packing)]) for law in (p, q)]
    return float(np.abs(joint[0] - joint[1]).sum() / 2)


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
    hypotheses=r"the modes that are left keep equal shares",
    instances=Listed(tuple(itertools.product((1, 2, 3), (1, 2, 3, 4)))),
    mutants=[
        Mutant("linear in the packing", {"predicted": lambda k, m: min(1.0, m * k / 8)}),
        Mutant("of a single sample", {"predicted": lambda k, m: k / 8}),
    ],
)
def packing_amplifies(instance, *, predicted=lambda k, m: 1 - (1 - k / 8) ** m):
    dropped, packing = instance
    uniform = np.full(8, 1 / 8)
    # sums of up to 4096 products
    yield Evidence(
        predicted(dropped, packing), _packed(uniform, _without(dropped), packing), "==", 1e-13, "with dropped modes"
    )
    without_collapse = {1: 0.25, 2: 0.3125, 3: 0.34375 + 0.03125, 4: 0.42578125}
    if packing in (1, 2, 4):
        yield Evidence(
            without_collapse[packing], _packed(uniform, _tilted(), packing), "==", 1e-13, "without dropped modes"
        )
