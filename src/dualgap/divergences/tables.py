"""The tables of methods of the f-divergences: one list of routes, the same for every divergence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from dualgap.bracket import Guarantee
from dualgap.divergences import cells, closed_forms, discrete, gaussian, gaussian_power, renyi_on_atoms, shift, singular
from dualgap.divergences.gaussian_pair import difference_of_supports
from dualgap.divergences.generators import (
    ChiSquared,
    FDivergence,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    SquaredHellinger,
    TotalVariation,
)
from dualgap.measures import Gaussian, Histogram, Measure, Points, Samples
from dualgap.registry import Quantity

__all__ = ["CHI_SQUARED", "F_DIVERGENCE", "HELLINGER", "JEFFREYS", "JS", "KL", "RENYI", "TOTAL_VARIATION"]

KL = Quantity("kl", bare=Histogram)
JS = Quantity("js", bare=Histogram)
JEFFREYS = Quantity("jeffreys", bare=Histogram)
TOTAL_VARIATION = Quantity("total_variation", bare=Histogram)
HELLINGER = Quantity("hellinger", bare=Histogram)
CHI_SQUARED = Quantity("chi_squared", bare=Histogram)
RENYI = Quantity("renyi", bare=Histogram)
F_DIVERGENCE = Quantity("f_divergence", bare=Histogram)

_GENERATORS: dict[Quantity, FDivergence] = {
    KL: KullbackLeibler(),
    JS: JensenShannon(),
    JEFFREYS: Jeffreys(),
    TOTAL_VARIATION: TotalVariation(),
    HELLINGER: SquaredHellinger(),
    CHI_SQUARED: ChiSquared(),
}


_FAMILIES = "two named families with a closed form"
_HUMPS = "two mixtures of normal and Laplace laws on the line"


def _with(compute: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    return update_wrapper(partial(compute, **options), compute) if options else compute


def _fill(quantity: Quantity, **options: Any) -> None:
    """The methods that every f-divergence has; the generator is fixed here or comes with the call."""
    singular_when, singular_value = (_with(one, **options) for one in (singular.is_singular, singular.between_singular))
    route = quantity.route
    route("discrete", Histogram, Histogram, Guarantee.EXACT)(_with(discrete.histograms, **options))
    route("discrete", Points, Points, Guarantee.EXACT)(_with(discrete.points, **options))
    on_the_line, cells_value = (_with(one, **options) for one in (cells.on_the_line, cells.bracket_on_line))
    route("singular", Measure, Measure, Guarantee.EXACT, when=singular_when)(singular_value)
    shifted, shifted_value = (_with(one, **options) for one in (shift.are_shifted, shift.between_shifted))
    route("cells", Gaussian, Gaussian, Guarantee.CERTIFIED, when=shifted)(shifted_value)
    route("cells", Measure, Measure, Guarantee.CERTIFIED, when=on_the_line, needs=_HUMPS)(cells_value)


def _equivalent(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return not difference_of_supports(p, q)


def _shifted(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return _equivalent(p, q) and gaussian.have_equal_covariance(p, q)


for _quantity, _generator in _GENERATORS.items():
    _fill(_quantity, generator=_generator)
_fill(F_DIVERGENCE)

KL.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian.kl_between)
KL.route("closed_form", Measure, Measure, Guarantee.EXACT, when=closed_forms.are_known, needs=_FAMILIES)(
    closed_forms.kl_of_families
)
JEFFREYS.route("closed_form", Measure, Measure, Guarantee.EXACT, when=closed_forms.jeffreys_of_families_is_known)(
    closed_forms.jeffreys_of_families
)
JEFFREYS.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian.jeffreys_between)
HELLINGER.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.hellinger_between)
CHI_SQUARED.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.chi_squared_between)
TOTAL_VARIATION.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_shifted)(
    gaussian.variation_between_shifted
)
TOTAL_VARIATION.route("overlap", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_equivalent)(gaussian.variation_between)
# Critics are a layer above; their module adds its route when samples are first asked about.
JS.routes_in("dualgap.duals.neural", Samples, Samples)
JS.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=gaussian.are_equal)(gaussian.between_equal)
JS.route("overlap", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_equivalent)(gaussian.js_between)

RENYI.route("discrete", Histogram, Histogram, Guarantee.EXACT)(renyi_on_atoms.histograms)
RENYI.route("discrete", Points, Points, Guarantee.EXACT)(renyi_on_atoms.points)
RENYI.route("singular", Measure, Measure, Guarantee.EXACT, when=renyi_on_atoms.is_singular)(
    renyi_on_atoms.between_singular
)
RENYI.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.renyi_between)
