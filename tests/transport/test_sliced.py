"""Sliced distances: closed forms, coverage of the intervals, and the largest slice."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport.sliced import by_normal_limit


def clouds(seed: int, d: int = 3, n: int = 12, m: int = 9) -> tuple[dg.Points, dg.Points]:
    rng = np.random.default_rng(seed)
    return (
        dg.Points(rng.normal(size=(n, d)), rng.dirichlet(np.ones(n))),
        dg.Points(rng.normal(size=(m, d)) + 1, rng.dirichlet(np.ones(m))),
    )


def all_directions_of_the_plane(p, q, order: float) -> np.ndarray:
    """W_p along 4,000 equally spaced directions."""
    angles = np.linspace(0, np.pi, 4000, endpoint=False)
    theta = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return dg.wasserstein_1d(
        theta @ p.points.T, theta @ q.points.T, order=order, x_weights=p.weights, y_weights=q.weights
    ).value


@pytest.mark.parametrize("d", [2, 5])
@pytest.mark.parametrize("method", ["bernstein", "normal"])
def test_a_shift_has_its_closed_form(d, method):
    # E |theta_1|^2 = 1/d on the unit sphere.
    x = np.random.default_rng(0).normal(size=(20, d))
    b = dg.sliced_wasserstein(x, x + 3 * np.eye(d)[0], order=2, projections=2000, method=method)
    assert b.contains(3 / math.sqrt(d))
    assert b.guarantee is (Guarantee.CONFIDENCE if method == "bernstein" else Guarantee.ASYMPTOTIC)
    b.certificate.check()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_in_the_plane_it_is_the_average_over_the_circle(order):
    p, q = clouds(1, d=2)
    truth = (all_directions_of_the_plane(p, q, order) ** order).mean() ** (1 / order)
    assert dg.sliced_wasserstein(p, q, order=order).contains(truth)


def test_intervals_cover_at_least_as_often_as_they_say():
    p, q = clouds(2, d=2)
    truth = math.sqrt((all_directions_of_the_plane(p, q, 2) ** 2).mean())
    for method, least in (("bernstein", 0.8), ("normal", 0.65)):
        found = [
            dg.sliced_wasserstein(p, q, projections=64, seed=seed, confidence=0.8, method=method) for seed in range(100)
        ]
        # 100 trials of probability 0.8: fewer than 65 of them by chance once in 4,000 times.
        assert np.mean([b.contains(truth) for b in found]) >= least


def test_a_higher_confidence_and_fewer_directions_widen_the_interval():
    p, q = clouds(3)
    assert dg.sliced_wasserstein(p, q, confidence=0.99).gap > dg.sliced_wasserstein(p, q, confidence=0.9).gap
    assert dg.sliced_wasserstein(p, q, projections=100).gap > dg.sliced_wasserstein(p, q, projections=1000).gap


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([1, 2, 3]))
def test_a_slice_is_at_most_the_largest_slice_which_is_at_most_the_distance(seed, order):
    p, q = clouds(seed)
    average = dg.sliced_wasserstein(p, q, order=order, projections=32)
    largest = dg.max_sliced_wasserstein(p, q, order=order, starts=8)
    assert average.value <= largest.upper
    assert largest.lower <= dg.wasserstein(p, q, order=order).upper
    assert largest.lower <= largest.value <= largest.upper
    largest.certificate.check()


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_in_the_plane_the_largest_slice_is_found(order, seed):
    p, q = clouds(seed, d=2)
    grid = all_directions_of_the_plane(p, q, order).max()
    b = dg.max_sliced_wasserstein(p, q, order=order, starts=16)
    assert b.lower >= grid * (1 - 1e-6)  # neighbours on the grid are 8e-4 apart, squared
    assert b.upper >= grid


def test_the_largest_slice_of_a_shift_is_the_shift_and_certified_as_such():
    x = np.random.default_rng(4).normal(size=(30, 4))
    b = dg.max_sliced_wasserstein(x, x + 2 * np.eye(4)[1])
    assert b.value == pytest.approx(2, rel=1e-13)
    assert b.gap < 1e-12  # the plan that shifts every point has one displacement only


def test_on_the_line_both_are_the_distance_itself():
    x, y = np.random.default_rng(5).normal(size=(2, 9))
    for distance in (dg.sliced_wasserstein, dg.max_sliced_wasserstein):
        assert distance(x, y, order=2).value == dg.wasserstein(x, y, order=2).value
        assert distance(x, y).guarantee is Guarantee.EXACT


def test_identical_clouds_are_at_distance_zero():
    x = np.random.default_rng(6).normal(size=(10, 3))
    b = dg.max_sliced_wasserstein(x, x)
    assert (b.value, b.upper < 1e-7) == (0, True)
    assert dg.sliced_wasserstein(x, x).value == 0
    single = dg.sliced_wasserstein(x[:1], x[:1])
    assert (single.value, single.upper) == (0, 0)


@settings(max_examples=4)
@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
def test_gradients_in_the_points_are_right(seed, order):
    generator = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(n, 2, generator=generator, dtype=torch.float64, requires_grad=True) for n in (4, 5))
    assert torch.autograd.gradcheck(lambda x, y: dg.sliced_wasserstein(x, y, order=order, projections=8).value, (x, y))

    def largest(x, y):  # far apart, so that the best direction moves smoothly with the points
        return dg.max_sliced_wasserstein(x, y + torch.tensor([9.0, 4.0]), order=order, starts=1).value

    assert torch.autograd.gradcheck(largest, (x, y), atol=1e-4)  # angles to 1e-9 against steps of 1e-6


def test_altered_evidence_is_refused():
    p, q = clouds(7)
    b = dg.max_sliced_wasserstein(p, q)
    for change in (
        {"lower": b.lower * 1.01},
        {"upper": b.upper * 0.99},
        {"direction": np.zeros(3)},
        {"direction": b.certificate.direction[::-1].copy()},
        {"plan": 2 * b.certificate.plan},
    ):
        with pytest.raises(CertificateError):
            dataclasses.replace(b.certificate, **change).check()
    sliced = dg.sliced_wasserstein(p, q)
    sliced.certificate.points[0][0] += 10
    with pytest.raises(CertificateError):
        sliced.certificate.check()


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"order": 0.9}, "order"),
        ({"projections": 1}, "projections"),
        ({"projections": 10.0}, "projections"),
        ({"seed": -1}, "seed"),
        ({"confidence": 1.0}, "confidence"),
        ({"confidence": "high"}, "confidence"),
        ({"method": "exact"}, "method"),
    ],
)
def test_bad_options_are_named(options, argument):
    with pytest.raises(InvalidInput, match=rf"^{argument}") as caught:
        dg.sliced_wasserstein(np.zeros((2, 2)), np.ones((2, 2)), **options)
    assert caught.value.argument == argument


@pytest.mark.parametrize("options", [{"starts": 0}, {"steps": 0}, {"seed": "0"}, {"order": np.inf}])
def test_bad_options_of_the_largest_slice_are_named(options):
    with pytest.raises(InvalidInput, match=rf"^{next(iter(options))}"):
        dg.max_sliced_wasserstein(np.zeros((2, 2)), np.ones((2, 2)), **options)


def test_clouds_of_other_dimensions_are_refused():
    for distance in (dg.sliced_wasserstein, dg.max_sliced_wasserstein):
        with pytest.raises(InvalidInput, match="dimension"):
            distance(np.zeros((2, 2)), np.zeros((2, 3)))


def test_the_interval_of_the_normal_limit_carries_its_name():
    p, q = clouds(8)
    for method in ("bernstein", "normal"):
        assert dg.sliced_wasserstein(p, q, method=method).method == method
    assert by_normal_limit(p, q, order=2, projections=8, seed=0, confidence=0.9).method == "normal"
