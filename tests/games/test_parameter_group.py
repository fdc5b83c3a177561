"""Parameters share the memory of their vector, and follow every change of it."""

from __future__ import annotations

import pytest
import torch

from dualgap.games.parameter_group import ParameterGroup, flat


def group():
    return ParameterGroup([torch.ones(2, 3, requires_grad=True), torch.zeros(4, requires_grad=True)])


def test_the_values_are_those_of_the_vector_without_a_copy():
    one, vector = group(), torch.arange(10.0)
    one.point_into(vector)
    assert one.size == 10
    assert one.parameters[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert one.parameters[1].data_ptr() == vector[6:].data_ptr()
    assert one.vector() is vector


def test_a_parameter_that_was_given_other_memory_is_read_again():
    one = group()
    one.point_into(torch.arange(10.0))
    one.parameters[1].data = torch.full((4,), 7.0)
    assert one.vector().tolist() == [0, 1, 2, 3, 4, 5, 7, 7, 7, 7]
    with torch.no_grad():
        one.parameters[0].fill_(2.0)
    assert torch.equal(one.vector(), flat(one.parameters))


def test_a_graph_of_the_values_before_is_refused():
    one = group()
    stale = (one.parameters[0] ** 2).sum()
    one.point_into(torch.zeros(10))
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        stale.backward()
