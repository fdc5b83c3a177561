"""The losses of samples; what is wrong with a model is found by each attack's own tests."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from dualgap.errors import InvalidInput
from dualgap.training.robust import margin_loss
from dualgap.training.robust.sample_losses import outputs_of, sample_losses


@given(st.integers(0, 10**6))
def test_the_margin_is_below_zero_exactly_where_the_label_wins_alone(seed):
    stream = torch.Generator().manual_seed(seed)
    outputs = torch.randint(-2, 3, (8, 3), generator=stream).double()
    labels = torch.randint(3, (8,), generator=stream)
    for row, label, margin in zip(outputs, labels, margin_loss(outputs, labels), strict=True):
        others = [float(value) for k, value in enumerate(row) if k != label]
        assert float(margin) == max(others) - float(row[label])


def test_cross_entropy_is_the_loss_unless_another_is_given():
    outputs, labels = torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([0, 1])
    assert torch.equal(sample_losses(outputs, labels), cross_entropy(outputs, labels, reduction="none"))
    assert torch.equal(sample_losses(outputs, labels, lambda o, y: o[:, 0] * y), torch.tensor([0.0, 3.0]))


def test_one_class_has_no_margin():
    with pytest.raises(InvalidInput, match=r"^model must have two classes"):
        margin_loss(torch.zeros(2, 1), torch.tensor([0, 0]))


def test_what_a_model_does_not_take_is_said_to_be_its_input():
    with pytest.raises(InvalidInput, match=r"^model must take inputs of shape \(n, 3\)"):
        outputs_of(torch.nn.Linear(2, 2), torch.zeros(1, 3))


def test_what_is_no_model_is_refused():
    with pytest.raises(InvalidInput, match=r"^model must be a torch.nn.Module or a function"):
        outputs_of("vgg", torch.zeros(1, 3))
