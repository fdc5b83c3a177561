"""Which method computes a quantity for which pair of measures: one table a quantity, that can be listed."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Measure, Points, Samples, as_measure
from dualgap.validation import same_length

__all__ = ["Quantity", "Route", "methods_for"]


@final
@dataclass(frozen=True)
class Route:
    """One way to compute a quantity: a name, the measures it takes, and what it guarantees.

    ``needs`` says in words what it needs beyond measures of these kinds, such as an option; empty for nothing.

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.methods_for(dg.kl, [0.5, 0.5], [0.2, 0.8])
    (Route('discrete', EXACT, Histogram and Histogram),)
    """

    name: str
    guarantee: Guarantee
    left: type[Measure]
    right: type[Measure]
    compute: Callable[..., Bracket]
    when: Callable[..., bool]
    summary: str
    needs: str = ""

    @property
    def kinds(self) -> str:
        """The measures that it takes, in words."""
        return _pair(self.left, self.right)

    @property
    def is_general(self) -> bool:
        """Whether the kinds of measures say nothing about what it takes."""
        return self.left is self.right is Measure

    def fits(self, p: Measure, q: Measure) -> bool:
        """Whether it takes measures of these kinds."""
        return isinstance(p, self.left) and isinstance(q, self.right)

    def applies(self, p: Measure, q: Measure, options: dict[str, Any]) -> bool:
        """Whether it takes this pair, with these options."""
        return self.fits(p, q) and self.when(p, q, **options)

    def __repr__(self) -> str:
        return f"Route({self.name!r}, {self.guarantee.name}, {self.kinds})"

    def unknown_options(self, options: dict[str, Any]) -> tuple[list[str], list[str]]:
        """The options that the method does not take, and those that it does."""
        taken = inspect.signature(self.compute).parameters
        known = [name for name, one in taken.items() if one.kind is inspect.Parameter.KEYWORD_ONLY]
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in taken.values()):
            return [], known
        return [name for name in options if name not in known], known

    def require_options(self, options: dict[str, Any], others: Sequence[Route] = ()) -> None:
        """Refuse an option that the method does not take, by its name; the nearest that it or others take is suggested."""
        unknown, known = self.unknown_options(options)
        for name in unknown:
            takers = {
                option: one.name for one in (*reversed(others), self) for option in one.unknown_options(options)[1]
            }
            near = difflib.get_close_matches(name, takers, n=1)
            hint = f"; did you mean {near[0]}, of the method {takers[near[0]]!r}?" if near else ""
            raise InvalidInput(
                f"{name} must be an option of the method {self.name!r}, which takes {', '.join(known) or 'none'}{hint}",
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
        needs: str = "",
    ) -> Callable[..., Callable[..., Bracket]]:
        """Add the decorated function ``(p, q, **options) -> Bracket`` to the table.

        ``when(p, q, **options)`` says for which inputs of these kinds it applies, and ``needs`` says the same in words.
        """

        def add(compute: Callable[..., Bracket]) -> Callable[..., Bracket]:
            summary = (compute.__doc__ or "").strip().partition("\n")[0]
            self.routes.append(Route(name, guarantee, left, right, compute, when, summary, needs))
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
        """The bracket by the named method, or for ``"auto"`` by the first applicable one that takes the options.

        Raises
        ------
        InvalidInput
            When no method takes this pair, or the named one does not.
        """
        p, q = self.measures(p, q)
        routes = self.applicable(p, q, options)
        if not routes:
            raise InvalidInput(
                f"p and q must be a pair that a method of {self.name} takes, got {_pair(type(p), type(q))}"
                f"{self._what_there_is(p, q)}",
                argument="p",
            )
        names = ("auto", *(route.name for route in routes))
        if not isinstance(method, str) or method not in names:
            listed = ", ".join(map(repr, names))
            raise InvalidInput(
                f"method must be one of {listed}, got {method!r}{self._why_not(method, p, q)}", argument="method"
            )
        named = [route for route in routes if method in ("auto", route.name)]
        chosen = next((route for route in named if not route.unknown_options(options)[0]), named[0])
        chosen.require_options(options, routes)
        return replace(chosen.compute(p, q, **options), method=chosen.name, quantity=self.name)

    def _what_there_is(self, p: Measure, q: Measure) -> str:
        """What is missing where methods take such measures; otherwise the measures that methods take."""
        fitting = [route for route in self.routes if route.fits(p, q) and not route.is_general]
        if fitting:
            needs = dict.fromkeys(route.needs or "other options" for route in fitting)
            return f", which {'need' if len(needs) == 1 else 'need one of these:'} {'; '.join(needs)}"
        pairs = {route.kinds for route in self.routes if not route.is_general}
        pairs |= {_pair(left, right) for _, left, right in self._further}
        general = dict.fromkeys(route.needs for route in self.routes if route.is_general and route.needs)
        return f"; there are methods for {', '.join(sorted(pairs))}{''.join(f', and for {one}' for one in general)}"

    def _why_not(self, method: Any, p: Measure, q: Measure) -> str:
        """Why a method of the table does not take a pair; empty where there is no such method."""
        for module, _, _ in self._further:
            importlib.import_module(module)
        named = [route for route in self.routes if isinstance(method, str) and route.name == method]
        fitting = [route for route in named if route.fits(p, q)]
        if fitting:
            return f"; {method!r} needs {fitting[0].needs or 'another pair or other options'}"
        if not named:
            return ""
        hint = "; write dg.Samples(array) for an array of draws" if named[0].left is Samples else ""
        return f": it takes {named[0].kinds}, not {_pair(type(p), type(q))}{hint}"


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
        Each with ``name``, ``guarantee``, ``summary`` and ``needs``; empty when none applies.

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


def _pair(left: type[Measure], right: type[Measure]) -> str:
    return f"{left.__name__} and {right.__name__}"
