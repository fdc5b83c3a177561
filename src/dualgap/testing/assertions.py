"""Assertions of what must hold, which say by how much it does not.

Each raises :class:`AssertionError` with the numbers; an argument that is not what the mathematics needs raises
:class:`~dualgap.errors.InvalidInput`, so that a test cannot pass by being wrongly put.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import TYPE_CHECKING, Any

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.validation import count, detached, real

if TYPE_CHECKING:
    from dualgap.games import Game

__all__ = ["assert_bracket_contains", "assert_certified", "assert_lower_bound", "assert_metric", "assert_rate"]


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
