from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.cells_recomputed import CellsRecomputed
from dualgap.errors import CertificateError

MIXTURE = dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1.0), dg.Gaussian(3.0, 0.01)])
PAIRS = [
    (MIXTURE, dg.Gaussian(0.0, 4.0)),
    (dg.Gaussian(0.0, 1.0), dg.Gaussian(1e-6, 1.0)),
    (dg.Gaussian(0.0, 1.0), dg.Gaussian(0.0, 1.0 + 1e-6)),
    (stats.laplace(0.5, 1e-3), stats.norm()),
    (stats.uniform(-1, 2), stats.norm()),
]


@pytest.mark.parametrize("pair", range(len(PAIRS)))
@pytest.mark.parametrize("divergence", [dg.kl, dg.js, dg.jeffreys, dg.hellinger, dg.total_variation])
def test_densities_and_plain_formulas_confirm_what_distribution_functions_gave(pair, divergence):
    if pair == 4 and divergence is dg.jeffreys:
        pytest.skip("infinite by the supports alone")
    bracket = divergence(*PAIRS[pair], method="cells")
    assert isinstance(bracket.certificate, CellsRecomputed)
    bracket.certificate.check()


def test_claims_beyond_the_evidence_are_refused():
    certificate = dg.kl(*PAIRS[0]).certificate
    assert isinstance(certificate, CellsRecomputed)
    for change in (
        {"lower": certificate.lower * (1 + 1e-5)},
        {"upper": certificate.upper * (1 - 1e-5)},
        {"edges": certificate.edges[::-1]},
        {"q": certificate.p},
        {"edges": np.array([0.0, 1.0])},
    ):
        with pytest.raises(CertificateError):
            replace(certificate, **change).check()


def test_masses_that_do_not_add_up_are_refused():
    certificate = dg.kl(*PAIRS[0]).certificate
    heavier = replace(certificate.p, weights=certificate.p.weights * 1.01)
    with pytest.raises(CertificateError, match="add up"):
        replace(certificate, p=heavier).check()


def test_a_mass_that_underflows_proves_no_infinite_divergence():
    """KL of Beta(2, 3) from Beta(3, 2) is 1/2: in the first cells the mass of the latter alone is 0."""
    proof = dg.kl(stats.beta(2, 3), stats.beta(3, 2), method="cells").certificate
    assert proof.bounds()[0] <= 0.5
    with pytest.raises(CertificateError):
        replace(proof, lower=0.50001).check()
