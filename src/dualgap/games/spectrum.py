"""Eigenvalues with error estimates, and the multiple ones named: how often they count, and how many eigenvectors they have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from scipy.cluster.hierarchy import linkage, to_tree
from scipy.linalg import eig, get_lapack_funcs, schur
from scipy.spatial.distance import pdist
from scipy.special import comb

from dualgap.errors import InvalidInput
from dualgap.validation import as_array, detached, real

__all__ = ["Eigenvalue", "spectrum"]

#: A matrix from a few floating-point operations an entry, and the QR algorithm, err by a few roundings of its norm.
ROUNDINGS = 8
#: Entries above this are divided by the largest first: squares of distances of eigenvalues would overflow.
HUGE = 1e100
#: A group of eigenvalues whose invariant subspace magnifies rounding by more than this is not told from its neighbours.
MOST_MAGNIFIED = 1e4


@final
@dataclass(frozen=True, kw_only=True)
class Eigenvalue:
    """One eigenvalue of a matrix, as far as rounding lets it be known.

    Parameters
    ----------
    value : complex
        The mean of the computed eigenvalues that are this one up to rounding, which is known far better than each of them.
    error : float
        An estimate of how far an eigenvalue of the exact matrix may be from it: the matrix's rounding times the condition
        number of the eigenvalue, plus the spread of those that were taken together.
    multiplicity : int
        How often it is a root of the characteristic polynomial.
    eigenvectors : int
        How many independent eigenvectors it has.
    index : int
        The size of its largest Jordan block: the matrix's powers hold :math:`t^{\\mathrm{index} - 1} \\mu^t`.
    """

    value: complex
    error: float
    multiplicity: int
    eigenvectors: int
    index: int

    @property
    def defective(self) -> bool:
        """Whether it has fewer eigenvectors than its multiplicity, so that a power of t comes with its powers."""
        return self.eigenvectors < self.multiplicity

    def __repr__(self) -> str:
        times = f", {self.multiplicity} times" if self.multiplicity > 1 else ""
        kind = f", defective (Jordan block of {self.index})" if self.defective else ""
        return f"Eigenvalue({self.value:.9g} +- {self.error:.1e}{times}{kind})"


def spectrum(matrix: Any, *, uncertainty: float = 0.0) -> tuple[Eigenvalue, ...]:
    """The eigenvalues of a matrix, multiple ones recognised through the rounding that splits them.

    Rounding of relative size :math:`\\varepsilon` splits an eigenvalue with a Jordan block of size p into p that are
    :math:`\\varepsilon^{1/p}` apart: 1e-8 for two, 1e-5 for three. Nearness alone cannot tell them from different ones. The
    coefficients of the characteristic polynomial can: k eigenvalues :math:`\\mu + d_i` are one up to a perturbation of size
    :math:`\\varepsilon` when the elementary symmetric functions of the deviations are as small as it makes them,

    .. math:: |e_j(d)| \\le j \\tbinom{k}{j} \\, \\varepsilon \\, \\|T - \\mu\\|^{j-1}, \\qquad j = 2, \\dots, k,

    with T the block of an ordered Schur form that holds them. The rank of :math:`T - \\mu` then counts the eigenvectors.

    Parameters
    ----------
    matrix : (k, k) array
    uncertainty : float
        How far, in norm, the matrix may be from the one that is meant, beyond its rounding.

    Returns
    -------
    tuple of Eigenvalue
        By falling modulus. Estimates: nothing about them is proved.

    Raises
    ------
    InvalidInput
        When the matrix is not a finite square array.

    Examples
    --------
    >>> spectrum([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]])[0].index
    3
    >>> [found.multiplicity for found in spectrum([[1.0, 0.0], [0.0, 1.0]])]
    [2]

    Reference: golub2013
    """
    array = detached(as_array(matrix, "matrix"))
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise InvalidInput(f"matrix must be square, got shape {array.shape}", argument="matrix")
    largest = float(np.abs(array).max())
    scale = largest if largest > HUGE else 1.0
    array = array / scale
    noise = ROUNDINGS * len(array) * float(np.finfo(np.float64).eps) * float(np.linalg.norm(array))
    noise += real(uncertainty, "uncertainty", at_least=0) / scale
    factors = schur(array.astype(np.complex128), output="complex")
    found = [_one_eigenvalue(*group) for group in _groups(factors[0], factors[1], noise)]
    if scale != 1:
        found = [replace(one, value=scale * one.value, error=scale * one.error) for one in found]
    return tuple(sorted(found, key=lambda one: (-abs(one.value), one.value.real, one.value.imag)))


Group = tuple[np.ndarray, float, float]


def _groups(triangle: np.ndarray, vectors: np.ndarray, noise: float) -> list[Group]:
    """The Schur blocks of the eigenvalues, largest groups that pass as one first, with noise and its magnification."""
    values = np.diag(triangle)
    left, right = (np.asarray(one) for one in eig(triangle, left=True, right=True)[1:])
    magnified = 1 / np.maximum(np.abs(np.sum(left.conj() * right, axis=0)), 1e-300)  # left and right have norm 1
    if len(values) == 1:
        return [(triangle, noise, 1.0)]
    points = np.stack([np.real(values), np.imag(values)], axis=1)
    waiting: list[Any] = [to_tree(linkage(pdist(points), "single"))]
    groups: list[Group] = []
    while waiting:
        node = waiting.pop()
        members = np.array(node.pre_order())
        if node.is_leaf():
            groups.append((values[members][:, None], noise, float(magnified[members[0]])))
            continue
        block, magnification = _block(triangle, vectors, members, noise)
        if block is not None:
            groups.append((block, noise, magnification))
        else:
            waiting += [node.get_left(), node.get_right()]
    return groups


def _block(
    triangle: np.ndarray, vectors: np.ndarray, members: np.ndarray, noise: float
) -> tuple[np.ndarray | None, float]:
    """The Schur block of some eigenvalues, when they are one eigenvalue up to noise."""
    deviations = np.diag(triangle)[members] - np.diag(triangle)[members].mean()
    widest = MOST_MAGNIFIED * noise
    if not _negligible(deviations, widest, float(np.linalg.norm(triangle))):  # spares the reordering
        return None, 1.0
    select = np.zeros(len(triangle), dtype=np.int32)
    select[members] = 1
    size = len(members)
    reorder: Any = get_lapack_funcs("trsen", (triangle,))
    work = max(1, 2 * size * (len(triangle) - size))
    ordered, _, _, _, separation, _, failed = reorder(select, triangle, vectors, job="E", lwork=work)
    block = ordered[:size, :size]
    magnification = 1 / max(float(separation), 1e-300) if size < len(triangle) else 1.0
    moved = np.diag(block) - np.diag(block).mean()
    shifted = float(np.linalg.norm(block - np.diag(block).mean() * np.eye(size), 2))
    one = failed == 0 and _negligible(moved, min(magnification, MOST_MAGNIFIED) * noise, shifted)
    return (block if one else None), magnification


def _negligible(deviations: np.ndarray, noise: float, norm: float) -> bool:
    """Whether deviations from the mean are what noise makes of a multiple eigenvalue."""
    k = len(deviations)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        coefficients = np.abs(np.poly(deviations))[2:]
        orders = np.arange(2, k + 1)
        allowed = orders * comb(k, orders) * noise * (norm + noise) ** (orders - 1.0)
        return bool((coefficients <= allowed).all())


def _one_eigenvalue(block: np.ndarray, noise: float, magnification: float) -> Eigenvalue:
    """What a Schur block of one eigenvalue says about it."""
    size = len(block)
    value = complex(np.diag(block).mean())
    spread = float(np.abs(np.diag(block) - value).max())
    error = noise * magnification + spread
    shifted = block - value * np.eye(size)
    tolerance = 4 * min(magnification, MOST_MAGNIFIED) * noise
    eigenvectors = int((np.linalg.svd(shifted, compute_uv=False) <= tolerance).sum()) if size > 1 else 1
    index, power, norm = 1, shifted, float(np.linalg.norm(shifted, 2))
    while index < size and np.linalg.norm(power, 2) > index * tolerance * (norm + tolerance) ** (index - 1):
        power, index = power @ shifted, index + 1
    if abs(value.imag) <= error:  # a real matrix: the conjugate would be within the error too
        value = complex(value.real)
    return Eigenvalue(value=value, error=error, multiplicity=size, eigenvectors=max(eigenvectors, 1), index=index)
