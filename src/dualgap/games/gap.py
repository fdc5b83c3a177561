"""The duality gap: how much both players could gain together by their best replies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, final

import numpy as np
import torch

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.games.catalogue.bilinear import Bilinear
from dualgap.games.catalogue.matrix_game import MatrixGame
from dualgap.games.catalogue.quadratic import Quadratic
from dualgap.games.exact import conjugate, matrix_vector, outward, quadratic_form, rationals
from dualgap.games.game import Game
from dualgap.games.sets import FreeSpace, StrategySet
from dualgap.games.simulate import require_game
from dualgap.validation import as_array, detached

__all__ = ["BilinearGapCertificate", "QuadraticGapCertificate", "duality_gap"]

#: A strategy that projection or normalisation put into its set lies outside by rounding only.
FEASIBILITY_TOLERANCE = 1e-9
#: Elimination in rational numbers takes about a second for a player of this many numbers, and grows with the fourth power.
MOST_NUMBERS = 64


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class BilinearGapCertificate(Certificate):
    """The gap of x' A y, from the support functions of the two sets.

    .. math:: \\mathrm{gap} = \\sup_{y' \\in Y} \\langle A^\\top x, y' \\rangle + \\sup_{x' \\in X} \\langle -A y, x' \\rangle

    Parameters
    ----------
    lower, upper : float
    matrix : (n, m) array
    x, y : (n,) and (m,) arrays
    sets : pair of StrategySet
    """

    matrix: np.ndarray
    x: np.ndarray
    y: np.ndarray
    sets: tuple[StrategySet, StrategySet]

    def bounds(self) -> tuple[float, float]:
        """The gap between two neighbouring floats, by rational arithmetic.

        Raises
        ------
        CertificateError
            For strategies of other lengths than the matrix, or outside their sets.
        """
        _require_strategies(self.matrix.shape, (self.x, self.y), self.sets, CertificateError)
        parts = [one.support(matrix_vector(matrix, point)) for one, matrix, point in self._sides()]
        if any(math.isinf(below) for below, _ in parts):
            return math.inf, math.inf
        lower, upper = (sum(map(Fraction, ends), Fraction(0)) for ends in zip(*parts, strict=True))
        return max(0.0, outward(lower)[0]), max(0.0, outward(upper)[1])

    def reason(self) -> str:
        """Who gains without bound."""
        names = zip("yx", "xy", self._sides(), strict=True)
        own, other = [
            (own, other)
            for own, other, (one, matrix, point) in names
            if math.isinf(one.support(matrix_vector(matrix, point))[0])
        ][-1]
        return f"infinite because {own} gains without bound: the set of {own} is unbounded where {other} is not zero"

    def _sides(self) -> tuple[tuple[StrategySet, np.ndarray, np.ndarray], ...]:
        return (self.sets[1], self.matrix.T, self.x), (self.sets[0], -self.matrix, self.y)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class QuadraticGapCertificate(Certificate):
    """The gap of an unrestricted convex-concave quadratic game.

    .. math:: \\mathrm{gap} = \\tfrac12 x^\\top (P + A Q^+ A^\\top) x + \\tfrac12 y^\\top (Q + A^\\top P^+ A) y

    where A'x lies in the range of Q and A y in that of P; infinite otherwise.

    Parameters
    ----------
    lower, upper : float
    p, a, q : (n, n), (n, m) and (m, m) arrays
    x, y : (n,) and (m,) arrays
    """

    p: np.ndarray
    a: np.ndarray
    q: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def bounds(self) -> tuple[float, float]:
        """The gap between two neighbouring floats, by rational arithmetic.

        Raises
        ------
        CertificateError
            When P or Q is not positive semi-definite, or the shapes do not fit.
        """
        n, m = self.a.shape if self.a.ndim == 2 else (-1, -1)
        if self.p.shape != (n, n) or self.q.shape != (m, m):
            raise CertificateError(f"p, a, q have the shapes {self.p.shape}, {self.a.shape}, {self.q.shape}")
        _require_strategies((n, m), (self.x, self.y), (FreeSpace(), FreeSpace()), CertificateError)
        try:
            conjugates = self._conjugates()
        except ArithmeticError as error:
            raise CertificateError(str(error)) from None
        if None in conjugates:
            return math.inf, math.inf
        own = quadratic_form(self.p, self.x) / 2 + quadratic_form(self.q, self.y) / 2
        return outward(sum((one for one in conjugates if one is not None), own))

    def reason(self) -> str:
        """Who gains without bound."""
        gaining = [name for name, one in zip("yx", self._conjugates(), strict=True) if one is None]
        return f"infinite because {gaining[-1]} gains without bound in a direction in which its payoff is flat"

    def _conjugates(self) -> tuple[Fraction | None, Fraction | None]:
        """What each player's best reply adds: y's, then x's."""
        return (
            conjugate(self.q, matrix_vector(self.a.T, self.x)),
            conjugate(self.p, matrix_vector(self.a, self.y)),
        )


def duality_gap(game: Game, x: Any, y: Any) -> Bracket:
    """How far a pair of strategies is from equilibrium, in payoff.

    .. math:: \\mathrm{gap}(x, y) = \\max_{y'} f(x, y') - \\min_{x'} f(x', y) \\ge 0,

    the maxima over the players' own sets; zero exactly at a Nash equilibrium of a convex-concave game.

    Parameters
    ----------
    game : Bilinear, MatrixGame or Quadratic
        Bilinear on simplices, balls, boxes or everything; quadratic with positive semi-definite P and Q.
    x, y : (n,) and (m,) arrays
        In the players' sets.

    Returns
    -------
    Bracket
        EXACT: the bounds are neighbouring floats, found by rational arithmetic, in which ranks and signs are decided and
        not guessed. Infinite, with the reason, where a player may gain without bound: at every point of an
        unrestricted bilinear game but an equilibrium.

    Raises
    ------
    InvalidInput
        For strategies outside their sets, and for games whose best replies are not known to be global: a gap that is not
        proved would be none.

    Examples
    --------
    >>> import dualgap as dg
    >>> pennies = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> float(dg.duality_gap(pennies, [0.75, 0.25], [0.5, 0.5]))
    0.5
    >>> print(dg.duality_gap(dg.games.bilinear([[1.0]]), [0.0], [1.0]).reason)
    infinite because x gains without bound: the set of x is unbounded where y is not zero
    """
    require_game(game)
    points = [_strategy(value, name, size) for value, name, size in zip((x, y), "xy", game.sizes, strict=True)]
    _require_strategies(game.sizes, (points[0], points[1]), game.sets, InvalidInput)
    proof: BilinearGapCertificate | QuadraticGapCertificate
    if isinstance(game, Bilinear | MatrixGame):
        proof = BilinearGapCertificate(
            lower=0.0, upper=math.inf, matrix=detached(game.matrix), x=points[0], y=points[1], sets=game.sets
        )
        method = "support"
    elif isinstance(game, Quadratic):
        parts = {name: detached(getattr(game, name)) for name in ("p", "a", "q")}
        _require_convex(parts["p"], "p")
        _require_convex(parts["q"], "q")
        proof = QuadraticGapCertificate(lower=0.0, upper=math.inf, x=points[0], y=points[1], **parts)
        method = "best replies"
    else:
        raise InvalidInput(
            f"game must be convex-concave with known best replies (bilinear, matrix game, quadratic), got "
            f"{type(game).__name__}; the norm of game.field(x, y) says how far the pair is from a critical point",
            argument="game",
        )
    proof = proof.claiming()
    infinite = math.isinf(proof.upper)
    reason = proof.reason() if infinite else ""
    return Bracket(
        value=math.inf if infinite else (proof.lower + proof.upper) / 2,
        lower=proof.lower,
        upper=proof.upper,
        guarantee=Guarantee.EXACT,
        method=method,
        certificate=proof,
        reason=reason,
        quantity="duality_gap",
    )


def _strategy(value: Any, name: str, size: int) -> np.ndarray:
    point = detached(as_array(value, name))
    point = point.reshape(1) if point.ndim == 0 else point
    if point.shape != (size,):
        raise InvalidInput(f"{name} must have shape ({size},), got {point.shape}", argument=name)
    return point


def _require_convex(matrix: np.ndarray, name: str) -> None:
    if len(matrix) > MOST_NUMBERS:
        raise InvalidInput(
            f"game must have players of at most {MOST_NUMBERS} numbers, for exact arithmetic, {name} has {len(matrix)}",
            argument="game",
        )
    try:
        conjugate(matrix, rationals(np.zeros(len(matrix))))
    except ArithmeticError:
        raise InvalidInput(
            f"game must be convex-concave, and {name} is not positive semi-definite, if only by its rounding: a best reply "
            f"is not bounded; where it should be, add a small multiple of the identity to {name}",
            argument="game",
        ) from None


def _require_strategies(
    sizes: tuple[int, int],
    points: tuple[np.ndarray, np.ndarray],
    sets: tuple[StrategySet, StrategySet],
    error: type[InvalidInput] | type[CertificateError],
) -> None:
    """Refuse strategies of other lengths, or outside their sets by more than rounding."""
    for size, point, one, name in zip(sizes, points, sets, "xy", strict=True):
        if point.shape != (size,) or not np.isfinite(point).all():
            raise error(f"{name} must be {size} finite numbers, got shape {point.shape}")
        outside = one.distance(torch.as_tensor(point))
        if outside > FEASIBILITY_TOLERANCE * (1 + float(np.linalg.norm(point))):
            raise error(f"{name} must lie in its set {one}, it is {outside:.3g} outside")
