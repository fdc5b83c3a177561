"""The variational form of an f-divergence, in the logarithm of the density ratio.

.. math:: D_f(p \\| q) = \\sup_T E_p T - E_q f^*(T), \\qquad T = f'(e^s): \\quad f^*(f'(r)) = r f'(r) - f(r)

Any score s gives a lower bound; s = ln p/q gives the divergence. Both terms are monotone in the score, so that a bound
on abs(s) is one on them.
"""

from __future__ import annotations

import math
from functools import singledispatch
from typing import Any

from array_api_compat import array_namespace

from dualgap.divergences.generators import (
    ChiSquared,
    FDivergence,
    Jeffreys,
    JensenShannon,
    KullbackLeibler,
    Power,
    SquaredHellinger,
    TotalVariation,
)

__all__ = ["dual_terms", "has_dual_terms"]


@singledispatch
def dual_terms(generator: FDivergence, score: Any) -> tuple[Any, Any]:
    """The terms f'(e^s) of a draw of p and f(e^s) - e^s f'(e^s) of a draw of q.

    Parameters
    ----------
    generator : FDivergence
    score : (...) array
        s, an estimate of ln p/q.

    Returns
    -------
    pair of (...) arrays
        The first never decreases in s, the second never increases.

    Raises
    ------
    TypeError
        For a generator without a derivative; :func:`has_dual_terms` tells.

    Examples
    --------
    >>> import numpy as np
    >>> [float(term) for term in dual_terms(KullbackLeibler(), np.array(0.0))]
    [0.0, 0.0]
    >>> [round(float(term), 6) for term in dual_terms(JensenShannon(), np.array(50.0))]
    [0.346574, -24.653426]

    Reference: nguyen2010
    """
    raise TypeError(f"{type(generator).__name__} has no derivative")


def has_dual_terms(generator: FDivergence) -> bool:
    """Whether the derivative of a generator is known.

    Examples
    --------
    >>> has_dual_terms(ChiSquared())
    True
    """
    return dual_terms.dispatch(type(generator)) is not dual_terms.dispatch(object)


def _log_sigmoid(s: Any) -> Any:
    xp = array_namespace(s)
    return xp.where(s > 0, -xp.log1p(xp.exp(-abs(s))), s - xp.log1p(xp.exp(-abs(s))))


@dual_terms.register
def _kl(generator: KullbackLeibler, score: Any) -> tuple[Any, Any]:
    """s and 1 - e^s: f' = ln r + 1, with the constant moved from one term to the other."""
    return score, -array_namespace(score).expm1(score)


@dual_terms.register
def _js(generator: JensenShannon, score: Any) -> tuple[Any, Any]:
    """(ln 2 + ln sigmoid(s)) / 2 and (ln 2 + ln sigmoid(-s)) / 2."""
    return (math.log(2) + _log_sigmoid(score)) / 2, (math.log(2) + _log_sigmoid(-score)) / 2


@dual_terms.register
def _jeffreys(generator: Jeffreys, score: Any) -> tuple[Any, Any]:
    """s - expm1(-s) and -s - expm1(s), from f' = ln r + 1 - 1/r."""
    xp = array_namespace(score)
    return score - xp.expm1(-score), -score - xp.expm1(score)


@dual_terms.register
def _variation(generator: TotalVariation, score: Any) -> tuple[Any, Any]:
    """sign(s) / 2 and -sign(s) / 2."""
    half = array_namespace(score).sign(score) / 2
    return half, -half


@dual_terms.register
def _hellinger(generator: SquaredHellinger, score: Any) -> tuple[Any, Any]:
    """(1 - e^(-s/2)) / 2 and (1 - e^(s/2)) / 2."""
    xp = array_namespace(score)
    return -xp.expm1(-score / 2) / 2, -xp.expm1(score / 2) / 2


@dual_terms.register
def _chi_squared(generator: ChiSquared, score: Any) -> tuple[Any, Any]:
    """2 (e^s - 1) and 1 - e^(2s)."""
    xp = array_namespace(score)
    return 2 * xp.expm1(score), -xp.expm1(2 * score)


@dual_terms.register
def _power(generator: Power, score: Any) -> tuple[Any, Any]:
    """a (e^((a-1) s) - 1) / (a - 1) and 1 - e^(a s)."""
    xp, order = array_namespace(score), generator.order
    return order * xp.expm1((order - 1) * score) / (order - 1), -xp.expm1(order * score)
