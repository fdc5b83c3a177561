"""Networks as functions of flat vectors of weights: an ensemble is a leading axis."""

from __future__ import annotations

from dualgap.networks.cones import Cones
from dualgap.networks.convolutional import ConvolutionalCritic, ConvolutionalGenerator
from dualgap.networks.lipschitz import LipschitzMLP, group_sort
from dualgap.networks.minibatch import MinibatchDiscrimination, WithStatistic, batch_statistic
from dualgap.networks.mixture import MixtureCritic
from dualgap.networks.mlp import MLP
from dualgap.networks.network import Network
from dualgap.networks.rescaled import Rescaled

__all__ = [
    "MLP",
    "Cones",
    "ConvolutionalCritic",
    "ConvolutionalGenerator",
    "LipschitzMLP",
    "MinibatchDiscrimination",
    "MixtureCritic",
    "Network",
    "Rescaled",
    "WithStatistic",
    "batch_statistic",
    "group_sort",
]
