"""Networks as functions of flat vectors of weights: an ensemble is a leading axis."""

from __future__ import annotations

from dualgap.networks.mlp import MLP
from dualgap.networks.network import Network

__all__ = ["MLP", "Network"]
