"""What closed-form bounds of mixtures are made of: divergences between all pairs of Gaussian components."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from dualgap.measures import Gaussian, Measure, Mixture
from dualgap.validation import detached

__all__ = ["ComponentPairs", "Components", "components_of", "pairs_by_cholesky", "pairs_by_eigenvalues"]

EPS = float(np.finfo(np.float64).eps)
#: Covariances with a larger ratio of eigenvalues are left to other methods.
WORST_CONDITION = 1e10


@final
@dataclass(frozen=True, eq=False)
class Components:
    """Gaussian components with their weights.

    Parameters
    ----------
    weights : (k,) float64 array, positive
    means : (k, d) float64 array
    covariances : (k, d, d) float64 array
    """

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray


@final
@dataclass(frozen=True, eq=False)
class ComponentPairs:
    """Matrices over all pairs of components.

    Parameters
    ----------
    kl : (k, k) array
        KL of component i from component j.
    bhattacharyya : (k, k) array
        -ln of the integral of the root of the product.
    log_product : (k, k) array
        ln of the integral of the product.
    entropy : (k,) array
    error : float
        A bound on the rounding error of any of them.
    """

    kl: np.ndarray
    bhattacharyya: np.ndarray
    log_product: np.ndarray
    entropy: np.ndarray
    error: float


def components_of(law: Measure) -> Components | None:
    """The components of a Gaussian, or of a mixture of Gaussians; None for other laws, and singular or nearly singular ones.

    Examples
    --------
    >>> components_of(Gaussian(0.0, 4.0)).covariances
    array([[[4.]]])
    """
    if isinstance(law, Gaussian):
        covariance = detached(law.covariance)
        spectrum = np.linalg.eigvalsh(covariance)
        if spectrum[0] < spectrum[-1] / WORST_CONDITION or spectrum[0] <= 0:
            return None
        return Components(np.ones(1), detached(law.mean)[None], covariance[None])
    if not isinstance(law, Mixture):
        return None
    weights = detached(law.weights)
    parts = [(w, components_of(part)) for w, part in zip(weights, law.components, strict=True) if w > 0]
    known = [(w, part) for w, part in parts if part is not None]
    if len(known) < len(parts):
        return None
    whole = np.concatenate([w * part.weights for w, part in known])
    means, covariances = (
        np.concatenate([getattr(part, name) for _, part in known]) for name in ("means", "covariances")
    )
    return Components(whole / math.fsum(whole), means, covariances)


def pairs_by_cholesky(both: Components) -> ComponentPairs:
    """All pairs, by triangular factors."""
    d = both.means.shape[1]
    roots = np.linalg.cholesky(both.covariances)
    log_det = 2 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(1)
    difference = both.means[:, None] - both.means[None]
    white = np.linalg.solve(roots[None], difference[..., None])[..., 0]  # in the units of component j
    spread = np.linalg.solve(roots[None], roots[:, None])
    kl = ((spread**2).sum((2, 3)) - d + (white**2).sum(2) + log_det[None] - log_det[:, None]) / 2
    summed = np.linalg.cholesky(both.covariances[:, None] + both.covariances[None])
    log_sum = 2 * np.log(np.diagonal(summed, axis1=2, axis2=3)).sum(2)
    distance = (np.linalg.solve(summed, difference[..., None])[..., 0] ** 2).sum(2)
    bhattacharyya = distance / 4 + (log_sum - d * math.log(2) - (log_det[:, None] + log_det[None]) / 2) / 2
    log_product = -(distance + log_sum + d * math.log(2 * math.pi)) / 2
    np.fill_diagonal(kl, 0.0)
    np.fill_diagonal(bhattacharyya, 0.0)
    return ComponentPairs(
        np.maximum(kl, 0.0),
        np.maximum(bhattacharyya, 0.0),
        log_product,
        (log_det + d * (1 + math.log(2 * math.pi))) / 2,
        _error(both, float(np.abs(kl).max())),
    )


def pairs_by_eigenvalues(both: Components) -> ComponentPairs:
    """All pairs once more, one after another by inverses and determinants from eigenvalues."""
    k, d = both.means.shape
    kl, bhattacharyya, log_product = (np.zeros((k, k)) for _ in range(3))
    spectra = [np.linalg.eigh(covariance) for covariance in both.covariances]
    logs = [math.fsum(np.log(values)) for values, _ in spectra]
    for i in range(k):
        for j in range(k):
            values, vectors = spectra[j]
            difference = both.means[i] - both.means[j]
            inverse = (vectors / values) @ vectors.T
            trace = math.fsum((inverse * both.covariances[i]).ravel())
            square = math.fsum((vectors.T @ difference) ** 2 / values)
            summed, axes = np.linalg.eigh(both.covariances[i] + both.covariances[j])
            log_sum, distance = math.fsum(np.log(summed)), math.fsum((axes.T @ difference) ** 2 / summed)
            log_product[i, j] = -(distance + log_sum + d * math.log(2 * math.pi)) / 2
            if i != j:
                kl[i, j] = max((trace - d + square + logs[j] - logs[i]) / 2, 0.0)
                half = log_sum - d * math.log(2) - (logs[i] + logs[j]) / 2
                bhattacharyya[i, j] = max(distance / 4 + half / 2, 0.0)
    entropy = np.array([(log + d * (1 + math.log(2 * math.pi))) / 2 for log in logs])
    return ComponentPairs(kl, bhattacharyya, log_product, entropy, _error(both, float(kl.max())))


def _error(both: Components, largest: float) -> float:
    """Triangular solves lose the condition number of the covariances, in units of what they give."""
    spectra = np.linalg.eigvalsh(both.covariances)
    condition = float((spectra[:, -1] / spectra[:, 0]).max())
    d = both.means.shape[1]
    size = largest + d * (2 + float(np.abs(np.log(spectra)).max()))
    shift = float(np.abs(both.means).max() / np.sqrt(spectra.min()))
    return 16 * EPS * d * condition * (size + math.sqrt(largest) * shift)
