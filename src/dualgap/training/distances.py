"""How far generated points are from held-out data: exact transport, MMD, and what part of each the other covers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.networks.apart import apart
from dualgap.transport import wasserstein
from dualgap.validation import as_array, count, detached

__all__ = ["manifold_coverage", "mmd_squared", "wasserstein_brackets"]


def wasserstein_brackets(points: Any, *, data: Any, order: float) -> list[Bracket]:
    """W_p between generated points and data, exactly, a bracket for each seed.

    .. math:: W_p\\Big(\\tfrac1n \\sum_i \\delta_{x_i}, \\tfrac1m \\sum_j \\delta_{y_j}\\Big)

    Parameters
    ----------
    points : (K, n, d) or (n, d) array
    data : (m, d) array, or one for each seed
    order : float, at least 1

    Returns
    -------
    list of K Bracket
        Each with the plan and the potentials that prove it. Of the two samples: it is not 0 for a perfect generator.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> found = wasserstein_brackets([[[0.0, 0.0]], [[3.0, 4.0]]], data=[[0.0, 0.0]], order=1)
    >>> [bracket.value for bracket in found]
    [0.0, 5.0]
    """
    clouds, truth = _both(points, data)
    clouds = clouds if clouds.ndim == 3 else clouds[None]
    if truth.ndim > 3 or (truth.ndim == 3 and len(truth) not in (1, len(clouds))):
        raise InvalidInput(
            f"data must be of shape (m, d) or one of the {len(clouds)} clouds each, got shape {tuple(truth.shape)}",
            argument="data",
        )
    truth = truth.expand(len(clouds), *truth.shape[-2:])
    return [wasserstein(detached(cloud), detached(one), order=order) for cloud, one in zip(clouds, truth, strict=True)]


def mmd_squared(points: Any, *, data: Any) -> dict[str, Tensor]:
    """The unbiased estimate of MMD^2 with a Gaussian kernel, and its standard error.

    .. math:: \\frac{1}{n(n-1)} \\sum_{i \\ne j} h_{ij}, \\qquad
              h_{ij} = k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i), \\qquad
              \\mathrm{se}^2 = \\frac{4}{n} \\mathrm{Var}_i\\Big(\\frac{1}{n-1} \\sum_{j \\ne i} h_{ij}\\Big)

    with the kernel's width the median distance between two of the data. The error is that of the estimate where the laws differ; where
    they are equal the first-order term is 0 and this one only bounds its order.

    Parameters
    ----------
    points, data : (..., n, d) arrays
        As many of the one as of the other.

    Returns
    -------
    dict of (...) tensors
        ``mmd_squared`` and ``mmd_squared_error``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> points = torch.randn(2, 50, 1, generator=torch.Generator().manual_seed(0))
    >>> bool(mmd_squared(points, data=points + 3.0)["mmd_squared"].min() > 0.5)
    True

    Reference: gretton2012
    """
    x, y = _both(points, data)
    n = x.shape[-2]
    if y.shape[-2] != n or n < 2:
        raise InvalidInput(
            f"points must be as many as the data, at least 2, got {n} and {y.shape[-2]}", argument="points"
        )
    y = y.expand_as(x)
    first, second = torch.triu_indices(n, n, offset=1, device=y.device)
    between = apart(y, y)[..., first, second]
    width = between.median(-1).values[..., None, None].clamp_min(torch.finfo(x.dtype).tiny)

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return torch.exp(-((apart(a, b) / width) ** 2) / 2)

    cross = kernel(x, y)
    terms = kernel(x, x) + kernel(y, y) - cross - cross.mT
    terms = terms - torch.diag_embed(terms.diagonal(dim1=-2, dim2=-1))
    rows = terms.sum(-1) / (n - 1)
    return {"mmd_squared": rows.mean(-1), "mmd_squared_error": 2 * rows.std(-1) / n**0.5}


def manifold_coverage(points: Any, *, data: Any, neighbours: int = 5) -> dict[str, Tensor]:
    """Precision, recall, density and coverage: balls about each point out to its k-th neighbour among its own kind.

    .. math:: \\text{precision} = \\tfrac1n \\#\\{j : x_j \\in \\textstyle\\bigcup_i B(y_i)\\}, \\quad
              \\text{recall} = \\tfrac1m \\#\\{i : y_i \\in \\textstyle\\bigcup_j B(x_j)\\}, \\quad
              \\text{density} = \\tfrac{1}{kn} \\sum_{ij} 1[x_j \\in B(y_i)], \\quad
              \\text{coverage} = \\tfrac1m \\#\\{i : \\exists j\\; x_j \\in B(y_i)\\}

    with x the generated points and y the data. Precision and density see what is generated where no data are; recall and
    coverage, what data are missed.

    Parameters
    ----------
    points : (..., n, d) array
        Generated.
    data : (..., m, d) array
    neighbours : int
        k, below n and m.

    Returns
    -------
    dict of (...) float64 tensors
        ``precision``, ``recall``, ``density`` (1 in the mean for the true law), ``coverage``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> data = torch.arange(10.0)[:, None]
    >>> found = manifold_coverage(data[:5], data=data, neighbours=2)
    >>> found["precision"].item(), found["recall"].item() < 1
    (1.0, True)

    Reference: naeem2020
    """
    x, y = _both(points, data)
    k = count(neighbours, "neighbours")
    if k >= min(x.shape[-2], y.shape[-2]):
        raise InvalidInput(
            f"neighbours must be below the numbers of points, {x.shape[-2]} and {y.shape[-2]}, got {k}",
            argument="neighbours",
        )
    y = y.expand(*x.shape[:-2], *y.shape[-2:])
    own_x, own_y, cross = apart(x, x), apart(y, y), apart(y, x)
    # a point is its own nearest: the k-th other is number k + 1
    radius_x, radius_y = (own.kthvalue(k + 1, -1).values for own in (own_x, own_y))
    near_data = cross <= radius_y[..., :, None]
    near_points = cross <= radius_x[..., None, :]
    return {
        "precision": near_data.any(-2).double().mean(-1),
        "recall": near_points.any(-1).double().mean(-1),
        "density": near_data.double().sum((-2, -1)) / (k * x.shape[-2]),
        "coverage": near_data.any(-1).double().mean(-1),
    }


def _both(points: Any, data: Any) -> tuple[Tensor, Tensor]:
    x, y = (torch.as_tensor(as_array(value, name)) for value, name in ((points, "points"), (data, "data")))
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise InvalidInput(
            f"points and data must have shapes (..., n, d) and (..., m, d), got {tuple(x.shape)} and {tuple(y.shape)}",
            argument="points",
        )
    dtype = torch.promote_types(x.dtype, y.dtype)
    dtype = dtype if dtype.is_floating_point else torch.float64
    return x.to(dtype), y.to(device=x.device, dtype=dtype)
