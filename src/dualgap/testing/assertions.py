"""Assertions of what must hold, which say by how much it does not.

Each raises :class:`AssertionError` with the numbers; an argument that is not what the mathematics needs raises
:class:`~dualgap.errors.InvalidInput`, so that a test cannot pass by being wrongly put.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any

from scipy.stats import binom

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.validation import confidence_level, count, detached, real

if TYPE_CHECKING:
    from dualgap.games import Game

__all__ = [
    "assert_bracket_contains",
    "assert_certified",
    "assert_equilibrium",
    "assert_lower_bound",
    "assert_lower_bound_covers",
    "assert_metric",
    "assert_rate",
]

#: What chance an estimator that covers as promised has of failing the assertion.
FALSE_ALARM = 1e-6


def assert_metric(distance: Callable[[Any, Any], Any], points: Sequence[Any], *, tolerance: float) -> None:
    """A function is a metric on some points: not negative, 0 on the diagonal, symmetric, with the triangle inequality.

    .. math:: d(a, a) = 0, \\quad d(a, b) = d(b, a) \\ge 0, \\quad d(a, c) \\le d(a, b) + d(b, c)

    That two points at distance 0 are equal is not tried: only the caller knows which representations mean one point.

    Parameters
    ----------
    distance : function of two points to a number or a Bracket
    points : sequence of at least 3 points
        Every triple of them is tried, in every order.
    tolerance : float, at least 0
        What rounding may cost, in the unit of the distance.

    Raises
    ------
    AssertionError
        Naming the axiom, the positions of the points and the numbers.

    Examples
    --------
    >>> assert_metric(lambda a, b: abs(a - b), [0.0, 1.0, 3.0], tolerance=0.0)
    >>> assert_metric(lambda a, b: (a - b) ** 2, [0.0, 1.0, 3.0], tolerance=0.0)
    Traceback (most recent call last):
        ...
    AssertionError: triangle inequality: d(0, 2) = 9 is above d(0, 1) + d(1, 2) = 5
    """
    real(tolerance, "tolerance", at_least=0)
    n = len(points)
    if n < 3:
        raise InvalidInput(f"points must be at least 3, got {n}; a triangle needs three", argument="points")
    d = [[float(distance(a, b)) for b in points] for a in points]
    for i in range(n):
        _require(abs(d[i][i]) <= tolerance, f"identity: d({i}, {i}) = {d[i][i]:.10g} is not 0")
        for j in range(n):
            _require(d[i][j] >= -tolerance, f"not negative: d({i}, {j}) = {d[i][j]:.10g} is below 0")
            _require(
                d[i][j] == d[j][i] or abs(d[i][j] - d[j][i]) <= tolerance,
                f"symmetry: d({i}, {j}) = {d[i][j]:.10g} is not d({j}, {i}) = {d[j][i]:.10g}",
            )
    for i, j, k in permutations(range(n), 3):
        around = d[i][j] + d[j][k]
        _require(
            d[i][k] <= around + tolerance,
            f"triangle inequality: d({i}, {k}) = {d[i][k]:.10g} is above d({i}, {j}) + d({j}, {k}) = {around:.10g}",
        )


def assert_certified(bracket: Bracket, *, gap: float | None = None) -> None:
    """A bracket has bounds in order around its value, and a certificate that proves them, checked here and now.

    Parameters
    ----------
    bracket : Bracket
    gap : float, optional
        How far apart the bounds may be.

    Raises
    ------
    AssertionError

    Examples
    --------
    >>> import dualgap as dg
    >>> assert_certified(dg.wasserstein([[0.0, 0.0]], [[3.0, 4.0]]), gap=1e-9)
    """
    _is_bracket(bracket)
    _require(bracket.guarantee in (Guarantee.EXACT, Guarantee.CERTIFIED), f"{bracket!r} is not certified")
    _require(bracket.certificate is not None, f"{bracket!r} carries no certificate")
    try:
        bracket.certificate.check()  # pyright: ignore[reportOptionalMemberAccess] - required above
    except CertificateError as error:
        raise AssertionError(f"the certificate of {bracket!r} does not prove its bounds: {error}") from error
    lower, value, upper = (detached(one) for one in (bracket.lower, bracket.value, bracket.upper))
    _require(bool(((lower <= value) & (value <= upper)).all()), f"the value of {bracket!r} is not between its bounds")
    if gap is not None:
        widest = float(detached(bracket.gap).max())
        _require(widest <= real(gap, "gap", at_least=0), f"the gap of {bracket!r} is {widest:.3g}, above {gap:.3g}")


def assert_bracket_contains(bracket: Bracket, truth: Any) -> None:
    """The truth lies between the bounds of a bracket (every entry of a batch).

    Parameters
    ----------
    bracket : Bracket
    truth : number or array
        Known independently.

    Raises
    ------
    AssertionError
        Also for a bracket without bounds: an estimate contains nothing.

    Examples
    --------
    >>> import dualgap as dg
    >>> assert_bracket_contains(dg.wasserstein([0.0, 1.0], [2.0, 3.0]), 2.0)
    """
    _is_bracket(bracket)
    inside = detached(bracket.contains(truth)).astype(bool)
    _require(bool(inside.all()), f"{bracket!r} does not contain {truth}")


def assert_lower_bound(bound: Any, truth: Any, *, tolerance: float) -> None:
    """A number, or every entry of an array, is at most the truth.

    Parameters
    ----------
    bound, truth : number or array
    tolerance : float, at least 0
        What rounding may cost.

    Raises
    ------
    AssertionError

    Examples
    --------
    >>> assert_lower_bound(0.9, 1.0, tolerance=0.0)
    """
    real(tolerance, "tolerance", at_least=0)
    excess = detached(bound) - detached(truth)
    _require(bool((excess <= tolerance).all()), f"the bound exceeds the truth by {float(excess.max()):.10g}")


def assert_lower_bound_covers(
    bound: Callable[[int], Any], truth: float, *, seeds: Iterable[int], confidence: float
) -> None:
    """A lower bound is at most the truth as often as it promises.

    .. math:: P(\\text{misses} \\ge k) = \\sum_{j \\ge k} \\binom nj (1 - c)^j c^{n - j} < 10^{-6}

    for the k misses of n seeds is what the assertion takes for a refutation: an estimator whose bounds cover with
    probability c or more fails it once in a million times, whatever the law. An honest check of c = 0.95 takes some
    hundreds of seeds.

    Parameters
    ----------
    bound : function of a seed to a Bracket or a number
        Draws its own samples. Of a Bracket it is the lower bound that counts.
    truth : float
        May be infinite.
    seeds : sequence of int
        At least 10.
    confidence : float in (0, 1)
        c.

    Raises
    ------
    AssertionError
        With the number of misses and their probability.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> def from_draws(seed):
    ...     rng = np.random.default_rng(seed)
    ...     p, q = dg.Samples(rng.normal(size=60)), dg.Samples(rng.normal(size=60) + 1)
    ...     return dg.js(p, q, confidence=0.9)
    >>> assert_lower_bound_covers(from_draws, 0.111418, seeds=range(40), confidence=0.9)
    """
    level = confidence_level(confidence)
    tried = list(seeds)
    if len(tried) < 10:
        raise InvalidInput(f"seeds must be at least 10, got {len(tried)}", argument="seeds")
    found = [bound(seed) for seed in tried]
    bounds = [float(one.lower if isinstance(one, Bracket) else one) for one in found]
    # nan is no bound of anything
    misses = sum(not one <= float(truth) for one in bounds)
    chance = float(binom.sf(misses - 1, len(tried), 1 - level))
    _require(
        chance >= FALSE_ALARM,
        f"the bound exceeds the truth {float(truth):.10g} for {misses} of {len(tried)} seeds, of which at most "
        f"{1 - level:.3g} are allowed on average; that many or more have probability {chance:.2g} at most",
    )


def assert_equilibrium(game: Game, x: Any, y: Any, *, tolerance: float) -> None:
    """No player gains by leaving: the duality gap where it is known, else the natural residual, is at most a tolerance.

    Parameters
    ----------
    game : dualgap.games.Game
    x, y : arrays
    tolerance : float, at least 0
        In the unit of the payoff for the gap, of its slope for the residual.

    Raises
    ------
    AssertionError

    Examples
    --------
    >>> import dualgap as dg
    >>> pennies = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> assert_equilibrium(pennies, [0.5, 0.5], [0.5, 0.5], tolerance=1e-12)
    >>> assert_equilibrium(pennies, [1.0, 0.0], [0.5, 0.5], tolerance=1e-12)
    Traceback (most recent call last):
        ...
    AssertionError: the players could gain 1 together by their best replies, more than 1e-12
    """
    import dualgap.games as games

    real(tolerance, "tolerance", at_least=0)
    first_order = float(games.natural_residual(game, x, y))
    try:
        gap = float(games.duality_gap(game, x, y).upper)
    except InvalidInput:
        gap = None  # the game is not known to be convex-concave: the first order is all that can be said
    if gap is None or (gap == math.inf and first_order <= tolerance):
        _require(first_order <= tolerance, f"a step of either player gains: the residual is {first_order:.10g}")
    else:
        _require(
            gap <= tolerance,
            f"the players could gain {gap:.10g} together by their best replies, more than {tolerance:g}",
        )


def assert_rate(game: Game, method: Any, *, start: tuple[Any, Any], steps: int, tolerance: float) -> None:
    """The simulated rate of a method on a game is the one that its linearisation predicts.

    Parameters
    ----------
    game : dualgap.games.Game
    method : dualgap.games.methods.Method
    start : pair of arrays
        Where x and y begin; for a nonlinear game near the equilibrium.
    steps : int, at least 2
    tolerance : float, at least 0
        Between the two rates, both factors a step.

    Raises
    ------
    AssertionError

    Examples
    --------
    >>> import dualgap as dg
    >>> assert_rate(dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.3), start=([1.0], [1.0]), steps=200,
    ...             tolerance=1e-9)
    """
    import dualgap.games as games

    count(steps, "steps", at_least=2)
    real(tolerance, "tolerance", at_least=0)
    predicted = float(games.predict_rate(game, method))
    measured = float(games.simulate(game, method, start=start, steps=steps).measured_rate())
    _require(
        abs(measured - predicted) <= tolerance,
        f"the rate of {method!r} is {measured:.10g} where its linearisation predicts {predicted:.10g}",
    )


def _is_bracket(value: Any) -> None:
    if not isinstance(value, Bracket):
        raise InvalidInput(f"bracket must be a Bracket, got {value!r}", argument="bracket")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)
