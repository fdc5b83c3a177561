"""Reverse KL is KL of the exchanged pair, to rounding and with its gradients."""

from __future__ import annotations

import math

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.divergences import ReverseKullbackLeibler

COUNTS = st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any)
REVERSE = ReverseKullbackLeibler()


@given(COUNTS, COUNTS)
def test_it_is_kl_of_the_exchanged_pair(p, q):
    p, q = (np.array(one) / sum(one) for one in (p, q))
    found, expected = dg.f_divergence(p, q, REVERSE), dg.kl(q, p)
    assert found.value == expected.value or math.isclose(found.value, expected.value, rel_tol=1e-14)
    if found.certificate is not None:
        found.certificate.check()


@given(st.floats(0.05, 20))
def test_youngs_inequality_is_an_equality_at_the_slope(ratio):
    at = np.array(ratio)
    assert REVERSE.conjugate(-1 / at) == -1 - REVERSE.f(at) or math.isclose(
        float(REVERSE.conjugate(-1 / at)), -1 - float(REVERSE.f(at)), rel_tol=1e-13, abs_tol=1e-14
    )


def test_its_gradient_is_that_of_the_formula():
    p = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([0.4, 0.35, 0.25], dtype=torch.float64)
    torch.autograd.gradcheck(lambda logits: dg.f_divergence(torch.softmax(logits, -1), q, REVERSE).value, (p.log(),))


def test_its_dual_terms_give_it_at_the_logarithm_of_the_ratio():
    p, q = np.array([0.2, 0.3, 0.5]), np.array([0.4, 0.35, 0.25])
    real, fake = dg.divergences.variational.dual_terms(REVERSE, np.log(p / q))
    assert math.isclose(p @ real + q @ fake, float(dg.kl(q, p)), rel_tol=1e-13)
