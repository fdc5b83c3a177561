"""Two-player games, update methods, the one loop, and rates predicted from the method itself."""

from __future__ import annotations

from dualgap.games import methods
from dualgap.games.catalogue import (
    Bilinear,
    DiracGAN,
    Example,
    FiniteSum,
    Forsaken,
    KellyAuction,
    LagrangianProgram,
    MatrixGame,
    MixtureGAN,
    Quadratic,
    RobustRegression,
    bilinear,
    bilinear_with_singular_values,
    dirac_gan,
    examples,
    finite_sum,
    forsaken,
    kelly_auction,
    lagrangian_program,
    matching_pennies,
    matrix_game,
    minimax_not_nash,
    mixture_gan,
    potential_maximum,
    quadratic,
    random_matrix_game,
    random_quadratic,
    robust_regression,
    rock_paper_scissors,
    rotation,
    scalar_quadratic,
    xy,
)
from dualgap.games.classify import Classification, classify
from dualgap.games.constants import Constants
from dualgap.games.equilibria import Equilibrium, equilibria, local_constants
from dualgap.games.flow import flow
from dualgap.games.game import Game, Payoff, ZeroSum
from dualgap.games.gap import duality_gap, value_bounds
from dualgap.games.linearise import Linearisation, linearise, predict_rate
from dualgap.games.modified import ModifiedEquation
from dualgap.games.regions import StabilityRegion, amplification, stability_boundary, stability_region
from dualgap.games.residual import frank_wolfe_gap, natural_residual
from dualgap.games.sets import Ball, Box, FreeSpace, Simplex, StrategySet
from dualgap.games.simulate import simulate
from dualgap.games.spectrum import Eigenvalue, spectrum
from dualgap.games.step_sizes import BestStep, best_step, largest_stable_step
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory

__all__ = [
    "Ball",
    "BestStep",
    "Bilinear",
    "Box",
    "Classification",
    "Constants",
    "DiracGAN",
    "Eigenvalue",
    "Equilibrium",
    "Example",
    "FiniteSum",
    "Forsaken",
    "FreeSpace",
    "Game",
    "KellyAuction",
    "LagrangianProgram",
    "Linearisation",
    "MatrixGame",
    "MixtureGAN",
    "ModifiedEquation",
    "Payoff",
    "Quadratic",
    "RobustRegression",
    "Simplex",
    "StabilityRegion",
    "Status",
    "StrategySet",
    "Streams",
    "Trajectory",
    "ZeroSum",
    "amplification",
    "best_step",
    "bilinear",
    "bilinear_with_singular_values",
    "classify",
    "dirac_gan",
    "duality_gap",
    "equilibria",
    "examples",
    "finite_sum",
    "flow",
    "forsaken",
    "frank_wolfe_gap",
    "kelly_auction",
    "lagrangian_program",
    "largest_stable_step",
    "linearise",
    "local_constants",
    "matching_pennies",
    "matrix_game",
    "methods",
    "minimax_not_nash",
    "mixture_gan",
    "natural_residual",
    "potential_maximum",
    "predict_rate",
    "quadratic",
    "random_matrix_game",
    "random_quadratic",
    "robust_regression",
    "rock_paper_scissors",
    "rotation",
    "scalar_quadratic",
    "simulate",
    "spectrum",
    "stability_boundary",
    "stability_region",
    "value_bounds",
    "xy",
]
