"""What a transfer gives says what it is."""

from __future__ import annotations

import numpy as np
import pytest

from dualgap.errors import NotConverged
from dualgap.games.trajectory import Status
from dualgap.training.style import StyleTransfer


def result(status=Status.BUDGET, copies=None):
    shape = () if copies is None else (copies,)
    losses = np.ones((4, *shape))
    return StyleTransfer(
        image=np.zeros((*shape, 4, 6, 3)),
        content_loss=losses,
        style_loss=losses,
        objective=losses,
        layer_losses={},
        scale=np.array([1, 1, 0, 0]),
        status=status,
    )


def test_the_first_record_of_each_size_is_no_step():
    assert result().steps == 2


def test_a_run_that_diverged_is_raised_with_what_it_has():
    assert result().require().steps == 2
    lost = result(Status.DIVERGED)
    with pytest.raises(NotConverged, match="not finite after step 2") as caught:
        lost.require()
    assert caught.value.partial is lost


def test_it_says_how_many_pictures_it_holds():
    assert repr(result()).startswith("StyleTransfer(BUDGET after 2 steps, 6 x 4, content loss 1")
    assert "3 pictures, 6 x 4" in repr(result(copies=3))
