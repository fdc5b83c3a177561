"""Update methods, one file each, all through ``step(game, x, y, state, draw)``."""

from __future__ import annotations

from dualgap.games.methods.alternating import AlternatingGDA
from dualgap.games.methods.extragradient import ExtraGradient
from dualgap.games.methods.method import Method
from dualgap.games.methods.scaling import Adam, Identity, Scaling
from dualgap.games.methods.simultaneous import SimultaneousGDA

__all__ = ["Adam", "AlternatingGDA", "ExtraGradient", "Identity", "Method", "Scaling", "SimultaneousGDA"]
