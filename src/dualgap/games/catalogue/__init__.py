"""Games with known answers."""

from __future__ import annotations

from dualgap.games.catalogue.bilinear import Bilinear, bilinear, bilinear_with_singular_values, xy
from dualgap.games.catalogue.dirac_gan import DiracGAN, dirac_gan
from dualgap.games.catalogue.examples import Example, examples
from dualgap.games.catalogue.finite_sum import FiniteSum, finite_sum
from dualgap.games.catalogue.forsaken import Forsaken, forsaken
from dualgap.games.catalogue.kelly_auction import KellyAuction, kelly_auction
from dualgap.games.catalogue.lagrangian_program import LagrangianProgram, lagrangian_program
from dualgap.games.catalogue.local_minimax import minimax_not_nash, potential_maximum
from dualgap.games.catalogue.matrix_game import (
    MatrixGame,
    matching_pennies,
    matrix_game,
    random_matrix_game,
    rock_paper_scissors,
)
from dualgap.games.catalogue.mixture_gan import MixtureGAN, mixture_gan
from dualgap.games.catalogue.quadratic import Quadratic, quadratic, random_quadratic, rotation, scalar_quadratic
from dualgap.games.catalogue.robust_regression import RobustRegression, robust_regression

__all__ = [
    "Bilinear",
    "DiracGAN",
    "Example",
    "FiniteSum",
    "Forsaken",
    "KellyAuction",
    "LagrangianProgram",
    "MatrixGame",
    "MixtureGAN",
    "Quadratic",
    "RobustRegression",
    "bilinear",
    "bilinear_with_singular_values",
    "dirac_gan",
    "examples",
    "finite_sum",
    "forsaken",
    "kelly_auction",
    "lagrangian_program",
    "matching_pennies",
    "matrix_game",
    "minimax_not_nash",
    "mixture_gan",
    "potential_maximum",
    "quadratic",
    "random_matrix_game",
    "random_quadratic",
    "robust_regression",
    "rock_paper_scissors",
    "rotation",
    "scalar_quadratic",
    "xy",
]
