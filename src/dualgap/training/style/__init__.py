"""Style transfer: feature maps, the losses that compare them, and the descent on an image."""

from __future__ import annotations

from dualgap.training.style.control import Control
from dualgap.training.style.convolutions import RandomConvolutions
from dualgap.training.style.descent import LBFGS, Adam, Descent
from dualgap.training.style.features import Features
from dualgap.training.style.kernel_loss import GaussianKernel, Kernel, KernelLoss, LinearKernel, QuadraticKernel
from dualgap.training.style.losses import (
    GramLoss,
    StyleLoss,
    content_loss,
    gram,
    image_total_variation,
    style_loss,
)
from dualgap.training.style.patches import Patches
from dualgap.training.style.result import StyleTransfer
from dualgap.training.style.transfer import style_transfer, texture
from dualgap.training.style.transport_losses import SlicedLoss, TransportLoss
from dualgap.training.style.vgg import VGG19

__all__ = [
    "LBFGS",
    "Adam",
    "Control",
    "Descent",
    "Features",
    "GaussianKernel",
    "GramLoss",
    "Kernel",
    "KernelLoss",
    "LinearKernel",
    "Patches",
    "QuadraticKernel",
    "RandomConvolutions",
    "SlicedLoss",
    "StyleLoss",
    "StyleTransfer",
    "TransportLoss",
    "VGG19",
    "content_loss",
    "gram",
    "image_total_variation",
    "style_loss",
    "style_transfer",
    "texture",
]
