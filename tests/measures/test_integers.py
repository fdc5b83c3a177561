from __future__ import annotations

import math

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.measures import Integers


def _log_mass(k):
    return -k * np.log(2.0)


def test_a_law_on_the_integers_lives_on_the_line():
    law = Integers(_log_mass, support=(1, math.inf))
    assert (law.dimension, law.support) == (1, (1.0, math.inf))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"support": (0.5, 3)}, "support must be whole numbers low <= high, got 0.5 and 3"),
        ({"support": (3, 1)}, "support must be whole numbers low <= high"),
        ({"support": (math.nan, 1)}, "support must be whole numbers low <= high"),
        ({"support": 3}, "support must be a pair"),
        ({"support": ("a", 1)}, "support must be a pair"),
        ({"support": (0, 1), "tail": 3}, "tail must be callable, got int"),
    ],
)
def test_bad_parts_are_refused_by_name(options, words):
    with pytest.raises(InvalidInput, match=words):
        Integers(_log_mass, **options)


def test_the_masses_have_to_be_a_function():
    with pytest.raises(InvalidInput, match="log_mass must be callable"):
        Integers([0.5, 0.5], support=(0, 1))
