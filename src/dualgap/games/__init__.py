"""Two-player games, update methods, the one loop, and rates predicted from the method itself."""

from __future__ import annotations

from dualgap.games import methods
from dualgap.games.catalogue import (
    Bilinear,
    DiracGAN,
    MatrixGame,
    Quadratic,
    bilinear,
    dirac_gan,
    matrix_game,
    quadratic,
)
from dualgap.games.game import Game, Payoff, ZeroSum
from dualgap.games.gap import duality_gap
from dualgap.games.linearise import Linearisation, linearise, predict_rate
from dualgap.games.sets import Ball, Box, FreeSpace, Simplex, StrategySet
from dualgap.games.simulate import simulate
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory

__all__ = [
    "Ball",
    "Bilinear",
    "Box",
    "DiracGAN",
    "FreeSpace",
    "Game",
    "Linearisation",
    "MatrixGame",
    "Payoff",
    "Quadratic",
    "Simplex",
    "Status",
    "StrategySet",
    "Streams",
    "Trajectory",
    "ZeroSum",
    "bilinear",
    "dirac_gan",
    "duality_gap",
    "linearise",
    "matrix_game",
    "methods",
    "predict_rate",
    "quadratic",
    "simulate",
]
