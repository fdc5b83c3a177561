"""``method="neural"``: the routes of the distances that go through a critic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.generators import ChiSquared, SquaredHellinger, TotalVariation
from dualgap.divergences.tables import CHI_SQUARED, HELLINGER, JS, KL, TOTAL_VARIATION
from dualgap.duals.fit import fit
from dualgap.duals.regularisers import Regulariser
from dualgap.duals.training_options import Training, takes_training
from dualgap.measures import Samples
from dualgap.networks import Network
from dualgap.objectives import DonskerVaradhan, Dual, FDual, JensenShannon, KantorovichRubinstein, SemiDual
from dualgap.progress import Progress
from dualgap.registry import Quantity
from dualgap.transport.wasserstein import WASSERSTEIN

__all__ = ["neural_wasserstein"]


def _euclidean(p: Any, q: Any, *, ground: str = "euclidean", cost: Any = None, **options: Any) -> bool:
    return ground == "euclidean" and cost is None


@WASSERSTEIN.route(
    "neural",
    Samples,
    Samples,
    Guarantee.CONFIDENCE,
    when=_euclidean,
    needs='ground="euclidean" and no cost',
)
@takes_training
def neural_wasserstein(
    p: Samples,
    q: Samples,
    *,
    order: float,
    ground: str,
    cost: Any,
    critic: Network | Sequence[Network] | None = None,
    regulariser: Regulariser | None = None,
    training: Training | None = None,
    seed: int = 0,
    confidence: float = 0.95,
    diameter: float | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Bracket:
    """Critics trained on half of the draws, made feasible for all laws, and evaluated on draws they have not seen."""
    return fit(
        KantorovichRubinstein() if order == 1 else SemiDual(order=order),
        p,
        q,
        critic=critic,
        regulariser=regulariser,
        training=training,
        seed=seed,
        confidence=confidence,
        diameter=diameter,
        progress=progress,
        **options,
    ).bracket


def _divergence_route(quantity: Quantity, objective: Dual) -> None:
    """A route of an f-divergence by the dual of its own generator."""

    @quantity.route("neural", Samples, Samples, Guarantee.CONFIDENCE)
    @takes_training
    def neural(
        p: Samples,
        q: Samples,
        *,
        critic: Network | Sequence[Network] | None = None,
        regulariser: Regulariser | None = None,
        training: Training | None = None,
        seed: int = 0,
        confidence: float = 0.95,
        progress: Progress | None = None,
        **options: Any,
    ) -> Bracket:
        """Critics trained on a third of the draws, evaluated on draws they have not seen."""
        return fit(
            objective,
            p,
            q,
            critic=critic,
            regulariser=regulariser,
            training=training,
            seed=seed,
            confidence=confidence,
            progress=progress,
            **options,
        ).bracket


for _quantity, _objective in (
    (KL, DonskerVaradhan()),
    (JS, JensenShannon()),
    (TOTAL_VARIATION, FDual(TotalVariation())),
    (HELLINGER, FDual(SquaredHellinger())),
    (CHI_SQUARED, FDual(ChiSquared())),
):
    _divergence_route(_quantity, _objective)
