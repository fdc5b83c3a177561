"""Style transfer: what it minimises, that it is decided by its seed, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput, NotConverged
from dualgap.games.trajectory import Status
from dualgap.progress import Progress
from dualgap.training.style import (
    Features,
    GramLoss,
    RandomConvolutions,
    StyleTransfer,
    style_transfer,
)

FEATURES = RandomConvolutions(levels=2, sizes=(3,), channels=8, outline_sizes=(3,), outline_channels=4)


def picture(side=24, seed=0):
    """A smooth picture with edges: a few rectangles."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), 0.5)
    for _ in range(6):
        top, left = rng.integers(0, side - 6, size=2)
        pixels[top : top + 6, left : left + 8] = rng.random(3)
    return pixels


CONTENT, STYLE = picture(seed=0), picture(side=32, seed=1)


def small(content=CONTENT, style=STYLE, **options):
    return style_transfer(content, style, **{"features": FEATURES, "steps": 25, **options})


def test_the_style_comes_nearer_and_the_content_stays():
    result = small()
    assert result.style_loss[0] == pytest.approx(1.0, rel=1e-5)  # its own unit, in float32
    assert result.style_loss[-1] < 0.1
    assert result.content_loss[-1] < 1.0  # the image without any detail has 1
    assert result.image.shape == CONTENT.shape
    assert result.image.min() >= 0
    assert result.image.max() <= 1
    assert result.require() is result


def test_no_step_raises_the_objective():
    objective = small().objective
    assert (np.diff(objective) < 0).all()


def test_the_seed_decides_the_picture_and_torchs_own_stream_is_left_alone():
    before = torch.get_rng_state()
    options = {"steps": 3, "start": "noise"}
    first, again, other = (small(seed=seed, **options).image for seed in (5, 5, 6))
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_without_features_the_seed_decides_them():
    content, style = picture(side=56, seed=0), picture(side=56, seed=1)
    first, again, other = (style_transfer(content, style, steps=1, seed=seed).image for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_weight_of_zero_for_the_style_gives_the_content_back():
    result = small(style_weight=0.0, content_weight=1.0, smoothness=0.0)
    assert result.status is Status.CONVERGED
    assert np.array_equal(result.image, CONTENT)


def test_an_image_in_its_own_style_stays_as_it_is():
    result = small(style=CONTENT, smoothness=0.0)
    assert result.status is Status.CONVERGED
    assert np.array_equal(result.image, CONTENT)


def test_from_noise_the_content_appears():
    result = small(start="noise", content_weight=1.0, steps=40)
    assert result.content_loss[-1] < 0.3 * result.content_loss[0]


def test_an_image_can_be_the_start():
    result = small(start=picture(seed=4), steps=1)
    assert result.content_loss[0] > 0


def test_the_tolerance_ends_the_run():
    result = small(tolerance=0.5)
    assert result.status is Status.CONVERGED
    assert result.steps < 25


@pytest.mark.parametrize(
    ("content", "kind", "dtype"),
    [
        (CONTENT.astype(np.float32), np.ndarray, np.float32),
        (CONTENT, np.ndarray, np.float64),
        ((CONTENT * 255).astype(np.uint8), np.ndarray, np.float32),
        (torch.tensor(CONTENT), torch.Tensor, torch.float64),
    ],
)
def test_the_picture_is_of_the_contents_kind(content, kind, dtype):
    image = small(content=content, steps=1).image
    assert isinstance(image, kind)
    assert image.dtype == dtype
    assert image.shape == (24, 24, 3)


def test_a_grey_image_can_be_content_and_style():
    assert small(content=CONTENT[..., 0], style=STYLE[..., 1], steps=2).image.shape == (24, 24, 3)


def test_what_was_given_is_not_written_to():
    content, style = CONTENT.copy(), STYLE.copy()
    small(content=content, style=style, start=content, steps=2)
    assert np.array_equal(content, CONTENT)
    assert np.array_equal(style, STYLE)


def test_it_works_inside_no_grad():
    with torch.no_grad():
        assert small(steps=2).steps == 2


class Counting(Progress):
    def __init__(self):
        self.calls = []

    def start(self, total, label):
        self.calls.append(("start", total))

    def advance(self, units=1, **shown):
        self.calls.append(("advance", set(shown)))

    def stop(self):
        self.calls.append(("stop", None))


def test_progress_is_told_of_both_losses_at_every_step():
    progress = Counting()
    small(steps=3, progress=progress)
    assert progress.calls == [("start", 3), *[("advance", {"content", "style"})] * 3, ("stop", None)]


@dataclass(frozen=True)
class Own(Features):
    """One layer: a function of the pixels."""

    function: object
    content_layers: tuple[str, ...] = ("pixels",)
    style_layers: tuple[str, ...] = ("pixels",)
    smallest_side: int = 1

    def __call__(self, images):
        return {"pixels": self.function(images.flatten(-2))}


class Breaking:
    """The pixels, until they have been asked for some times; nan after that."""

    def __init__(self, after):
        self.left = after

    def __call__(self, pixels):
        self.left -= 1
        return pixels if self.left > 0 else pixels * np.nan


def test_losses_that_are_no_longer_finite_end_the_run_with_the_last_good_picture():
    result = small(features=Own(Breaking(after=12)), tolerance=0.0)
    assert result.status is Status.DIVERGED
    assert np.isfinite(result.image).all()
    assert np.isfinite(result.objective).all()
    assert not np.array_equal(result.image, CONTENT)
    with pytest.raises(NotConverged, match="not finite after step") as caught:
        result.require()
    assert caught.value.partial is result


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"content": np.zeros((8, 8, 4))}, "content must have 3 colours"),
        ({"content": np.full((24, 24), np.nan)}, "content must be finite"),
        ({"content": np.zeros((4, 24, 3))}, "content must be at least 6 x 6"),
        ({"style": np.zeros((24, 5, 3))}, "style must be at least 6 x 6"),
        ({"style": "a.png"}, "style must be an array"),
        ({"loss": GramLoss("lecture")}, "style must have the size of content, 24 x 24"),
        ({"loss": "gatys"}, "loss must be a StyleLoss"),
        ({"features": "vgg"}, "features must be Features"),
        ({"features": Own(lambda h: h.detach())}, "features must be differentiable"),
        ({"features": Own(lambda h: h * np.inf)}, "features must give finite layers"),
        ({"features": Own(lambda h: h[None])}, "features must give finite layers of shape"),
        ({"features": Own(lambda h: h, style_layers=("other",))}, "features must give the layer 'other'"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"content_weight": -1.0}, "content_weight must be at least 0"),
        ({"style_weight": float("nan")}, "style_weight must be finite"),
        ({"style_weight": 0.0, "content_weight": 0.0}, "style_weight must be above 0"),
        ({"smoothness": -0.1}, "smoothness must be at least 0"),
        ({"tolerance": "small"}, "tolerance must be a number"),
        ({"start": "style"}, "start must be 'content', 'noise' or an image"),
        ({"start": np.zeros((8, 8, 3))}, "start must have the size of content, 24 x 24, got 8 x 8"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(options, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        small(**options)


def test_a_result_says_what_it_is():
    assert repr(small(steps=2)).startswith("StyleTransfer(BUDGET after 2 steps, 24 x 24, content loss")
    assert isinstance(small(steps=2), StyleTransfer)
