"""Which method computes a quantity for which pair of measures: one table a quantity, that can be listed."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, final

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Measure, Points, as_measure
from dualgap.validation import choice, same_length

__all__ = ["Quantity", "Route", "methods_for"]


@final
@dataclass(frozen=True)
class Route:
    """One way to compute a quantity: a name, the measures it takes, and what it guarantees.

    Examples
    --------
    >>> import dualgap as dg
    >>> [(route.name, route.guarantee.name) for route in dg.methods_for(dg.kl, [0.5, 0.5], [0.2, 0.8])]
    [('discrete', 'EXACT')]
    """

    name: str
    guarantee: Guarantee
    left: type[Measure]
    right: type[Measure]
    compute: Callable[..., Bracket]
    when: Callable[..., bool]
    summary: str

    def applies(self, p: Measure, q: Measure, options: dict[str, Any]) -> bool:
        """Whether it takes this pair, with these options."""
        return isinstance(p, self.left) and isinstance(q, self.right) and self.when(p, q, **options)

    def require_options(self, options: dict[str, Any]) -> None:
        """Refuse an option that the method does not take, by its name."""
        taken = inspect.signature(self.compute).parameters
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken.values()):
            return
        known = [name for name, one in taken.items() if one.kind is inspect.Parameter.KEYWORD_ONLY]
        for name in options:
            if name not in known:
                raise InvalidInput(
                    f"{name} must be an option of the method {self.name!r}, which takes {', '.join(known) or 'none'}",
                    argument=name,
                )


class Quantity:
    """Something between two measures that several methods compute: a divergence or a distance.

    Parameters
    ----------
    name : str
        The name of the public function.
    bare : Histogram or Points
        How the public function reads a bare array.
    """

    _all: dict[Callable[..., Bracket], Quantity] = {}  # noqa: RUF012 - the one list of public functions

    def __init__(self, name: str, *, bare: type[Histogram] | type[Points]) -> None:
        self.name = name
        self.bare = bare
        self.routes: list[Route] = []
        self._further: list[tuple[str, type[Measure], type[Measure]]] = []

    def public(self, function: Callable[..., Bracket]) -> Callable[..., Bracket]:
        """Declare the public function of this quantity, so that :func:`methods_for` finds the table from it."""
        Quantity._all[function] = self
        return function

    def route(
        self,
        name: str,
        left: type[Measure],
        right: type[Measure],
        guarantee: Guarantee,
        *,
        when: Callable[..., bool] = lambda p, q, **options: True,
    ) -> Callable[..., Callable[..., Bracket]]:
        """Add the decorated function ``(p, q, **options) -> Bracket`` to the table.

        ``when(p, q, **options)`` says for which inputs of these kinds it applies.
        """

        def add(compute: Callable[..., Bracket]) -> Callable[..., Bracket]:
            summary = (compute.__doc__ or "").strip().partition("\n")[0]
            self.routes.append(Route(name, guarantee, left, right, compute, when, summary))
            return compute

        return add

    def routes_in(self, module: str, left: type[Measure], right: type[Measure]) -> None:
        """Name a module that adds routes for such pairs, imported when the first such pair is asked about."""
        self._further.append((module, left, right))

    def measures(self, p: Any, q: Any) -> tuple[Measure, Measure]:
        """Both arguments as measures on the same space."""
        first, second = as_measure(p, "p", bare=self.bare), as_measure(q, "q", bare=self.bare)
        if first.dimension is not None and second.dimension is not None:
            same_length(first.dimension, second.dimension, ("p", "q"), "dimension")
        return first, second

    def applicable(self, p: Measure, q: Measure, options: dict[str, Any]) -> tuple[Route, ...]:
        """The routes that apply, best guarantee first; among equals, in the order of the table."""
        for module, left, right in self._further:
            if isinstance(p, left) and isinstance(q, right):
                importlib.import_module(module)
        fitting = [route for route in self.routes if route.applies(p, q, options)]
        return tuple(sorted(fitting, key=lambda route: -route.guarantee.strength))

    def compute(self, p: Any, q: Any, *, method: str, **options: Any) -> Bracket:
        """The bracket by the named method, or by the first applicable one for ``"auto"``.

        Raises
        ------
        InvalidInput
            When no method takes this pair, or the named one does not.
        """
        p, q = self.measures(p, q)
        routes = self.applicable(p, q, options)
        if not routes:
            raise InvalidInput(
                f"p and q must be a pair that a method of {self.name} takes, got {type(p).__name__} and "
                f"{type(q).__name__}; there are methods for {', '.join(sorted(set(map(_pair, self.routes))))}",
                argument="p",
            )
        choice(method, "method", ("auto", *(route.name for route in routes)))
        chosen = next(route for route in routes if method in ("auto", route.name))
        chosen.require_options(options)
        return replace(chosen.compute(p, q, **options), method=chosen.name, quantity=self.name)


def methods_for(function: Callable[..., Bracket], p: Any, q: Any, **options: Any) -> tuple[Route, ...]:
    """Which methods apply to a pair, best guarantee first: what ``method=`` of the function takes.

    Parameters
    ----------
    function : a public function of dualgap, such as ``dg.kl`` or ``dg.wasserstein``
    p, q : measures or what the function takes for them
    **options
        The options of the function that matter to the choice, such as ``order=2``.

    Returns
    -------
    tuple of Route
        Each with ``name``, ``guarantee`` and ``summary``; empty when none applies.

    Raises
    ------
    InvalidInput
        When the function has no table of methods, or p or q is no distribution.

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.methods_for(dg.kl, dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0))[0].name
    'gaussian'
    """
    quantity = Quantity._all.get(function) if callable(function) else None
    if quantity is None:
        raise InvalidInput(
            "function must be a function of dualgap that has several methods, such as dualgap.kl or "
            f"dualgap.wasserstein (the function itself), got {function!r}",
            argument="function",
        )
    return quantity.applicable(*quantity.measures(p, q), options)


def _pair(route: Route) -> str:
    return f"{route.left.__name__} and {route.right.__name__}"
