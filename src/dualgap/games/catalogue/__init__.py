"""Games with known answers."""

from __future__ import annotations

from dualgap.games.catalogue.bilinear import Bilinear, bilinear
from dualgap.games.catalogue.dirac_gan import DiracGAN, dirac_gan
from dualgap.games.catalogue.matrix_game import MatrixGame, matrix_game
from dualgap.games.catalogue.quadratic import Quadratic, quadratic

__all__ = [
    "Bilinear",
    "DiracGAN",
    "MatrixGame",
    "Quadratic",
    "bilinear",
    "dirac_gan",
    "matrix_game",
    "quadratic",
]
