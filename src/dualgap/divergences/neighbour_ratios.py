"""The logarithm of a density ratio at the draws of p, from distances to nearest neighbours."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.spatial import cKDTree  # pyright: ignore[reportAttributeAccessIssue]

from dualgap.errors import InvalidInput

__all__ = ["NeighbourRatio", "log_ratios", "log_ratios_in_groups"]

#: Where draws coincide with others, the first of so many neighbours at a positive distance is taken.
FARTHEST = 64
#: A law with a density gives coinciding draws with probability 0; more than this share of them are no accident.
TIED = 0.05
#: Points in a leaf of the tree: found to be fast from 1 to 10 dimensions.
LEAF = 10
#: With fewer queries, starting the threads takes longer than the queries.
WORTH_THREADS = 5000


@final
@dataclass(frozen=True)
class NeighbourRatio:
    """A statistic of the logarithms of p / q at the draws of p, and of q / p at those of q where both are taken.

    Parameters
    ----------
    terms : callable, array -> array
    link : callable, array -> array
        From the mean of the terms (the sum of two means) to the divergence.
    both : bool
        Whether the draws of q are summed over too.
    """

    terms: Callable[[np.ndarray], np.ndarray]
    link: Callable[[Any], Any]
    both: bool = False


def log_ratios(x: np.ndarray, y: np.ndarray, neighbours: int, dimension: int, names: tuple[str, str]) -> np.ndarray:
    """ln p/q at every draw x of p.

    .. math:: \\ln \\hat r(x_i) = d \\ln \\frac{\\nu_k(i)}{\\rho_k(i)} + \\ln \\frac{m}{n - 1}

    with rho the distance to the k-th nearest other draw of p and nu that to the k-th nearest draw of q. A draw for which
    one of them is 0 is given the first k at which neither is. The order of the draws is that of ``x``.

    Raises
    ------
    InvalidInput
        When more than one draw in twenty coincides with another.

    Reference: wang2009
    """
    tree = cKDTree(x, leafsize=LEAF, balanced_tree=False)
    order = tree.indices  # neighbours in turn visit the same leaves
    found = _at_distances(tree, cKDTree(y, leafsize=LEAF, balanced_tree=False), x[order], neighbours, names)
    logs = np.empty(len(x))
    logs[order] = dimension * found
    return logs + math.log(len(y) / (len(x) - 1))


def log_ratios_in_groups(x: np.ndarray, y: np.ndarray, neighbours: int, dimension: int,
                         labels: tuple[np.ndarray, np.ndarray]) -> np.ndarray:  # fmt: skip
    """The same within each group: one tree of all, in which a further coordinate holds the groups apart.

    Returns
    -------
    (n,) array
        nan for draws in no group.
    """
    apart = 2 * math.sqrt(x.shape[1]) + 1  # all coordinates range over less than 1
    taken, other = (label >= 0 for label in labels)
    ours, theirs = (
        np.column_stack([points[keep], apart * label[keep]])
        for points, keep, label in ((x, taken, labels[0]), (y, other, labels[1]))
    )
    sizes_x, sizes_y = (np.bincount(label[label >= 0]) for label in labels)
    tree = cKDTree(ours, leafsize=LEAF, balanced_tree=False)
    order = tree.indices
    found = np.empty(len(ours))
    found[order] = _at_distances(
        tree, cKDTree(theirs, leafsize=LEAF, balanced_tree=False), ours[order], neighbours, None, apart
    )
    logs = np.full(len(x), np.nan)
    group = labels[0][taken]
    logs[taken] = dimension * found + np.log(sizes_y[group] / (sizes_x[group] - 1))
    return logs


def _at_distances(ours: cKDTree, theirs: cKDTree, points: np.ndarray, k: int, names: tuple[str, str] | None,
                  apart: float = math.inf) -> np.ndarray:  # fmt: skip
    """ln nu / rho, with ties passed over; beyond ``apart`` there are only draws of other groups."""
    workers = -1 if len(points) > WORTH_THREADS else 1
    rho = ours.query(points, k=[k + 1], workers=workers)[0][:, 0]
    nu = theirs.query(points, k=[k], workers=workers)[0][:, 0]
    tied = np.flatnonzero((rho == 0) | (nu == 0))
    if len(tied):
        if names is not None and len(tied) > TIED * len(points):
            raise_tied(len(tied) / len(points), float((rho == 0).mean()), names)
        most = min(FARTHEST, ours.n - 1, theirs.n)
        rhos = ours.query(points[tied], k=range(1, most + 2))[0][:, 1:]
        nus = theirs.query(points[tied], k=range(1, most + 1))[0]
        clear = (rhos > 0) & (nus > 0) & (rhos < apart) & (nus < apart)
        clear[:, : k - 1] = False
        first = clear.argmax(axis=1)
        rows = np.arange(len(tied))
        # Where a group holds copies of one place alone, the ratio is that of the counts, of which nothing is known: 1.
        some = clear.any(axis=1)
        if names is not None and not some.all():  # copies of one place alone, in whole samples
            raise_tied(len(tied) / len(points), float((rho == 0).mean()), names)
        rho[tied] = np.where(some, rhos[rows, first], 1.0)
        nu[tied] = np.where(some, nus[rows, first], 1.0)
    return np.log(nu / rho)


def raise_tied(share: float, within: float, names: tuple[str, str]) -> None:
    """Say that the draws are not those of laws with densities, and what to do.

    Parameters
    ----------
    share, within : float
        Of the draws of p, those that coincide with another draw, and with another of p.
    names : pair of str

    Raises
    ------
    InvalidInput
        Always.
    """
    p, q = names
    what = f"{100 * share:.0f}% of the draws of {p} at the place of another draw"
    if within < 0.1 * share:
        what += f" of {q} (two samples that share draws are not independent)"
    raise InvalidInput(
        f"{p} and {q} must be independent draws of laws with densities for nearest neighbours, got {what}; pass atoms as "
        "Points or Histogram with their frequencies, and add noise as wide as the rounding to rounded draws",
        argument=p,
    )
