"""The certificate of a solver that knows its potentials to be feasible: what it proves, without a pass over all pairs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy import sparse

from dualgap.transport.duality import TransportCertificate, dual_value
from dualgap.transport.ground import ROUNDOFF, Cost

__all__ = ["claimed"]


def claimed(
    cost: Cost, masses: tuple[np.ndarray, np.ndarray], plan: sparse.csr_array, potentials: tuple[np.ndarray, np.ndarray]
) -> TransportCertificate:
    """The certificate of potentials that are known to be feasible, claiming what it proves without looking at all pairs.

    Parameters
    ----------
    cost : Cost
        Of order at most 4.
    masses : pair of (n,) and (m,) arrays
    plan : (n, m) scipy sparse array
    potentials : pair of (n,) and (m,) arrays
        f_i + g_j <= c_ij for all pairs, up to the last digits of the terms, for costs lowered by their relative error.

    Returns
    -------
    TransportCertificate
        Whose ``check()`` does look at all pairs.

    Examples
    --------
    >>> from dualgap.transport.ground import MatrixCost
    >>> cost, plan = MatrixCost(matrix=np.array([[2.0]]), order=1.0), sparse.csr_array(np.ones((1, 1)))
    >>> found = claimed(cost, (np.ones(1), np.ones(1)), plan, (np.array([2.0]), np.zeros(1)))
    >>> round(found.lower, 12), round(found.upper, 12)
    (2.0, 2.0)
    >>> found.check()
    """
    largest = cost.reach**cost.order
    scale = largest + sum(float(np.abs(one).max()) for one in potentials)
    below = dual_value(masses, potentials, 8 * ROUNDOFF * scale)
    certificate = TransportCertificate(
        lower=max(0.0, below) ** (1 / cost.order) * (1 - 8 * ROUNDOFF) * cost.unit,
        upper=math.inf,
        cost=cost,
        masses=masses,
        plan=plan,
        potentials=potentials,
    )
    upper = certificate.upper_bound()
    return replace(certificate, lower=min(certificate.lower, upper), upper=upper)
