"""The tables of methods of the f-divergences: one list of routes, the same for every divergence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from dualgap.bracket import Guarantee
from dualgap.divergences import discrete, gaussian, singular
from dualgap.divergences.gaussian_pair import difference_of_supports
from dualgap.divergences.generators import FDivergence, JensenShannon, KullbackLeibler
from dualgap.measures import Gaussian, Histogram, Measure, Points
from dualgap.registry import Quantity

__all__ = ["JS", "KL"]

KL = Quantity("kl", bare=Histogram)
JS = Quantity("js", bare=Histogram)


def _with(compute: Callable[..., Any], generator: FDivergence) -> Callable[..., Any]:
    return update_wrapper(partial(compute, generator=generator), compute)


def _equivalent(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return not difference_of_supports(p, q)


def _equal(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return gaussian.are_equal(p, q)


def _fill(quantity: Quantity, generator: FDivergence) -> None:
    route = quantity.route
    route("discrete", Histogram, Histogram, Guarantee.EXACT)(_with(discrete.histograms, generator))
    route("discrete", Points, Points, Guarantee.EXACT)(_with(discrete.points, generator))
    route("singular", Measure, Measure, Guarantee.EXACT, when=_with(singular.is_singular, generator))(
        _with(singular.between_singular, generator)
    )


_fill(KL, KullbackLeibler())
_fill(JS, JensenShannon())
KL.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian.kl_between)
JS.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equal)(gaussian.between_equal)
JS.route("overlap", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_equivalent)(gaussian.js_between)
