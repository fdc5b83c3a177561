"""Sinkhorn: a certified bracket of the unregularised distance."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput


def clouds(seed: int, d: int = 2, n: int = 30, m: int = 25) -> tuple[dg.Points, dg.Points]:
    rng = np.random.default_rng(seed)
    return (
        dg.Points(rng.normal(size=(n, d)), rng.dirichlet(np.ones(n))),
        dg.Points(rng.normal(size=(m, d)) + 0.5, rng.dirichlet(np.ones(m))),
    )


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([1, 1.5, 2, 3]), st.sampled_from(["euclidean", "cityblock"]))
def test_the_bracket_from_sinkhorn_holds_the_exact_distance(seed, order, ground):
    p, q = clouds(seed, n=12, m=10)
    b = dg.wasserstein(p, q, order=order, ground=ground, method="sinkhorn", gap=0.05)
    exact = dg.wasserstein(p, q, order=order, ground=ground, method="exact")
    assert b.lower <= exact.upper
    assert exact.lower <= b.upper
    assert b.guarantee is Guarantee.CERTIFIED
    assert b.gap < 0.2 * b.upper
    b.certificate.check()


@pytest.mark.parametrize("order", [1, 2])
def test_the_bracket_closes_to_the_gap_that_is_asked_for(order):
    x, y = np.random.default_rng(0).normal(size=(2, 200, 2))
    for gap in (0.05, 0.01):
        b = dg.wasserstein(x, y + 0.5, order=order, method="sinkhorn", gap=gap)
        assert b.gap <= gap * b.upper


@pytest.mark.parametrize("scale", [1e-100, 1e-14, 1e100])
def test_the_bracket_does_not_depend_on_the_scale(scale):
    x, y = np.random.default_rng(1).normal(size=(2, 40, 2))
    p, q = x * scale, y * scale
    b = dg.wasserstein(p, q, order=2, method="sinkhorn")
    assert b.gap <= 0.01 * b.upper
    assert b.contains(dg.wasserstein(p, q, order=2).value)


def test_atoms_without_mass_and_cost_matrices_are_taken():
    cost = np.array([[0.0, 2.0], [1.0, 0.5], [9.0, 9.0]])
    p, q = dg.Histogram([0.25, 0.75, 0.0]), dg.Histogram([0.5, 0.5])
    b = dg.wasserstein(p, q, cost=cost, method="sinkhorn")
    assert b.contains(dg.wasserstein(p, q, cost=cost).value)
    b.certificate.check()
    plan = b.plan.toarray()
    np.testing.assert_allclose(plan.sum(axis=1), p.weights, atol=1e-14)
    np.testing.assert_allclose(plan.sum(axis=0), q.weights, atol=1e-14)


def test_identical_clouds_get_a_bracket_from_zero():
    x = np.random.default_rng(2).normal(size=(20, 2))
    b = dg.wasserstein(x, x, method="sinkhorn")
    assert b.lower == 0
    assert b.upper < 1e-6
    assert dg.wasserstein(np.zeros((3, 2)), np.zeros((4, 2)), method="sinkhorn").upper == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda c: {"potentials": (c.potentials[0] + 0.1, c.potentials[1])},
        lambda c: {"scalings": (c.scalings[0] * 3, c.scalings[1])},
        lambda c: {"scalings": (c.scalings[0] * np.nan, c.scalings[1])},
        lambda c: {"regularisation": c.regularisation * 10},
        lambda c: {"lower": c.upper},
        lambda c: {"upper": c.lower},
    ],
)
def test_altered_evidence_is_refused(change):
    certificate = dg.wasserstein(*clouds(5), method="sinkhorn").certificate
    with pytest.raises(CertificateError):
        dataclasses.replace(certificate, **change(certificate)).check()


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
def test_the_derivative_of_the_bracketed_value_is_that_of_its_plan(seed, order):
    p, q = clouds(seed, n=6, m=5)
    x = torch.tensor(p.points, requires_grad=True)
    b = dg.wasserstein(dg.Points(x, p.weights), q, order=order, method="sinkhorn", gap=1e-3)
    b.value.backward()
    y = torch.tensor(p.points, requires_grad=True)
    dg.wasserstein(dg.Points(y, p.weights), q, order=order).value.backward()
    assert (x.grad - y.grad).abs().max() < 0.2  # plans of nearly the same cost; the gradient is at most 1


def test_gap_must_be_a_positive_number():
    for bad in (0, -1, "small", np.nan):
        with pytest.raises(InvalidInput, match=r"^gap"):
            dg.wasserstein(np.zeros((2, 2)), np.ones((2, 2)), method="sinkhorn", gap=bad)
