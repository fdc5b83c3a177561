"""Divergences between distributions: f-divergences with a bracket on every number."""

from __future__ import annotations

from dualgap.divergences.bounded import hellinger, js, total_variation
from dualgap.divergences.energy import energy_distance
from dualgap.divergences.generators import (
    ChiSquared,
    FDivergence,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.divergences.kernel_discrepancy import mmd
from dualgap.divergences.permutation import PermutationTest, permutation_test
from dualgap.divergences.public import chi_squared, f_divergence, jeffreys, kl, renyi
from dualgap.divergences.reverse_kl import ReverseKullbackLeibler
from dualgap.divergences.skew import SkewJensenShannon
from dualgap.divergences.triangular import TriangularDiscrimination
from dualgap.divergences.user import Generator

__all__ = [
    "ChiSquared",
    "FDivergence",
    "Generator",
    "Jeffreys",
    "JensenShannon",
    "KullbackLeibler",
    "PermutationTest",
    "Power",
    "ReverseKullbackLeibler",
    "SkewJensenShannon",
    "SquaredHellinger",
    "TotalVariation",
    "TriangularDiscrimination",
    "chi_squared",
    "energy_distance",
    "f_divergence",
    "hellinger",
    "jeffreys",
    "js",
    "kl",
    "mmd",
    "permutation_test",
    "renyi",
    "total_variation",
]
