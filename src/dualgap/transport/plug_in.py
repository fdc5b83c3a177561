"""The distance between two samples, as the estimate of the distance between their laws that everybody uses."""

from __future__ import annotations

import math
from typing import Any

from dualgap.bracket import Bracket, Guarantee
from dualgap.measures import Points, Samples
from dualgap.transport.wasserstein import WASSERSTEIN, suited

__all__ = ["plug_in"]

# Critics are a layer above; their module adds its route when samples are first asked about.
WASSERSTEIN.routes_in("dualgap.duals.neural", Samples, Samples)


@WASSERSTEIN.route("plug_in", Samples, Samples, Guarantee.NONE, when=lambda p, q, cost=None, **options: cost is None)
def plug_in(p: Samples, q: Samples, *, order: float, ground: str, cost: Any) -> Bracket:
    """The empirical distance: an estimate that is too large on average, by far in high dimension."""
    clouds = Points(p.points), Points(q.points)
    found = WASSERSTEIN.compute(*clouds, method=suited(*clouds), order=order, ground=ground, cost=cost)
    return Bracket(
        value=found.value,
        lower=math.nan,
        upper=math.nan,
        guarantee=Guarantee.NONE,
        method="plug_in",
        reason="by convexity the order-th power is too large on average, the more so the higher the "
        "dimension; dg.Points asks for the distance between the samples themselves",
    )
