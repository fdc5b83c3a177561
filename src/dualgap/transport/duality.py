"""Kantorovich duality: potentials that bound a transport cost from below, plans that bound it from above, and the
certificate that holds one of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from dualgap import validation
from dualgap.bracket import Certificate
from dualgap.errors import CertificateError, InvalidInput
from dualgap.transport.evidence import require_array, require_cost, require_pair, require_plan
from dualgap.transport.ground import GROUNDS, ROUNDOFF, Cost, pairwise

__all__ = [
    "TransportCertificate",
    "c_transform",
    "dual_bound",
    "dual_value",
    "marginals_missing",
    "mcshane_extension",
    "nearest_bound",
    "require_masses",
    "tight_potentials",
]

#: Sums of whole multiples of this, up to 1, are exact.
GRAIN = 2.0**-52

#: Above this order costs span so many digits that bounds are taken which do not add them up.
HIGH_ORDER = 4

#: Costs below this may have underflowed: a lower bound counts them as 0.
SMALLEST_COST = 1e-290

#: Potentials that a c-transform gave are feasible to a few roundings; beyond this share of the largest term they are
#: wrong.
FEASIBILITY_TOLERANCE = 1e-12

#: The marginals of a plan are sums of a few float64; beyond this total mass they are not those of the inputs.
MARGINAL_TOLERANCE = 1e-10


def c_transform(potential: Any, cost: Any) -> np.ndarray:
    """Tightest feasible partner of a potential: it turns any critic into a lower bound.

    .. math:: g_j = \\min_i \\, (c_{ij} - f_i)

    Parameters
    ----------
    potential : (n,) array, in the unit of the cost
    cost : (n, m) array
        Use ``cost.T`` for the partner on the other side.

    Returns
    -------
    (m,) array
        With f_i + g_j <= c_ij for all pairs by construction, so ``a @ potential + b @ g`` is at most the transport cost
        between the masses a and b, for any potential.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> c_transform([0.0, 1.0], [[1.0, 2.0], [3.0, 0.0]])
    array([ 1., -1.])

    Reference: villani2009
    """
    potential = validation.detached(validation.as_array(potential, "potential"))
    cost = validation.detached(validation.as_array(cost, "cost"))
    if potential.ndim != 1:
        raise InvalidInput(f"potential must have shape (n,), got {potential.shape}", argument="potential")
    if cost.ndim != 2 or len(cost) != len(potential):
        raise InvalidInput(f"cost must have shape ({len(potential)}, m), got {cost.shape}", argument="cost")
    return (cost - potential[:, None]).min(axis=0)


def mcshane_extension(points: Any, potential: Any, *, ground: str = "euclidean") -> Callable[[Any], np.ndarray]:
    """A critic on all of R^d from numbers at finitely many points: 1-Lipschitz by construction, for any numbers.

    .. math:: f(x) = \\min_j \\, (|x - y_j| - g_j)

    A minimum of 1-Lipschitz functions is 1-Lipschitz, so :math:`E_p f - E_q f \\le W_1(p, q)` for all laws p and q.
    Where the numbers are 1-Lipschitz themselves, :math:`f(y_j) = -g_j`.

    Parameters
    ----------
    points : (m, d) array, or (m,) for d = 1
        The y_j.
    potential : (m,) array
        The g_j.
    ground : "euclidean" or "cityblock"
        The distance ``|x - y|``.

    Returns
    -------
    callable, (n, d) array -> (n,) array

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> critic = mcshane_extension([0.0, 10.0], [0.0, -2.0])
    >>> critic([-1.0, 3.0, 9.0])
    array([1., 3., 3.])

    Reference: mcshane1934
    """
    anchors = validation.detached(validation.points_array(points, "points"))
    values = validation.detached(validation.as_array(potential, "potential"))
    if values.shape != (len(anchors),):
        raise InvalidInput(f"potential must have shape ({len(anchors)},), got {values.shape}", argument="potential")
    validation.choice(ground, "ground", GROUNDS)

    def critic(x: Any) -> np.ndarray:
        where = validation.detached(validation.points_array(x, "x"))
        validation.same_length(anchors.shape[1], where.shape[1], ("points", "x"), "dimension")
        rows = max(1, 2**20 // len(anchors))
        parts = [where[start : start + rows] for start in range(0, len(where), rows)]
        return np.concatenate([(pairwise(part, anchors, ground) - values).min(axis=1) for part in parts])

    return critic


def tight_potentials(cost: Cost, potential: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Feasible potentials, each the c-transform of the other, from any (n,) potential; blockwise, over all pairs.

    .. math:: g = f^c, \\quad f \\leftarrow g^c \\ge f

    The dual value does not decrease. Every entry is tight for some pair, so none can be raised.
    """
    potential = potential - potential.max()  # a solver's potentials may sit on a constant that would eat their digits
    g = np.full(cost.shape[1], np.inf)
    for rows, block in cost.blocks():
        np.minimum(g, (block - potential[rows, None]).min(axis=0), out=g)
    f = np.empty(cost.shape[0])
    # One pass gives f and is enough for g too: after f = g^c, g is still the c-transform of f, because f >= potential
    # and f + g <= c together leave no room above g.
    for rows, block in cost.blocks():
        f[rows] = (block - g).min(axis=1)
    middle = (f.max() + f.min()) / 2  # constants move freely between the two; small numbers round least
    return f - middle, g + middle


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class TransportCertificate(Certificate):
    """A plan and a pair of potentials: weak duality between discrete measures, checked without a solver.

    .. math:: a^\\top f + b^\\top g \\le \\min_\\pi \\langle c, \\pi \\rangle \\le \\langle c, \\pi' \\rangle

    for all potentials with f_i + g_j <= c_ij and every plan pi' with marginals a and b. Rounding is charged to the
    bounds: what the potentials exceed a cost by is subtracted below, what the plan's marginals miss is moved at the
    largest cost above.

    Parameters
    ----------
    lower, upper : float
        The claims, on the order-th root.
    cost : Cost
    masses : pair of (n,) and (m,) arrays
        a and b, each summing to 1.
    plan : (n, m) scipy sparse array
    potentials : pair of (n,) and (m,) arrays
        f and g, in ``cost.unit ** cost.order``.
    """

    cost: Cost
    masses: tuple[np.ndarray, np.ndarray]
    plan: sparse.csr_array
    potentials: tuple[np.ndarray, np.ndarray]

    def bounds(self) -> tuple[float, float]:
        """Both bounds on the distance, from the potentials and from the plan."""
        require_cost(self.cost)
        require_pair(self.potentials, "potentials")
        require_plan(self.plan, self.cost.shape)
        for masses, n in zip(require_pair(self.masses, "masses"), self.cost.shape, strict=True):
            require_masses(masses, n)
        below, _ = dual_bound(self.cost, self.masses, self.potentials)
        order, unit = self.cost.order, self.cost.unit
        below = max(0.0, below) ** (1 / order)
        if order > HIGH_ORDER:
            below = max(below, nearest_bound(self.cost, self.masses))
        return below * (1 - 8 * ROUNDOFF) * unit, self.upper_bound()

    def upper_bound(self) -> float:
        """What the plan proves alone."""
        return self._primal() * (1 + 8 * ROUNDOFF) * self.cost.unit

    def paid(self) -> float:
        """The order-th root of <c, plan>, in ``cost.unit``: what the plan costs as it stands."""
        return _paid(self.cost, *_entries(self.plan))[0]

    def _primal(self) -> float:
        """The order-th root of <c, plan>, plus what it costs to move what its marginals miss.

        Any mass can go anywhere at the reach of the costs. Where the plan connects all atoms, what is missing goes
        along its own pairs, each of which takes as much more or less: no further than the plan itself moves.
        """
        missing, rows, columns, mass = marginals_missing(self.plan, self.masses)
        order = self.cost.order
        rounding = 1 + self.cost.relative_error + 8 * ROUNDOFF * (order + 1)
        exact = _whole_masses(rows, columns, mass, self.masses)
        if exact is not None:
            return _paid(self.cost, rows, columns, exact)[0] * rounding ** (1 / order)
        paid, longest = _paid(self.cost, rows, columns, mass)
        off = missing + sum(abs(math.fsum(one) - 1) + 4 * ROUNDOFF for one in self.masses)
        moved = missing ** (1 / order) * self.cost.reach
        if longest > 0 and _connects(rows, columns, mass > 2 * off, self.masses):
            moved = min(moved, longest * (off * 2 * len(mass)) ** (1 / order))
        scale = max(paid, moved)  # (paid^p + moved^p)^(1/p) without leaving float64
        if scale == 0:
            return 0.0
        return scale * (((paid / scale) ** order + (moved / scale) ** order) * rounding) ** (1 / order)


def dual_bound(
    cost: Cost, masses: tuple[np.ndarray, np.ndarray], potentials: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float]:
    """What potentials prove: a'f + b'g, less what they exceed a cost by and what rounding may have added.

    Returns it with the largest cost, both in ``cost.unit ** cost.order``.

    Raises
    ------
    CertificateError
        When the potentials are infeasible beyond rounding, not finite or of another shape.
    """
    violation, largest = _survey(cost, potentials)
    return dual_value(masses, potentials, violation), largest


def dual_value(
    masses: tuple[np.ndarray, np.ndarray], potentials: tuple[np.ndarray, np.ndarray], violation: float
) -> float:
    """a'f + b'g, less what the potentials exceed a cost by and what rounding may have added."""
    total, slack = 0.0, violation
    for mass, potential in zip(masses, potentials, strict=True):
        terms = mass * potential
        total += math.fsum(terms)
        slack += 3 * ROUNDOFF * math.fsum(np.abs(terms))
        slack += abs(math.fsum(mass) - 1) * float(np.abs(potential).max())
    return total - slack


def nearest_bound(cost: Cost, masses: tuple[np.ndarray, np.ndarray]) -> float:
    """No atom's mass goes to less than its nearest partner: a lower bound that high orders do not round away.

    .. math:: W_p^p \\ge \\max\\Big( \\sum_i a_i \\min_j c_{ij}, \\; \\sum_j b_j \\min_i c_{ij} \\Big)

    In ``cost.unit``, and of the costs as they are, below their cap.
    """
    of_rows, of_columns = np.empty(cost.shape[0]), np.full(cost.shape[1], np.inf)
    for rows, block in cost.blocks():
        of_rows[rows] = np.where(masses[1] > 0, block, np.inf).min(axis=1)
        np.minimum(of_columns, np.where(masses[0][rows, None] > 0, block, np.inf).min(axis=0), out=of_columns)
    best = 0.0
    for mass, costs in zip(masses, (of_rows, of_columns), strict=True):
        distances = np.where((mass > 0) & (costs > SMALLEST_COST), costs, 0.0) ** (1 / cost.order)
        longest = float(distances.max())
        if longest > 0:
            total = math.fsum(mass * (distances / longest) ** cost.order) / math.fsum(mass)
            best = max(best, longest * total ** (1 / cost.order))
    return best * (1 - cost.relative_error - 16 * ROUNDOFF)


def _survey(cost: Cost, potentials: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    """By how much the potentials may exceed the costs (rounding included), and the largest cost, over all pairs."""
    f, g = (require_array(one, "potentials", (n,)) for one, n in zip(potentials, cost.shape, strict=True))
    shrink = 1 - cost.relative_error
    violation, pair, largest = 0.0, (0, 0), 0.0
    for rows, block in cost.blocks():
        largest = max(largest, float(block.max()))
        excess = g - block * shrink
        excess += f[rows, None]
        worst = int(excess.argmax())
        if excess.flat[worst] > violation:
            violation = float(excess.flat[worst])
            pair = (rows.start + worst // excess.shape[1], worst % excess.shape[1])
    scale = largest + float(np.abs(f).max()) + float(np.abs(g).max())
    if violation > FEASIBILITY_TOLERANCE * scale + 4 * cost.relative_error * largest:
        raise CertificateError(f"potentials are infeasible by {violation:.6g} at pair {pair}")
    return violation + 3 * ROUNDOFF * scale, largest


def marginals_missing(
    plan: sparse.csr_array, masses: tuple[np.ndarray, np.ndarray]
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """How much mass a plan misplaces, for rounding to be charged with it; and its entries (rows, columns, mass).

    Raises
    ------
    CertificateError
        When an entry is negative or not finite, or the marginals are others beyond rounding.
    """
    rows, columns, mass = _entries(plan)
    if not (np.isfinite(mass).all() and (mass >= 0).all()):
        raise CertificateError("plan has entries that are negative or not finite")
    missing = _missing(rows, mass, masses[0]) + _missing(columns, mass, masses[1])
    if missing > MARGINAL_TOLERANCE:
        raise CertificateError(f"plan has other marginals than the measures: {missing:.6g} of mass is misplaced")
    return missing, rows, columns, mass


def require_masses(masses: np.ndarray, n: int) -> None:
    """Refuse what are not the masses of n atoms."""
    if (require_array(masses, "masses", (n,)) < 0).any():
        raise CertificateError(f"masses must be {n} finite non-negative numbers")
    if abs(math.fsum(masses) - 1) > MARGINAL_TOLERANCE:
        raise CertificateError(f"masses must sum to 1, got {math.fsum(masses):.12g}")


def _entries(plan: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    entries = sparse.coo_array(plan)
    rows, columns = entries.coords
    return rows, columns, np.asarray(entries.data, dtype=np.float64)


def _paid(cost: Cost, rows: np.ndarray, columns: np.ndarray, mass: np.ndarray) -> tuple[float, float]:
    """The order-th root of the cost of moving mass between pairs, and the longest way that any goes, in ``cost.unit``."""
    distances = cost.distances(rows, columns)
    longest = float(distances.max(initial=0.0, where=mass > 0))
    if longest == 0:
        return 0.0, 0.0
    moved = mass > 0
    total = math.fsum(mass[moved] * (distances[moved] / longest) ** cost.order)
    return longest * total ** (1 / cost.order), longest


def _whole_masses(
    rows: np.ndarray, columns: np.ndarray, mass: np.ndarray, masses: tuple[np.ndarray, np.ndarray]
) -> np.ndarray | None:
    """The masses of a plan between n and m equal atoms, where they are whole multiples of 1 / (n m): nothing is missing."""
    if any(one.min() < one.max() for one in masses):
        return None
    n, m = (len(one) for one in masses)
    whole = np.rint(mass * n * m)
    given, taken = np.bincount(rows, whole, n), np.bincount(columns, whole, m)
    return whole / (n * m) if (given == m).all() and (taken == n).all() else None


def _connects(rows: np.ndarray, columns: np.ndarray, used: np.ndarray, masses: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether the used pairs of a plan connect all atoms that have mass."""
    n, m = (len(one) for one in masses)
    pairs = sparse.coo_array((np.ones(int(used.sum())), (rows[used], n + columns[used])), shape=(n + m, n + m))
    _, labels = csgraph.connected_components(pairs, directed=False)
    involved = np.concatenate(masses) > 0
    involved[rows] = involved[n + columns] = True
    return len(np.unique(labels[involved])) == 1


def _missing(atoms: np.ndarray, mass: np.ndarray, wanted: np.ndarray) -> float:
    """The total mass by which a plan's marginal differs from the wanted one, counting what rounding may hide.

    The sum of one entry is exact; each further one rounds once, unless all are whole multiples of one power of two.
    """
    found = np.bincount(atoms, weights=mass, minlength=len(wanted))
    entries = np.bincount(atoms, minlength=len(wanted))
    off = math.fsum(np.abs(found - wanted))
    grains = mass / GRAIN
    if (grains == np.rint(grains)).all():
        return off
    return off + math.fsum(ROUNDOFF * (np.maximum(entries - 1, 0) * found))
