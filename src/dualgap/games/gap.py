"""The duality gap: how much both players could gain together by their best replies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import InvalidInput
from dualgap.games.catalogue.bilinear import Bilinear
from dualgap.games.catalogue.matrix_game import MatrixGame
from dualgap.games.catalogue.quadratic import Quadratic
from dualgap.games.game import Game
from dualgap.games.sets import StrategySet
from dualgap.validation import as_array, detached

__all__ = ["BilinearGapCertificate", "QuadraticGapCertificate", "duality_gap"]

#: A strategy that projection or normalisation put into its set lies outside by rounding only.
FEASIBILITY_TOLERANCE = 1e-9
#: An eigenvalue below this share of the largest counts as zero.
RANK_TOLERANCE = 1e-12
EPS = float(np.finfo(float).eps)


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
        """The gap, less and plus the rounding of the two products."""
        value, rounding = 0.0, 0.0
        for one, matrix, point in self._sides():
            value += one.support(matrix @ point)
            rounding += 2 * EPS * len(point) * one.reach(np.abs(matrix) @ np.abs(point))
        if math.isinf(value):
            return math.inf, math.inf
        return max(0.0, value - rounding), value + rounding

    def reason(self) -> str:
        """Who gains without bound."""
        names = zip("yx", "xy", self._sides(), strict=True)
        gaining = [
            (own, other) for own, other, (one, matrix, point) in names if one.support(matrix @ point) == math.inf
        ]
        own, other = gaining[-1]
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
        """The gap, less and plus the rounding of the two solves."""
        value, rounding = 0.0, 0.0
        for own, other, point, pull in self._sides():
            inverse, condition = _half_conjugate(other, pull)
            term = float(point @ own @ point) / 2 + inverse
            value += term
            rounding += 16 * EPS * len(own) * condition * term
        if math.isinf(value):
            return math.inf, math.inf
        return max(0.0, value - rounding), value + rounding

    def reason(self) -> str:
        """Who gains without bound."""
        players = zip("yx", self._sides(), strict=True)
        gaining = [name for name, (_, other, _, pull) in players if math.isinf(_half_conjugate(other, pull)[0])]
        return f"infinite because {gaining[-1]} gains without bound in a direction in which its payoff is flat"

    def _sides(self) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], ...]:
        return (self.p, self.q, self.x, self.a.T @ self.x), (self.q, self.p, self.y, self.a @ self.y)


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
        EXACT, with a certificate. Infinite, with the reason, where a player may gain without bound: at every point of an
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
    if not isinstance(game, Game):
        raise InvalidInput(f"game must be a Game, got {type(game).__name__}", argument="game")
    points = [_strategy(value, name, size) for value, name, size in zip((x, y), "xy", game.sizes, strict=True)]
    for point, name, one in zip(points, "xy", game.sets, strict=True):
        outside = one.distance(torch.as_tensor(point))
        if outside > FEASIBILITY_TOLERANCE * (1 + float(np.linalg.norm(point))):
            raise InvalidInput(f"{name} must lie in its set {one}, it is {outside:.3g} outside", argument=name)
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
        quantity="duality gap",
    )


def _half_conjugate(matrix: np.ndarray, pull: np.ndarray) -> tuple[float, float]:
    """:math:`\\sup_z \\langle v, z \\rangle - z^\\top M z / 2 = v^\\top M^+ v / 2`, and how it is conditioned."""
    values, vectors = np.linalg.eigh(matrix)
    flat = values <= RANK_TOLERANCE * max(values[-1], 0.0)
    along = vectors.T @ pull
    if np.any(np.abs(along[flat]) > RANK_TOLERANCE * np.linalg.norm(pull)):
        return math.inf, 1.0
    if flat.all():
        return 0.0, 1.0
    return float((along[~flat] ** 2 / values[~flat]).sum()) / 2, float(values[-1] / values[~flat][0])


def _strategy(value: Any, name: str, size: int) -> np.ndarray:
    point = detached(as_array(value, name))
    point = point.reshape(1) if point.ndim == 0 else point
    if point.shape != (size,):
        raise InvalidInput(f"{name} must have shape ({size},), got {point.shape}", argument=name)
    return point


def _require_convex(matrix: np.ndarray, name: str) -> None:
    lowest = float(np.linalg.eigvalsh(matrix)[0])
    if lowest < -RANK_TOLERANCE * max(1.0, float(np.abs(matrix).max())):
        raise InvalidInput(
            f"game must be convex-concave: {name} has the eigenvalue {lowest:.3g}, so that a best reply is not bounded",
            argument="game",
        )
