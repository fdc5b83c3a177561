"""The methods for two samples in the tables of the divergences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dualgap.bracket import Guarantee
from dualgap.divergences import accuracy, held_out, neighbours, ratio
from dualgap.divergences.generators import FDivergence
from dualgap.measures import Samples
from dualgap.registry import Quantity

__all__ = ["CLASSIFIED", "add_sample_routes"]

#: What a classifier's ratio is first-order exact for: smooth generators whose terms have moderate tails.
CLASSIFIED = ("kl", "js", "hellinger")
_NEIGHBOURS = {
    "kl": neighbours.kl_by_neighbours,
    "jeffreys": neighbours.jeffreys_by_neighbours,
    "hellinger": neighbours.hellinger_by_neighbours,
    "renyi": neighbours.renyi_by_neighbours,
}
_ACCURACY = {"js": accuracy.js_by_accuracy, "total_variation": accuracy.variation_by_accuracy}


def add_sample_routes(
    generators: Mapping[Quantity, FDivergence],
    renyi: Quantity,
    f_divergence: Quantity,
    fixed: Callable[..., Callable[..., Any]],
) -> None:
    """Add what there is for Samples to each table.

    Parameters
    ----------
    generators : mapping of the tables to their generators
    renyi, f_divergence : Quantity
        The tables whose generator comes with the call.
    fixed : callable
        ``fixed(compute, generator=...)``: the method of one generator.
    """
    for quantity, generator in generators.items():
        held = fixed(held_out.by_held_out, generator=generator)
        quantity.route("held_out", Samples, Samples, Guarantee.CONFIDENCE)(held)
        if quantity.name in CLASSIFIED:
            classified = fixed(ratio.by_classifier, generator=generator)
            quantity.route("classifier", Samples, Samples, Guarantee.ASYMPTOTIC)(classified)
    renyi.route("held_out", Samples, Samples, Guarantee.CONFIDENCE)(held_out.renyi_by_held_out)
    f_divergence.route("held_out", Samples, Samples, Guarantee.CONFIDENCE, when=held_out.has_bound,
                       needs="a generator of dualgap.divergences")(held_out.by_held_out)  # fmt: skip
    for quantity in (*generators, renyi):
        for name, guarantee, methods in (
            ("accuracy", Guarantee.CONFIDENCE, _ACCURACY),
            ("neighbours", Guarantee.ASYMPTOTIC, _NEIGHBOURS),
        ):
            if quantity.name in methods:
                quantity.route(name, Samples, Samples, guarantee)(methods[quantity.name])
