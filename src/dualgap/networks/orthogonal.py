"""Matrices of spectral norm at most 1, made from arbitrary ones."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dualgap.games.streams import Streams
from dualgap.networks.norms import nonzero, scaled, schatten_norm

__all__ = ["CONTRACTIONS", "aol", "bjorck", "cayley", "random_orthonormal"]

#: An orthonormal matrix of rank 64, scaled to be inside the ball, is orthonormal to 1e-8 again after six of these; any
#: matrix is a contraction after any number.
BJORCK_STEPS = 6
#: The Cayley transform's argument is kept below this: its solve is then well conditioned, and every rotation by less
#: than 169 degrees is within reach.
CAYLEY_REACH = 10.0


def bjorck(matrix: Tensor, *, steps: int = BJORCK_STEPS) -> Tensor:
    """The nearest matrix with orthonormal rows or columns, approached from inside the unit ball.

    .. math:: W \\leftarrow \\tfrac32 W - \\tfrac12 W W^\\top W, \\qquad
              \\sigma \\mapsto \\tfrac32 \\sigma - \\tfrac12 \\sigma^3 : [0, 1] \\to [0, 1]

    The matrix is first divided by the smaller of two bounds of its spectral norm,
    :math:`\\sqrt{|W|_1 |W|_\\infty}` and a Schatten norm (:func:`schatten_norm`). Each step then keeps all singular values in
    [0, 1], so that the result is a contraction whether the iteration has converged or not.

    Parameters
    ----------
    matrix : (..., n, m) tensor
    steps : int

    Returns
    -------
    (..., n, m) tensor
        Of spectral norm at most 1, to rounding.

    Examples
    --------
    >>> turned = bjorck(torch.tensor([[2.0, 1.0], [0.0, 1.0]], dtype=torch.float64))
    >>> norm = torch.linalg.matrix_norm(turned, 2)
    >>> bool(0.9 < norm <= 1 + 1e-12)
    True

    Reference: anil2019
    """
    matrix = scaled(matrix)
    sums = matrix.abs().sum(-2).amax(-1) * matrix.abs().sum(-1).amax(-1)
    bound = torch.minimum(nonzero(sums).sqrt()[..., None, None], schatten_norm(matrix, squarings=1))
    matrix = matrix / bound
    tall = matrix.shape[-2] >= matrix.shape[-1]
    for _ in range(steps):
        cubed = matrix @ (matrix.mT @ matrix) if tall else (matrix @ matrix.mT) @ matrix
        matrix = 1.5 * matrix - 0.5 * cubed
    return matrix


def cayley(matrix: Tensor) -> Tensor:
    """A matrix with orthonormal columns (rows, where it is wider than tall), by one solve.

    .. math:: M = \\begin{pmatrix} U \\\\ V \\end{pmatrix}, \\quad A = U - U^\\top + V^\\top V, \\qquad
              \\begin{pmatrix} (I + A)^{-1} (I - A) \\\\ -2 V (I + A)^{-1} \\end{pmatrix}

    Parameters
    ----------
    matrix : (..., n, m) tensor

    Returns
    -------
    (..., n, m) tensor
        Orthonormal to rounding. Arguments of large norm are scaled down first, which keeps the solve accurate.

    Examples
    --------
    >>> turned = cayley(torch.tensor([[2.0, 1.0], [0.0, 1.0], [5.0, -7.0]], dtype=torch.float64))
    >>> bool(torch.allclose(turned.T @ turned, torch.eye(2, dtype=torch.float64)))
    True

    Reference: trockman2021
    """
    if matrix.shape[-2] < matrix.shape[-1]:
        return cayley(matrix.mT).mT
    size = matrix.abs().amax((-2, -1), keepdim=True)
    unit = scaled(matrix)
    # the norm of the matrix itself, size * norm, is never formed: it may overflow
    unit = unit * torch.minimum(size, CAYLEY_REACH / schatten_norm(unit, squarings=0))
    columns = unit.shape[-1]
    top, bottom = unit[..., :columns, :], unit[..., columns:, :]
    argument = top - top.mT + bottom.mT @ bottom
    identity = torch.eye(columns, dtype=unit.dtype, device=unit.device)
    right = torch.cat([identity - argument, -2 * bottom], -2)
    # I - A and (I + A)^-1 commute, so that both blocks are a right-hand side of the same solve
    return torch.linalg.solve(identity + argument, right, left=False)


def aol(matrix: Tensor) -> Tensor:
    """Columns (rows, where there are fewer) divided by numbers that make the matrix a contraction.

    .. math:: W D, \\qquad D_{jj} = \\Big( \\sum_i |W^\\top W|_{ij} \\Big)^{-1/2}

    :math:`D^{-2} - W^\\top W` is diagonally dominant, hence positive semi-definite. "Almost orthogonal" layers:
    exactly so where the columns are.

    Parameters
    ----------
    matrix : (..., n, m) tensor

    Returns
    -------
    (..., n, m) tensor
        Of spectral norm at most 1, to rounding.

    Examples
    --------
    >>> float(torch.linalg.matrix_norm(aol(torch.tensor([[2.0, 1.0], [0.0, 1.0]])), 2)) < 1
    True

    Reference: prach2022
    """
    if matrix.shape[-2] < matrix.shape[-1]:
        return aol(matrix.mT).mT
    matrix = scaled(matrix)
    sums = (matrix.mT @ matrix).abs().sum(-2, keepdim=True)
    return matrix * nonzero(sums).rsqrt()


#: By the name of a layer: what makes its matrix a contraction.
CONTRACTIONS: dict[str, Callable[[Tensor], Tensor]] = {"bjorck": bjorck, "cayley": cayley, "aol": aol}


def random_orthonormal(streams: Streams, *shape: int) -> Tensor:
    """Matrices (..., n, m) with orthonormal columns (rows, where they are wider than tall), uniformly distributed."""
    *many, rows, columns = shape
    normal = streams.normal(*many, max(rows, columns), min(rows, columns))
    basis, triangle = torch.linalg.qr(normal)
    basis = basis * triangle.diagonal(dim1=-2, dim2=-1).sign()[..., None, :]
    return basis if rows >= columns else basis.mT
