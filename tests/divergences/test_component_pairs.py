from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

import dualgap as dg
from dualgap.divergences.component_pairs import components_of, pairs_by_cholesky, pairs_by_eigenvalues


def _mixture(seed, d, k):
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(k):
        root = rng.normal(size=(d, d))
        parts.append(dg.Gaussian(2 * rng.normal(size=d), root @ root.T / d + 0.3 * np.eye(d)))
    return dg.Mixture(rng.dirichlet(np.ones(k)), parts)


@pytest.mark.parametrize("d", [1, 3, 8])
def test_both_ways_agree_within_the_stated_error(d):
    both = components_of(_mixture(0, d, 5))
    first, second = pairs_by_cholesky(both), pairs_by_eigenvalues(both)
    for name in ("kl", "bhattacharyya", "log_product", "entropy"):
        assert np.abs(getattr(first, name) - getattr(second, name)).max() <= first.error
    assert first.error < 1e-9


def test_on_the_line_they_are_the_integrals():
    both = components_of(_mixture(1, 1, 2))
    pairs = pairs_by_cholesky(both)
    p, q = (stats.norm(m[0], np.sqrt(c[0, 0])) for m, c in zip(both.means, both.covariances, strict=True))

    def integral(function):
        return integrate.quad(function, -30, 30, limit=400)[0]

    assert pairs.kl[0, 1] == pytest.approx(integral(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x))), rel=1e-8)
    assert np.exp(-pairs.bhattacharyya[0, 1]) == pytest.approx(
        integral(lambda x: np.sqrt(p.pdf(x) * q.pdf(x))), rel=1e-8
    )
    assert np.exp(pairs.log_product[0, 1]) == pytest.approx(integral(lambda x: p.pdf(x) * q.pdf(x)), rel=1e-8)
    assert pairs.entropy[0] == pytest.approx(p.entropy(), rel=1e-12)


def test_singular_components_and_other_laws_have_none():
    assert components_of(dg.Gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 0.0]])) is None
    assert components_of(dg.Points([0.0])) is None
    assert components_of(dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1.0), dg.Points([0.0])])) is None


def test_nested_mixtures_are_one():
    inner = dg.Mixture([0.25, 0.75], [dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0)])
    outer = components_of(dg.Mixture([0.5, 0.5], [inner, dg.Gaussian(2.0, 1.0)]))
    np.testing.assert_allclose(outer.weights, [0.125, 0.375, 0.5])
