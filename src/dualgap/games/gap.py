"""The duality gap: how much both players could gain together by their best replies."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.games.bilinear_gap import BilinearGapCertificate
from dualgap.games.catalogue.bilinear import Bilinear
from dualgap.games.catalogue.lagrangian_program import LagrangianProgram
from dualgap.games.catalogue.matrix_game import MatrixGame
from dualgap.games.catalogue.quadratic import Quadratic
from dualgap.games.constants import Constants
from dualgap.games.convex_gap import ConvexGapCertificate, best_replies
from dualgap.games.curvature import curvatures
from dualgap.games.exact import conjugate, least_eigenvalue_bound, rationals
from dualgap.games.game import Game, ZeroSum
from dualgap.games.linearise import require_deterministic
from dualgap.games.quadratic_gap import LargeQuadraticGapCertificate, QuadraticGapCertificate
from dualgap.games.replies import RepliesCertificate, ValueCertificate, require_strategies
from dualgap.games.simulate import require_game
from dualgap.validation import as_array, count, detached

__all__ = ["duality_gap", "value_bounds"]

#: Elimination in rational numbers takes about a second for a player of this many numbers, and grows with the fourth power.
MOST_NUMBERS = 64
#: Bounds this near to each other, relatively, differ by rounding.
ROUNDING = 1e-14
#: A curvature of the wrong sign is no rounding when it is more than this share of the Jacobian.
WRONG_SIGN = 1e-9

INSTEAD = (
    "; dg.games.natural_residual(game, x, y) says how far the pair is from a critical point, and dg.classify(game, x, y) "
    "what kind of critical point it is"
)


def duality_gap(game: Game, x: Any, y: Any, *, constants: Constants | None = None, inner_steps: int = 1000) -> Bracket:
    """How far a pair of strategies is from equilibrium, in payoff.

    .. math:: \\mathrm{gap}(x, y) = \\max_{y'} f(x, y') - \\min_{x'} f(x', y) \\ge 0,

    the maxima over the players' own sets; zero exactly at a Nash equilibrium of a convex-concave game.

    Parameters
    ----------
    game : ZeroSum
        Convex-concave and deterministic: bilinear on simplices, balls, boxes or everything, quadratic with positive
        semi-definite P and Q, or one whose ``constants`` declare a monotonicity of at least 0.
    x, y : (n,) and (m,) arrays
        In the players' sets.
    constants : Constants, optional
        The game's own when omitted. A monotonicity of mu >= 0 declares a zero-sum game convex-concave, strongly so where
        mu > 0; the bounds hold as far as that is true.
    inner_steps : int
        How many steps the solver of best replies takes at most, where they have no closed form.

    Returns
    -------
    Bracket
        EXACT for bilinear games and unrestricted quadratic ones: the bounds are rounding, by rational arithmetic in which
        ranks and signs are decided and not guessed. CERTIFIED for others: the payoffs at the replies that were found
        bound the gap from below, the tangents there from above. Infinite, with the reason, where a player may gain
        without bound: at every point of an unrestricted bilinear game but an equilibrium.

    Raises
    ------
    InvalidInput
        For strategies outside their sets, and for games that are not convex-concave, or not declared to be: best replies
        are then not known to be global, and a gap that is not proved would be none.

    Examples
    --------
    >>> import dualgap as dg
    >>> pennies = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> float(dg.duality_gap(pennies, [0.75, 0.25], [0.5, 0.5]))
    0.5
    >>> print(dg.duality_gap(dg.games.bilinear([[1.0]]), [0.0], [1.0]).reason)
    infinite because x gains without bound: the set of x is unbounded where y is not zero
    """
    proof, method = _evidence(game, x, y, constants, inner_steps)
    exact = math.isinf(proof.lower) or isinstance(proof, BilinearGapCertificate | QuadraticGapCertificate)
    if isinstance(proof, LargeQuadraticGapCertificate):
        exact = proof.upper - proof.lower <= ROUNDING * proof.upper
    middle = proof.lower if math.isinf(proof.upper) else (proof.lower + proof.upper) / 2
    return Bracket(
        # payoffs at replies are far nearer to the truth than tangents are
        value=proof.lower if isinstance(proof, ConvexGapCertificate) else middle,
        lower=proof.lower,
        upper=proof.upper,
        guarantee=Guarantee.EXACT if exact else Guarantee.CERTIFIED,
        method=method,
        certificate=proof,
        reason=proof.reason(),
        quantity="duality_gap",
    )


def value_bounds(game: Game, x: Any, y: Any, *, constants: Constants | None = None, inner_steps: int = 1000) -> Bracket:
    """The value of a convex-concave game, between what a pair of strategies guarantees its players.

    .. math:: \\inf_{x'} f(x', y) \\;\\le\\; \\min_x \\max_y f \\;\\le\\; \\sup_{y'} f(x, y')

    The bounds are the pair's duality gap apart.

    Parameters
    ----------
    game, x, y, constants, inner_steps
        As in :func:`duality_gap`.

    Returns
    -------
    Bracket
        CERTIFIED; the value is the middle where both bounds are finite.

    Raises
    ------
    InvalidInput
        As :func:`duality_gap`.

    Examples
    --------
    >>> import dualgap as dg
    >>> pennies = dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]])
    >>> value_bounds(pennies, [0.75, 0.25], [0.5, 0.5])
    Bracket(value 0.25 in [0, 0.5], CERTIFIED, support)
    """
    proof, method = _evidence(game, x, y, constants, inner_steps)
    sides = ValueCertificate(lower=-math.inf, upper=math.inf, evidence=proof).claiming()
    finite = [one for one in (sides.lower, sides.upper) if math.isfinite(one)]
    return Bracket(
        value=sum(finite) / len(finite) if finite else math.nan,
        lower=sides.lower,
        upper=sides.upper,
        guarantee=Guarantee.CERTIFIED,
        method=method,
        certificate=sides,
        reason=proof.reason().replace("infinite because", "a side is infinite because"),
        quantity="value",
    )


def _evidence(
    game: Game, x: Any, y: Any, constants: Constants | None, inner_steps: int
) -> tuple[RepliesCertificate, str]:
    """What proves the gap of a pair, and how it was found."""
    require_game(game)
    require_deterministic(game)
    steps = count(inner_steps, "inner_steps")
    if constants is not None and not isinstance(constants, Constants):
        raise InvalidInput(
            f"constants must be dg.games.Constants(lipschitz=..., monotonicity=...), got {constants!r}",
            argument="constants",
        )
    first, second = (_strategy(value, name, size) for value, name, size in zip((x, y), "xy", game.sizes, strict=True))
    require_strategies(game.sizes, (first, second), game.sets, InvalidInput)
    proof: RepliesCertificate
    if isinstance(game, Bilinear | MatrixGame):
        matrix = detached(game.matrix)
        proof = BilinearGapCertificate(lower=0.0, upper=math.inf, matrix=matrix, x=first, y=second, sets=game.sets)
        return proof.claiming(), "support"
    if isinstance(game, Quadratic | LagrangianProgram):
        return _quadratic(game, first, second).claiming(), "best replies"
    modulus = _declared(game, constants, first, second)
    found = best_replies(game, first, second, modulus=modulus, steps=steps)  # type: ignore[arg-type]
    for pair in ((found[0], second), (first, found[1])):
        _require_not_refuted(game, *pair, declared=True)
    proof = ConvexGapCertificate(
        lower=0.0,
        upper=math.inf,
        game=game,  # type: ignore[arg-type]
        x=first,
        y=second,
        reply_x=found[0],
        reply_y=found[1],
        modulus=modulus,
    )
    return proof.claiming(), "tangents"


def _quadratic(game: Quadratic | LagrangianProgram, x: np.ndarray, y: np.ndarray) -> RepliesCertificate:
    parts = _parts(game)
    named = (("p", parts["p"]), ("q", parts["q"]))
    if max(map(len, (x, y))) <= MOST_NUMBERS:
        for name, matrix in named:
            _require_convex(matrix, name)
        return QuadraticGapCertificate(lower=0.0, upper=math.inf, x=x, y=y, **parts)
    for name, matrix in named:
        if least_eigenvalue_bound(matrix) <= 0:
            raise InvalidInput(
                f"game must have positive definite p and q beyond {MOST_NUMBERS} numbers, where their ranks are not decided "
                f"by rational arithmetic, and {name} is not proved to be: add a small multiple of the identity to {name}"
                f"{INSTEAD}",
                argument="game",
            )
    reply_x = np.linalg.solve(parts["p"], -parts["a"] @ y - parts["b"])
    reply_y = np.linalg.solve(parts["q"], parts["a"].T @ x + parts["c"])
    return LargeQuadraticGapCertificate(lower=0.0, upper=math.inf, x=x, y=y, reply_x=reply_x, reply_y=reply_y, **parts)


def _parts(game: Quadratic | LagrangianProgram) -> dict[str, np.ndarray]:
    """The game as x'Px/2 + x'Ay - y'Qy/2 + b'x + c'y."""
    if isinstance(game, LagrangianProgram):
        m = len(game.b)
        found = {"p": game.p, "a": game.a.T, "q": np.zeros((m, m)), "b": game.c, "c": -game.b}
    else:
        n, m = game.sizes
        found = {"p": game.p, "a": game.a, "q": game.q, "b": np.zeros(n), "c": np.zeros(m)}
    return {name: detached(value) for name, value in found.items()}


def _declared(game: Game, constants: Constants | None, x: np.ndarray, y: np.ndarray) -> float:
    """The modulus of strong convexity-concavity that a game declares."""
    if not isinstance(game, ZeroSum):
        raise InvalidInput(
            f"game must be zero-sum for a duality gap: one payoff that x minimises and y maximises, {type(game).__name__} "
            f"has two losses{INSTEAD}",
            argument="game",
        )
    known = constants if constants is not None else game.constants
    monotonicity = None if known is None else known.monotonicity
    if monotonicity is None or monotonicity < 0:
        _require_not_refuted(game, x, y, declared=False)
        what = "is declared not to be" if monotonicity is not None else "does not declare it"
        remedy = (
            ""
            if monotonicity is not None
            else ("; if it is, pass constants=dg.games.Constants(lipschitz=None, monotonicity=0.0)")
        )
        raise InvalidInput(
            f"game must be convex-concave for a duality gap, and {type(game).__name__} {what}{remedy}{INSTEAD}",
            argument="game",
        )
    return float(monotonicity)


def _require_not_refuted(game: Game, x: np.ndarray, y: np.ndarray, *, declared: bool) -> None:
    """Refuse a payoff whose second derivative at a pair has the wrong sign."""
    own_x, own_y, scale = curvatures(game, x, y)
    for name, least in (("x", own_x), ("y", own_y)):
        if least < -WRONG_SIGN * max(scale, 1e-300):
            though = ", though it is declared to be" if declared else ""
            raise InvalidInput(
                f"game must be convex-concave for a duality gap, and {type(game).__name__} is not{though}: the loss of {name} "
                f"has the second derivative {least:.3g} in a direction of {name}{INSTEAD}",
                argument="game",
            )


def _strategy(value: Any, name: str, size: int) -> np.ndarray:
    point = detached(as_array(value, name))
    point = point.reshape(1) if point.ndim == 0 else point
    if point.shape != (size,):
        raise InvalidInput(f"{name} must have shape ({size},), got {point.shape}", argument=name)
    return point


def _require_convex(matrix: np.ndarray, name: str) -> None:
    try:
        conjugate(matrix, rationals(np.zeros(len(matrix))))
    except ArithmeticError:
        raise InvalidInput(
            f"game must be convex-concave, and {name} is not positive semi-definite, if only by its rounding: a best reply "
            f"is not bounded; where it should be, add a small multiple of the identity to {name}{INSTEAD}",
            argument="game",
        ) from None
