"""The curve of accuracies: in order at each radius, and falling with it where it must."""

from __future__ import annotations

import json

import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.progress import Silent
from dualgap.training.robust import perceptron, robust_accuracy, robustness_curve


def problem():
    inputs = torch.rand(40, 4, generator=torch.Generator().manual_seed(0))
    model = perceptron((4, 12, 3), seed=0)
    return model, inputs, model(inputs).argmax(1)


def test_certified_is_at_most_pgd_is_at_most_fgsm_is_at_most_clean():
    found = robustness_curve(*problem(), radii=[0.0, 0.05, 0.1, 0.2], confidence=0.95, box=(0, 1), progress=Silent())
    assert found.clean == 1.0
    assert (found.certified <= found.pgd).all()
    assert (found.pgd <= found.fgsm).all()
    assert found.certified[0] == found.fgsm[0] == 1.0
    assert found.pgd[-1] < found.pgd[1]
    assert [float(bracket.lower) for bracket in found.brackets] == json.loads(json.dumps(found.as_data()))["lower"]


def test_each_bracket_is_that_of_its_radius():
    model, inputs, labels = problem()
    found = robustness_curve(model, inputs, labels, radii=[0.1], confidence=0.9)
    alone = robust_accuracy(model, inputs, labels, radius=0.1, confidence=0.9)
    assert (found.brackets[0].lower, found.brackets[0].upper) == (alone.lower, alone.upper)


@pytest.mark.parametrize(
    ("radii", "words"), [([], "radii must not be empty"), ([0.1, -0.1], "radii must be at least 0")]
)
def test_the_radii_are_not_negative(radii, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        robustness_curve(*problem(), radii=radii, confidence=0.9)
