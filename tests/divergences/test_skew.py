from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.divergences.skew import SkewJensenShannon, entropy_excess
from dualgap.errors import InvalidInput
from dualgap.testing import strategies

WEIGHTS = [0.5, 0.3, 1e-6, 1 - 1e-6, 1e-12]


def _exact(p, q, w):
    """w KL(p || m) + v KL(q || m) of the laws that are proportional to the masses, at 60 digits."""
    with mpmath.workdps(60):
        p, q = ([mpmath.mpf(x) for x in law.tolist()] for law in (p, q))
        p, q = ([x / sum(law) for x in law] for law in (p, q))
        w = mpmath.mpf(w)
        total = mpmath.mpf(0)
        for a, b in zip(p, q, strict=True):
            m = w * a + (1 - w) * b
            total += (w * a * mpmath.log(a / m) if a else 0) + ((1 - w) * b * mpmath.log(b / m) if b else 0)
        return total


@pytest.mark.parametrize("w", WEIGHTS)
@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-8, 1e-13])
def test_full_relative_accuracy_near_equality_at_every_weight(w, size):
    rng = np.random.default_rng(0)
    for _ in range(5):
        p = rng.dirichlet(np.ones(7))
        q = p * (1 + size * rng.uniform(-1, 1, 7))
        q /= q.sum()
        bracket = dg.f_divergence(p, q, SkewJensenShannon(w))
        truth = _exact(p, q, w)
        assert abs(mpmath.mpf(float(bracket)) - truth) <= 1e-14 * truth
        assert bracket.lower <= truth <= bracket.upper
        bracket.certificate.check()


@given(strategies.histogram_tuples(2), st.integers(1, 9).map(lambda k: k / 10))
def test_it_lies_between_0_and_the_entropy_of_the_weights(pair, w):
    value = float(dg.f_divergence(*pair, SkewJensenShannon(w)))
    assert 0 <= value <= -w * math.log(w) - (1 - w) * math.log(1 - w) + 1e-15
    assert value == pytest.approx(float(_exact(*pair, w)), rel=1e-13, abs=1e-50)  # the exact laws of the same doubles


@given(st.integers(1, 9).map(lambda k: k / 10), st.floats(0.01, 100.0))
def test_the_conjugate_is_the_supremum_and_the_limits_are_limits(w, t):
    f = SkewJensenShannon(w)
    slope = w * math.log(t / (w * t + 1 - w))  # f'(t)
    assert float(f.conjugate(np.array(slope))) == pytest.approx(slope * t - float(f.f(np.array(t))), abs=1e-9)
    assert float(f.f(np.array(0.0))) == pytest.approx(f.at_zero)
    assert float(f.f(np.array(1e14))) / 1e14 == pytest.approx(f.at_infinity, rel=1e-9)


def test_half_is_the_symmetric_divergence():
    p, q = [0.1, 0.9, 0.0], [0.4, 0.2, 0.4]
    assert float(dg.f_divergence(p, q, SkewJensenShannon(0.5))) == pytest.approx(float(dg.js(p, q)), rel=1e-15)


def test_the_gradient_is_right_at_equality_too():
    fixed = torch.tensor([0.1, -0.4, 0.3], dtype=torch.float64)

    def value(x):
        return dg.f_divergence(torch.softmax(x, 0), torch.softmax(fixed, 0), SkewJensenShannon(0.2)).value

    for start in (fixed.clone(), torch.zeros(3, dtype=torch.float64)):
        assert torch.autograd.gradcheck(value, start.requires_grad_())


@pytest.mark.parametrize("weight", [0.0, 1.0, -0.1, math.nan, "a", True])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(InvalidInput, match="weight"):
        SkewJensenShannon(weight)


def test_the_excess_keeps_its_digits():
    for u in (1e-20, 1e-12, 1e-3, 0.3, 5.0, 1e6, -0.5, -1.0):
        with mpmath.workdps(60):
            x = mpmath.mpf(u)
            truth = ((1 + x) * mpmath.log(1 + x) if u > -1 else 0) - x
        assert float(entropy_excess(np.array(u), np.array(1 + u))) == pytest.approx(float(truth), rel=3e-15, abs=0)
