"""Kantorovich and f-divergence duals: objectives, critics, and estimates with bounds that hold."""

from __future__ import annotations

from dualgap.duals.certify import CriticCertificate, HeldOutCertificate
from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.fit import DualFit, fit
from dualgap.duals.fitted_critic import FittedCritic
from dualgap.duals.regularisers import R1, GradientPenalty, Regulariser, WeightClipping
from dualgap.duals.sources import Dataset, Source
from dualgap.objectives import Dual, JensenShannon, KantorovichRubinstein

__all__ = [
    "CriticCertificate",
    "Dataset",
    "Dual",
    "DualFit",
    "EstimationGame",
    "FittedCritic",
    "GradientPenalty",
    "HeldOutCertificate",
    "JensenShannon",
    "KantorovichRubinstein",
    "R1",
    "Regulariser",
    "Source",
    "WeightClipping",
    "fit",
]
