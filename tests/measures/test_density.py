from __future__ import annotations

import math

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput


def _flat(x):
    return np.zeros(len(x))


def test_the_support_is_a_box():
    low, high = dg.Density(_flat, dimension=2, support=(0.0, [1.0, 2.0])).support
    assert low.tolist() == [0.0, 0.0]
    assert high.tolist() == [1.0, 2.0]
    assert dg.Density(_flat, dimension=1).support[0].tolist() == [-math.inf]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"log_density": 3.0, "dimension": 1}, "log_density must be callable"),
        ({"log_density": None, "dimension": 1}, "callable"),
        ({"log_density": _flat, "dimension": 0}, "dimension must be at least 1"),
        ({"log_density": _flat, "dimension": 1.5}, "dimension must be a whole number"),
        ({"log_density": _flat, "dimension": 1, "sample": 4}, "sample must be callable"),
        ({"log_density": _flat, "dimension": 1, "cdf": "a"}, "cdf must be callable"),
        ({"log_density": _flat, "dimension": 1, "quantile": 1}, "quantile must be callable"),
        ({"log_density": _flat, "dimension": 1, "support": (1.0, 0.0)}, "support must have low below high"),
        (
            {"log_density": _flat, "dimension": 1, "support": (0.0, math.nan)},
            "support must have low below high",
        ),
        ({"log_density": _flat, "dimension": 1, "support": 3.0}, "support must be a pair"),
        ({"log_density": _flat, "dimension": 1, "support": ("a", "b")}, "support must be a pair"),
        ({"log_density": _flat, "dimension": 2, "support": ([0.0, 0.0, 0.0], 1.0)}, "support must be a pair"),
    ],
)
def test_bad_parts_are_refused_by_name(arguments, words):
    with pytest.raises(InvalidInput, match=words):
        dg.Density(arguments.pop("log_density"), **arguments)
