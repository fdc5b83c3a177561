"""``dualgap figures``."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("figures", "nothing"), "name must be one of"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)
