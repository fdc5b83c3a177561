"""Best replies in an unrestricted quadratic game: by elimination in rational numbers, or by their residuals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from dualgap.errors import CertificateError
from dualgap.games.exact import Rationals, conjugate, least_eigenvalue_bound, matrix_vector, quadratic_form, rationals
from dualgap.games.replies import Enclosure, RepliesCertificate, require_strategies
from dualgap.games.sets import FreeSpace

__all__ = ["LargeQuadraticGapCertificate", "QuadraticGapCertificate"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class QuadraticGapCertificate(RepliesCertificate):
    """The gap of an unrestricted convex-concave quadratic game.

    .. math:: f = \\tfrac12 x^\\top P x + x^\\top A y - \\tfrac12 y^\\top Q y + b^\\top x + c^\\top y, \\qquad
        \\sup_{y'} f(x, y') = \\tfrac12 x^\\top P x + b^\\top x + \\tfrac12 v^\\top Q^+ v, \\quad v = A^\\top x + c,

    where v lies in the range of Q, infinite otherwise; likewise for x. Without b and c the gap is
    :math:`\\tfrac12 x^\\top (P + A Q^+ A^\\top) x + \\tfrac12 y^\\top (Q + A^\\top P^+ A) y`.

    Parameters
    ----------
    lower, upper : float
    p, a, q : (n, n), (n, m) and (m, m) arrays
    b, c : (n,) and (m,) arrays
    x, y : (n,) and (m,) arrays
    """

    p: np.ndarray
    a: np.ndarray
    q: np.ndarray
    b: np.ndarray
    c: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def replies(self) -> tuple[Enclosure, Enclosure]:
        """Both exactly, by rational arithmetic.

        Raises
        ------
        CertificateError
            When P or Q is not positive semi-definite, or the shapes do not fit.
        """
        _require_shapes(self)
        pull_x, pull_y = _pulls(self)
        try:
            gain_x, gain_y = conjugate(self.p, pull_x), conjugate(self.q, pull_y)
        except ArithmeticError as error:
            raise CertificateError(str(error)) from None
        above = math.inf if gain_y is None else _own(self.p, self.b, self.x) + gain_y
        below = -math.inf if gain_x is None else -_own(self.q, -self.c, self.y) - gain_x
        return (above, above), (below, below)

    def reason(self) -> str:
        """Who gains without bound; empty where nobody does."""
        plain = super().reason()
        return f"{plain} in a direction in which its payoff is flat" if plain else ""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class LargeQuadraticGapCertificate(RepliesCertificate):
    """The gap of a strongly convex-concave quadratic game, from approximate replies and their residuals.

    With :math:`v = A^\\top x + c`, a reply :math:`\\hat y` and its residual :math:`r = v - Q \\hat y`,

    .. math:: 0 \\le \\sup_{y'} \\bigl( v^\\top y' - \\tfrac12 y'^\\top Q y' \\bigr)
        - \\bigl( v^\\top \\hat y - \\tfrac12 \\hat y^\\top Q \\hat y \\bigr)
        = \\tfrac12 r^\\top Q^{-1} r \\le \\frac{|r|^2}{2 \\mu},

    all but :math:`\\mu` in rational arithmetic; that is a lower bound of the least eigenvalue, proved by a Cholesky
    factorisation with its rounding accounted for. The same for x.

    Parameters
    ----------
    lower, upper : float
    p, a, q : (n, n), (n, m) and (m, m) arrays
    b, c : (n,) and (m,) arrays
    x, y : (n,) and (m,) arrays
    reply_x, reply_y : (n,) and (m,) arrays
    """

    p: np.ndarray
    a: np.ndarray
    q: np.ndarray
    b: np.ndarray
    c: np.ndarray
    x: np.ndarray
    y: np.ndarray
    reply_x: np.ndarray
    reply_y: np.ndarray

    def replies(self) -> tuple[Enclosure, Enclosure]:
        """Both, up to the residuals of the replies.

        Raises
        ------
        CertificateError
            When P or Q is not proved positive definite, or the shapes do not fit.
        """
        _require_shapes(self)
        free = FreeSpace(), FreeSpace()
        require_strategies(self.a.shape, (self.reply_x, self.reply_y), free, CertificateError)
        moduli = least_eigenvalue_bound(self.p), least_eigenvalue_bound(self.q)
        if min(moduli) <= 0:
            raise CertificateError(f"p and q must be positive definite, their eigenvalues are proved above {moduli}")
        pull_x, pull_y = _pulls(self)
        low_y, high_y = _conjugate_between(self.q, pull_y, self.reply_y, moduli[1])
        low_x, high_x = _conjugate_between(self.p, pull_x, self.reply_x, moduli[0])
        own_x, own_y = _own(self.p, self.b, self.x), _own(self.q, -self.c, self.y)
        return (own_x + low_y, own_x + high_y), (-own_y - high_x, -own_y - low_x)


def _pulls(proof: QuadraticGapCertificate | LargeQuadraticGapCertificate) -> tuple[Rationals, Rationals]:
    """What each player's payoff gains at first order where it stands at 0: -(A y + b) for x, A'x + c for y."""
    at_x = zip(matrix_vector(proof.a, proof.y), rationals(proof.b), strict=True)
    at_y = zip(matrix_vector(proof.a.T, proof.x), rationals(proof.c), strict=True)
    return [-(one + more) for one, more in at_x], [one + more for one, more in at_y]


def _own(matrix: np.ndarray, slope: np.ndarray, point: np.ndarray) -> Fraction:
    """What a player's own terms are worth to it: z'Mz/2 + slope'z."""
    linear = sum((s * z for s, z in zip(rationals(slope), rationals(point), strict=True)), Fraction(0))
    return quadratic_form(matrix, point) / 2 + linear


def _conjugate_between(
    matrix: np.ndarray, vector: Rationals, reply: np.ndarray, modulus: float
) -> tuple[Fraction, Fraction]:
    """The conjugate of a quadratic function, between its value at a reply and what the residual adds at most."""
    image, point = matrix_vector(matrix, reply), rationals(reply)
    value = sum(((v - w / 2) * z for v, w, z in zip(vector, image, point, strict=True)), Fraction(0))
    square = sum(((v - w) ** 2 for v, w in zip(vector, image, strict=True)), Fraction(0))
    return value, value + square / (2 * Fraction(modulus))


def _require_shapes(proof: QuadraticGapCertificate | LargeQuadraticGapCertificate) -> None:
    n, m = proof.a.shape if proof.a.ndim == 2 else (-1, -1)
    if proof.p.shape != (n, n) or proof.q.shape != (m, m) or proof.b.shape != (n,) or proof.c.shape != (m,):
        shapes = ", ".join(str(one.shape) for one in (proof.p, proof.a, proof.q, proof.b, proof.c))
        raise CertificateError(f"p, a, q, b, c have the shapes {shapes}")
    require_strategies((n, m), (proof.x, proof.y), (FreeSpace(), FreeSpace()), CertificateError)
