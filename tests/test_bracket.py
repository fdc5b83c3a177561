from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import CLAIM_TOLERANCE, Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput, NotConverged


@dataclass(frozen=True, kw_only=True)
class Evidence(Certificate):
    proved: tuple[Any, Any]

    def bounds(self) -> tuple[Any, Any]:
        return self.proved


def _bracket(lower: Any = 0.9, upper: Any = 1.1, value: Any = 1.0, **more: Any) -> Bracket:
    return Bracket(
        **{
            "value": value,
            "lower": lower,
            "upper": upper,
            "guarantee": Guarantee.CERTIFIED,
            "method": "example",
            "quantity": "kl",
            **more,
        }
    )


def test_guarantees_are_ordered_best_first():
    assert [g.strength for g in Guarantee] == [4, 3, 2, 1, 0]


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10))
def test_contains_and_gap_are_those_of_an_interval(a, b, truth):
    lower, upper = min(a, b), max(a, b)
    bracket = _bracket(lower, upper)
    assert bracket.contains(truth) == (lower <= truth <= upper)
    assert bracket.gap == upper - lower


def test_an_infinite_answer_has_no_gap_and_no_warning():
    assert _bracket(math.inf, math.inf, math.inf).gap == 0
    batch = _bracket(np.array([1.0, math.inf]), np.array([2.0, math.inf]), np.array([1.5, math.inf]))
    assert batch.gap.tolist() == [1.0, 0.0]
    tensors = _bracket(torch.tensor([1.0, math.inf]), torch.tensor([2.0, math.inf]))
    assert tensors.gap.tolist() == [1.0, 0.0]
    assert batch.contains(np.array([1.5, math.inf])).tolist() == [True, True]


def test_without_bounds_nothing_is_contained_and_no_gap_is_small_enough():
    estimate = _bracket(math.nan, math.nan, guarantee=Guarantee.NONE)
    assert not estimate.contains(1.0)
    with pytest.raises(NotConverged):
        estimate.require(gap=1e9)


def test_require_gives_the_bracket_or_raises_with_it():
    bracket = _bracket()
    assert bracket.require(gap=0.3) is bracket
    with pytest.raises(NotConverged, match=r"0\.2 apart, 0\.1 was required") as caught:
        bracket.require(gap=0.1)
    assert caught.value.partial is bracket
    assert _bracket(np.array([0.0, 1.0]), np.array([0.1, 1.0])).require(gap=0.2)
    for bad in (-1, math.nan, "small", True):
        with pytest.raises(InvalidInput, match="gap must be"):
            bracket.require(gap=bad)


def test_a_bracket_is_frozen_and_shows_itself():
    bracket = _bracket()
    with pytest.raises(dataclasses.FrozenInstanceError):
        bracket.value = 2.0  # pyright: ignore[reportAttributeAccessIssue]
    assert repr(bracket) == "Bracket(kl 1 in [0.9, 1.1], CERTIFIED, example)"
    assert "CONFIDENCE 95%" in repr(_bracket(guarantee=Guarantee.CONFIDENCE, confidence=0.95))
    assert "<3x2 array>" in repr(_bracket(value=np.zeros((3, 2))))
    assert float(bracket) == 1.0


def test_explain_says_the_guarantee_the_reason_and_the_certificate():
    told = _bracket(reason="q misses an atom", certificate=Evidence(lower=0.9, upper=1.1, proved=(0.9, 1.1))).explain()
    assert "by proof" in told
    assert "Q misses an atom." in told
    assert "Evidence" in told
    for guarantee in Guarantee:
        assert _bracket(guarantee=guarantee, confidence=0.9).explain()


def test_what_a_bracket_does_not_have_is_refused():
    for name in ("plan", "potentials"):
        with pytest.raises(InvalidInput, match=f"{name} is not part of this bracket"):
            getattr(_bracket(), name)


def test_a_claim_within_the_evidence_passes():
    Evidence(lower=1.0, upper=2.0, proved=(1.0, 2.0)).check()
    Evidence(lower=0.5, upper=3.0, proved=(1.0, 2.0)).check()
    Evidence(lower=math.inf, upper=math.inf, proved=(math.inf, math.inf)).check()
    Evidence(lower=np.array([0.0, 1.0]), upper=np.array([1.0, math.inf]), proved=(np.array([0.0, 1.5]), 1.0)).check()


@pytest.mark.parametrize(
    ("proved", "which"),
    [
        ((0.9, 2.0), "lower"),
        ((1.0, 2.1), "upper"),
        ((math.nan, 2.0), "lower"),
        ((1.0, math.nan), "upper"),
        ((1.0, math.inf), "upper"),
        ((-math.inf, 2.0), "lower"),
        ((1.0 - 3 * CLAIM_TOLERANCE, 2.0), "lower"),
    ],
)
def test_a_claim_beyond_the_evidence_is_found(proved, which):
    with pytest.raises(CertificateError, match=f"the {which} bound is claimed as"):
        Evidence(lower=1.0, upper=2.0, proved=proved).check()


def test_one_short_row_of_a_batch_is_found():
    with pytest.raises(CertificateError):
        Evidence(
            lower=torch.tensor([0.0, 1.0]),
            upper=torch.tensor([1.0, 2.0]),
            proved=(np.array([0.0, 0.5]), np.array([1.0, 2.0])),
        ).check()


@pytest.mark.parametrize("truth", ["a", None, object(), [None], True])
def test_only_numbers_can_be_contained(truth):
    with pytest.raises(InvalidInput, match=r"^truth must be a number"):
        dg.wasserstein([0.0], [1.0]).contains(truth)


def test_contains_takes_numbers_arrays_and_infinities():
    b = dg.wasserstein([0.0], [1.0])
    assert b.contains(1)
    assert b.contains([1.0, 2.0]).tolist() == [True, False]
    assert not b.contains(float("inf"))
    assert dg.kl([0.5, 0.5], [1.0, 0.0]).contains(float("inf"))


def test_a_batch_is_not_a_float_and_a_gradient_does_not_stand_in_the_way_of_one():
    with pytest.raises(InvalidInput, match="must be one number to be a float"):
        float(dg.kl([[0.5, 0.5], [0.2, 0.8]], [0.5, 0.5]))
    x = torch.tensor([0.0, 1.0], requires_grad=True)
    assert float(dg.wasserstein(x, torch.tensor([2.0, 3.0]))) == 2.0
