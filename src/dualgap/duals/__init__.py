"""Kantorovich and f-divergence duals: objectives, critics, and estimates with bounds that hold."""

from __future__ import annotations

from dualgap.duals.certify import CriticCertificate
from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.fit import DualFit, fit
from dualgap.duals.fitted_critic import FittedCritic
from dualgap.duals.generator_gradient import GeneratorGradient
from dualgap.duals.regularisers import R1, R2, GradientPenalty, Regulariser, Regularisers, WeightClipping
from dualgap.duals.sources import Dataset, Sampler, Source
from dualgap.duals.training_options import Training
from dualgap.objectives import (
    DonskerVaradhan,
    Dual,
    FDual,
    Hinge,
    JensenShannon,
    KantorovichRubinstein,
    LeastSquares,
    SemiDual,
)

__all__ = [
    "CriticCertificate",
    "Dataset",
    "DonskerVaradhan",
    "Dual",
    "DualFit",
    "EstimationGame",
    "FDual",
    "FittedCritic",
    "GeneratorGradient",
    "GradientPenalty",
    "Hinge",
    "JensenShannon",
    "KantorovichRubinstein",
    "LeastSquares",
    "R1",
    "R2",
    "Regulariser",
    "Regularisers",
    "Sampler",
    "SemiDual",
    "Source",
    "Training",
    "WeightClipping",
    "fit",
]
