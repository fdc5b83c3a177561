from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.divergences.kernel_means import root_bracket
from dualgap.errors import CertificateError


def test_the_root_of_a_square_that_is_rounding_is_bounded_by_the_root_of_the_rounding():
    bracket = root_bracket(np.float64(-1e-17), 1e-16, None, "sum", lambda low, high: None)
    assert bracket.value == bracket.lower == 0
    assert bracket.upper == 1e-8


def test_a_weight_to_every_point_is_needed():
    certificate = dg.mmd([0.0, 1.0], [2.0], bandwidth=1.0).certificate
    object.__setattr__(certificate, "p", np.ones(3) / 3)
    with pytest.raises(CertificateError, match="one weight to every point"):
        certificate.check()


def test_large_coordinates_do_not_cancel():
    shift = 2.0**30
    near, far = ([0.25, 1.0], [0.5]), ([shift + 0.25, shift + 1.0], [shift + 0.5])
    assert dg.mmd(*near, bandwidth=1.0).value == dg.mmd(*far, bandwidth=1.0).value
