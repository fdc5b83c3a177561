from __future__ import annotations

import numpy as np
import pytest

from dualgap.divergences.generators import (
    ChiSquared,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.kernels import Atoms
from dualgap.divergences.log_atoms import LogAtoms

GENERATORS = [
    KullbackLeibler(),
    JensenShannon(),
    Jeffreys(),
    TotalVariation(),
    SquaredHellinger(),
    ChiSquared(),
    Power(0.3),
]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.name)
def test_terms_from_logarithms_are_those_of_the_masses(generator):
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(50), size=2)
    logs = LogAtoms(np.log(q), np.log(p / q), generator.reach)
    # The logarithm of the ratio is rounded to 1e-16, absolutely, and the sums P and Q differ from 1 by as much.
    np.testing.assert_allclose(
        generator.terms(logs), generator.terms(Atoms(p, q, generator.reach)), rtol=1e-12, atol=1e-17
    )


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda g: g.name)
def test_masses_far_below_the_smallest_double_are_no_trouble(generator):
    with np.errstate(all="raise", under="ignore", over="ignore"):
        terms = generator.terms(LogAtoms(np.array([-1e11, -1e5, -2e5]), np.array([1e11, 10.0, -10.0]), generator.reach))
    assert (terms >= 0).all()
    if isinstance(generator, KullbackLeibler):
        assert terms.tolist() == pytest.approx([1e11, 0.0, 0.0])
