"""Style transfer: feature maps, the losses that compare them, and the descent on an image."""

from __future__ import annotations

from dualgap.training.style.features import Features, RandomConvolutions
from dualgap.training.style.losses import (
    GramLoss,
    StyleLoss,
    content_loss,
    gram,
    image_total_variation,
    style_loss,
)
from dualgap.training.style.transfer import StyleTransfer, style_transfer

__all__ = [
    "Features",
    "GramLoss",
    "RandomConvolutions",
    "StyleLoss",
    "StyleTransfer",
    "content_loss",
    "gram",
    "image_total_variation",
    "style_loss",
    "style_transfer",
]
