"""The numbers of the attacks say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.attacks_and_boundaries import MODELS, RADIUS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("attacks_and_boundaries")


@pytest.mark.parametrize("model", MODELS)
def test_what_is_proved_is_at_most_pgd_and_that_at_most_fgsm(data, model):
    assert (data[f"{model}_certified"] <= data[f"{model}_pgd"]).all()
    assert (data[f"{model}_pgd"] <= data[f"{model}_fgsm"]).all()
    assert (data[f"{model}_fgsm"] <= data[f"{model}_clean"]).all()
    assert (data[f"{model}_lower"] <= data[f"{model}_certified"]).all()
    assert (data[f"{model}_upper"] >= data[f"{model}_pgd"]).all()


def test_training_against_pgd_withstands_it_more_often(data):
    (at,) = np.flatnonzero(np.isclose(data["radii"], RADIUS))
    # two standard errors of a difference of shares of 300 points are 0.07
    assert data["robust_pgd"][at] > data["plain_pgd"][at] + 0.05
    assert data["robust_changed"].sum() < data["plain_changed"].sum()
