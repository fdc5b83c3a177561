"""The Sinkhorn divergence: against POT, closed forms and its limits."""

from __future__ import annotations

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput


def clouds(seed: int, d: int = 2, n: int = 30, m: int = 25) -> tuple[dg.Points, dg.Points]:
    rng = np.random.default_rng(seed)
    return (
        dg.Points(rng.normal(size=(n, d)), rng.dirichlet(np.ones(n))),
        dg.Points(rng.normal(size=(m, d)) + 0.5, rng.dirichlet(np.ones(m))),
    )


@pytest.mark.parametrize("regularisation", [0.5, 1.0, 5.0])
def test_the_divergence_agrees_with_pot(regularisation):
    p, q = clouds(6)
    parts = []
    for one, other in ((p, q), (p, p), (q, q)):
        cost = ot.dist(one.points, other.points)
        _, log = ot.sinkhorn(
            one.weights,
            other.weights,
            cost,
            regularisation,
            method="sinkhorn_log",
            numItermax=20_000,
            stopThr=1e-10,
            log=True,
        )
        # POT's potentials scale exp(-c / eps) itself; relative to a x b the dual value is that of eps log(u / a).
        f, g = (
            regularisation * (log[name] - np.log(w)) for name, w in (("log_u", one.weights), ("log_v", other.weights))
        )
        parts.append(one.weights @ f + other.weights @ g)
    truth = parts[0] - (parts[1] + parts[2]) / 2
    b = dg.sinkhorn_divergence(p, q, regularisation=regularisation)
    assert b.value == pytest.approx(truth, rel=1e-6, abs=1e-8)  # both stop at a marginal error, ours at 1e-8
    assert b.contains(truth)
    assert b.gap < 1e-4
    b.certificate.check()


@given(st.floats(0.1, 20), st.floats(-3, 3), st.integers(0, 1000))
def test_a_shift_costs_its_square_at_any_regularisation(regularisation, shift, seed):
    x = np.random.default_rng(seed).normal(size=(8, 2))
    b = dg.sinkhorn_divergence(x, x + shift, regularisation=regularisation)
    assert b.contains(2 * shift**2)


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([1, 1.5, 2]), st.floats(0.05, 5))
def test_the_divergence_is_symmetric_and_zero_for_equal_measures_and_never_negative(seed, order, regularisation):
    p, q = clouds(seed, n=6, m=4)
    there = dg.sinkhorn_divergence(p, q, order=order, regularisation=regularisation)
    back = dg.sinkhorn_divergence(q, p, order=order, regularisation=regularisation)
    same = dg.sinkhorn_divergence(p, p, order=order, regularisation=regularisation)
    assert there.lower >= 0
    assert there.lower <= back.upper
    assert back.lower <= there.upper
    assert same.lower == 0
    assert same.upper < 1e-4  # twice the certified gap at a marginal error of 1e-8


def test_it_tends_to_the_transport_cost_and_to_the_energy_distance():
    p, q = clouds(7)
    cost = dg.wasserstein(p, q, order=1).value
    assert dg.sinkhorn_divergence(p, q, order=1, regularisation=1e-3).value == pytest.approx(cost, abs=0.02)
    a, b = p.weights, q.weights
    between, first, second = (
        np.linalg.norm(one[:, None] - other, axis=-1)
        for one, other in ((p.points, q.points), (p.points, p.points), (q.points, q.points))
    )
    energy = a @ between @ b - (a @ first @ a + b @ second @ b) / 2
    # Off by the variance of the cost over eps.
    assert dg.sinkhorn_divergence(p, q, order=1, regularisation=1e4).value == pytest.approx(energy, abs=1e-3)


@settings(max_examples=5)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 1.5, 2.0]))
def test_the_gradient_of_the_divergence_is_right(seed, order):
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(n, 2, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 3))
    s, t = (torch.randn(n, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 3))

    def value(x, y, s, t):
        p, q = dg.Points(x, torch.softmax(s, 0)), dg.Points(y, torch.softmax(t, 0))
        return dg.sinkhorn_divergence(p, q, order=order, regularisation=0.5, tolerance=1e-12).value

    assert torch.autograd.gradcheck(value, (x, y, s, t), atol=1e-4)


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"regularisation": 0}, "regularisation"),
        ({"regularisation": np.inf}, "regularisation"),
        ({"regularisation": "0.1"}, "regularisation"),
        ({"regularisation": 1, "order": 0.5}, "order"),
        ({"regularisation": 1, "tolerance": -1}, "tolerance"),
        ({"regularisation": 1, "method": "exact"}, "method"),
    ],
)
def test_bad_options_are_named(options, argument):
    with pytest.raises(InvalidInput, match=rf"^{argument}"):
        dg.sinkhorn_divergence(np.zeros((2, 2)), np.ones((2, 2)), **options)


def test_scalings_that_are_altered_are_refused():
    certificate = dg.sinkhorn_divergence(*clouds(8), regularisation=0.5).certificate
    certificate.scalings[0][0][3] += 0.1
    with pytest.raises(CertificateError):
        certificate.check()
