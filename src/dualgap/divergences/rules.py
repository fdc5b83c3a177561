"""How the terms of the atoms become a divergence: their sum, or a function of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.divergences.generators import FDivergence, KullbackLeibler, Power
from dualgap.divergences.kernels import Atoms, constant
from dualgap.divergences.plain import log_quotient
from dualgap.threads import over_cores
from dualgap.validation import is_torch

__all__ = ["RenyiRule", "Rule", "divergence_of_atoms"]

EPS = float(np.finfo(np.float64).eps)
SMALLEST = 5e-324
#: Atoms in a block: the ten arrays that a kernel works on fit into the cache of a core.
BLOCK = 1 << 15
LARGEST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Rule:
    """The f-divergence itself: the sum of its terms.

    Parameters
    ----------
    generator : FDivergence
    """

    generator: FDivergence

    def value(self, atoms: Atoms, rounding: float) -> tuple[Any, Any]:
        """The value where it is finite, and a bound on its rounding error.

        Each term is right to 64 eps of itself, a pairwise sum of n adds log2(n) eps. A relative error in Q - P only
        moves the common factor of q, where a smooth divergence is stationary to first order, so it counts with
        (Q - P) sqrt(value). Masses that were themselves rounded by r change the value by r times a few of
        value + sqrt(value), by Pinsker's inequality.
        """
        xp, n = atoms.xp, atoms.p.shape[-1]
        value = self._sum(atoms) / atoms.total[..., 0]
        plain, excess = constant(value), abs(constant(atoms.excess)[..., 0])
        plain = xp.minimum(plain, xp.full_like(plain, LARGEST))
        share = EPS * (64 + 8 * math.log2(n + 1)) * self.generator.condition(atoms)
        root = xp.sqrt(plain)
        first_order = 1 if self.generator.kinked else root
        error = (
            share * (plain + excess * first_order + share * excess**2)
            + 8 * rounding * self.generator.condition(atoms) * (plain + root + (rounding > 0) * first_order)
            + EPS * self.generator.noise * (1 + plain)
            + 8 * n * SMALLEST
        )
        return value, error

    def _sum(self, atoms: Atoms) -> Any:
        """The sum of the terms; for numpy in blocks that stay in the cache, on all cores when there are many."""
        if is_torch(atoms.p) or is_torch(atoms.q) or max(atoms.p.size, atoms.q.size) <= BLOCK:
            return atoms.xp.sum(self.generator.terms(atoms), axis=-1)
        shape, together = atoms.excess.shape[:-1], atoms.p.shape[-1] <= BLOCK

        def summed(one: tuple[slice, Atoms]) -> tuple[slice, Any]:
            with np.errstate(over="ignore"):  # a setting of the thread
                return one[0], _total(self.generator, one[1], -1 if together else None)

        parts = over_cores(summed, atoms.blocks(BLOCK))
        if together:
            return np.concatenate([part for _, part in parts]).reshape(shape)
        sums: list[list[Any]] = [[] for _ in range(math.prod(shape))]
        for rows, part in parts:
            sums[rows.start].append(part)
        return np.array([math.fsum(row) for row in sums]).reshape(shape)

    def lost(self, atoms: Atoms) -> Any:
        """Where a mass that only one law has makes the divergence infinite."""
        if atoms.plain:
            return np.zeros((*atoms.excess.shape[:-1], 1), dtype=bool)
        lost = atoms.missed & (self.generator.at_infinity == math.inf)
        return lost | (atoms.extra & (self.generator.at_zero == math.inf))

    def again(self, p: np.ndarray, q: np.ndarray) -> float:
        """The divergence of (n,) masses by another way, for certificates."""
        return divergence_of_atoms(p, q, self.generator)


@final
@dataclass(frozen=True)
class RenyiRule(Rule):
    """ln(sum p^a q^(1-a)) / (a - 1): from the terms of the power a near equality, from the logarithms elsewhere."""

    generator: Power

    def value(self, atoms: Atoms, rounding: float) -> tuple[Any, Any]:
        """By log1p of the power divergence while the sum is between 1/2 and 1e10, by its logarithm beyond."""
        xp, slope = atoms.xp, self.generator.order - 1
        power, error = Rule.value(self, atoms, rounding)
        excess = slope * power
        middle = (constant(excess) > -0.5) & (constant(excess) < 1e10)
        safe = xp.where(middle, excess, xp.zeros_like(excess))
        exponent = xp.log(xp.where(atoms.shared, atoms.p, xp.ones_like(atoms.p))) + slope * atoms.log_ratio_everywhere
        exponent = xp.where(atoms.shared, exponent, xp.full_like(exponent, -math.inf))
        largest = xp.max(constant(exponent), axis=-1, keepdims=True)
        largest = xp.where(xp.isfinite(largest), largest, xp.zeros_like(largest))
        sums = xp.sum(xp.exp(exponent - largest), axis=-1)
        positive = xp.where(constant(sums) > 0, sums, xp.ones_like(sums))
        logarithm = (xp.log(positive) + largest[..., 0] - xp.log(atoms.total[..., 0])) / slope
        value = xp.where(middle, xp.log1p(safe) / slope, logarithm)
        share = EPS * (64 + 8 * math.log2(atoms.p.shape[-1] + 1)) * self.generator.condition(atoms) + 8 * rounding
        far = share * (1 + abs(constant(logarithm))) * (1 + 1 / abs(slope))
        return value, xp.where(middle, error / (1 + constant(safe)), far)

    def lost(self, atoms: Atoms) -> Any:
        """For a < 1 only where the laws share no atom."""
        if self.generator.order > 1:
            return atoms.missed
        apart = ~atoms.xp.any(atoms.shared, axis=-1, keepdims=True)
        return apart & (atoms.missed | atoms.extra)

    def again(self, p: np.ndarray, q: np.ndarray) -> float:
        """From the power divergence where that is moderate, from exactly rounded sums of powers elsewhere."""
        slope = self.generator.order - 1
        shared = (p > 0) & (q > 0)
        if not shared.any() or (slope > 0 and (p[q == 0] > 0).any()):
            return math.inf
        total, other = math.fsum(p), math.fsum(q)
        # Subnormal masses are not divided: they would lose digits.
        logs = np.log(p[shared]) - math.log(total) + slope * (
            log_quotient(p[shared], q[shared]) - math.log(total / other)
        )  # fmt: skip
        far = math.log(math.fsum(np.exp(logs - logs.max()))) + logs.max()
        if abs(far) > 0.5:
            return far / slope
        return math.log1p(slope * divergence_of_atoms(p, q, self.generator)) / slope


def _total(generator: FDivergence, atoms: Atoms, axis: int | None) -> Any:
    """The sum of the terms of a block."""
    plain = _kl_if_large(atoms, axis) if isinstance(generator, KullbackLeibler) else None
    return np.sum(generator.terms(atoms), axis=axis) if plain is None else plain


def _kl_if_large(atoms: Atoms, axis: int | None) -> Any | None:
    """sum p ln(p/q) - p + q by the plain formula; None unless it is at least an eighth of the masses.

    Its rounding error is at most 5 eps of p abs(ln(p/q)) + p + q, and the sum of p abs(ln(p/q)) exceeds the divergence by at
    most twice the masses of q, so that a sum which passes is right to 64 eps of itself.
    """
    if not atoms.plain:
        return None
    value = atoms.p / atoms.q
    np.log(value, out=value)
    value *= atoms.p
    p, q = np.sum(atoms.p, axis=axis), np.sum(atoms.q, axis=axis)
    share = np.reshape(atoms.excess / atoms.total, np.shape(p) if axis is not None else ())
    total = np.sum(value, axis=axis) + p * np.log1p(share) - p + q / (1 + share)
    return total if bool(np.all(total >= (p + q) / 8)) else None


def divergence_of_atoms(p: np.ndarray, q: np.ndarray, f: FDivergence) -> float:
    """D_f of p / P and q / Q for (n,) masses, by Taylor's formula and exactly rounded sums."""
    total, excess = math.fsum(p), math.fsum(np.concatenate([q, -p]))
    only_p, only_q = (math.fsum(x[y == 0]) / s for x, y, s in ((p, q, total), (q, p, total + excess)))
    shared = (p > 0) & (q > 0)
    p, q = p[shared], q[shared]
    with np.errstate(over="ignore"):
        u = ((p - q) * (total + excess) + q * excess) / q / total
        near = np.abs(u) <= 0.25
        far, totals = (p[~near], q[~near]), (total, total + excess)
        p, q = p / total, q / (total + excess)
        terms = [
            *(q[near] * f.remainder(u[near])),
            *(_perspective(f, far, totals) - f.slope * (p[~near] - q[~near])),
            only_p * (f.at_infinity - f.slope) if only_p > 0 else 0.0,
            only_q * (f.at_zero + f.slope) if only_q > 0 else 0.0,
        ]
    return math.inf if math.inf in terms else math.fsum(terms)


def _perspective(f: FDivergence, masses: tuple[np.ndarray, np.ndarray], totals: tuple[float, float]) -> np.ndarray:
    """q f(p/q) of p / P and q / Q: the larger of the two is rescaled, the smaller may be subnormal."""
    (p, q), (first, second) = masses, totals
    by_q = f.perspective(p / first * second, q) / second
    by_p = f.perspective(p, q / second * first) / first
    return np.where(p >= q, by_q, by_p)
