"""Elementwise terms of the power divergence, by a series near p = q and by logarithms far from it."""

from __future__ import annotations

import math
from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.kernels import TERMS, AtomPair, choose, horner

__all__ = ["power_terms"]

#: Exponentials of more, from which 1 makes no difference, are taken in three factors.
FAR = 600.0


def power_terms(atoms: AtomPair, order: float) -> Any:
    """(p^a q^(1-a) - a p - (1-a) q) / (a - 1), never negative; a finite stand-in where it is infinite.

    .. math:: p\\, \\frac{e^{(a - 1) L} - 1}{a - 1} - p + q = \\frac{q (e^{a L} - 1) - a (p - q)}{a - 1},
              \\qquad L = \\ln(p / q)

    The right side is taken for a < 1/2: its parts are of the size of a, as is the divergence.

    Near p = q the power series of (1 + t)^a (1 - t)^(1 - a), whose coefficients obey
    (k + 1) c_{k+1} = (2a - 1) c_k + (k - 2) c_{k-1}.
    """
    coefficients = [2 * order, 2 * order * (2 * order - 1) / 3]
    for k in range(3, 2 * TERMS + 4):
        coefficients.append(((2 * order - 1) * coefficients[-1] + (k - 2) * coefficients[-2]) / (k + 1))
    coefficients = [one for one in coefficients if math.isfinite(one)]  # of orders so large that only t = 0 is near
    slope = order - 1

    def direct() -> Any:
        if order < 0.5:
            # Beyond e^700 the power is below e^-700 p.
            exponent = atoms.xp.clip(order * atoms.log_ratio, None, 700.0)
            value = (atoms.scaled * atoms.xp.expm1(exponent) - order * (atoms.p - atoms.scaled)) / slope
            value = value if atoms.plain else atoms.xp.where(atoms.extra, atoms.scaled, value)
        else:
            value = _grown(atoms.p, slope * atoms.log_ratio) / slope - atoms.p + atoms.scaled
        # A mass that only p has contributes a / (1 - a) of itself for a < 1; one that only q has, itself.
        alone = atoms.p * (order / (1 - order) if order < 1 else 1.0)
        return value if atoms.plain else atoms.xp.where(atoms.missed, alone, value)

    return choose(atoms, lambda t, both: both / 2 * t * t * horner(t, coefficients), direct)


def _grown(p: Any, exponent: Any) -> Any:
    """p (e^x - 1), which overflows only where it does: in three factors where e^x might."""
    xp = array_namespace(p)
    far = exponent > FAR
    if not bool(xp.any(far)):
        return p * xp.expm1(exponent)
    third = xp.exp(xp.where(far, exponent, xp.zeros_like(exponent)) / 3)
    near = xp.expm1(xp.where(far, xp.zeros_like(exponent), exponent))
    return xp.where(far, p * third * third * third, p * near)
