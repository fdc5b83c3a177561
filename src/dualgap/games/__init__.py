"""Two-player games, update methods, the one loop, and rates predicted from the method itself."""

from __future__ import annotations

from dualgap.games import methods
from dualgap.games.catalogue import Bilinear, DiracGAN, Quadratic, bilinear, dirac_gan, quadratic
from dualgap.games.game import Game, Payoff, ZeroSum
from dualgap.games.linearise import Linearisation, linearise, predict_rate
from dualgap.games.simulate import simulate
from dualgap.games.streams import Streams
from dualgap.games.trajectory import Status, Trajectory

__all__ = [
    "Bilinear",
    "DiracGAN",
    "Game",
    "Linearisation",
    "Payoff",
    "Quadratic",
    "Status",
    "Streams",
    "Trajectory",
    "ZeroSum",
    "bilinear",
    "dirac_gan",
    "linearise",
    "methods",
    "predict_rate",
    "quadratic",
    "simulate",
]
