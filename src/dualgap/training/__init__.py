"""Trainers: GANs as ensembles on the common loop, style transfer, adversarial training."""

from __future__ import annotations

from dualgap.training import robust, style
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.data import Ring
from dualgap.training.metrics import mode_coverage
from dualgap.training.robust import adversarial_training
from dualgap.training.style import style_transfer
from dualgap.training.train import train

__all__ = [
    "AdversarialGame",
    "Ring",
    "adversarial_training",
    "mode_coverage",
    "robust",
    "style",
    "style_transfer",
    "train",
]
