from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.integer_sums_recomputed import IntegersMissed, IntegersRecomputed
from dualgap.errors import CertificateError


def _certificate(p, q):
    found = dg.js(p, q).certificate
    assert isinstance(found, IntegersRecomputed)
    return found


def test_masses_from_quotients_give_the_bounds_again():
    certificate = _certificate(stats.poisson(40.0), stats.nbinom(3.0, 0.1))
    lower, upper = certificate.bounds()
    assert certificate.lower <= lower <= upper <= certificate.upper


@pytest.mark.parametrize(
    ("change", "words"),
    [(lambda k: k[::-1], "increasing"), (lambda k: np.delete(k, 5), "missing"), (lambda k: k[:0], "increasing")],
)
def test_other_numbers_are_refused(change, words):
    certificate = _certificate(stats.poisson(3.0), stats.geom(0.3))
    with pytest.raises(CertificateError, match=words):
        replace(certificate, atoms=change(certificate.atoms)).check()


def test_infinity_is_refused_where_nothing_is_missed():
    certificate = _certificate(stats.poisson(3.0), stats.poisson(4.0))
    missed = IntegersMissed(
        lower=np.inf, upper=np.inf, p=certificate.p, q=certificate.q, generator=dg.divergences.KullbackLeibler()
    )
    with pytest.raises(CertificateError, match="no number"):
        missed.check()
