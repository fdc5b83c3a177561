"""Games and methods by the names that the command line gives them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

from dualgap.errors import InvalidInput
from dualgap.games import methods
from dualgap.games.catalogue.examples import Example, examples
from dualgap.games.methods import Method

__all__ = ["METHODS", "example_named", "method_named"]

#: Each method with its further options filled in, as a function of the step size.
METHODS: dict[str, Callable[[float], Method]] = {
    "simultaneous": lambda step: methods.SimultaneousGDA(step=step),
    "alternating": lambda step: methods.AlternatingGDA(step=step),
    "alternating-y-first": lambda step: methods.AlternatingGDA(step=step, first="y"),
    "two-time-scales": lambda step: methods.SimultaneousGDA(step_x=step, step_y=4 * step),
    "negative-momentum": lambda step: methods.AlternatingGDA(step=step, scaling=methods.Momentum(beta=-0.5)),
    "extragradient": lambda step: methods.ExtraGradient(step=step),
    "past-extragradient": lambda step: methods.PastExtraGradient(step=step),
    "optimistic": lambda step: methods.OptimisticGDA(step=step),
    "proximal-point": lambda step: methods.ProximalPoint(step=step, inner_steps=3),
    "primal-dual": lambda step: methods.PrimalDualHybridGradient(step=step),
    "consensus": lambda step: methods.ConsensusOptimization(step=step, weight=0.5),
    "symplectic": lambda step: methods.SymplecticGradientAdjustment(step=step, weight=0.5),
    "competitive": lambda step: methods.CompetitiveGradientDescent(step=step),
    "hamiltonian": lambda step: methods.HamiltonianDescent(step=step),
    "follow-the-ridge": lambda step: methods.FollowTheRidge(step=step),
    "lookahead": lambda step: methods.Lookahead(method=methods.AlternatingGDA(step=step), period=5, alpha=0.5),
    "unrolled": lambda step: methods.Unrolled(step=step, unroll=3, inner_step=step),
    "anchored": lambda step: methods.AnchoredExtraGradient(step=step),
    "fast-extragradient": lambda step: methods.AnchoredExtraGradient(step=step, schedule="fast"),
    "halpern": lambda step: methods.Halpern(method=methods.ProximalPoint(step=step)),
    "slingshot": lambda step: methods.Slingshot(step=step),
    "mirror-prox": lambda step: methods.MirrorProx(step=step),
    "multiplicative-weights": lambda step: methods.MultiplicativeWeights(step=step),
    "optimistic-weights": lambda step: methods.MultiplicativeWeights(step=step, optimistic=True),
    "frank-wolfe": lambda step: methods.FrankWolfe(step=step),
    "averaged-extragradient": lambda step: methods.Averaged(method=methods.ExtraGradient(step=step)),
}


def method_named(name: str, step: float) -> Method:
    """A method of a step size, its further options filled in.

    Raises
    ------
    InvalidInput
        For a name that is none, with those that there are; for a step that the method does not take.

    Examples
    --------
    >>> method_named("extragradient", 0.1)  # doctest: +ELLIPSIS
    ExtraGradient(step_x=0.1, step_y=0.1, ...
    """
    return METHODS[_known(name, "method", METHODS)](step)


def example_named(name: str) -> Example:
    """A game of the catalogue.

    Raises
    ------
    InvalidInput
        For a name that is none, with those that there are.

    Examples
    --------
    >>> example_named("forsaken").step
    0.1
    """
    return examples()[_known(name, "game", examples())]


def _known(name: str, what: str, names: Iterable[str]) -> str:
    known = list(names)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise InvalidInput(f"{what} must be one of {', '.join(known)}, got {name!r}{hint}", argument=what)
    return name
