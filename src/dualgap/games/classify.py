"""What kind of critical point a pair of strategies is: by the eigenvalues there, undecided when too close to call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch

from dualgap.errors import InvalidInput
from dualgap.games.curvature import LocalForm, local_form
from dualgap.games.derivatives import value_and_jacobian
from dualgap.games.exact import is_definite
from dualgap.games.game import Game, ZeroSum, strategies
from dualgap.games.linearise import linearise, require_deterministic
from dualgap.games.methods.method import Method
from dualgap.games.newton import newton
from dualgap.games.residual import natural_residual, residual_vector
from dualgap.games.simulate import require_game, require_method
from dualgap.games.spectrum import Eigenvalue, spectrum
from dualgap.validation import detached, real

__all__ = ["Classification", "classify"]

#: A Jacobian from nested automatic differentiation errs by a few roundings of its norm in each entry.
ROUNDINGS = 16
#: Newton steps from a pair that is an equilibrium up to the tolerance: the residual's digits double in each.
POLISHING = 4
#: How many times the Jacobian's change on the way to the estimated zero covers its change on the way to a multiple one.
MULTIPLE = 4
#: Blocks up to this size are decided in rational arithmetic where the field is affine.
MOST_NUMBERS = 64

Verdict = bool | None


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Classification:
    """What a critical point is, and the numbers that say so. A verdict is True, False, or None where it is undecided.

    Parameters
    ----------
    nash : bool or None
        Whether it is a local Nash equilibrium: neither player gains by a small move of its own.
    strict_nash : bool or None
        Whether each loses by every small move of its own.
    minimax : bool or None
        Whether it is a local minimax point: x cannot gain against a y that answers with a nearby best reply. None for
        games that are not zero-sum.
    stable : bool or None
        Whether the flow of simultaneous descent is attracted to it.
    stable_for_method : bool or None
        Whether the method is; None when no method is given too.
    eigenvalues : tuple of Eigenvalue
        Of the field's Jacobian: all real parts positive is stable.
    method_eigenvalues : tuple of Eigenvalue
        Of the method's step: all inside of the unit circle is stable. Empty without a method.
    curvature_x, curvature_y : arrays
        The eigenvalues of the second derivative of each player's loss in its own strategy, rising.
    schur : array
        The eigenvalues of x's second derivative at y's best reply, rising; empty where there is none to speak of.
    error : float
        An estimate of how far the Jacobian is from the exact one at the exact equilibrium, in norm: a smaller eigenvalue
        has no sign.
    residual : float
        Of the pair that was given.
    x, y : (n,) and (m,) arrays
        The pair, after a few Newton steps.
    """

    nash: Verdict
    strict_nash: Verdict
    minimax: Verdict
    stable: Verdict
    stable_for_method: Verdict
    eigenvalues: tuple[Eigenvalue, ...]
    method_eigenvalues: tuple[Eigenvalue, ...]
    curvature_x: np.ndarray
    curvature_y: np.ndarray
    schur: np.ndarray
    error: float
    residual: float
    x: np.ndarray
    y: np.ndarray

    @property
    def isolated(self) -> Verdict:
        """Whether it is the only critical point nearby: no eigenvalue is 0."""
        if all(abs(one.value) > one.error for one in self.eigenvalues):
            return True
        return None

    def __repr__(self) -> str:
        said = {
            "strict Nash": self.strict_nash,
            "Nash": self.nash,
            "minimax": self.minimax,
            "stable for the flow": self.stable,
        }
        if self.method_eigenvalues:
            said["stable for the method"] = self.stable_for_method
        words = {True: "yes", False: "no", None: "undecided"}
        values = ", ".join(f"{_short(one)}" for one in self.eigenvalues[:6])
        more = ", ..." if len(self.eigenvalues) > 6 else ""
        verdicts = ", ".join(f"{name}: {words[verdict]}" for name, verdict in said.items())
        return f"Classification({verdicts}; eigenvalues {values}{more} +- {self._worst():.1e})"

    def _worst(self) -> float:
        return max((one.error for one in self.eigenvalues), default=0.0)


def classify(
    game: Game,
    x: Any,
    y: Any,
    *,
    method: Method | None = None,
    time_scale: float = 1.0,
    tolerance: float = 1e-6,
) -> Classification:
    """What kind of equilibrium a pair of strategies is.

    With :math:`J = DF` the Jacobian of the field and its blocks, at a critical point:

    .. math::
        \\text{strict Nash: } J_{xx} \\succ 0, \\; J_{yy} \\succ 0; \\qquad
        \\text{minimax: } J_{yy} \\succ 0, \\; J_{xx} - J_{xy} J_{yy}^{-1} J_{yx} \\succ 0; \\qquad
        \\text{stable: } \\operatorname{Re} \\lambda(J) > 0,

    and stable for a method where all eigenvalues of its linearised step lie inside of the unit circle. An eigenvalue that is
    nearer to the boundary than its error leaves the verdict undecided, unless more is known: a critical point of a
    game that declares itself convex-concave is a Nash equilibrium, and of an affine field signs are decided in rational
    arithmetic. On a simplex, a box or a ball, the directions that the set and the gradient leave open count.

    Parameters
    ----------
    game : Game
        Deterministic.
    x, y : (n,) and (m,) arrays
        A critical point, up to the tolerance; it is refined by Newton's method.
    method : Method, optional
    time_scale : float
        tau > 0: y follows its gradient so many times faster than x in the flow.
    tolerance : float
        The largest natural residual, relative to 1 + the norm of the pair, that counts as an equilibrium.

    Returns
    -------
    Classification
        By eigenvalues in float64 with an estimate of their errors; nothing is proved but what is decided in rational
        arithmetic.

    Raises
    ------
    InvalidInput
        When the pair is no critical point, with its residual.

    Examples
    --------
    >>> import dualgap as dg
    >>> found = dg.classify(dg.games.quadratic([[-0.25]], [[0.6]], [[1.0]]), 0.0, 0.0)
    >>> found  # doctest: +ELLIPSIS
    Classification(strict Nash: no, Nash: no, minimax: yes, stable for the flow: yes; eigenvalues 0.55, 0.2 +- ...)
    >>> found.stable, found.nash
    (True, False)

    Reference: jin2020
    """
    require_game(game)
    require_deterministic(game)
    scale, limit = real(time_scale, "time_scale", above=0), real(tolerance, "tolerance", above=0)
    if method is not None:
        require_method(method)
    first, second = strategies((x, y), game.sizes, "x and y")
    given = first.detach(), second.detach()
    residual = _require_critical(game, given, limit)
    point = _polished(game, given, limit)
    form, error = _form_and_error(game, point)
    own_x, own_y = _rising(form.own_x), _rising(form.own_y)
    nash, strict = _nash(game, form, own_x, own_y, error)
    minimax, schur = _minimax(game, form, own_y, error)
    flow = _flow_spectrum(form, scale, error)
    method_values = () if method is None else _method_spectrum(game, method, point, form, error)
    return Classification(
        nash=nash,
        strict_nash=strict,
        minimax=True if nash and isinstance(game, ZeroSum) else minimax,
        stable=_below([-one.value.real for one in flow], [one.error for one in flow]) if form.certain else None,
        stable_for_method=None
        if method is None
        else _below([abs(one.value) - 1 for one in method_values], [one.error for one in method_values]),
        eigenvalues=flow,
        method_eigenvalues=method_values,
        curvature_x=own_x,
        curvature_y=own_y,
        schur=schur,
        error=error,
        residual=residual,
        x=detached(point[0]),
        y=detached(point[1]),
    )


def _method_spectrum(
    game: Game, method: Method, point: tuple[torch.Tensor, torch.Tensor], form: LocalForm, error: float
) -> tuple[Eigenvalue, ...]:
    """The eigenvalues of the method's step, which is as uncertain, relatively, as the field."""
    jacobian = linearise(game, method, at=point).jacobian
    relative = error / max(float(np.linalg.norm(form.jacobian)), error, np.finfo(np.float64).tiny)
    return spectrum(jacobian, uncertainty=float(np.linalg.norm(jacobian)) * relative)


def _flow_spectrum(form: LocalForm, time_scale: float, error: float) -> tuple[Eigenvalue, ...]:
    """The eigenvalues of the flow in which y is so many times faster."""
    if not len(form.jacobian):
        return ()
    speeds = np.r_[np.ones(form.size_x), np.full(len(form.jacobian) - form.size_x, time_scale)]
    return spectrum(speeds[:, None] * form.jacobian, uncertainty=error * max(time_scale, 1.0))


def _require_critical(game: Game, point: tuple[torch.Tensor, torch.Tensor], tolerance: float) -> float:
    residual = natural_residual(game, *point)
    size = float(torch.cat(point).norm())
    if not residual <= tolerance * (1 + size):
        raise InvalidInput(
            f"x and y must be an equilibrium to be classified: the natural residual at the pair is {residual:.3g}; "
            "dg.games.equilibria(game) looks for equilibria",
            argument="x",
        )
    return residual


def _polished(
    game: Game, point: tuple[torch.Tensor, torch.Tensor], tolerance: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The pair after a few Newton steps; the pair itself where they lead far away."""
    size = float(torch.cat(point).norm())
    x, y, _ = newton(game, point[0][None], point[1][None], steps=POLISHING)
    far = float((torch.cat([x[0], y[0]]) - torch.cat(point)).norm()) > tolerance**0.5 * (1 + size)
    return point if far else (x[0], y[0])


def _form_and_error(game: Game, point: tuple[torch.Tensor, torch.Tensor]) -> tuple[LocalForm, float]:
    """The Jacobian on the open directions, and how far it may be off: rounding, and how it changes on the way to the zero.

    With the residual r and its Jacobian R, the zero is about :math:`(|r| + \\text{rounding}) / \\sigma_{\\min}(R)` away, along
    the weakest direction. At a zero of multiplicity m that is 1/m of the way, and the Jacobian changes by at least half of
    itself over m - 1 such parts: four times the change covers it.
    """
    form = local_form(game, point[0].numpy(), point[1].numpy())
    error = ROUNDINGS * np.finfo(np.float64).eps * float(np.linalg.norm(form.jacobian))
    if game.affine:
        return form, error
    changes = [0.0]
    for x, y in _where_the_zero_may_be(game, point):
        further = local_form(game, x.numpy(), y.numpy())
        if form.jacobian.shape == further.jacobian.shape and np.isfinite(further.jacobian).all():
            changes.append(float(np.linalg.norm(form.jacobian - further.jacobian)))
    return form, error + MULTIPLE * max(changes)


def _where_the_zero_may_be(
    game: Game, point: tuple[torch.Tensor, torch.Tensor]
) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """On both sides of a pair, as far away as the zero of the residual may be."""
    n, z = point[0].shape[0], torch.cat(point)
    value, jacobian = value_and_jacobian(lambda w: residual_vector(game, w[:n], w[n:]), z)
    strengths, directions = torch.linalg.svd(jacobian.detach())[1:]
    size, eps = 1 + float(z.norm()), float(np.finfo(np.float64).eps)
    rounding = ROUNDINGS * eps * size * float(strengths[0])
    weakest = float(strengths[-1])
    if weakest <= ROUNDINGS * eps * float(strengths[0]):
        return []  # there the eigenvalue itself is 0 up to rounding
    away = min((float(value.detach().norm()) + rounding) / weakest, size)
    moved = [z + sign * away * directions[-1] for sign in (1.0, -1.0)]
    return [(game.project_x(one[:n]), game.project_y(one[n:])) for one in moved]


def _nash(game: Game, form: LocalForm, own_x: np.ndarray, own_y: np.ndarray, error: float) -> tuple[Verdict, Verdict]:
    """Whether it is a Nash equilibrium, and a strict one.

    A negative second derivative in an open direction refutes; positive ones, or convexity everywhere, prove.
    """
    known = game.constants
    strict = _both(_positive(own_x, error), _positive(own_y, error)) if form.certain else None
    if strict:
        return True, True
    if form.certain and False in (_positive(own_x, error), _positive(own_y, error)):
        return False, False
    nash: Verdict = None
    if isinstance(game, ZeroSum) and known is not None and known.monotonicity is not None and known.monotonicity >= 0:
        nash = True
    elif game.affine and form.certain and max(len(own_x), len(own_y)) <= MOST_NUMBERS and _in_own_coordinates(form):
        # the rounding of another basis would decide
        nash = True if all(is_definite(block) is not None for block in (form.own_x, form.own_y)) else None
    return nash, _strict_of_affine(form) if nash and game.affine and form.certain else None


def _strict_of_affine(form: LocalForm) -> Verdict:
    """Whether both losses curve upwards, in rational arithmetic; a loss that is flat everywhere does not."""
    blocks = (form.own_x, form.own_y)
    if any(len(block) and not block.any() for block in blocks):
        return False
    if max(map(len, blocks)) > MOST_NUMBERS or not _in_own_coordinates(form):
        return None
    return all(is_definite(block) is True for block in blocks)


def _in_own_coordinates(form: LocalForm) -> bool:
    return all(bool(np.isin(face.basis, (0.0, 1.0)).all()) and face.bend == 0 for face in form.faces)


def _minimax(game: Game, form: LocalForm, own_y: np.ndarray, error: float) -> tuple[Verdict, np.ndarray]:
    """By the second derivative in y, and that in x at y's best reply."""
    if not isinstance(game, ZeroSum) or not form.certain:
        return None, np.zeros(0)
    concave = _positive(own_y, error)
    if not concave:
        return (False if concave is False else None), np.zeros(0)
    schur = _rising(form.schur)
    k = form.size_x
    slope = np.linalg.norm(np.linalg.solve(form.jacobian[k:, k:], form.jacobian[k:, :k])) if len(own_y) else 0.0
    return _positive(schur, error * (1 + float(slope)) ** 2), schur


def _positive(eigenvalues: np.ndarray, error: float) -> Verdict:
    """Whether all are above 0; undecided where one is nearer to it than the error."""
    return _below(list(-eigenvalues), [error] * len(eigenvalues))


def _below(values: list[float], errors: list[float]) -> Verdict:
    """Whether all are below 0: no when one is above by more than its error, undecided when one may be."""
    if any(value > error for value, error in zip(values, errors, strict=True)):
        return False
    return True if all(value < -error for value, error in zip(values, errors, strict=True)) else None


def _both(first: Verdict, second: Verdict) -> Verdict:
    if first is False or second is False:
        return False
    return True if first and second else None


def _rising(matrix: np.ndarray) -> np.ndarray:
    return np.linalg.eigvalsh(matrix) if len(matrix) else np.zeros(0)


def _short(one: Eigenvalue) -> str:
    """The eigenvalue, without what is rounding only."""
    real, imaginary = (part if abs(part) > one.error else 0.0 for part in (one.value.real, one.value.imag))
    return f"{real:.6g}" if imaginary == 0 else f"{complex(real, imaginary):.6g}"
