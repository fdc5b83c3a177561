"""Sinkhorn's iteration in the log domain, annealed, and the plan that its scalings mean after rounding."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy import sparse

from dualgap.errors import CertificateError
from dualgap.transport.duality import require_masses
from dualgap.transport.evidence import require_array, require_number, require_pair
from dualgap.transport.ground import ROUNDOFF, Cost

__all__ = ["Annealing", "RoundedPlan", "require_scalings"]

#: Scalings are absorbed into the logarithms before they leave this range.
_LARGEST_SCALING = 1e100

#: Overrelaxation: near the solution a step this much too long converges several times faster.
_PUSH, _NEAR = 1.7, 0.1


@final
class Annealing:
    """Entropic transport with a regularisation that falls step by step, each stage starting where the last one ended.

    .. math:: \\min_\\pi \\langle c, \\pi \\rangle + \\varepsilon \\, KL(\\pi | a \\otimes b), \\qquad
        \\pi_{ij} = a_i b_j \\exp((f_i + g_j - c_{ij}) / \\varepsilon)

    Parameters
    ----------
    cost : (n, m) array
    a, b : (n,) and (m,) arrays
        Masses.
    symmetric : bool
        For a measure against itself: both potentials are kept equal and updated to the mean of the old and the new,
        which converges in a few steps at any regularisation.

    Reference: schmitzer2019
    """

    def __init__(self, cost: np.ndarray, a: np.ndarray, b: np.ndarray, *, symmetric: bool = False) -> None:
        self.cost, self.a, self.b, self.symmetric = cost, a, b, symmetric
        self.regularisation = math.inf
        self.f, self.g = np.zeros(len(a)), np.zeros(len(b))
        self.error = math.inf

    def stage(self, regularisation: float, *, steps: int, tolerance: float) -> int:
        """At most ``steps`` iterations at a regularisation, fewer when the row masses are right to ``tolerance``.

        Returns how many; ``error`` is then the total mass that the rows miss.
        """
        self.regularisation = regularisation
        self._softmin()
        kernel = self._kernel()
        u, v = np.ones(len(self.a)), np.ones(len(self.b))
        self.error = math.inf
        for step in range(1, steps + 1):
            rows = kernel @ (self.b * v)
            previous, self.error = self.error, float(np.abs(self.a * (u * rows - 1)).sum())
            if self.error <= tolerance:
                self._absorb(u, v)
                return step
            if self.symmetric:
                u = v = u * (u * rows) ** -0.5
            else:
                push = _PUSH if self.error < min(previous, _NEAR) else 1.0
                u *= (u * rows) ** -push
                v *= (v * ((self.a * u) @ kernel)) ** -push
            if max(u.max(), v.max(), 1 / u.min(), 1 / v.min()) > _LARGEST_SCALING:
                self._absorb(u, v)
                self._softmin()
                kernel = self._kernel()
                u, v = np.ones(len(self.a)), np.ones(len(self.b))
        self._absorb(u, v)
        return steps

    def costs(self) -> tuple[float, float]:
        """What the present plan pays for the mass it moves, and what the c-transform of its potential proves."""
        plan = self._kernel()
        plan *= self.a[:, None] * self.b
        proved = float(self.a @ self.f + self.b @ (self.cost - self.f[:, None]).min(axis=0))
        return float((plan * self.cost).sum() / plan.sum()), proved

    def _absorb(self, u: np.ndarray, v: np.ndarray) -> None:
        self.f += self.regularisation * np.log(u)
        self.g += self.regularisation * np.log(v)

    def _kernel(self) -> np.ndarray:
        exponent = self.g - self.cost
        exponent += self.f[:, None]
        exponent /= self.regularisation
        return np.exp(exponent, out=exponent)

    def _softmin(self) -> None:
        """Both potentials from the other one, in logarithms: every row and column of the kernel then has a large entry."""
        new = soft_transform(self.cost, self.g, self.b, self.regularisation)
        self.f = (self.f + new) / 2 if self.symmetric else new
        self.g = self.f.copy() if self.symmetric else soft_transform(self.cost.T, self.f, self.a, self.regularisation)


def soft_transform(cost: np.ndarray, potential: np.ndarray, masses: np.ndarray, regularisation: float) -> np.ndarray:
    """The entropic partner of a potential: a soft minimum, the c-transform in the limit.

    .. math:: f_i = -\\varepsilon \\log \\sum_j b_j \\exp((g_j - c_{ij}) / \\varepsilon)

    Examples
    --------
    >>> import numpy as np
    >>> soft_transform(np.array([[1.0, 3.0]]), np.zeros(2), np.array([1.0, 0.0]), 0.5)
    array([1.])
    """
    there = masses > 0
    exponent = potential[there] - cost[:, there]
    top = exponent.max(axis=1)
    exponent -= top[:, None]
    exponent /= regularisation
    np.exp(exponent, out=exponent)
    return -top - regularisation * np.log(exponent @ masses[there])


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class RoundedPlan:
    """A coupling with the exact marginals, from any pair of scalings: never more than a few numbers an atom.

    Rows that are too heavy are scaled down, then columns, and what is missing is sent from all short rows to all short
    columns in proportion:

    .. math:: \\pi' = D_r P D_c + \\frac{(a - r)(b - s)^\\top}{\\sum_i (a_i - r_i)}

    with r and s the marginals after scaling.

    Parameters
    ----------
    cost : Cost
    masses : pair of (n,) and (m,) arrays
    scalings : pair of (n,) and (m,) arrays
        f and g of P_ij = a_i b_j exp((f_i + g_j - c_ij) / regularisation), any finite numbers.
    regularisation : float

    Reference: altschuler2017
    """

    cost: Cost
    masses: tuple[np.ndarray, np.ndarray]
    scalings: tuple[np.ndarray, np.ndarray]
    regularisation: float

    def blocks(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """(rows, costs, plan) a block of rows at a time."""
        (a, b), (f, g) = self.masses, self.scalings
        if not (np.isfinite(f).all() and np.isfinite(g).all() and self.regularisation > 0):
            raise CertificateError("scalings must be finite, and the regularisation positive")
        row_sums = np.concatenate([plan.sum(axis=1) for _, _, plan in self._raw()])
        down = np.minimum(1.0, np.divide(a, row_sums, out=np.ones_like(a), where=row_sums > 0))
        column_sums = np.zeros(len(b))
        for rows, _, plan in self._raw():
            column_sums += down[rows] @ plan
        across = np.minimum(1.0, np.divide(b, column_sums, out=np.ones_like(b), where=column_sums > 0))
        short_rows = np.empty(len(a))
        for rows, _, plan in self._raw():
            short_rows[rows] = np.maximum(0.0, a[rows] - down[rows] * (plan @ across))
        short_columns = np.maximum(0.0, b - across * column_sums)
        total = short_columns.sum()
        for rows, costs, plan in self._raw():
            plan *= down[rows, None]
            plan *= across
            if total > 0:
                plan += short_rows[rows, None] * (short_columns / total)
            yield rows, costs, plan

    def _raw(self) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        (a, b), (f, g) = self.masses, self.scalings
        for rows, costs in self.cost.blocks():
            exponent = g - costs
            exponent += f[rows, None]
            exponent /= self.regularisation
            # What overflows is scaled down to the row's mass anyway; 600 leaves room for sums.
            np.exp(np.minimum(exponent, 600.0, out=exponent), out=exponent)
            exponent *= a[rows, None] * b
            yield rows, costs, exponent

    def paid(self, *, entropic: bool = False) -> float:
        """An upper bound of <c, plan>, plus regularisation times KL(plan | a b) if ``entropic``.

        In the unit of the cost; mass that rounding misplaces is charged with the largest cost.
        """
        a, b = self.masses
        total, largest = 0.0, 0.0
        found, columns = np.empty(len(a)), np.zeros(len(b))
        for rows, costs, plan in self.blocks():
            total += float((costs * plan).sum())
            largest = max(largest, float(costs.max()))
            found[rows] = plan.sum(axis=1)
            columns += plan.sum(axis=0)
            if entropic:
                product = a[rows, None] * b
                there = plan > 0
                total += self.regularisation * float((plan[there] * np.log(plan[there] / product[there])).sum())
        misplaced = math.fsum(np.abs(found - a)) + math.fsum(np.abs(columns - b)) + 64 * ROUNDOFF
        if misplaced > 1e-9:
            raise CertificateError(f"the rounded plan misses {misplaced:.3g} of mass")
        return total * (1 + self.cost.relative_error + 1e-14) + misplaced * largest

    def matrix(self) -> sparse.csr_array:
        """The plan as a sparse array, without the entries that underflow."""
        return sparse.csr_array(sparse.vstack([sparse.csr_array(plan) for _, _, plan in self.blocks()]))


def require_scalings(cost: Cost, masses: Any, scalings: Any, regularisation: Any) -> None:
    """Refuse scalings that mean no plan between these masses.

    Raises
    ------
    CertificateError
    """
    require_number(regularisation, "regularisation", at_least=5e-324)
    both = zip(require_pair(masses, "masses"), require_pair(scalings, "scalings"), cost.shape, strict=True)
    for mass, scaling, n in both:
        require_masses(mass, n)
        require_array(scaling, "scalings", (n,))
