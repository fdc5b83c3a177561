from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.divergences import (
    ChiSquared,
    Generator,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.variational import dual_terms, has_dual_terms
from dualgap.testing.strategies import histograms

ALL = [
    ChiSquared(),
    Jeffreys(),
    JensenShannon(),
    KullbackLeibler(),
    Power(0.5),
    Power(3.0),
    SquaredHellinger(),
    TotalVariation(),
]


@pytest.mark.parametrize("generator", ALL, ids=repr)
@given(score=st.floats(-6, 6))
def test_the_terms_are_the_slope_and_the_conjugate_at_it(generator, score):
    """T = f'(r) by finite differences, and -f*(T), up to the constant f'(1) that is moved between them."""
    if isinstance(generator, TotalVariation) and abs(score) < 1e-3:
        return
    real, fake = (float(term) for term in dual_terms(generator, np.array(score)))
    r = np.exp(score)
    step = 1e-5 * r
    slope = (generator.f(np.array(r + step)) - generator.f(np.array(r - step))) / (2 * step) - generator.slope
    assert real == pytest.approx(float(slope), rel=1e-5, abs=1e-5)  # the error of the difference is 1e-10 f'''
    tangent = float(generator.f(np.array(r))) - generator.slope * (r - 1)
    assert fake == pytest.approx(tangent - r * real, rel=1e-9, abs=1e-9 * (1 + abs(r * real)))


@pytest.mark.parametrize("generator", ALL, ids=repr)
@given(p=histograms(min_atoms=4, max_atoms=4), q=histograms(min_atoms=4, max_atoms=4), noise=st.integers(0, 1000))
def test_every_critic_gives_a_lower_bound_and_the_log_ratio_gives_the_divergence(generator, p, q, noise):
    a, b = (np.asarray(weights, dtype=np.float64) for weights in (p, q))
    a, b = (a + 1) / (a + 1).sum(), (b + 1) / (b + 1).sum()
    divergence = float(dg.f_divergence(a, b, generator))
    best = np.log(a / b)
    for score in (best, best + np.random.default_rng(noise).normal(size=a.shape), np.zeros_like(a)):
        real, fake = dual_terms(generator, score)[0], dual_terms(generator, score)[1]
        value = float(a @ real + b @ fake)
        assert value <= divergence + 1e-12 * (1 + abs(divergence))
        if score is best:
            assert value == pytest.approx(divergence, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("generator", ALL, ids=repr)
def test_terms_are_monotone_and_torch_has_the_same(generator):
    score = np.linspace(-10, 10, 401)
    real, fake = dual_terms(generator, score)
    assert (np.diff(real) >= 0).all()
    assert (np.diff(fake) <= 0).all()
    for ours, theirs in zip((real, fake), dual_terms(generator, torch.as_tensor(score)), strict=True):
        assert theirs.numpy() == pytest.approx(ours, rel=1e-14, abs=1e-14)


def test_the_terms_of_js_keep_their_digits_far_out():
    for s in (-700.0, -40.0, 1e-12, 40.0, 700.0):
        with mpmath.workdps(400):
            oracle = (mpmath.log(2) - mpmath.log1p(mpmath.exp(-mpmath.mpf(s)))) / 2
        assert float(dual_terms(JensenShannon(), np.array(s))[0]) == pytest.approx(float(oracle), rel=1e-14, abs=1e-16)


def test_a_formula_alone_has_no_terms():
    own = Generator(formula=lambda t: (t - 1) ** 2, at_zero=1.0, at_infinity=np.inf, slope=0.0)
    assert not has_dual_terms(own)
    with pytest.raises(TypeError, match="Generator has no derivative"):
        dual_terms(own, np.zeros(1))
