from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.divergences.several_on_atoms import SeveralRecomputed, of_histograms, of_points
from dualgap.errors import CertificateError, InvalidInput
from dualgap.testing import strategies


def _exact(laws, weights):
    with mpmath.workdps(60):
        w = [mpmath.mpf(float(x)) for x in weights]
        w = [x / sum(w) for x in w]
        p = [[mpmath.mpf(x) for x in law.tolist()] for law in laws]
        p = [[x / sum(law) for x in law] for law in p]
        total = mpmath.mpf(0)
        for atom in zip(*p, strict=True):
            m = sum(a * b for a, b in zip(w, atom, strict=True))
            total += sum(a * b * mpmath.log(b / m) for a, b in zip(w, atom, strict=True) if b > 0)
        return total


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-8, 1e-13])
@pytest.mark.parametrize("k", [3, 6])
def test_full_relative_accuracy_near_equality_with_any_weights(k, size):
    rng = np.random.default_rng(k)
    for _ in range(5):
        p, weights = rng.dirichlet(np.ones(6)), rng.dirichlet(np.full(k, 0.3)) + 1e-200
        weights /= weights.sum()
        laws = [p * (1 + size * rng.uniform(-1, 1, 6)) for _ in range(k)]
        laws = [law / law.sum() for law in laws]
        bracket = dg.js(*laws, weights=weights)
        truth = _exact(laws, weights)
        assert abs(mpmath.mpf(float(bracket)) - truth) <= 1e-14 * truth
        assert bracket.lower <= truth <= bracket.upper
        assert bracket.guarantee is dg.Guarantee.EXACT
        bracket.certificate.check()


@given(strategies.histogram_tuples(4), st.permutations(range(4)))
def test_it_is_the_entropy_of_the_mean_less_the_mean_entropy_in_any_order(laws, order):
    def entropy(p):
        return -sum(x * np.log(x) for x in p if x > 0)

    truth = entropy(np.mean(laws, axis=0)) - np.mean([entropy(law) for law in laws])
    for some in (laws, [laws[i] for i in order]):
        value = float(dg.js(*some))
        assert value == pytest.approx(truth, abs=3e-15)
        assert 0 <= value <= np.log(4) + 1e-15


def test_zeros_and_subnormal_masses_are_counted_without_nan():
    laws = [np.array(x) for x in ([1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1 - 1e-16, 0.0, 5e-324])]
    bracket = dg.js(*laws)
    assert bracket.contains(float(_exact(laws, np.ones(3))))
    bracket.certificate.check()


def test_points_are_matched_and_batches_broadcast():
    x, y, z = dg.Points([0.0, 1.0]), dg.Points([1.0, 0.0, -0.0], [0.5, 0.25, 0.25]), dg.Points([5.0])
    assert float(dg.js(x, y, z)) == pytest.approx(float(dg.js([0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0])))
    rng = np.random.default_rng(0)
    p, q, r = rng.dirichlet(np.ones(4), size=(3, 5)), rng.dirichlet(np.ones(4), size=5), rng.dirichlet(np.ones(4))
    batch = dg.js(p, q, r)
    assert batch.value.shape == (3, 5)
    assert batch.value[1, 2] == pytest.approx(float(dg.js(p[1, 2], q[2], r)), rel=1e-13)
    batch.certificate.check()


def test_torch_keeps_its_dtype_and_gradient():
    fixed = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64)

    def value(x):
        laws = (torch.softmax(x, 0), torch.softmax(fixed, 0), torch.softmax(fixed, 0))
        return dg.js(*laws, weights=[0.2, 0.3, 0.5]).value

    assert torch.autograd.gradcheck(value, fixed.clone().requires_grad_())
    assert torch.autograd.gradcheck(value, torch.zeros(3, dtype=torch.float64, requires_grad=True))
    single = torch.tensor([0.5, 0.5])
    assert dg.js(single, single, single).value.dtype is torch.float32


def test_a_certificate_refuses_other_masses():
    bracket = of_histograms([dg.Histogram(p) for p in ([1.0, 0.0], [0.5, 0.5], [0.0, 1.0])], np.full(3, 1 / 3))
    certificate = bracket.certificate
    assert isinstance(certificate, SeveralRecomputed)
    with pytest.raises(CertificateError):
        replace(certificate, laws=(certificate.laws[0],) * 3).check()
    with pytest.raises(CertificateError, match="summing to 1"):
        replace(certificate, laws=(certificate.laws[0] * 2, *certificate.laws[1:])).check()
    with pytest.raises(CertificateError, match="not negative"):
        replace(certificate, weights=np.array([-1.0, 1.0, 1.0])).check()


def test_laws_on_other_atoms_are_refused():
    with pytest.raises(InvalidInput, match="number of atoms"):
        dg.js([0.5, 0.5], [0.5, 0.5], [1.0])
    with pytest.raises(InvalidInput, match="broadcast"):
        dg.js(np.full((2, 2), 0.5), np.full((3, 2), 0.5), [0.5, 0.5])
    assert float(of_points([dg.Points([0.0])] * 3, np.full(3, 1 / 3))) == 0
