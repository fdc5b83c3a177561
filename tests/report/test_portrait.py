"""Phase portraits."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.report.portrait import draw_portrait

CIRCLE = np.cos(np.arange(9.0)), np.sin(np.arange(9.0))


@pytest.mark.parametrize(
    ("kind", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_a_portrait_is_a_file_of_its_ending(tmp_path, kind, begins):
    pytest.importorskip("matplotlib")
    assert draw_portrait(*CIRCLE, "a circle", tmp_path / f"c.{kind}").read_bytes().startswith(begins)


def test_another_ending_is_refused(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(InvalidInput, match=r"^output must end in"):
        draw_portrait(*CIRCLE, "a circle", tmp_path / "c.doc")
