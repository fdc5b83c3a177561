"""The numbers of the stability regions say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures.stability_regions import METHODS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("stability_regions")


@pytest.mark.parametrize(
    ("method", "real", "imaginary"),
    [
        ("simultaneous", 2.0, 0.0),
        ("momentum", None, 0.0),
        ("optimistic", 2 / 3, 1 / np.sqrt(3)),
        ("extragradient", 1.0, 1.0),
        ("proximal", np.inf, np.inf),
    ],
)
def test_the_limits_are_those_that_are_known(data, method, real, imaginary):
    found = data[f"{method}_limits"]
    if real is not None:
        assert found[0] == pytest.approx(real, abs=1e-6)
    assert found[1] == pytest.approx(imaginary, abs=1e-6)


def test_descent_is_stable_in_the_disc_and_the_proximal_point_outside_one(data):
    plane = data["real"][None, :] + 1j * data["imaginary"][:, None]
    for name, known in (("simultaneous", np.abs(1 - plane)), ("proximal", 1 / np.abs(1 + plane))):
        # to the float32 in which the factors are kept
        assert data[f"{name}_modulus"] == pytest.approx(known, rel=1e-5)


def test_every_method_is_stable_somewhere(data):
    for name in METHODS:
        assert (data[f"{name}_modulus"] < 1).any()
