"""What the masses beyond a whole number add to an f-divergence at most: geometric series above the quotients of masses.

From k on, let ln(h_(j+1) / h_j) <= r < 0 for the terms h of a sum. Then the sum of h_j over j >= k is at most
h_k / (1 - e^r). The terms p^a q^(1-a) have such quotients; for p ln(p/q), whose logarithm grows with

.. math:: \\ln \\frac{p_{k+m}}{q_{k+m}} \\le \\ln \\frac{p_k}{q_k} + m\\,(c + w\\, m / k),

the first two moments of a geometric law take their place.
"""

from __future__ import annotations

import math

import numpy as np

from dualgap.divergences.generators import ChiSquared, FDivergence, Jeffreys, KullbackLeibler, Power
from dualgap.divergences.integer_laws import IntegerLaw

__all__ = ["beyond", "diverges", "power_beyond"]


def beyond(p: IntegerLaw, q: IntegerLaw, generator: FDivergence, last: float, outside: tuple[float, float]) -> float:
    """An upper bound of what all numbers above ``last`` add, each term being q f(p/q) - f'(1) (p - q) >= 0.

    Parameters
    ----------
    last : float
        All mass of both laws below it is counted elsewhere, unless it is nan: then masses may lie anywhere.
    outside : pair
        Upper bounds of the masses of p and of q that are not counted elsewhere.
    """
    mass_p, mass_q = outside
    for_p, for_q = generator.at_infinity - generator.slope, generator.at_zero + generator.slope
    if isinstance(generator, KullbackLeibler):
        return kl_beyond(p, q, last, mass_p) + mass_q
    if isinstance(generator, Jeffreys):
        return kl_beyond(p, q, last, mass_p) + kl_beyond(q, p, last, mass_q) + mass_p + mass_q
    if isinstance(generator, ChiSquared) or (isinstance(generator, Power) and generator.order > 1):
        order = generator.order if isinstance(generator, Power) else 2.0
        log = power_beyond(p, q, order, last, outside)
        return (math.exp(log) if log < 709 else math.inf) / (order - 1) + mass_q
    return sum(mass * limit if mass > 0 else 0.0 for mass, limit in ((mass_p, for_p), (mass_q, for_q)))


def power_beyond(p: IntegerLaw, q: IntegerLaw, order: float, last: float, outside: tuple[float, float]) -> float:
    """The logarithm of an upper bound of the sum of p^a q^(1-a); for a < 1 by Hoelder's inequality."""
    if outside[0] <= 0 or (order < 1 and outside[1] <= 0):
        return -math.inf
    if order < 1:
        return order * math.log(outside[0]) + (1 - order) * math.log(outside[1]) + 1e-12
    if p.steps is None or q.steps is None or not last >= 0:
        return math.inf
    (log_p, log_q), error = _logs(p, q, last + 1)
    if log_p == -math.inf:
        return -math.inf
    both = p.steps.power(order, q.steps)
    fall = _fall(*both.most(last + 1, _growth(p, q, order)), last + 1)
    if not fall < 0 or log_q == -math.inf:
        return math.inf
    return order * log_p + (1 - order) * log_q + (2 * order + 1) * error - math.log(-math.expm1(fall)) + 1e-12


def kl_beyond(p: IntegerLaw, q: IntegerLaw, last: float, mass_p: float) -> float:
    """An upper bound of the sum of p ln(p/q), of its positive terms at least."""
    if mass_p <= 0:
        return 0.0
    if p.steps is None or q.steps is None or not last >= 0:
        return math.inf
    start = last + 1
    (log_p, log_q), error = _logs(p, q, start)
    if log_p == -math.inf:
        return 0.0
    fall = _fall(*p.steps.most(start, p.steps.growth), start)
    if not fall < 0 or log_q == -math.inf:
        return math.inf
    growth = p.steps.growth - q.steps.growth
    # The quotient of p over that of q, as a power of order 1 against -1.
    rest = [(a, w) for a, w in p.steps.factors] + [(a, -w) for a, w in q.steps.factors]
    c = p.steps.c - q.steps.c + sum(max(0.0, w * math.log1p(a / start)) for a, w in rest) * (1 + 1e-12)
    # ln j <= ln k + m / k for j = k + m; where growth is negative ln j >= ln k.
    c, square = max(c + growth * math.log(start), 0.0), max(growth, 0.0) / start
    rho, none = math.exp(fall), -math.expm1(fall)
    level = max(log_p - log_q + 2 * error, 0.0)
    series = level / none + c * rho / none**2 + square * rho * (1 + rho) / none**3
    return math.exp(min(log_p + error, 0.0)) * series * (1 + 1e-9)


def diverges(p: IntegerLaw, q: IntegerLaw, order: float) -> bool:
    """Whether the terms p^a q^(1-a) grow without end, for a > 1."""
    if p.steps is None or q.steps is None or p.steps.c == -math.inf or order <= 1:
        return False
    both, growth = p.steps.power(order, q.steps), _growth(p, q, order)
    size = abs(order * p.steps.c) + abs((order - 1) * q.steps.c)
    return growth > 0 or (growth == 0 and both.c > 1e-12 * size)


def _growth(p: IntegerLaw, q: IntegerLaw, order: float) -> float:
    first, second = (one.steps.growth if one.steps is not None else math.nan for one in (p, q))
    return first if first == second else order * first + (1 - order) * second


def _fall(c: float, growth: float, start: float) -> float:
    """The most that the logarithm of a quotient is from ``start`` on."""
    if growth > 0:
        return math.inf
    return c + growth * math.log(start)


def _logs(p: IntegerLaw, q: IntegerLaw, k: float) -> tuple[tuple[float, float], float]:
    (log_p, error_p), (log_q, error_q) = (law.masses(np.array([k])) for law in (p, q))
    return (float(log_p[0]), float(log_q[0])), float(error_p[0] + error_q[0])
