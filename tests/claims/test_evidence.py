"""Evidence: when a comparison holds, and by how much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualgap.claims import Evidence, Relation
from dualgap.errors import InvalidInput

NUMBERS = st.floats(-1e6, 1e6)
RELATIONS = st.sampled_from([str(one) for one in Relation])


@given(NUMBERS, NUMBERS)
def test_without_a_tolerance_every_relation_is_the_one_of_the_numbers(predicted, measured):
    truth = {
        "==": measured == predicted,
        "!=": measured != predicted,
        "<=": measured <= predicted,
        ">=": measured >= predicted,
        "<": measured < predicted,
        ">": measured > predicted,
    }
    for relation, holds in truth.items():
        assert Evidence(predicted, measured, relation, 0.0).holds is holds


@given(NUMBERS, NUMBERS, RELATIONS, st.floats(0, 10))
def test_the_margin_is_negative_only_where_the_relation_fails(predicted, measured, relation, tolerance):
    evidence = Evidence(predicted, measured, relation, tolerance)
    assert (evidence.margin >= 0) if evidence.holds else (evidence.margin <= 0)


@given(NUMBERS, NUMBERS, st.floats(0, 10), st.floats(0, 10))
def test_a_wider_tolerance_never_refutes_an_equation(predicted, measured, tolerance, more):
    if Evidence(predicted, measured, "==", tolerance).holds:
        assert Evidence(predicted, measured, "==", tolerance + more).holds


def test_strict_relations_need_more_than_the_tolerance():
    assert not Evidence(0.0, 0.1, ">", 0.1).holds
    assert not Evidence(0.0, 0.1, "!=", 0.1).holds
    assert Evidence(0.0, 0.11, ">", 0.1).holds


@pytest.mark.parametrize("relation", [str(one) for one in Relation])
def test_nan_bears_out_nothing(relation):
    evidence = Evidence(0.0, np.nan, relation, 1.0)
    assert not evidence.holds
    assert evidence.margin == -np.inf


def test_equal_infinities_are_equal_and_no_number_is():
    assert Evidence(np.inf, np.inf, "==", 0.0).holds
    assert not Evidence(np.inf, -np.inf, "==", 0.0).holds
    assert not Evidence(np.inf, 1e300, "==", 1.0).holds
    assert Evidence(1.0, np.inf, ">", 0.0).holds


def test_one_entry_that_fails_refutes_an_array_and_is_its_worst():
    evidence = Evidence(np.zeros((2, 3)), [[0.0, 0.0, 0.2], [0.1, 0.0, 0.0]], "<=", 0.15, "entries")
    assert not evidence.holds
    assert float(evidence.worst().measured) == 0.2
    assert evidence.worst().what == "entries"
    assert evidence.holding.tolist() == [[True, True, False], [True, True, True]]


def test_the_margin_of_an_equation_counts_tolerances():
    assert Evidence(1.0, 1.0, "==", 0.5).margin == 1.0
    assert Evidence(1.0, 1.5, "==", 0.5).margin == 0.0
    assert Evidence(1.0, 2.0, "==", 0.5).margin == -1.0


def test_torch_tensors_are_compared_without_their_gradient():
    import torch

    assert Evidence(1.0, torch.ones(3, requires_grad=True), "==", 0.0).holds


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0.0, 0.0, "=", 0.0), "relation"),
        ((0.0, 0.0, "==", -1.0), "tolerance"),
        ((0.0, 0.0, "==", float("nan")), "tolerance"),
        ((0.0, [], "==", 0.0), "measured"),
        (([1.0, 2.0], [1.0, 2.0, 3.0], "==", 0.0), "measured"),
        (("a text", 0.0, "==", 0.0), "predicted"),
    ],
)
def test_evidence_that_means_nothing_is_refused(arguments, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must") as caught:
        Evidence(*arguments)
    assert caught.value.argument == name
