"""``method="neural"``: the routes of the distances that go through a critic."""

from __future__ import annotations

from typing import Any

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.tables import JS
from dualgap.duals.fit import fit
from dualgap.measures import Samples
from dualgap.networks import Network
from dualgap.objectives import JensenShannon, KantorovichRubinstein
from dualgap.progress import Progress
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["neural_js", "neural_wasserstein"]


def _euclidean_of_order_one(
    p: Any, q: Any, *, order: float = 1, ground: str = "euclidean", cost: Any = None, **options: Any
) -> bool:
    return order == 1 and ground == "euclidean" and cost is None


@WASSERSTEIN.route(
    "neural",
    Samples,
    Samples,
    Guarantee.CONFIDENCE,
    when=_euclidean_of_order_one,
    needs='order=1, ground="euclidean" and no cost',
)
def neural_wasserstein(
    p: Samples,
    q: Samples,
    *,
    order: float,
    ground: str,
    cost: Any,
    critic: Network | None = None,
    steps: int = 1000,
    batch_size: int = 256,
    restarts: int = 1,
    seed: int = 0,
    confidence: float = 0.95,
    diameter: float | None = None,
    progress: Progress | None = None,
) -> Bracket:
    """A critic trained on half of the draws, made 1-Lipschitz, and evaluated on draws it has not seen."""
    fitted = fit(
        KantorovichRubinstein(),
        p,
        q,
        critic=critic,
        steps=steps,
        batch_size=batch_size,
        restarts=restarts,
        seed=seed,
        confidence=confidence,
        diameter=diameter,
        progress=progress,
    )
    return fitted.bracket


@JS.route("neural", Samples, Samples, Guarantee.CONFIDENCE)
def neural_js(
    p: Samples,
    q: Samples,
    *,
    critic: Network | None = None,
    steps: int = 1000,
    batch_size: int = 256,
    restarts: int = 1,
    seed: int = 0,
    confidence: float = 0.95,
    progress: Progress | None = None,
) -> Bracket:
    """A classifier trained on half of the draws, evaluated on draws it has not seen."""
    fitted = fit(
        JensenShannon(),
        p,
        q,
        critic=critic,
        steps=steps,
        batch_size=batch_size,
        restarts=restarts,
        seed=seed,
        confidence=confidence,
        progress=progress,
    )
    return fitted.bracket
