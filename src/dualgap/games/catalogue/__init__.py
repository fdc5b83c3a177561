"""Games with known answers."""

from __future__ import annotations

from dualgap.games.catalogue.bilinear import Bilinear, bilinear
from dualgap.games.catalogue.dirac_gan import DiracGAN, dirac_gan
from dualgap.games.catalogue.quadratic import Quadratic, quadratic

__all__ = ["Bilinear", "DiracGAN", "Quadratic", "bilinear", "dirac_gan", "quadratic"]
