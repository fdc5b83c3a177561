"""Update methods, one file each, all through ``step(game, x, y, state, draw)``."""

from __future__ import annotations

from dualgap.games.methods.alternating import AlternatingGDA
from dualgap.games.methods.anchored import AnchoredExtraGradient
from dualgap.games.methods.annealing import Annealed
from dualgap.games.methods.averaged import Averaged
from dualgap.games.methods.competitive import CompetitiveGradientDescent
from dualgap.games.methods.consensus import ConsensusOptimization
from dualgap.games.methods.extragradient import ExtraGradient
from dualgap.games.methods.follow_the_ridge import FollowTheRidge
from dualgap.games.methods.frank_wolfe import FrankWolfe
from dualgap.games.methods.halpern import Halpern
from dualgap.games.methods.hamiltonian import HamiltonianDescent
from dualgap.games.methods.lookahead import Lookahead
from dualgap.games.methods.method import Method
from dualgap.games.methods.mirror_prox import MirrorProx
from dualgap.games.methods.multiplicative_weights import MultiplicativeWeights
from dualgap.games.methods.optimistic import OptimisticGDA
from dualgap.games.methods.past_extragradient import PastExtraGradient
from dualgap.games.methods.primal_dual import PrimalDualHybridGradient
from dualgap.games.methods.proximal import ProximalPoint
from dualgap.games.methods.scaling import Adam, Identity, Momentum, RMSProp, Scaling
from dualgap.games.methods.simultaneous import SimultaneousGDA
from dualgap.games.methods.slingshot import Slingshot
from dualgap.games.methods.symplectic import SymplecticGradientAdjustment
from dualgap.games.methods.unrolled import Unrolled

__all__ = [
    "Adam",
    "AlternatingGDA",
    "AnchoredExtraGradient",
    "Annealed",
    "Averaged",
    "CompetitiveGradientDescent",
    "ConsensusOptimization",
    "ExtraGradient",
    "FollowTheRidge",
    "FrankWolfe",
    "Halpern",
    "HamiltonianDescent",
    "Identity",
    "Lookahead",
    "Method",
    "MirrorProx",
    "Momentum",
    "MultiplicativeWeights",
    "OptimisticGDA",
    "PastExtraGradient",
    "PrimalDualHybridGradient",
    "ProximalPoint",
    "RMSProp",
    "Scaling",
    "SimultaneousGDA",
    "Slingshot",
    "SymplecticGradientAdjustment",
    "Unrolled",
]
