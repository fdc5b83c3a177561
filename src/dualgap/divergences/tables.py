"""The tables of methods of the f-divergences: one list of routes, the same for every divergence."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from inspect import signature
from typing import Any

from dualgap.bracket import Guarantee
from dualgap.divergences import (
    cells,
    closed_forms,
    discrete,
    gaussian,
    gaussian_power,
    integer_sums,
    mixture_bounds,
    monte_carlo,
    quadrature,
    renyi_on_atoms,
    shift,
    singular,
)
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
from dualgap.divergences.sample_routes import add_sample_routes
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
_ON_THE_LINE = "two laws on the line with distribution functions, or mixtures of them"
_MIXTURES = "two mixtures of Gaussians that are not singular"
_DRAWN = "two laws with densities that can be drawn from"
_ON_INTEGERS = "two laws on whole numbers, or one and points of the line"
_ON_A_LINE = "two laws on the line with densities"


def _with(compute: Callable[..., Any], **options: Any) -> Callable[..., Any]:
    """The function with these options fixed, which are no options of its own any more."""
    if not options:
        return compute

    def with_them(*pair: Any, **others: Any) -> Any:
        return compute(*pair, **(others | options))

    fixed: Any = update_wrapper(with_them, compute)
    own = signature(compute)
    fixed.__signature__ = own.replace(parameters=[one for name, one in own.parameters.items() if name not in options])
    return fixed


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
    route("cells", Measure, Measure, Guarantee.CERTIFIED, when=on_the_line, needs=_ON_THE_LINE)(cells_value)


def _fill_general(quantity: Quantity, **options: Any) -> None:
    """The methods that every other one of the same guarantee comes before."""
    for name, guarantee, when, compute, needs in (
        (
            "integer_sums",
            Guarantee.EXACT,
            integer_sums.are_infinitely_apart,
            integer_sums.infinite_between_integers,
            _ON_INTEGERS,
        ),
        (
            "integer_sums",
            Guarantee.CERTIFIED,
            integer_sums.are_on_integers,
            integer_sums.between_integers,
            _ON_INTEGERS,
        ),
        (
            "mixture_bounds",
            Guarantee.CERTIFIED,
            mixture_bounds.are_mixtures,
            mixture_bounds.between_mixtures,
            _MIXTURES,
        ),
        ("monte_carlo", Guarantee.CONFIDENCE, monte_carlo.can_be_bounded, monte_carlo.by_bounded_draws, _DRAWN),
        ("monte_carlo", Guarantee.ASYMPTOTIC, monte_carlo.can_be_estimated, monte_carlo.by_draws, _DRAWN),
        ("quadrature", Guarantee.NONE, quadrature.have_densities, quadrature.by_quadrature, _ON_A_LINE),
    ):
        quantity.route(name, Measure, Measure, guarantee, when=_with(when, **options), needs=needs)(
            _with(compute, **options)
        )


def _equivalent(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return not difference_of_supports(p, q)


def _shifted(p: Gaussian, q: Gaussian, **options: Any) -> bool:
    return _equivalent(p, q) and gaussian.have_equal_covariance(p, q)


_power_is_known = closed_forms.power_of_families_is_known

for _quantity, _generator in _GENERATORS.items():
    _fill(_quantity, generator=_generator)
_fill(F_DIVERGENCE)

KL.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian.kl_between)
KL.route("closed_form", Measure, Measure, Guarantee.EXACT, when=closed_forms.are_known, needs=_FAMILIES)(
    closed_forms.kl_of_families
)
JEFFREYS.route("closed_form", Measure, Measure, Guarantee.EXACT, when=closed_forms.jeffreys_of_families_is_known,
               needs=_FAMILIES)(closed_forms.jeffreys_of_families)  # fmt: skip
HELLINGER.route(
    "closed_form", Measure, Measure, Guarantee.EXACT, when=partial(_power_is_known, order=0.5), needs=_FAMILIES
)(closed_forms.hellinger_of_families)
CHI_SQUARED.route(
    "closed_form", Measure, Measure, Guarantee.EXACT, when=partial(_power_is_known, order=2.0), needs=_FAMILIES
)(closed_forms.chi_squared_of_families)
RENYI.route("closed_form", Measure, Measure, Guarantee.EXACT, when=_power_is_known, needs=_FAMILIES)(
    closed_forms.renyi_of_families
)
JEFFREYS.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian.jeffreys_between)
HELLINGER.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.hellinger_between)
CHI_SQUARED.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.chi_squared_between)
TOTAL_VARIATION.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_shifted)(
    gaussian.variation_between_shifted
)
TOTAL_VARIATION.route("overlap", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_equivalent)(gaussian.variation_between)
# Critics are a layer above; their module adds its route when samples are first asked about.
for _quantity in (KL, JS, TOTAL_VARIATION, HELLINGER, CHI_SQUARED):
    _quantity.routes_in("dualgap.duals.neural", Samples, Samples)
JS.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=gaussian.are_equal)(gaussian.between_equal)
JS.route("overlap", Gaussian, Gaussian, Guarantee.CERTIFIED, when=_equivalent)(gaussian.js_between)

for _quantity, _generator in _GENERATORS.items():
    _fill_general(_quantity, generator=_generator)
_fill_general(F_DIVERGENCE)

RENYI.route("discrete", Histogram, Histogram, Guarantee.EXACT)(renyi_on_atoms.histograms)
RENYI.route("discrete", Points, Points, Guarantee.EXACT)(renyi_on_atoms.points)
RENYI.route("singular", Measure, Measure, Guarantee.EXACT, when=renyi_on_atoms.is_singular)(
    renyi_on_atoms.between_singular
)
RENYI.route(
    "integer_sums", Measure, Measure, Guarantee.EXACT, when=integer_sums.renyi_are_infinitely_apart, needs=_ON_INTEGERS
)(integer_sums.infinite_renyi_of_integers)
RENYI.route("integer_sums", Measure, Measure, Guarantee.CERTIFIED, when=integer_sums.are_on_integers,
            needs=_ON_INTEGERS)(integer_sums.renyi_of_integers)  # fmt: skip
RENYI.route("gaussian", Gaussian, Gaussian, Guarantee.EXACT, when=_equivalent)(gaussian_power.renyi_between)

add_sample_routes(_GENERATORS, RENYI, F_DIVERGENCE, _with)
