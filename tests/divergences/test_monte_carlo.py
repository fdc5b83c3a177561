from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import CertificateError, InvalidInput

P, Q = dg.Gaussian([0.0, 0.0], np.eye(2)), dg.Gaussian([1.0, 0.5], [[2.0, 0.5], [0.5, 1.0]])
SHIFTED = dg.Gaussian([1.0, 0.0], np.eye(2))


@pytest.mark.parametrize("divergence", [dg.js, dg.hellinger, dg.total_variation])
def test_the_interval_of_a_bounded_divergence_covers_at_its_level(divergence):
    truth = float(divergence(P, SHIFTED))
    covered = sum(
        divergence(P, SHIFTED, method="monte_carlo", draws=500, seed=seed, confidence=0.8).contains(truth)
        for seed in range(60)
    )
    # 60 intervals of 80%: fewer than 40 would happen once in 300 if they held with 80% exactly; they hold with more.
    assert covered >= 40


def test_the_interval_shrinks_as_draws_are_added():
    few, many = (dg.js(P, Q, method="monte_carlo", draws=n) for n in (500, 20_000))
    assert many.gap < few.gap / 3
    assert many.guarantee is dg.Guarantee.CONFIDENCE


def test_an_unbounded_divergence_has_the_interval_of_the_central_limit_theorem():
    truth = float(dg.kl(P, Q))
    covered = 0
    for seed in range(40):
        bracket = dg.kl(P, Q, method="monte_carlo", draws=2_000, seed=seed)
        covered += bracket.contains(truth)
    assert bracket.guarantee is dg.Guarantee.ASYMPTOTIC
    assert bracket.confidence == 0.95
    assert covered >= 33  # 95% of 40 is 38; fewer than 33 has probability 0.002


def test_the_same_seed_gives_the_same_number_and_the_certificate_holds():
    first, second = (dg.js(P, Q, method="monte_carlo", draws=1_000, seed=4) for _ in range(2))
    assert (first.value, first.lower, first.upper) == (second.value, second.lower, second.upper)
    first.certificate.check()
    dg.kl(P, Q, method="monte_carlo", draws=1_000).certificate.check()
    for change in ({"lower": first.lower + 0.02}, {"upper": first.upper - 0.02}):
        with pytest.raises(CertificateError):
            replace(first.certificate, **change).check()


def test_what_has_only_a_density_and_a_sampler_is_taken():
    def log_density(x):
        return -np.abs(x).sum(1) - 2 * np.log(2)

    law = dg.Density(log_density, dimension=2, sample=lambda n, rng: rng.laplace(size=(n, 2)))
    bracket = dg.js(law, P, draws=5_000)
    assert bracket.method == "monte_carlo"
    assert 0.01 < bracket.lower < bracket.upper < 0.2


@pytest.mark.parametrize(
    ("options", "name"),
    [({"draws": 1}, "draws"), ({"seed": -1}, "seed"), ({"confidence": 1.0}, "confidence"), ({"x": 1}, "x")],
)
def test_options_are_checked(options, name):
    with pytest.raises(InvalidInput) as caught:
        dg.js(P, Q, method="monte_carlo", **options)
    assert caught.value.argument == name


def test_a_large_divergence_is_not_cut_off():
    """KL of N(0, I) from N((100, 0), I) is 5,000; its terms are linear in ln(p/q), which reaches 5,300."""
    far = dg.Gaussian([100.0, 0.0], np.eye(2))
    bracket = dg.kl(dg.Gaussian([0.0, 0.0], np.eye(2)), far, method="monte_carlo", draws=2000)
    assert abs(float(bracket) - 5000) < 500  # three standard errors are 340
    bracket.certificate.check()


def test_terms_that_no_double_holds_are_refused():
    far = dg.Gaussian([50.0, 0.0], np.eye(2))
    with pytest.raises(InvalidInput, match="the divergence is infinite, or draws do not show it"):
        dg.chi_squared(dg.Gaussian([0.0, 0.0], np.eye(2)), far, method="monte_carlo", draws=200)
