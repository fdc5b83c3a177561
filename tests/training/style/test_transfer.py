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
    LBFGS,
    Adam,
    Control,
    Features,
    GramLoss,
    Patches,
    RandomConvolutions,
    SlicedLoss,
    StyleTransfer,
    TransportLoss,
    style_transfer,
    texture,
)
from dualgap.training.style.colours import lightness

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
    return style_transfer(content, style, **{"features": FEATURES, "steps": 25, "scales": 1, **options})


def test_the_style_comes_nearer_and_the_content_stays():
    result = small(start="content")
    assert result.style_loss[0] == pytest.approx(1.0, rel=1e-5)  # its own unit
    assert result.style_loss[-1] < 0.5
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
    content, style = picture(side=55, seed=0), picture(side=55, seed=1)
    first, again, other = (style_transfer(content, style, steps=1, seed=seed).image for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_weight_of_zero_for_the_style_gives_the_content_back():
    result = small(style_weight=0.0, content_weight=1.0, smoothness=0.0, start="content")
    assert result.status is Status.CONVERGED
    assert np.array_equal(result.image, CONTENT)


def test_no_checkerboard_is_left_where_a_texture_is_strong(monkeypatch):
    """Of the energy of the lightness at more than 0.7 of the highest frequency in both directions: how much."""

    def corner(pixels):
        light = pixels @ np.array([0.299, 0.587, 0.114])
        high = np.abs(np.fft.fftfreq(48)) > 0.35
        return float((np.abs(np.fft.fft2(light)[np.ix_(high, high)]) ** 2).sum())

    rng = np.random.default_rng(0)
    content, style = picture(side=48), np.clip(picture(side=48, seed=1) + 0.15 * rng.normal(size=(48, 48, 3)), 0, 1)
    options = {"content": content, "style": style, "steps": 30}
    found = corner(small(**options).image)
    assert found < corner(style) / 4
    monkeypatch.setattr("dualgap.training.style.objective.BEND_WEIGHT", 0.0)
    assert found < corner(small(**options).image) / 4


def test_an_image_in_its_own_style_stays_as_it_is():
    result = small(style=CONTENT, smoothness=0.0, start="content")
    assert result.status is Status.CONVERGED
    assert np.array_equal(result.image, CONTENT)


def test_from_noise_the_content_appears():
    result = small(start="noise", content_weight=1.0, steps=40)
    assert result.content_loss[-1] < 0.3 * result.content_loss[0]


def test_an_image_can_be_the_start():
    result = small(start=picture(seed=4), steps=1)
    assert result.content_loss[0] > 0


def test_the_tolerance_ends_the_run():
    result = small(optimiser=LBFGS(tolerance=0.5))
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


def test_it_works_in_inference_mode_and_on_its_tensors():
    wanted = small(content=torch.tensor(CONTENT), steps=2).image
    with torch.inference_mode():
        content = torch.tensor(CONTENT)
        assert torch.equal(small(content=content, steps=2).image, wanted)
    assert torch.equal(small(content=content, steps=2).image, wanted)


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
    result = small(features=Own(Breaking(after=12)), optimiser=LBFGS(tolerance=0.0))
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
        ({"features": "vgg"}, "features must be a Features, such as RandomConvolutions"),
        ({"features": Own(lambda h: h.detach())}, "features must be differentiable"),
        ({"features": Own(lambda h: h * np.inf)}, "features must give finite layers"),
        ({"features": Own(lambda h: h[None])}, "features must give finite layers of shape"),
        ({"features": Own(lambda h: h, style_layers=("other",))}, "features must give the layer 'other'"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"content_weight": -1.0}, "content_weight must be at least 0"),
        ({"style_weight": float("nan")}, "style_weight must be finite"),
        ({"style_weight": 0.0, "content_weight": 0.0}, "style_weight must be above 0"),
        ({"smoothness": -0.1}, "smoothness must be at least 0"),
        ({"optimiser": "adam"}, "optimiser must be a Descent"),
        ({"control": "mask"}, "control must be a Control"),
        ({"scales": 0}, "scales must be at least 1"),
        ({"scales": 4}, "content must be at least 41 x 41"),
        ({"content_weight": [0.1, -1.0]}, "content_weight must be a number or a list of numbers, at least 0"),
        (
            {"content_weight": [0.1, 1.0], "style_weight": [1.0] * 3},
            "content_weight and style_weight must have the same",
        ),
        ({"content_weight": [0.1, 0.0], "style_weight": [1.0, 0.0]}, "style_weight must be above 0"),
        ({"control": Control(content_masks=np.ones((8, 8)))}, "content_masks must be of shape"),
        (
            {"control": Control(content_masks=np.ones((2, 24, 24)), style_masks=np.ones((3, 32, 32)))},
            "style_masks must be one or as many as content_masks, 2",
        ),
        ({"loss": TransportLoss(most=100)}, "loss must compare at most 100 pixels"),
        ({"start": "style"}, "start must be 'colours', 'content', 'noise' or an image"),
        ({"start": np.zeros((8, 8, 3))}, "start must have the size of content, 24 x 24, got 8 x 8"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(options, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        small(**options)


def test_a_result_says_what_it_is():
    assert repr(small(steps=2)).startswith("StyleTransfer(BUDGET after 2 steps, 24 x 24, content loss")
    assert "2 pictures, 24 x 24" in repr(small(steps=1, content_weight=[0.1, 0.2]))
    assert isinstance(small(steps=2), StyleTransfer)


def test_a_batch_of_weights_is_each_pair_alone():
    alphas, betas = [0.05, 0.5, 0.2], [1.0, 1.0, 2.0]
    together = small(steps=6, content_weight=alphas, style_weight=betas)
    assert together.image.shape == (3, 24, 24, 3)
    assert together.style_loss.shape == together.objective.shape == (7, 3)
    for k, (alpha, beta) in enumerate(zip(alphas, betas, strict=True)):
        alone = small(steps=6, content_weight=alpha, style_weight=beta)
        # float64; one convolution of three pictures may add in another order, which the sorting then sees
        np.testing.assert_allclose(together.image[k], alone.image, atol=1e-6)
        np.testing.assert_allclose(together.style_loss[:, k], alone.style_loss, rtol=1e-6)


def test_more_weight_on_the_content_keeps_more_of_it():
    losses = small(content_weight=np.array([0.01, 0.1, 1.0])).content_loss[-1]
    assert (np.diff(losses) < 0).all()


def test_from_coarse_to_fine_every_size_has_its_records():
    result = small(content=picture(side=40), style=picture(side=44, seed=1), scales=3, steps=4)
    assert result.scale.tolist() == [2] * 5 + [1] * 5 + [0] * 5
    assert result.steps == 12
    assert result.image.shape == (40, 40, 3)


def test_the_layers_losses_are_kept_and_their_means_are_the_losses():
    result = small(steps=3)
    for names, mean in ((FEATURES.style_layers, result.style_loss), (FEATURES.content_layers, result.content_loss)):
        np.testing.assert_allclose(np.mean([result.layer_losses[n] for n in names], axis=0), mean, rtol=1e-12)  # sums
    assert set(result.layer_losses) == {*FEATURES.style_layers, *FEATURES.content_layers}


def test_without_units_the_losses_are_the_plain_ones():
    result = small(steps=1, loss=GramLoss("gatys"), start="content", control=Control(scaled=False))
    layers = [FEATURES(torch.tensor(one).permute(2, 0, 1)) for one in (CONTENT, STYLE)]
    expected = np.mean([float(GramLoss("gatys")(*(h[name] for h in layers))) for name in FEATURES.style_layers])
    assert result.style_loss[0] == pytest.approx(expected, rel=1e-12)  # sums


def test_the_contents_colours_are_kept_and_its_lightness_is_not():
    found = small(control=Control(colours="content"), steps=10).image
    hues = [one - lightness(torch.tensor(one).movedim(-1, 0)).numpy()[0][..., None] for one in (found, CONTENT)]
    inside = ((found > 0) & (found < 1)).all(-1)  # elsewhere it was clipped
    assert inside.mean() > 0.5
    np.testing.assert_allclose(hues[0][inside], hues[1][inside], atol=1e-12)  # sums of three
    assert np.abs(found - CONTENT).mean() > 0.01


def test_outside_of_every_mask_the_content_stays():
    mask = np.zeros((24, 24), dtype=bool)
    mask[:, :10] = True
    result = small(
        features=RandomConvolutions(levels=1, sizes=(3,), channels=8, outline_levels=1, outline_sizes=(3,)),
        start="content",
        smoothness=0.0,
        content_weight=1.0,
        control=Control(content_masks=mask),
    )
    moved = np.abs(result.image - CONTENT).mean((0, 2))
    assert moved[:10].mean() > 20 * moved[14:].mean()


def test_adam_comes_nearer_too():
    result = small(optimiser=Adam(step=0.02), start="content", steps=40)
    assert result.style_loss[-1] < 0.6
    assert result.steps == 40


def test_exact_transport_between_small_sets_of_patches_comes_nearer():
    result = small(
        content=picture(side=14),
        style=picture(side=16, seed=1),
        features=Patches(sizes=(3,), levels=1),
        loss=TransportLoss(),
        steps=3,
        start="content",
        content_weight=0.01,
    )
    assert result.style_loss[-1] < 0.7


def test_a_texture_has_the_style_and_the_size_that_is_asked_for():
    style = np.tile([[0.1, 0.9], [0.9, 0.1]], (16, 16)).repeat(2, 0)
    result = texture(style, size=(30, 44), features=FEATURES, scales=1, steps=25)
    assert result.image.shape == (30, 44, 3)
    assert (result.content_loss == 0).all()
    assert result.style_loss[-1] < 0.5
    again, other = (texture(style, size=(30, 44), features=FEATURES, scales=1, steps=2, seed=s).image for s in (1, 2))
    assert not np.array_equal(again, other)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": (4, 30)}, "size must be at least 6"),
        ({"size": 30}, "size must be a pair"),
        ({"size": (30.0, 30)}, "size must be a whole number"),
        ({"start": "content"}, "start must be 'noise' or an image"),
        ({"start": np.zeros((8, 8, 3))}, "start must have the size of content"),
        ({"loss": GramLoss("lecture"), "size": (30, 30)}, "style must have the size of content"),
        ({"smoothness": -1}, "smoothness must be at least 0"),
    ],
)
def test_a_texture_that_makes_no_sense_is_refused(options, words):
    with pytest.raises(InvalidInput, match=f"^{words}"):
        texture(STYLE, **{"features": FEATURES, "scales": 1, "steps": 1, **options})


def test_the_default_loss_is_the_sliced_one():
    first = small(steps=2).image
    assert np.array_equal(first, small(steps=2, loss=SlicedLoss(seed=0)).image)
