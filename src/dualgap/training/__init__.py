"""Trainers: GANs as ensembles on the common loop, style transfer, adversarial training."""

from __future__ import annotations

from dualgap.training import recipes, robust, style
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.captured import Captured
from dualgap.training.checkpoint import Checkpoint
from dualgap.training.data import Grid, Modes, ParallelLines, Ring, Spiral, SwissRoll
from dualgap.training.datasets import as_source, digits_source, image_folder
from dualgap.training.distances import manifold_coverage, mmd_squared, wasserstein_brackets
from dualgap.training.evaluation import Evaluation
from dualgap.training.history import share_of_seeds, summary, write_json_lines, write_tensorboard
from dualgap.training.instance_noise import InstanceNoise
from dualgap.training.metrics import mode_coverage
from dualgap.training.processes import processes
from dualgap.training.robust import adversarial_training
from dualgap.training.style import style_transfer
from dualgap.training.train import train

__all__ = [
    "AdversarialGame",
    "Captured",
    "Checkpoint",
    "Evaluation",
    "Grid",
    "InstanceNoise",
    "Modes",
    "ParallelLines",
    "Ring",
    "Spiral",
    "SwissRoll",
    "adversarial_training",
    "as_source",
    "digits_source",
    "image_folder",
    "manifold_coverage",
    "mmd_squared",
    "mode_coverage",
    "processes",
    "recipes",
    "robust",
    "share_of_seeds",
    "style",
    "style_transfer",
    "summary",
    "train",
    "wasserstein_brackets",
    "write_json_lines",
    "write_tensorboard",
]
