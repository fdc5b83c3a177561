from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences.mixture_bounds import variational_value
from dualgap.divergences.skew import SkewJensenShannon
from dualgap.errors import CertificateError, InvalidInput


def _mixture(rng, d):
    k = int(rng.integers(1, 4))
    parts = []
    for _ in range(k):
        root = rng.normal(size=(d, d))
        parts.append(dg.Gaussian(2 * rng.normal(size=d), root @ root.T / d + 0.3 * np.eye(d)))
    return dg.Mixture(rng.dirichlet(np.ones(k)), parts)


DIVERGENCES = [dg.kl, dg.js, dg.jeffreys, dg.hellinger, dg.total_variation]


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_rows_43_and_44_the_bounds_meet_the_certified_bracket_of_cells_on_the_line(divergence):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        p, q = _mixture(rng, 1), _mixture(rng, 1)
        cells, bounds = divergence(p, q, method="cells"), divergence(p, q, method="mixture_bounds")
        assert bounds.lower <= cells.upper
        assert cells.lower <= bounds.upper
        bounds.certificate.check()


def test_row_43_the_variational_value_is_not_a_bound():
    below = above = 0
    for seed in range(24):
        rng = np.random.default_rng(seed)
        p, q = _mixture(rng, 1), _mixture(rng, 1)
        cells = dg.kl(p, q)
        below += variational_value(p, q) < cells.lower
        above += variational_value(p, q) > cells.upper
    assert below > 2
    assert above > 2


@pytest.mark.parametrize("d", [2, 6])
def test_the_bounds_hold_the_mean_of_draws_in_any_dimension(d):
    for seed in range(3):
        rng = np.random.default_rng(seed)
        p, q = _mixture(rng, d), _mixture(rng, d)
        for divergence in DIVERGENCES[1:2] + DIVERGENCES[3:]:
            bounds = divergence(p, q, method="mixture_bounds")
            drawn = divergence(p, q, method="monte_carlo", draws=20_000, confidence=0.9999)
            assert bounds.lower <= drawn.upper
            assert drawn.lower <= bounds.upper


def test_equal_mixtures_are_at_distance_0():
    p = _mixture(np.random.default_rng(3), 3)
    for divergence in DIVERGENCES:
        bracket = divergence(p, p, method="mixture_bounds")
        assert bracket.lower == 0
        assert bracket.upper < 1e-4  # total variation is the root of what rounding leaves


def test_far_components_are_told_apart():
    p, q = dg.Gaussian(np.zeros(4), np.eye(4)), dg.Gaussian(np.full(4, 20.0), np.eye(4))
    bracket = dg.js(dg.Mixture([0.5, 0.5], [p, p]), dg.Mixture([0.3, 0.7], [q, q]))
    assert bracket.lower == pytest.approx(np.log(2), rel=1e-9)


def test_skew_weights_are_bracketed():
    rng = np.random.default_rng(5)
    p, q = _mixture(rng, 1), _mixture(rng, 1)
    f = SkewJensenShannon(0.2)
    cells, bounds = (dg.f_divergence(p, q, f, method=name) for name in ("cells", "mixture_bounds"))
    assert bounds.lower <= cells.upper
    assert cells.lower <= bounds.upper


def test_a_claim_beyond_the_bounds_and_other_laws_are_refused():
    rng = np.random.default_rng(0)
    bracket = dg.kl(_mixture(rng, 2), _mixture(rng, 2))
    assert bracket.method == "mixture_bounds"
    with pytest.raises(CertificateError):
        replace(bracket.certificate, lower=bracket.lower * 1.001 + 1e-6).check()
    with pytest.raises(InvalidInput, match="not singular"):
        variational_value(dg.Points([0.0]), dg.Gaussian(0.0, 1.0))
