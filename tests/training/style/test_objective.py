"""The objective of style transfer: the weighted sum it is said to be, and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.errors import InvalidInput
from dualgap.training.style import (
    GramLoss,
    RandomConvolutions,
    SlicedLoss,
    content_loss,
    image_total_variation,
    style_loss,
)
from dualgap.training.style.objective import Images, TransferObjective, Weights

FEATURES = RandomConvolutions(levels=2, sizes=(3,), channels=8, outline_sizes=(3,), outline_channels=4)


def picture(side=24, seed=0):
    """A smooth picture with edges: a few rectangles."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), 0.5)
    for _ in range(6):
        top, left = rng.integers(0, side - 6, size=2)
        pixels[top : top + 6, left : left + 8] = rng.random(3)
    return torch.tensor(pixels).permute(2, 0, 1).contiguous()


def weights(content, style, smoothness=0.0, scaled=True):
    row = (torch.tensor(np.atleast_1d(one), dtype=torch.float64) for one in (content, style))
    return Weights(content=next(row), style=next(row), smoothness=smoothness, scaled=scaled)


def bending(image):
    """The means of squares of d2/dx2, twice d2/dxdy, and d2/dy2, by numpy's differences."""
    pixels = image.numpy()
    seconds = [np.diff(pixels, 2, axis=-2), np.diff(pixels, 2, axis=-1)]
    both = np.diff(np.diff(pixels, axis=-2), axis=-1)
    return sum(np.mean(one**2) for one in seconds) + 2 * np.mean(both**2)


@pytest.mark.parametrize("scaled", [True, False])
def test_the_objective_is_the_weighted_sum_of_the_losses_in_their_units(scaled):
    content, style, start, image = (picture(seed=s) for s in (0, 1, 3, 2))
    image = image * 1.2 - 0.1  # partly outside [0, 1]
    objective = TransferObjective(
        Images(content=content, style=style, start=start),
        features=FEATURES,
        loss=GramLoss("lecture"),
        weights=weights([0.5, 0.1], [2.0, 1.0], 3.0, scaled),
    )
    here, begin, wanted, found = (FEATURES(x) for x in (content, start, style, image))
    flat = {name: h.mean(-1, keepdim=True).expand_as(h).contiguous() for name, h in here.items()}
    units = {n: content_loss(flat[n], here[n]) for n in FEATURES.content_layers}
    units |= {n: style_loss(begin[n], wanted[n], normalisation="lecture") for n in FEATURES.style_layers}
    if not scaled:
        units = dict.fromkeys(units, 1.0)
    contents = [content_loss(found[n], here[n]) / units[n] for n in FEATURES.content_layers]
    styles = [style_loss(found[n], wanted[n], normalisation="lecture") / units[n] for n in FEATURES.style_layers]
    lightness = (torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)[:, None, None] * image).sum(0)
    hue = image_total_variation(image - lightness)
    smooth = image_total_variation(image) + 3 * bending(image) + 300 * hue
    outside = (image - image.clamp(0, 1)).square().mean()
    losses = objective(torch.stack([image, image]))
    for k, (alpha, beta) in enumerate([(0.5, 2.0), (0.1, 1.0)]):
        expected = alpha * sum(contents) / len(contents) + beta * sum(styles) / len(styles) + 3 * smooth + 10 * outside
        assert float(losses.total[k]) == pytest.approx(float(expected), rel=1e-12)  # float64 throughout
    for name, value in zip((*FEATURES.content_layers, *FEATURES.style_layers), (*contents, *styles), strict=True):
        assert float(losses.layers[name][0]) == pytest.approx(float(value), rel=1e-12)


@pytest.mark.parametrize("loss", [GramLoss("gatys"), SlicedLoss(projections=3)])
def test_the_objectives_gradient_is_right(loss):
    content, style = (picture(side=8, seed=s) for s in (0, 1))
    features = RandomConvolutions(levels=1, outline_levels=1, sizes=(3,), channels=3, outline_channels=2)
    objective = TransferObjective(
        Images(content=content, style=style, start=content),
        features=features,
        loss=loss,
        weights=weights(0.3, 1.0, 0.01),
    )
    generator = torch.Generator().manual_seed(0)
    # a generic point, off the kinks of the rectifier, of the box and of the order of pixels
    image = torch.rand(1, 3, 8, 8, generator=generator, dtype=torch.float64).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: objective(x).total, image)


def test_a_region_feels_its_own_style_alone():
    content, first, second = (picture(seed=s) for s in (0, 1, 2))
    masks = torch.zeros(2, 24, 24, dtype=torch.float64)
    masks[0, :, :12], masks[1, :, 12:] = 1, 1
    both = torch.cat([first[..., :12], second[..., 12:]], dim=-1)
    objective = TransferObjective(
        Images(content=content, style=both, start=content, content_masks=masks, style_masks=masks),
        features=RandomConvolutions(levels=1, outline_levels=1, sizes=(3,), channels=4),
        loss=SlicedLoss(),
        weights=weights(0.0, 1.0),
    )
    assert float(objective(both[None]).style) == 0
    assert float(objective(first[None]).style) > 0.05
    assert float(objective(torch.flip(both, (-1,))[None]).style) > 0.05


def test_without_a_mask_pixels_feel_no_style():
    content, style = picture(seed=0), picture(seed=1)
    mask = torch.zeros(1, 24, 24, dtype=torch.float64)
    mask[..., :8] = 1
    objective = TransferObjective(
        Images(content=content, style=style, start=content, content_masks=mask),
        features=RandomConvolutions(levels=1, outline_levels=1, sizes=(3,), channels=4),
        loss=SlicedLoss(),
        weights=weights(0.0, 1.0),
    )
    image = content[None].clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(objective(image).style.sum(), image)
    assert bool((gradient[..., 9:] == 0).all())  # a filter of three pixels reaches one further
    assert bool((gradient[..., :8] != 0).any())


def test_a_texture_has_no_content():
    style = picture(seed=1)
    objective = TransferObjective(
        Images(content=None, style=style, start=picture(seed=2)),
        features=FEATURES,
        loss=SlicedLoss(),
        weights=weights(0.0, 1.0),
    )
    losses = objective(style[None])
    assert set(losses.layers) == set(FEATURES.style_layers)
    assert float(losses.content) == float(losses.style) == 0


def test_masks_of_a_loss_that_does_not_compare_sizes_are_refused():
    mask = torch.ones(1, 24, 24, dtype=torch.float64)
    mask[..., :4] = 0
    with pytest.raises(InvalidInput, match="target must have the"):
        TransferObjective(
            Images(content=picture(), style=picture(seed=1), start=picture(), content_masks=mask),
            features=FEATURES,
            loss=GramLoss("lecture"),
            weights=weights(0.1, 1.0),
        )
