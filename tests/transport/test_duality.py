"""Weak duality: what potentials and plans prove, and what a certificate refuses."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport import c_transform, mcshane_extension
from dualgap.transport.duality import tight_potentials
from dualgap.transport.ground import MatrixCost

numbers = st.floats(-100, 100, allow_subnormal=False)


@st.composite
def problems(draw):
    """A cost matrix and a potential of its rows."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    return draw(hnp.arrays(np.float64, (n, m), elements=numbers)), draw(hnp.arrays(np.float64, n, elements=numbers))


@pytest.fixture
def bracket():
    rng = np.random.default_rng(0)
    return dg.wasserstein(rng.normal(size=(40, 3)), rng.normal(size=(50, 3)) + 1.0)


@given(problems())
def test_a_c_transform_is_feasible_and_tight_in_every_entry(problem):
    cost, f = problem
    g = c_transform(f, cost)
    slack = cost - f[:, None] - g
    assert slack.min() >= -1e-12  # three terms of size 100 round by 1e-14 each
    assert np.abs(slack.min(axis=0)).max() <= 1e-12


@given(problems())
def test_c_transforming_twice_only_raises_a_potential_and_thrice_is_once(problem):
    cost, f = problem
    g = c_transform(f, cost)
    again = c_transform(g, cost.T)
    assert (again >= f - 1e-12).all()  # rounding of terms of size 100
    np.testing.assert_allclose(c_transform(again, cost), g, atol=1e-12)


@given(problems())
def test_tight_potentials_are_c_transforms_of_each_other(problem):
    cost, start = problem
    f, g = tight_potentials(MatrixCost(matrix=cost, order=1.0), start)
    np.testing.assert_allclose(c_transform(f, cost), g, atol=1e-12)
    np.testing.assert_allclose(c_transform(g, cost.T), f, atol=1e-12)


@given(
    hnp.arrays(np.float64, (5, 2), elements=numbers),
    hnp.arrays(np.float64, 5, elements=numbers),
    hnp.arrays(np.float64, (6, 2), elements=numbers),
    st.sampled_from(["euclidean", "cityblock"]),
)
def test_the_mcshane_extension_is_1_lipschitz_for_any_numbers(anchors, values, x, ground):
    critic = mcshane_extension(anchors, values, ground=ground)
    apart = np.abs(x[:, None] - x[None])
    distance = apart.sum(-1) if ground == "cityblock" else np.sqrt((apart**2).sum(-1))
    assert (np.abs(critic(x)[:, None] - critic(x)[None]) <= distance + 1e-12).all()  # values up to 400


def test_a_large_constant_in_a_potential_costs_no_digits():
    rng = np.random.default_rng(3)
    cost, f = MatrixCost(matrix=rng.uniform(size=(30, 20)), order=1.0), rng.uniform(size=30)
    for constant in (0.0, 1e6, -1e6):
        first, second = tight_potentials(cost, f + constant)
        assert (cost.matrix - first[:, None] - second).min() >= -4e-16  # sums of numbers of size 1


def test_the_mcshane_extension_takes_the_values_of_a_lipschitz_potential_at_its_points():
    anchors = np.random.default_rng(1).normal(size=(30, 3))
    values = np.linalg.norm(anchors, axis=1)
    np.testing.assert_allclose(mcshane_extension(anchors, values)(anchors), -values, atol=1e-14)


@pytest.mark.parametrize(
    ("potential", "cost", "argument"),
    [
        ([np.nan], [[1.0]], "potential"),
        ([[1.0]], [[1.0]], "potential"),
        ([1.0, 2.0], [[1.0]], "cost"),
        ([1.0], [1.0], "cost"),
        ([1.0], [[np.inf]], "cost"),
        ("f", [[1.0]], "potential"),
    ],
)
def test_c_transform_refuses_what_is_no_potential_or_cost(potential, cost, argument):
    with pytest.raises(InvalidInput, match=f"^{argument}") as caught:
        c_transform(potential, cost)
    assert caught.value.argument == argument


def test_mcshane_extension_refuses_wrong_shapes():
    with pytest.raises(InvalidInput, match=r"^potential"):
        mcshane_extension([0.0, 1.0], [0.0])
    with pytest.raises(InvalidInput, match=r"^ground"):
        mcshane_extension([0.0], [0.0], ground="taxi")
    with pytest.raises(InvalidInput, match="dimension"):
        mcshane_extension([0.0], [0.0])([[1.0, 2.0]])


@pytest.mark.parametrize("side", [0, 1])
def test_raising_any_one_entry_of_a_potential_is_refused(bracket, side):
    for i in range(len(bracket.potentials[side])):
        bracket.potentials[side][i] += 0.1
        with pytest.raises(CertificateError, match="infeasible"):
            bracket.certificate.check()
        bracket.potentials[side][i] -= 0.1
    bracket.certificate.check()


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("by", [0.1, -0.1])
def test_shifting_a_whole_potential_is_refused(bracket, side, by):
    changed = list(bracket.potentials)
    changed[side] = changed[side] + by
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, potentials=tuple(changed)).check()


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.data.__setitem__(3, plan.data[3] * 1.0001),
        lambda plan: plan.data.__setitem__(0, -plan.data[0]),
        lambda plan: plan.data.__setitem__(0, np.nan),
        lambda plan: plan.data.__setitem__(slice(None), 0.0),
        lambda plan: plan.indices.__setitem__(slice(None), plan.indices[::-1].copy()),
    ],
)
def test_altering_the_plan_is_refused(bracket, change):
    change(bracket.plan)
    with pytest.raises(CertificateError):
        bracket.certificate.check()


def test_a_plan_of_another_shape_is_refused(bracket):
    with pytest.raises(CertificateError, match="shape"):
        dataclasses.replace(bracket.certificate, plan=bracket.plan.T).check()


def test_other_masses_and_other_claims_are_refused(bracket):
    certificate = bracket.certificate
    with pytest.raises(CertificateError, match="lower"):
        dataclasses.replace(certificate, lower=certificate.lower * (1 + 1e-9)).check()
    with pytest.raises(CertificateError, match="upper"):
        dataclasses.replace(certificate, upper=certificate.upper * (1 - 1e-9)).check()
    with pytest.raises(CertificateError, match="masses"):
        dataclasses.replace(certificate, masses=(certificate.masses[0] * 2, certificate.masses[1])).check()
    broken = (certificate.potentials[0] * np.nan, certificate.potentials[1])
    with pytest.raises(CertificateError, match="finite"):
        dataclasses.replace(certificate, potentials=broken).check()


def test_points_moved_under_a_certificate_are_noticed(bracket):
    bracket.certificate.cost.x[0] += 1.0
    with pytest.raises(CertificateError):
        bracket.certificate.check()


def test_any_critic_gives_a_certified_lower_bound():
    # Weak duality for a critic that nobody trained.
    rng = np.random.default_rng(2)
    cost = rng.uniform(size=(12, 9))
    truth = dg.wasserstein(dg.Histogram(np.full(12, 1 / 12)), dg.Histogram(np.full(9, 1 / 9)), cost=cost)
    for _ in range(20):
        f = rng.normal(size=12)
        assert f.mean() + c_transform(f, cost).mean() <= truth.upper
