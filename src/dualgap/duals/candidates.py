"""Which kinds of critic are tried, and how each is trained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, final

from torch import Tensor

from dualgap.duals.estimation_game import EstimationGame
from dualgap.duals.regularisers import GradientPenalty, Regulariser
from dualgap.duals.soft_cones import FEW_DIMENSIONS, SoftCones, starting_weights
from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods import Adam, Method, SimultaneousGDA
from dualgap.games.streams import Streams
from dualgap.networks import MLP, Cones, LipschitzMLP, Network
from dualgap.objectives import Dual, SemiDual

__all__ = ["Candidate", "candidates_of"]

#: Cones by default, at most: more than a sample has draws for would only remember them.
CONES = 256
#: The soft minimum's temperature, in units of the data's spread, at the start and at the end of its part of the training.
TEMPERATURES = (0.01, 0.0003)
#: The share of the training in which the minimum is soft.
SOFT = 0.8


@final
@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A network, what keeps it in its class, and the method that trains it.

    Parameters
    ----------
    network : Network
    regulariser : Regulariser or None
    method : Method
    """

    network: Network
    regulariser: Regulariser | None
    method: Method

    @property
    def name(self) -> str:
        """The network as it is written."""
        return repr(self.network)

    @property
    def comparable(self) -> bool:
        """Whether its value on validation points is a bound as it stands."""
        return self.network.lipschitz

    def start(self, streams: Streams, real_points: Tensor, fake_points: Tensor) -> Tensor:
        """The weights (restarts, size) to start from."""
        if isinstance(self.network, Cones):
            return starting_weights(self.network, streams, real_points, fake_points)
        return self.network.initial_at(streams, real_points, fake_points)

    def game_at(self, game: EstimationGame, share: float) -> Game:
        """The game after a share of the training: the cones' minimum is soft first, and hardens."""
        cones = self.network
        if not isinstance(cones, Cones) or cones.rank is not None or cones.dimension <= FEW_DIMENSIONS or share >= SOFT:
            return game
        first, last = TEMPERATURES
        return replace(game, critic=SoftCones(cones, first * (last / first) ** (share / SOFT)))


def candidates_of(
    critic: Any,
    objective: Dual,
    dimension: int,
    draws: int | None,
    regulariser: Regulariser | None,
    method: Method | None,
) -> list[Candidate]:
    """The kinds of critic that were asked for, or those that are tried by default.

    For the Kantorovich-Rubinstein dual the default is learned cones that stand and that hang, and a network with sorting
    activations and orthonormal weights; for the others a perceptron.

    Parameters
    ----------
    critic : Network, sequence of Network, or None
    objective : Dual
    dimension : int
    draws : int or None
        How many training draws there are of the law with fewer; None for discrete measures, whose bounds come from the
        c-transform and need no critic that is 1-Lipschitz.
    regulariser, method : optional
        In place of the defaults.

    Raises
    ------
    InvalidInput
        For a critic of another dimension.

    Examples
    --------
    >>> from dualgap.objectives import JensenShannon
    >>> [one.name for one in candidates_of(None, JensenShannon(), 3, 100, None, None)]
    ["MLP(widths=(3, 64, 64, 1), activation='relu'...)"]
    """
    if critic is None:
        networks = _default(objective, dimension, draws)
    else:
        networks = [critic] if isinstance(critic, Network) or not isinstance(critic, Iterable) else list(critic)
    if not networks or isinstance(critic, str):
        raise InvalidInput(f"critic must be a Network or a sequence of them, got {critic!r}", argument="critic")
    for network in networks:
        _check(network, dimension)
    if regulariser is not None and not isinstance(regulariser, Regulariser):
        raise InvalidInput(
            f"regulariser must be a Regulariser such as GradientPenalty(10.0), got {regulariser!r}",
            argument="regulariser",
        )
    made = []
    for network in networks:
        own = regulariser
        if own is None and objective.lipschitz and not network.lipschitz:
            own = GradientPenalty(10.0, one_sided=True)
        made.append(Candidate(network=network, regulariser=own, method=method or _method(network)))
    return made


def _default(objective: Dual, d: int, draws: int | None) -> list[Network]:
    perceptron = MLP((d, 64, 64, 1))
    if not objective.lipschitz or draws is None:
        return [MLP((d, 64, 64, 1), activation="softplus") if isinstance(objective, SemiDual) else perceptron]
    number = max(2, min(CONES, draws))
    return [Cones(d, number, sign=-1), Cones(d, number), LipschitzMLP((d, 64, 64, 1))]


def _method(network: Network) -> Method:
    """Adam, with a step for data of unit spread: found on funnels of 4 to 256 cones in 2 to 128 dimensions."""
    if isinstance(network, Cones):
        step = min(0.01 * (2 / network.dimension) ** 0.3, 0.16 / network.dimension)
    else:
        step = 5e-3 if network.lipschitz else 2e-3
    return SimultaneousGDA(step=step, scaling=Adam(beta1=0.9, beta2=0.99))


def _check(network: Any, dimension: int) -> None:
    if not isinstance(network, Network):
        raise InvalidInput(
            f"critic must be a Network such as MLP((d, 64, 1)), got {type(network).__name__}",
            argument="critic",
        )
    if (network.inputs, network.outputs) != (dimension, 1):
        raise InvalidInput(
            f"critic must map R^{dimension} to R, got a network from R^{network.inputs} to R^{network.outputs}",
            argument="critic",
        )
    if network.batchwise:
        raise InvalidInput(
            "critic must score each point by itself, for held-out scores to be independent, got one that looks at the whole "
            f"batch ({type(network).__name__}); leave its statistic out",
            argument="critic",
        )
