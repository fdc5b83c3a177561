"""``method="neural"``: the routes of the distances that go through a critic."""

from __future__ import annotations

from typing import Any

from dualgap.bracket import Bracket, Guarantee
from dualgap.duals.fit import fit
from dualgap.errors import InvalidInput
from dualgap.measures import Samples
from dualgap.objectives import KantorovichRubinstein
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["neural_wasserstein"]


@WASSERSTEIN.route(
    "neural",
    Samples,
    Samples,
    Guarantee.ASYMPTOTIC,
    when=lambda p, q, order=1, ground="euclidean", **options: order == 1 and ground == "euclidean",
)
def neural_wasserstein(p: Samples, q: Samples, *, order: float, ground: str, cost: Any, **options: Any) -> Bracket:
    """A critic trained on half of the draws, made 1-Lipschitz, and evaluated on draws it has not seen."""
    if cost is not None:
        raise InvalidInput("cost must not be given for Samples: the laws have other points too", argument="cost")
    return fit(KantorovichRubinstein(), p, q, **options).bracket
