"""Anything that the field uses as a distribution -> a measure."""

from __future__ import annotations

from typing import Any

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures.density import Density
from dualgap.measures.family import family_of_scipy, family_of_torch
from dualgap.measures.gaussian import Gaussian
from dualgap.measures.histogram import Histogram
from dualgap.measures.measure import Measure
from dualgap.measures.points import Points, Samples

__all__ = ["as_law", "as_measure"]


def as_measure(value: Any, name: str, *, bare: type[Histogram] | type[Points] | type[Samples]) -> Measure:
    """The measure that a value means.

    A measure is itself; ``scipy.stats`` frozen distributions and ``torch.distributions`` become the measure of the same
    law; a bare array is read as ``bare``: as a histogram by the divergences, as points by the transport distances.

    Parameters
    ----------
    value : measure, array, scipy.stats frozen distribution or torch.distributions.Distribution
    name : str
        The argument that it came from.
    bare : Histogram, Points or Samples

    Raises
    ------
    InvalidInput
        When the value means no distribution, or one that has no measure here.

    Examples
    --------
    >>> from scipy import stats
    >>> as_measure(stats.norm(1.0, 2.0), "p", bare=Histogram).covariance
    array([[4.]])
    """
    return as_law(value, name) or bare(value, _name=name)


def as_law(value: Any, name: str) -> Measure | None:
    """As :func:`as_measure`, with None for what is neither a measure nor a law of scipy or torch, such as an array.

    Examples
    --------
    >>> as_law([0.5, 0.5], "p") is None
    True
    """
    if isinstance(value, Measure):
        return value
    package = {base.__module__.partition(".")[0] for base in type(value).__mro__}
    if "scipy" in package:
        return _from_scipy(value, name)
    if "torch" in package and hasattr(value, "log_prob"):
        return _from_torch(value, name)
    return None


def _from_scipy(law: Any, name: str) -> Measure:
    if hasattr(law, "dist"):  # the frozen form of the univariate families
        family = law.dist.name
        if family == "norm":
            return Gaussian(law.mean(), law.var())
        low, high = law.support()
        if hasattr(law, "pdf"):
            return Density(
                lambda x: law.logpdf(x[:, 0]),
                dimension=1,
                support=(low, high),
                cdf=law.cdf,
                quantile=law.ppf,
                sample=lambda n, rng: np.reshape(law.rvs(size=n, random_state=rng), (n, 1)),
                family=family_of_scipy(law),
            )
        if np.isfinite(low) and np.isfinite(high):
            atoms = low + np.arange(round(high - low) + 1.0)
            return Points(atoms, law.pmf(atoms))
        raise InvalidInput(
            f"{name} is scipy's {family}, a discrete law with infinite support, which no method takes; "
            "truncate it to Points yourself",
            argument=name,
        )
    kind = type(law).__name__
    if kind == "multivariate_normal_frozen":
        return Gaussian(law.mean, law.cov_object.covariance if hasattr(law, "cov_object") else law.cov)
    if kind == "Normal" or kind == "StandardNormal":
        return Gaussian(law.mean(), law.variance())
    if hasattr(law, "icdf") and hasattr(law, "logpdf"):  # scipy's newer distribution classes
        return Density(
            lambda x: law.logpdf(x[:, 0]),
            dimension=1,
            support=law.support(),
            cdf=law.cdf,
            quantile=law.icdf,
            sample=lambda n, rng: np.reshape(law.sample(n, rng=rng), (n, 1)),
        )
    raise InvalidInput(
        f"{name} is scipy's {kind}, which has no measure here; pass Density(log_density, dimension=...)",
        argument=name,
    )


def _from_torch(law: Any, name: str) -> Measure:
    import torch
    from torch import distributions as td

    if isinstance(law, td.Categorical):
        return Histogram(law.probs, _name=name)
    if isinstance(law, td.Bernoulli):
        return Histogram(torch.stack([1 - law.probs, law.probs], -1), _name=name)
    if len(law.batch_shape) > 0:
        raise InvalidInput(
            f"{name} must be one distribution, got a batch of shape {tuple(law.batch_shape)}; wrap it in "
            "torch.distributions.Independent if the batch is one law on R^d",
            argument=name,
        )
    if isinstance(law, td.Normal):
        return Gaussian(law.loc, law.scale**2)
    if isinstance(law, td.MultivariateNormal):
        return Gaussian(law.loc, law.covariance_matrix)
    if isinstance(law, td.Independent) and isinstance(law.base_dist, td.Normal) and len(law.event_shape) == 1:
        return Gaussian(law.base_dist.loc, torch.diag(law.base_dist.scale**2))
    if len(law.event_shape) > 1 or getattr(law.support, "is_discrete", True):
        raise InvalidInput(
            f"{name} is torch's {type(law).__name__}, which has no measure here; pass Points, Histogram or "
            "Density(log_density, dimension=...)",
            argument=name,
        )
    return _density_from_torch(law)


def _density_from_torch(law: Any) -> Density:
    import torch

    d = int(law.event_shape[0]) if law.event_shape else 1
    low = getattr(law.support, "lower_bound", -np.inf)
    high = getattr(law.support, "upper_bound", np.inf)

    def shaped(x: Any) -> Any:
        points = torch.as_tensor(np.asarray(x), dtype=torch.float64)
        return points if law.event_shape else points[:, 0]

    def log_density(x: Any) -> np.ndarray:
        points = shaped(x)
        inside = law.support.check(points)
        values = law.log_prob(torch.where(inside if not law.event_shape else inside[:, None], points, law.mean))
        return torch.where(inside, values, torch.tensor(-np.inf, dtype=values.dtype)).detach().double().numpy()

    def sample(n: int, rng: np.random.Generator) -> np.ndarray:
        with torch.random.fork_rng(devices=[]):  # torch.distributions draw from the global stream only
            torch.manual_seed(int(rng.integers(2**63)))
            return law.sample((n,)).double().reshape(n, d).numpy()

    return Density(
        log_density,
        dimension=d,
        sample=sample,
        support=(float(low), float(high)) if d == 1 else None,
        family=family_of_torch(law),
    )
