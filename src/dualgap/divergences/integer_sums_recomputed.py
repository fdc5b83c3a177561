"""The certificates of sums over whole numbers: masses from the quotients of their neighbours, terms by plain formulas."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.divergences.cells_recomputed import plain_terms
from dualgap.divergences.generators import ChiSquared, FDivergence, Power
from dualgap.divergences.integer_head import outside_masses
from dualgap.divergences.integer_laws import IntegerLaw, total_mass
from dualgap.divergences.integer_tails import beyond, diverges, power_beyond
from dualgap.divergences.plain import log_sum
from dualgap.errors import CertificateError

__all__ = ["IntegersMissed", "IntegersRecomputed"]

#: A mass beyond the sum that is too small to matter to the masses before it.
NOTHING = 1e-17
#: So many numbers at both ends of the supports are compared.
LOOKED_AT = 256


@final
@dataclass(frozen=True, kw_only=True)
class IntegersMissed(Certificate):
    """Two laws of which one has a number with mass where the other has none, or whose terms grow without end.

    Parameters
    ----------
    p, q : IntegerLaw
    generator : FDivergence
    """

    p: IntegerLaw
    q: IntegerLaw
    generator: FDivergence

    def number(self) -> tuple[float, str, str] | None:
        """A whole number, the law that has mass there, and the law that has none, where that costs infinitely much."""
        laws = {"p": self.p, "q": self.q}
        for has, misses, limit in (("p", "q", self.generator.at_infinity), ("q", "p", self.generator.at_zero)):
            if limit < math.inf:
                continue
            k = _candidates(laws[has], laws[misses])
            log_mass = laws[misses].masses(k)[0]
            lost = (laws[has].masses(k)[0] > -np.inf) & (log_mass == -np.inf) & ~laws[misses].unknown(k, log_mass)
            if lost.any():
                return float(k[lost][0]), has, misses
        return None

    def bounds(self) -> tuple[float, float]:
        """Infinity, twice.

        Raises
        ------
        CertificateError
            When neither law misses a number of the other and the terms do not grow.
        """
        f = self.generator
        order = f.order if isinstance(f, Power) else 2.0 if isinstance(f, ChiSquared) else 0.0
        if self.number() is None and not diverges(self.p, self.q, order):
            raise CertificateError("no number is known that one law has and the other misses")
        return math.inf, math.inf


def _candidates(has: IntegerLaw, misses: IntegerLaw) -> np.ndarray:
    """Numbers next to the ends of both supports, and to the points of the one that has finitely many."""
    if has.atoms is not None:
        return has.atoms
    ends = {end for law in (has, misses) for end in law.support if math.isfinite(end)} or {0.0}
    parts: list[Any] = [end + np.arange(-LOOKED_AT, LOOKED_AT + 1.0) for end in ends]
    if misses.atoms is not None:
        parts += [np.round(misses.atoms) + shift for shift in (-1.0, 1.0)]
    return np.unique(np.concatenate(parts))


@final
@dataclass(frozen=True, kw_only=True)
class IntegersRecomputed(Certificate):
    """The numbers that were summed, and the two laws.

    Masses of a family are products of quotients of neighbours, from the largest one, divided by their sum.

    Parameters
    ----------
    p, q : IntegerLaw
    atoms : (n,) array
    last : float
        Up to which all numbers are among the atoms; nan where some are missing.
    generator : FDivergence
    order : float, optional
        Of the Renyi divergence that is made of the power divergence.
    """

    p: IntegerLaw
    q: IntegerLaw
    atoms: np.ndarray
    last: float
    generator: FDivergence
    order: float | None = None

    def bounds(self) -> tuple[float, float]:
        """Both bounds from the atoms, with no allowance for rounding.

        Raises
        ------
        CertificateError
            When the atoms do not increase, or numbers are missing among them.
        """
        atoms = self.atoms
        if len(atoms) == 0 or not (np.isfinite(atoms).all() and (np.diff(atoms) > 0).all()):
            raise CertificateError("the numbers are not increasing")
        lows = [law.support[0] for law in (self.p, self.q) if law.atoms is None]
        if not math.isnan(self.last):
            run = atoms[(atoms >= min(lows)) & (atoms <= self.last) & (atoms == np.round(atoms))]
            if len(run) != self.last - min(lows) + 1:
                raise CertificateError("whole numbers are missing below the last one")
        for law in (self.p, self.q):
            if law.atoms is not None and not np.isin(law.atoms, atoms).all():
                raise CertificateError("points of a law are missing among the numbers")
        with np.errstate(all="ignore"):
            return self._bounds(self._logs(self.p), self._logs(self.q))

    def _bounds(self, log_p: np.ndarray, log_q: np.ndarray) -> tuple[float, float]:
        f = self.generator
        of_p, of_q = (outside_masses(law, self.atoms, self.last, *law.masses(self.atoms)) for law in (self.p, self.q))
        mass = (of_p[1], of_q[1])
        shared = (log_p > -np.inf) & (log_q > -np.inf)
        terms = _terms(f, log_p[shared], log_q[shared])
        alone = [
            _weighted(f.at_infinity - f.slope, total_mass(log_p[~shared])),
            _weighted(f.at_zero + f.slope, total_mass(log_q[~shared])),
        ]
        inner = float(math.fsum([*terms, *alone])) if np.isfinite([terms.sum(), *alone]).all() else math.inf
        lower, upper = (
            inner + self._merged(of_p, of_q),
            min(inner + beyond(self.p, self.q, f, self.last, mass), f.singular),
        )
        if self.order is None:
            return min(lower, upper), upper
        slope = self.order - 1
        if lower * abs(slope) < 0.5:
            first, second = (
                math.log1p(slope * one) / slope if slope * one > -1 else math.inf for one in (lower, upper)
            )
            return first, second
        least = float(log_sum(self.order * log_p[shared] - slope * log_q[shared], axis=0))
        rest = power_beyond(self.p, self.q, self.order, self.last, mass)
        far = sorted((least / slope, float(np.logaddexp(least, rest)) / slope))
        return far[0], far[1]

    def _merged(self, p: tuple[float, float], q: tuple[float, float]) -> float:
        """What all other numbers add as one atom at least, where their masses are told apart."""
        if p[0] <= q[1] and q[0] <= p[1]:
            return 0.0
        first, second = (p[0], q[1]) if p[0] > q[1] else (p[1], q[0])
        if min(first, second) > 1e-300:
            return float(_terms(self.generator, np.log([first]), np.log([second]))[0])
        f = self.generator
        limit = f.at_infinity - f.slope if first > second else f.at_zero + f.slope
        return _weighted(limit, max(first, second)) if math.isfinite(limit) else 0.0

    def _logs(self, law: IntegerLaw) -> np.ndarray:
        """The logarithms of the masses on the atoms."""
        given = law.masses(self.atoms)[0]
        low = law.support[0]
        if law.steps is None or math.isnan(self.last) or law.above(self.last) > NOTHING or self.last - low < 1:
            return given
        numbers = np.arange(low, self.last + 1.0)
        steps = law.steps.at(numbers[:-1])
        top = int(np.argmax(np.append(steps <= 0, True)))
        rise = np.concatenate([-np.cumsum(steps[:top][::-1].astype(np.longdouble))[::-1], [0]])
        fall = np.cumsum(steps[top:].astype(np.longdouble))
        logs = np.concatenate([rise, fall])
        logs = np.where(np.isnan(logs), -np.inf, logs)
        logs = logs - np.log(np.sum(np.exp(logs)))
        inside = (self.atoms >= low) & (self.atoms <= self.last) & (self.atoms == np.round(self.atoms))
        given = given.copy()
        given[inside] = logs[(self.atoms[inside] - low).astype(int)].astype(np.float64)
        return given


def _weighted(factor: float, mass: float) -> float:
    return factor * float(mass) if mass > 0 else 0.0


def _terms(f: FDivergence, log_p: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """By plain formulas; a power by its logarithm where a mass is next to nothing."""
    value = plain_terms(f, log_p, log_q)
    if not isinstance(f, Power):
        return value
    a = f.order
    power = np.exp(a * log_p + (1 - a) * log_q)
    small = (np.minimum(log_p, log_q) < -600) | (np.abs(log_p - log_q) * a > 600)
    return np.where(small, np.maximum((power - a * np.exp(log_p)) / (a - 1) + np.exp(log_q), 0.0), value)
