"""Content and style losses against definitions written out in another way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dualgap.errors import InvalidInput
from dualgap.training.style import GramLoss, content_loss, gram, image_total_variation, style_loss
from dualgap.training.style.losses import curvature, roughness

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 12))


def maps(shape):
    # quarters: every product and sum below is exact in float64, so that the identities have no rounding of their own
    return arrays(np.float64, shape, elements=st.integers(-32, 32).map(lambda k: k / 4))


@st.composite
def pairs(draw):
    shape = draw(SIZES)
    return draw(maps(shape)), draw(maps(shape))


def squared_discrepancy(x, y):
    """The biased estimate of MMD^2 with k(x, y) = (x'y)^2 between the columns, kernel matrix by kernel matrix."""

    def kernel(a, b):
        return (a.T @ b) ** 2

    return kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean()


@given(pairs())
def test_gatys_loss_is_the_squared_discrepancy_of_the_quadratic_kernel_over_4_n_squared(pair):
    x, y = pair
    scale = ((x * x).sum(0) ** 2).mean() + ((y * y).sum(0) ** 2).mean()
    expected = squared_discrepancy(x, y) / (4 * len(x) ** 2)
    # three means of at most 144 exact terms each, whose difference may cancel: 8 ulps of the largest of them
    tolerance = 8 * np.finfo(float).eps * scale / (4 * len(x) ** 2)
    assert abs(style_loss(x, y, normalisation="gatys") - expected) <= tolerance


@given(SIZES.flatmap(lambda s: st.tuples(maps(s), maps((s[0], s[1] + 3)))))
def test_gatys_loss_stays_the_discrepancy_for_images_of_different_sizes(pair):
    x, y = pair
    expected = squared_discrepancy(x, y) / (4 * len(x) ** 2)
    scale = ((x * x).sum(0) ** 2).mean() + ((y * y).sum(0) ** 2).mean()
    # as above, and the Gram matrices' own division by M and M'
    assert abs(style_loss(x, y, normalisation="gatys") - expected) <= 32 * np.finfo(float).eps * (scale + 1)


@given(pairs())
def test_the_losses_are_the_sums_that_define_them(pair):
    x, y = pair
    n, m = x.shape
    difference = sum((float(x[i] @ x[j]) - float(y[i] @ y[j])) ** 2 for i in range(n) for j in range(n))
    # sums of squares have no cancellation: a few roundings of the divisions
    assert style_loss(x, y, normalisation="lecture") == pytest.approx(difference / (4 * n * m), rel=1e-13, abs=1e-300)
    assert style_loss(x, y, normalisation="gatys") == pytest.approx(
        difference / (4 * n**2 * m**2), rel=1e-12, abs=64 * 32**4 * np.finfo(float).eps ** 2
    )


@given(pairs(), st.integers(2, 4))
def test_tiling_both_images_multiplies_the_lectures_loss_and_leaves_gatys(pair, tiles):
    x, y = pair
    many = [np.tile(h, tiles) for h in (x, y)]
    scale = (x * x).sum() ** 2 + (y * y).sum() ** 2 + 1e-300
    for normalisation, factor in (("lecture", tiles), ("gatys", 1)):
        before = style_loss(x, y, normalisation=normalisation)
        # the roots and quotients by M round once each, before a difference that may cancel
        assert style_loss(*many, normalisation=normalisation) == pytest.approx(
            factor * before, rel=1e-12, abs=1e-14 * scale
        )


@given(pairs(), st.randoms(use_true_random=False))
def test_the_gram_matrix_and_the_style_do_not_see_a_permutation_of_the_pixels(pair, random):
    x, y = pair
    order = random.sample(range(x.shape[1]), x.shape[1])
    assert np.array_equal(gram(x[:, order]), gram(x))
    assert style_loss(x[:, order], y, normalisation="gatys") == style_loss(x, y, normalisation="gatys")


@given(pairs())
def test_content_loss_is_zero_exactly_when_the_features_agree(pair):
    x, y = pair
    assert content_loss(x, x) == 0
    assert (content_loss(x, y) == 0) == np.array_equal(x, y)
    assert content_loss(x, y) == 0.5 * float(((x - y) ** 2).sum())


@given(maps((3, 7)))
def test_the_gram_matrix_is_symmetric_and_positive_semi_definite(x):
    found = gram(x)
    assert np.array_equal(found, found.T)
    # eigenvalues of a symmetric matrix are found to a few ulps of its norm
    assert np.linalg.eigvalsh(found).min() >= -1e-14 * max(1.0, float(np.trace(found)))


def test_leading_axes_are_independent_copies_and_torch_gives_what_numpy_gives():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 3, 4, 6)), rng.normal(size=(2, 3, 4, 6))
    for loss in (content_loss, lambda a, b: style_loss(a, b, normalisation="gatys")):
        batched = loss(x, y)
        assert batched.shape == (2, 3)
        assert batched[1, 2] == pytest.approx(float(loss(x[1, 2], y[1, 2])), rel=1e-14)  # the order of one sum
        tensor = loss(torch.tensor(x), torch.tensor(y))
        assert isinstance(tensor, torch.Tensor)
        np.testing.assert_allclose(tensor.numpy(), batched, rtol=1e-13)  # the order of one sum


def test_the_style_losses_gradient_is_right():
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(3, 5, dtype=torch.float64, generator=generator) for _ in range(2))
    for normalisation in ("lecture", "gatys"):
        assert torch.autograd.gradcheck(
            lambda h, n=normalisation: style_loss(h, y, normalisation=n), x.requires_grad_(True)
        )


def test_total_variation_is_the_mean_square_of_neighbouring_differences():
    image = np.arange(2 * 3 * 4, dtype=float).reshape(2, 3, 4)
    assert image_total_variation(image) == 4.0**2 + 1.0**2  # down a row is 4, right a column is 1
    assert image_total_variation(np.full((3, 5, 5), 0.3)) == 0


@given(st.integers(3, 7), st.integers(3, 7), st.integers(0, 10**6))
def test_what_bends_is_what_is_not_a_slope_and_a_turned_picture_bends_as_much(height, width, seed):
    rng = np.random.default_rng(seed)
    plane = rng.integers(-8, 9, size=(3, 1, 1)) + np.arange(height)[:, None] * 0.5 - np.arange(width) * 2.0
    assert curvature(plane) == 0  # halves: exact
    picture = rng.integers(-8, 9, size=(3, height, width)) / 8
    # sums of eighths are exact, only the divisions by the numbers of pixels are rounded
    assert curvature(picture) == pytest.approx(curvature(picture.swapaxes(1, 2)), rel=1e-14)
    assert curvature(picture + plane) == pytest.approx(curvature(picture), rel=1e-14)


def test_of_all_waves_a_checkerboard_bends_most_beside_its_variation():
    place = np.arange(64)

    def ratio(across, down):
        wave = np.cos(np.pi * (across * place[:, None] + down * place))[None]
        return float(curvature(wave) / roughness(wave))

    assert ratio(1, 1) == pytest.approx(8, rel=1e-12)
    assert ratio(1, 0) == pytest.approx(4, rel=1e-12)
    assert max(ratio(a / 8, b / 8) for a in range(9) for b in range(9) if a + b not in (0, 16)) < 8
    assert ratio(1 / 32, 1 / 32) < 0.02


@pytest.mark.parametrize("shape", [(3, 1, 1), (3, 1, 5), (3, 2, 2)])
def test_an_image_of_a_few_pixels_is_smooth_as_far_as_it_has_neighbours(shape):
    pixels = torch.rand(shape, generator=torch.Generator().manual_seed(0), requires_grad=True)
    for measure in (roughness, curvature):
        assert torch.isfinite(measure(pixels))
        assert torch.isfinite(torch.autograd.grad(measure(pixels), pixels)[0]).all()
    assert float(roughness(torch.zeros(3, 1, 1))) == 0


@pytest.mark.parametrize("normalisation", ["vgg", None, 1])
def test_the_normalisation_must_be_named(normalisation):
    with pytest.raises(InvalidInput, match="normalisation must be one of 'lecture', 'gatys'"):
        GramLoss(normalisation)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ([[1.0, np.nan]], [[1.0, 2.0]], "features must be finite"),
        ([[1.0, 2.0]], [[np.inf, 2.0]], "target must be finite"),
        ([1.0, 2.0], [[1.0, 2.0]], "features must be of shape"),
        (np.zeros((0, 3)), [[1.0]], "features must not be empty"),
        ("text", [[1.0]], "features must be an array"),
        ([[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]], "target must have the"),
        (torch.ones(1, 2), np.ones((1, 2)), "target must be of the kind"),
    ],
)
def test_feature_maps_that_are_none_are_refused(first, second, words):
    for loss in (content_loss, lambda a, b: style_loss(a, b, normalisation="gatys")):
        with pytest.raises(InvalidInput, match=words):
            loss(first, second)


def test_the_lectures_loss_refuses_images_of_different_sizes():
    with pytest.raises(InvalidInput, match="target must have the 2 pixels"):
        style_loss([[1.0, 2.0]], [[1.0, 2.0, 3.0]], normalisation="lecture")


@pytest.mark.parametrize("image", [np.zeros((4, 4)), np.zeros((3, 1, 4)), np.full((3, 4, 4), np.nan)])
def test_total_variation_needs_an_image(image):
    with pytest.raises(InvalidInput, match=r"^images must"):
        image_total_variation(image)
