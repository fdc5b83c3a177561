"""Attacks on classifiers, their exact form for linear models, and training against them."""

from __future__ import annotations

from dualgap.training.robust.accuracy import accuracy
from dualgap.training.robust.adversarial import (
    RobustTraining,
    adversarial_training,
    attacked_accuracy,
    clean_accuracy,
)
from dualgap.training.robust.attacks import fgsm, pgd
from dualgap.training.robust.digits import Digits, digits, digits_classifier, perceptron
from dualgap.training.robust.linear import dual_order, worst_case_inputs, worst_case_loss

__all__ = [
    "Digits",
    "RobustTraining",
    "accuracy",
    "adversarial_training",
    "attacked_accuracy",
    "clean_accuracy",
    "digits",
    "digits_classifier",
    "dual_order",
    "fgsm",
    "perceptron",
    "pgd",
    "worst_case_inputs",
    "worst_case_loss",
]
