"""Accuracies over the radius: the table's row, and the picture with its numbers beside it."""

from __future__ import annotations

import json

import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.report.robustness import draw_robustness, robustness_table
from dualgap.training.robust import perceptron, robustness_curve


@pytest.fixture(scope="module")
def curves():
    inputs = torch.rand(20, 3, generator=torch.Generator().manual_seed(0))
    model = perceptron((3, 6, 2), seed=0)
    found = robustness_curve(model, inputs, model(inputs).argmax(1), radii=[0.0, 0.1, 0.2], confidence=0.95)
    return {"plain": found, "robust": found}


def test_the_table_has_the_numbers_at_the_radius(curves):
    table = robustness_table(curves, 0.1)
    cells = [list(column.cells) for column in table.columns]
    assert cells[0] == ["plain", "robust"]
    assert cells[1] == ["100.0", "100.0"]
    assert float(cells[4][0]) == pytest.approx(100 * curves["plain"].certified[1], abs=0.05)


def test_the_numbers_stand_beside_the_picture(curves, tmp_path):
    picture, numbers = draw_robustness(curves, "a title", "no unit", tmp_path / "curve.pdf")
    assert picture.read_bytes().startswith(b"%PDF")
    data = json.loads(numbers.read_text("utf-8"))
    assert data["robust"]["pgd"] == curves["robust"].pgd.tolist()
    assert data["title"] == "a title"


def test_another_kind_of_file_is_refused(curves, tmp_path):
    with pytest.raises(InvalidInput, match=r"^output must end in"):
        draw_robustness(curves, "", "", tmp_path / "curve.jpg")
