"""Spectral norms of matrices: upper bounds to divide by in training, and singular values to certify with."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["certified_norm", "finite_weights", "nonzero", "scaled", "schatten_norm"]

#: Schatten norms of order 4 * 2^8 = 1024 exceed the spectral norm by a factor of at most rank^(1/1024).
SQUARINGS = 8


def scaled(matrix: Tensor) -> Tensor:
    """A matrix over its largest entry, so that no product of entries overflows or vanishes; zero stays zero."""
    return matrix / nonzero(matrix.abs().amax((-2, -1), keepdim=True))


def nonzero(numbers: Tensor) -> Tensor:
    """Numbers to divide by: 1 in place of 0, so that 0 over 0 is 0 and has a finite gradient."""
    return torch.where(numbers == 0, 1.0, numbers)


def schatten_norm(matrix: Tensor, *, squarings: int = SQUARINGS) -> Tensor:
    """An upper bound of the spectral norm that is smooth, and a few products of matrices.

    .. math:: \\|W\\|_2 \\le \\Big(\\sum_i \\sigma_i^{2q}\\Big)^{1/2q} = \\big\\| (W^\\top W)^{q/2} \\big\\|_F^{1/q},
              \\qquad q = 2^{k+1}

    Power iteration approaches the spectral norm from below, so that what is divided by it may have a norm above 1;
    this approaches it from above.

    Parameters
    ----------
    matrix : (..., n, m) tensor
        Of entries whose squares neither overflow nor vanish (:func:`scaled`).
    squarings : int
        k: a matrix of rank r is overestimated by at most r^(1/2q).

    Returns
    -------
    (..., 1, 1) tensor
        1 for the matrix 0.

    Examples
    --------
    >>> matrix = torch.diag(torch.tensor([3.0, 1.0], dtype=torch.float64))
    >>> round(float(schatten_norm(matrix, squarings=0)), 6), round(float(schatten_norm(matrix)), 6)  # (3^4 + 1)^(1/4)
    (3.009217, 3.0)
    """
    tall = matrix.shape[-2] >= matrix.shape[-1]
    gram = matrix.mT @ matrix if tall else matrix @ matrix.mT
    size = nonzero(torch.linalg.matrix_norm(gram, keepdim=True))
    logarithm, share = size.log() / 2, 0.5
    for _ in range(squarings):
        gram = gram / size
        gram = gram @ gram
        size = nonzero(torch.linalg.matrix_norm(gram, keepdim=True))
        share /= 2
        logarithm = logarithm + share * size.log()
    return logarithm.exp()


def certified_norm(matrix: Tensor) -> Tensor:
    """The spectral norm from singular values in float64, rounded up; infinite for a matrix that is not finite.

    Parameters
    ----------
    matrix : (..., n, m) tensor

    Returns
    -------
    (...) float64 tensor
        Not below the norm: an SVD is backward stable, its error is far below 16 max(n, m) units in the last place.

    Examples
    --------
    >>> float(certified_norm(torch.tensor([[3.0, 0.0], [0.0, -4.0]])))
    4.00000000000002...
    """
    matrix = matrix.detach().to(torch.float64)
    finite = matrix.isfinite().all(-1).all(-1)
    values = torch.linalg.svdvals(torch.where(finite[..., None, None], matrix, 0.0))
    allowance = 1 + 16 * max(matrix.shape[-2:]) * torch.finfo(torch.float64).eps
    return torch.where(finite, values.amax(-1) * allowance, math.inf)


def finite_weights(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Weights to certify in float64, and what to add to their bound: nothing, or infinity for those that are not finite.

    Parameters
    ----------
    weights : (..., size) tensor

    Returns
    -------
    (..., size) and (...) float64 tensors
        The first with zeros in place of vectors that are not finite.

    Examples
    --------
    >>> finite_weights(torch.tensor([[1.0, 2.0], [math.nan, 2.0]]))[1].tolist()
    [0.0, inf]
    """
    weights = weights.detach().to(torch.float64)
    finite = weights.isfinite().all(-1)
    excess = torch.where(finite, torch.zeros_like(weights[..., 0]), math.inf)
    return torch.where(finite[..., None], weights, 0.0), excess
