"""Attacks on classifiers, what is proved of every attack, and training against them."""

from __future__ import annotations

from dualgap.training.robust.accuracy import accuracy
from dualgap.training.robust.adversarial import (
    RobustTraining,
    adversarial_training,
    attacked_accuracy,
    clean_accuracy,
)
from dualgap.training.robust.attacks import fgsm, iterated_fgsm, pgd
from dualgap.training.robust.balls import furthest, project
from dualgap.training.robust.classifiers import classifier, digits_classifier, perceptron, pgd_of_radius
from dualgap.training.robust.data_sets import Split, breast_cancer, digits, two_moons
from dualgap.training.robust.linear import dual_order, worst_case_inputs, worst_case_loss
from dualgap.training.robust.perturbation_game import PerturbationGame
from dualgap.training.robust.robust_accuracy import robust_accuracy
from dualgap.training.robust.robust_loss import robust_loss
from dualgap.training.robust.robust_radius import robust_radius
from dualgap.training.robust.robustness_curve import RobustnessCurve, robustness_curve
from dualgap.training.robust.sample_losses import margin_loss

__all__ = [
    "PerturbationGame",
    "RobustTraining",
    "RobustnessCurve",
    "Split",
    "accuracy",
    "adversarial_training",
    "attacked_accuracy",
    "breast_cancer",
    "classifier",
    "clean_accuracy",
    "digits",
    "digits_classifier",
    "dual_order",
    "fgsm",
    "furthest",
    "iterated_fgsm",
    "margin_loss",
    "perceptron",
    "pgd",
    "pgd_of_radius",
    "project",
    "robust_accuracy",
    "robust_loss",
    "robust_radius",
    "robustness_curve",
    "two_moons",
    "worst_case_inputs",
    "worst_case_loss",
]
