"""The triangular discrimination: its formula, its duality, and where it stands among the others."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.divergences import TriangularDiscrimination
from dualgap.divergences.variational import dual_terms

COUNTS = st.lists(st.integers(0, 1000), min_size=4, max_size=4).filter(any)
TRIANGULAR = TriangularDiscrimination()


@given(COUNTS, COUNTS)
def test_it_is_its_formula_and_between_its_bounds_by_js(p, q):
    p, q = (np.array(one) / sum(one) for one in (p, q))
    found = dg.f_divergence(p, q, TRIANGULAR)
    both = p + q > 0
    assert math.isclose(found.value, ((p - q)[both] ** 2 / (p + q)[both]).sum(), rel_tol=1e-13, abs_tol=1e-16)
    found.certificate.check()
    js = float(dg.js(p, q))  # Topsoe: D/4 <= JS <= D ln(2)/2
    assert float(found) / 4 <= js * (1 + 1e-12) + 1e-16
    assert js <= float(found) * math.log(2) / 2 * (1 + 1e-12) + 1e-16


@given(st.floats(-8, 8))
def test_its_dual_terms_are_the_slope_and_the_conjugate_there(score):
    real, fake = (float(one) for one in dual_terms(TRIANGULAR, np.array(score)))
    assert math.isclose(fake, -float(TRIANGULAR.conjugate(np.array(real))), rel_tol=1e-6, abs_tol=1e-9)
    ratio = math.exp(score)
    assert math.isclose(real * ratio + fake, float(TRIANGULAR.f(np.array(ratio))), rel_tol=1e-9, abs_tol=1e-9)
