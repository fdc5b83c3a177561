"""Values of squared-distance problems are those of other formulas, at other precision."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy import linalg

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing.known_distances import convex_map, gaussians, quadratic


@pytest.mark.parametrize("dimension", [1, 2, 8, 32])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_value_of_gaussians_is_that_of_the_covariances_of_the_draws(dimension, seed):
    problem = gaussians(dimension, seed=seed)
    # moments of the law from the map itself: of three points that are affinely independent from 0 it is recovered exactly
    x, y = problem.pairs(dimension + 1, seed=0)
    matrix = np.linalg.solve(np.diff(x, axis=0), np.diff(y, axis=0))
    assert np.allclose(matrix, matrix.T, atol=1e-9)
    assert np.linalg.eigvalsh(matrix).min() > 0  # the gradient of a convex function
    x, y = problem.pairs(200_000, seed=1)
    a, b = (np.cov(points.T).reshape(dimension, dimension) for points in (x, y))
    root = linalg.sqrtm(a)
    bures = np.trace(a + b - 2 * np.real(linalg.sqrtm(root @ b @ root)))
    squared = ((x.mean(0) - y.mean(0)) ** 2).sum() + bures
    assert math.sqrt(squared) == pytest.approx(problem.value, rel=0.01)  # 200,000 draws


@pytest.mark.parametrize("dimension", [2, 5])
def test_the_value_of_gaussians_is_that_of_the_closed_form(dimension):
    problem = gaussians(dimension, seed=3)
    # E f and E g recover the same number from the potentials, by exact moments of quadratic functions at sigma points
    rng = np.random.default_rng((3, dimension))
    first, second = rng.normal(size=(2, dimension)) / math.sqrt(dimension)
    roots = []
    for _ in range(2):
        axes = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]
        roots.append((axes * np.exp(rng.uniform(-math.log(10) / 2, math.log(10) / 2, dimension) / 2)) @ axes.T)
    exact = dg.wasserstein(dg.Gaussian(first, roots[0] @ roots[0]), dg.Gaussian(second, roots[1] @ roots[1]), order=2)
    assert problem.value == pytest.approx(exact.value, rel=1e-10)
    sums = 0.0
    for mean, root, function in ((first, roots[0], problem.potential), (second, roots[1], problem.partner)):
        points = np.concatenate([mean + root * math.sqrt(dimension), mean - root * math.sqrt(dimension)])
        sums += function(points).mean()
    assert sums == pytest.approx(problem.value**2, rel=1e-10)


def test_on_the_line_the_value_of_a_convex_map_is_the_integral_at_20_digits():
    problem = convex_map(1, seed=4, number=3)
    x = np.linspace(-3, 3, 7)[:, None]
    rng = np.random.default_rng((4, 1, 3))
    signs, offsets = np.sign(rng.normal(size=(3, 1)))[:, 0], rng.normal(size=3)
    shares = rng.dirichlet(np.ones(3))

    def moved(z):
        return z / 2 + sum(w * a * mpmath.tanh(a * z + b) for w, a, b in zip(shares, signs, offsets, strict=True))

    truth = mpmath.quad(lambda z: mpmath.npdf(z) * (z - moved(z)) ** 2, [-12, -4, 0, 4, 12])
    assert problem.value == pytest.approx(math.sqrt(truth), rel=1e-12)
    assert problem.potential(x).shape == (7,)


def test_the_trapezoidal_rule_has_converged(monkeypatch):
    before = [convex_map(d, seed=1).value for d in (1, 2, 8)]
    monkeypatch.setattr(quadratic, "STEP", 0.1)
    monkeypatch.setattr(quadratic, "ENDS", 10.0)
    assert np.allclose([convex_map(d, seed=1).value for d in (1, 2, 8)], before, rtol=1e-13)


@pytest.mark.parametrize("dimension", [1, 3, 16])
def test_the_conjugate_is_the_supremum_that_it_is_defined_as(dimension):
    problem = convex_map(dimension, seed=2)
    rng = np.random.default_rng(0)
    x, y = 3 * rng.normal(size=(400, dimension)), rng.normal(size=(50, dimension))
    costs = ((x[:, None] - y) ** 2).sum(-1)
    assert (problem.potential(x)[:, None] + problem.partner(y) <= costs + 1e-11).all()


def test_arguments_are_checked():
    for make, name in (
        (lambda: gaussians(0), "dimension"),
        (lambda: gaussians(2, condition=0.5), "condition"),
        (lambda: gaussians(2, seed=-1), "seed"),
        (lambda: convex_map(2, number=0), "number"),
        (lambda: convex_map(2.0), "dimension"),
    ):
        with pytest.raises(InvalidInput) as caught:
            make()
        assert caught.value.argument == name
