"""A residual layer that is 1-Lipschitz for every matrix: the SDP-based Lipschitz layer."""

from __future__ import annotations

import torch
from torch import Tensor

from dualgap.networks.affine import affine
from dualgap.networks.norms import certified_norm, nonzero, scaled

__all__ = ["residual_bound", "residual_layer"]

#: The logarithms of the layer's positive numbers q stay within this of 0.
LARGEST_LOGARITHM = 4.0


def residual_layer(points: Tensor, matrix: Tensor, bias: Tensor, logarithms: Tensor) -> Tensor:
    """One step against the gradient of a convex function, no longer than keeps it 1-Lipschitz.

    .. math:: x - 2 W T^{-1} \\mathrm{relu}(W^\\top x + b), \\qquad
              T = \\mathrm{diag}\\Big( \\sum_j |W^\\top W|_{ij} \\, q_j / q_i \\Big)

    :math:`T - W^\\top W` is positive semi-definite for any q > 0, and that is all that the proof needs. W is
    divided by its largest entry first, which changes the unit of b and nothing else.

    Parameters
    ----------
    points : (..., B, n) tensor
    matrix : (..., n, m) tensor
        W.
    bias : (..., m) tensor
    logarithms : (..., m) tensor
        ln q, of which the tanh is taken so that q stays between exp(-4) and exp(4).

    Returns
    -------
    (..., B, n) tensor

    Examples
    --------
    >>> points = torch.tensor([[1.0], [-1.0]])
    >>> residual_layer(points, torch.ones(1, 1), torch.zeros(1), torch.zeros(1)).tolist()  # x - 2 relu(x) = -|x|
    [[-1.0], [-1.0]]

    Reference: araujo2023
    """
    matrix, inverse = _balanced(matrix, logarithms)
    slopes = torch.relu(affine(points, matrix, bias))
    return points - 2 * (slopes * inverse[..., None, :]) @ matrix.mT


def residual_bound(matrix: Tensor, logarithms: Tensor) -> Tensor:
    """An upper bound of the layer's Lipschitz constant from singular values, (...) in float64.

    With s = |W T^(-1/2)|^2 the layer is (1 - s) x + s h(x), where h has s T for T and is 1-Lipschitz: the bound is 1
    where s <= 1, and 2 s - 1 where rounding has made s larger.
    """
    matrix, inverse = _balanced(matrix.detach().to(torch.float64), logarithms.detach().to(torch.float64))
    squared = certified_norm(matrix * inverse.sqrt()[..., None, :]) ** 2
    return (2 * squared - 1).clamp_min(1.0)


def _balanced(matrix: Tensor, logarithms: Tensor) -> tuple[Tensor, Tensor]:
    """The scaled W and the diagonal of T^-1."""
    matrix = scaled(matrix)
    q = (LARGEST_LOGARITHM * torch.tanh(logarithms / LARGEST_LOGARITHM)).exp()
    sums = ((matrix.mT @ matrix).abs() @ q[..., None])[..., 0] / q
    return matrix, 1 / nonzero(sums)
