"""Pictures inside the page."""

from __future__ import annotations

import base64
import importlib.util
from xml.etree import ElementTree

import numpy as np
import pytest

from dualgap.claims import Curve, Picture
from dualgap.report.pictures import curves, strip

PICTURE = Picture(
    caption="a line", x_label="x (m)", y_label="y (m)", curves=(Curve("line", np.arange(3.0), np.arange(3.0)),)
)


@pytest.mark.parametrize("margins", [[1.0], [-np.inf, 0.0, np.inf], list(np.linspace(-50, 50, 101))])
def test_every_margin_has_a_place_on_the_strip(margins):
    root = ElementTree.fromstring(str(strip(margins)))
    places = [float(line.get("x1", "nan")) for line in root if line.get("class") == "tick"]
    assert places
    assert all(0 <= place <= 240 for place in places)


def test_failures_are_left_of_the_zero_mark():
    root = ElementTree.fromstring(str(strip([-0.1, 0.1])))
    left, right = sorted(float(line.get("x1", "nan")) for line in root if line.get("class") == "tick")
    (zero,) = (float(line.get("x1", "nan")) for line in root if line.get("class") == "zero")
    assert left < zero < right


def test_a_picture_is_an_svg_and_the_same_one_twice():
    address = curves(PICTURE)
    assert address == curves(PICTURE)
    svg = base64.b64decode(address.removeprefix("data:image/svg+xml;base64,"))
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_without_matplotlib_there_is_no_picture_and_no_error(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "matplotlib" else found(name, *rest)
    )
    assert curves(PICTURE) is None
