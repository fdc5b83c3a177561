"""The exact interval of an accuracy, against scipy's and against the tails that define it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.training.robust import accuracy


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.5, 0.95]))
def test_the_interval_is_clopper_and_pearsons(counts, confidence):
    k, n = counts
    bracket = accuracy(np.arange(n) < k, confidence=confidence)
    expected = binomtest(k, n).proportion_ci(confidence, method="exact")
    # scipy finds its ends by bisection, to about 1e-12
    assert (bracket.lower, bracket.upper) == pytest.approx((expected.low, expected.high), abs=1e-10)
    assert bracket.guarantee is Guarantee.CONFIDENCE
    assert bracket.value == k / n
    assert bracket.contains(bracket.value)
    bracket.certificate.check()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_the_interval_covers_every_share_with_its_confidence(share):
    n = 40
    covered = sum(
        binom.pmf(k, n, share) for k in range(n + 1) if accuracy(np.arange(n) < k, confidence=0.9).contains(share)
    )
    assert covered >= 0.9


def test_a_certificate_that_claims_too_much_is_refused():
    certificate = accuracy([True, False, True], confidence=0.95).certificate
    with pytest.raises(CertificateError, match="lower bound"):
        dataclasses.replace(certificate, lower=certificate.lower + 0.01).check()
    with pytest.raises(CertificateError, match="true or false"):
        dataclasses.replace(certificate, correct=np.array([0.5])).check()


def test_a_torch_tensor_of_outcomes_counts():
    assert float(accuracy(torch.tensor([True, False]), confidence=0.95)) == 0.5


@pytest.mark.parametrize("correct", [[], [0, 1], [[True]], "yes", True])
def test_outcomes_are_true_or_false(correct):
    with pytest.raises(InvalidInput, match=r"^correct must be"):
        accuracy(correct, confidence=0.95)


@pytest.mark.parametrize("confidence", [0, 1, 95, "high"])
def test_the_confidence_is_a_probability(confidence):
    with pytest.raises(InvalidInput, match=r"^confidence must be"):
        accuracy([True], confidence=confidence)
