"""The objective of style transfer: the weighted sum it is said to be, and its gradient."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.training.style import GramLoss, RandomConvolutions, content_loss, image_total_variation, style_loss
from dualgap.training.style.objective import TransferObjective

FEATURES = RandomConvolutions(levels=2, sizes=(3,), channels=8, outline_sizes=(3,), outline_channels=4)


def picture(side=24, seed=0):
    """A smooth picture with edges: a few rectangles."""
    rng = np.random.default_rng(seed)
    pixels = np.full((side, side, 3), 0.5)
    for _ in range(6):
        top, left = rng.integers(0, side - 6, size=2)
        pixels[top : top + 6, left : left + 8] = rng.random(3)
    return pixels


def test_the_objective_is_the_weighted_sum_of_the_losses_in_their_units():
    content, style, image = (torch.tensor(picture(seed=s)).permute(2, 0, 1).contiguous() for s in (0, 1, 2))
    image = image * 1.2 - 0.1  # partly outside [0, 1]
    objective = TransferObjective(
        content,
        style,
        features=FEATURES,
        loss=GramLoss("lecture"),
        content_weight=0.5,
        style_weight=2.0,
        smoothness=3.0,
    )
    here, wanted, found = (FEATURES(x) for x in (content, style, image))
    flat = {name: h.mean(-1, keepdim=True).expand_as(h).contiguous() for name, h in here.items()}
    contents = [content_loss(found[n], here[n]) / content_loss(flat[n], here[n]) for n in FEATURES.content_layers]
    styles = [
        style_loss(found[n], wanted[n], normalisation="lecture")
        / style_loss(here[n], wanted[n], normalisation="lecture")
        for n in FEATURES.style_layers
    ]
    outside = (image - image.clamp(0, 1)).square().mean()
    expected = (
        0.5 * sum(contents) / len(contents)
        + 2.0 * sum(styles) / len(styles)
        + 3.0 * image_total_variation(image)
        + 10.0 * outside
    )
    assert float(objective(image)[0]) == pytest.approx(float(expected), rel=1e-12)  # float64 throughout


def test_the_objectives_gradient_is_right():
    content, style = (torch.tensor(picture(side=8, seed=s)).permute(2, 0, 1).contiguous() for s in (0, 1))
    features = RandomConvolutions(levels=1, outline_levels=1, sizes=(3,), channels=3, outline_channels=2)
    objective = TransferObjective(
        content,
        style,
        features=features,
        loss=GramLoss("gatys"),
        content_weight=0.3,
        style_weight=1.0,
        smoothness=0.5,
    )
    generator = torch.Generator().manual_seed(0)
    # a generic point, off the kinks of the rectifier and of the box
    image = torch.rand(3, 8, 8, generator=generator, dtype=torch.float64).requires_grad_(True)
    assert torch.autograd.gradcheck(lambda x: objective(x)[0], image)
