"""Two Gaussians seen from each other: the same affine subspace or not, and the spectrum of their difference.

Two Gaussian laws are either equivalent (each absolutely continuous with respect to the other) or mutually singular.
They are equivalent exactly when their covariances have the same range and the difference of the means lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.discrete import EPS, alike
from dualgap.divergences.exact_rank import (
    LARGEST_EXACT,
    TOLERANCE,
    common_support,
    rank_of_sum,
    support,
    unit_scale,
)
from dualgap.divergences.kernels import constant
from dualgap.measures import Gaussian
from dualgap.validation import detached

__all__ = ["GaussianPair", "difference_of_supports", "doubt", "is_degenerate"]

#: Within this distance of equality the spectrum of the difference is used, beyond it the determinants.
NEAR = 1 / 3
#: Variances below this, or above its inverse, are on the way out of the normal floats.
SMALLEST = 1e-290


def is_degenerate(law: Gaussian) -> bool:
    """Whether the covariance is singular."""
    covariance = detached(law.covariance)
    return len(support(covariance).coordinates) < len(covariance)


def doubt(*laws: Gaussian) -> str:
    """Why it is not known exactly on which subspace one of the laws lives, in words; empty when it is known."""
    for covariance in (detached(law.covariance) for law in laws):
        found, d = support(covariance), len(covariance)
        if not found.is_proved:
            why = "has a negative eigenvalue" if d <= LARGEST_EXACT else f"is too large (d = {d}) to decide exactly"
            return (
                f"a covariance is singular to rounding and {why}; it is read as of rank {len(found.coordinates)}, "
                "and no bounds are given: pass the laws of coordinates with a regular covariance"
            )
    return ""


def difference_of_supports(p: Gaussian, q: Gaussian) -> str:
    """Why the two laws are mutually singular, in words; empty when they are equivalent.

    Decided exactly for the numbers as they are stored; to 1e-12 of the scale of the variables where :func:`doubt` has
    something to say.
    """
    laws = detached(p.covariance), detached(q.covariance), detached(p.mean), detached(q.mean)
    if doubt(p, q):
        return _difference_to_rounding(*laws)
    if common_support(*laws):
        return ""
    ranks = [len(support(s).coordinates) for s in laws[:2]]
    none = np.zeros(len(laws[2]))
    both = max(ranks) if max(ranks) == len(none) else rank_of_sum(laws[0], laws[1], none, none)
    for rank, names in zip(ranks, ("pq", "qp"), strict=True):
        if rank != both:
            return f"{names[0]} lies in an affine subspace of dimension {rank} that has probability 0 under {names[1]}"
    return f"p and q lie in parallel affine subspaces of dimension {ranks[0]}, {_distance_of_supports(*laws):.3g} apart"


def _distance_of_supports(first: np.ndarray, second: np.ndarray, mean: np.ndarray, other: np.ndarray) -> float:
    """The norm of the part of the shift that is orthogonal to the range."""
    chosen = list(support(first).coordinates)
    rest = [i for i in range(len(first)) if i not in chosen]
    map_ = np.linalg.lstsq(first[np.ix_(chosen, chosen)], first[np.ix_(chosen, rest)], rcond=None)[0]
    normal = np.zeros((len(first), len(rest)))
    normal[rest, np.arange(len(rest))] = 1
    normal[chosen] = -map_
    return float(np.linalg.norm(np.linalg.qr(normal)[0].T @ (mean - other)))


def _difference_to_rounding(first: np.ndarray, second: np.ndarray, one: np.ndarray, other: np.ndarray) -> str:
    ours, theirs = null_directions(first), null_directions(second)
    for here, there, covariance, names in ((ours, theirs, second, "pq"), (theirs, ours, first, "qp")):
        deviation = np.sqrt(np.maximum(np.diagonal(covariance), 0))
        for v in here:
            spread, scale = float(v @ covariance @ v), float(np.abs(v) @ deviation) ** 2
            if spread > TOLERANCE * len(v) * scale or len(here) > len(there):
                return (
                    f"{names[0]} lies in an affine subspace of dimension {len(v) - len(here)} that has "
                    f"probability 0 under {names[1]}"
                )
    for v in ours:
        offset, scale = abs(float(v @ (one - other))), float(np.abs(v) @ (np.abs(one) + np.abs(other)))
        exact = np.count_nonzero(v) == 1
        if offset > (0.0 if exact else TOLERANCE * scale):
            return (
                f"p and q lie in parallel affine subspaces of dimension {len(v) - len(ours)}, "
                f"{offset / float(np.linalg.norm(v)):.3g} apart"
            )
    return ""


def null_directions(covariance: np.ndarray) -> np.ndarray:
    """(k, d) basis of the null space to rounding, judged after scaling every variable to variance about 1."""
    return _null_directions(np.ascontiguousarray(covariance).tobytes(), len(covariance))


@lru_cache(maxsize=8)
def _null_directions(data: bytes, d: int) -> np.ndarray:
    covariance = np.frombuffer(data).reshape(d, d)
    fixed = np.diagonal(covariance) <= 0
    free = np.flatnonzero(~fixed)
    exact = np.eye(d)[fixed]
    if len(free) == 0:
        return exact
    scale = unit_scale(np.diagonal(covariance)[free])
    values, vectors = np.linalg.eigh(covariance[np.ix_(free, free)] / np.outer(scale, scale))
    small = values <= TOLERANCE * len(free)
    found = np.zeros((int(small.sum()), d))
    found[:, free] = vectors[:, small].T / scale
    return np.concatenate([exact, found])


@final
@dataclass(frozen=True, eq=False)
class GaussianPair:
    """Two equivalent Gaussians in coordinates that fix all others on their common subspace, scaled to variances near 1.

    Parameters
    ----------
    p, q : Gaussian
        Equivalent; numpy or torch, whose gradient is kept.
    """

    p: Gaussian
    q: Gaussian

    @cached_property
    def _arrays(self) -> tuple[Any, Any, Any, Any]:
        """S1, S2, m1 - m2 and the dtype of the result."""
        m1, m2, kind = alike(self.p.mean, self.q.mean)
        s1, s2, other = alike(self.p.covariance, self.q.covariance)
        xp = array_namespace(s1, s2, m1, m2)
        return s1, s2, m1 - m2, xp.result_type(kind, other)

    @property
    def dtype(self) -> Any:
        """The dtype of a result."""
        return self._arrays[3]

    @cached_property
    def xp(self) -> Any:
        """The array namespace."""
        return array_namespace(self._arrays[0])

    @cached_property
    def basis(self) -> np.ndarray:
        """(d, r): picks the coordinates that fix all others, each over a power of two near its deviation under q."""
        covariance = detached(self.q.covariance)
        chosen = list(support(detached(self.p.covariance)).coordinates)
        basis = np.zeros((len(covariance), len(chosen)))
        basis[chosen, np.arange(len(chosen))] = 1 / unit_scale(np.diagonal(covariance)[chosen])
        return basis

    @cached_property
    def reduced(self) -> tuple[Any, Any, Any]:
        """S1, S2 and m1 - m2 in the basis; symmetric."""
        s1, s2, shift, _ = self._arrays
        basis, _, _ = alike(self.basis, s1)
        first, second = ((basis.T @ s @ basis) for s in (s1, s2))
        return (first + first.T) / 2, (second + second.T) / 2, basis.T @ shift

    @property
    def rank(self) -> int:
        """The dimension of the common subspace."""
        return self.basis.shape[1]

    def whitened_difference(self, frame: Any) -> Any:
        """L^-1 (S1 - S2) L^-T for L L^T = frame: the difference is taken before anything is rounded."""
        s1, s2, _ = self.reduced
        root = self.xp.linalg.cholesky(frame)
        half = self.solve(root, s1 - s2)
        whole = self.solve(root, half.T)
        return (whole + whole.T) / 2

    def solve(self, root: Any, right: Any) -> Any:
        """root^-1 right."""
        return self.xp.linalg.solve(root, right)

    def log_determinant(self, matrix: Any) -> Any:
        """ln det of a positive definite matrix, by its Cholesky factor."""
        return 2 * self.xp.sum(self.xp.log(self.xp.linalg.diagonal(self.xp.linalg.cholesky(matrix))))

    def distance(self, frame: Any) -> Any:
        """(m1 - m2)^T frame^-1 (m1 - m2)."""
        shift = self.reduced[2]
        image = self.solve(self.xp.linalg.cholesky(frame), shift[:, None])
        return self.xp.sum(image * image)

    @cached_property
    def rounding(self) -> float:
        """A bound on the relative rounding error of a solve: the condition of the covariances, each in its scale."""
        if self.rank == 0:
            return EPS
        worst = 1.0
        for covariance in self.reduced[:2]:
            plain = detached(covariance)
            if not SMALLEST <= np.diagonal(plain).min() <= np.diagonal(plain).max() <= 1 / SMALLEST:
                return 16.0 * self.rank  # what is below the normal floats has lost its digits
            scale = unit_scale(np.diagonal(plain))
            worst = max(worst, float(np.linalg.cond(plain / np.outer(scale, scale))))
        return 16 * EPS * self.rank * min(worst, 1 / EPS)

    def near(self, spectrum: Any) -> bool:
        """Whether a spectrum of differences is small enough for its power series."""
        return bool((abs(constant(spectrum)) <= NEAR).all())
