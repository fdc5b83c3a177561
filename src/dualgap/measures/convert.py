"""Anything that the field uses as a distribution -> a measure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.measures.density import Density
from dualgap.measures.family import Family, family_of_scipy, family_of_torch, wishart_family
from dualgap.measures.gaussian import Gaussian
from dualgap.measures.histogram import Histogram
from dualgap.measures.integers import Integers
from dualgap.measures.measure import Measure
from dualgap.measures.points import Points, Samples
from dualgap.validation import detached

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
            if hasattr(law.dist, "xk"):
                return Points(law.dist.xk + low - law.dist.xk[0], law.dist.pk)
            atoms = low + np.arange(round(high - low) + 1.0)
            return Points(atoms, law.pmf(atoms))
        return Integers(
            law.logpmf,
            support=(low, high),
            sample=lambda n, rng: np.reshape(law.rvs(size=n, random_state=rng), (n, 1)),
            tail=lambda k: float(law.sf(k)),
            family=family_of_scipy(law),
        )
    kind = type(law).__name__
    if kind == "multivariate_normal_frozen":
        return Gaussian(law.mean, law.cov_object.covariance if hasattr(law, "cov_object") else law.cov)
    if kind == "Normal" or kind == "StandardNormal":
        return Gaussian(law.mean(), law.variance())
    if kind == "dirichlet_frozen":
        return Density(
            lambda x: law.logpdf(np.moveaxis(x, -1, 0)),
            dimension=len(law.alpha),
            support=(0.0, 1.0),
            sample=lambda n, rng: law.rvs(size=n, random_state=rng),
            family=Family("dirichlet", {"alpha": np.asarray(law.alpha, dtype=np.float64)}),
        )
    if kind == "wishart_frozen":
        return _wishart_from_scipy(law)
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


def _wishart_from_scipy(law: Any) -> Density:
    """A law on the (n, d^2) entries of symmetric matrices."""
    d = law.dim
    scale = np.asarray(law.scale, dtype=np.float64).reshape(d, d)
    return Density(
        lambda x: np.reshape(law.logpdf(np.moveaxis(np.reshape(x, (-1, d, d)), 0, -1)), -1),
        dimension=d * d,
        sample=lambda n, rng: np.reshape(law.rvs(size=n, random_state=rng), (n, d * d)),
        support=(0.0, np.inf) if d == 1 else None,
        family=wishart_family(float(law.df), scale),
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
    if isinstance(law, td.MixtureSameFamily):
        return _mixture_from_torch(law, name)
    if isinstance(law, td.Binomial):
        atoms = law.enumerate_support(expand=False)
        return Points(atoms, torch.exp(law.log_prob(atoms)))
    family = family_of_torch(law)
    if isinstance(law, td.Poisson | td.Geometric | td.NegativeBinomial):
        return _integers_from_torch(law)
    if family is None and (len(law.event_shape) > 1 or getattr(law.support, "is_discrete", True)):
        raise InvalidInput(
            f"{name} is torch's {type(law).__name__}, which has no measure here; pass Points, Histogram or "
            "Density(log_density, dimension=...)",
            argument=name,
        )
    return _density_from_torch(law)


def _mixture_from_torch(law: Any, name: str) -> Measure:
    from dualgap.measures.mixture import Mixture  # a mixture reads its components with this module

    parts, k = law.component_distribution, len(law.mixture_distribution.probs)
    return Mixture(law.mixture_distribution.probs, [_from_torch(_component(parts, i), name) for i in range(k)])


def _component(batch: Any, i: int) -> Any:
    """One law of a batch of them."""
    kind = type(batch)
    if kind.__name__ == "Independent":
        return kind(_component(batch.base_dist, i), batch.reinterpreted_batch_ndims)
    if kind.__name__ == "MultivariateNormal":
        return kind(batch.loc[i], covariance_matrix=batch.covariance_matrix[i])
    return kind(**{key: getattr(batch, key)[i] for key in batch.arg_constraints})


def _integers_from_torch(law: Any) -> Integers:
    import torch

    def log_mass(k: Any) -> np.ndarray:
        points = torch.as_tensor(np.asarray(k), dtype=torch.float64)
        values = law.log_prob(points.clamp(min=0.0))
        return torch.where(points >= 0, values, -torch.inf).detach().double().numpy()

    return Integers(log_mass, support=(0.0, np.inf), sample=_draws_of_torch(law, 1), family=family_of_torch(law))


def _draws_of_torch(law: Any, d: int) -> Callable[[int, np.random.Generator], np.ndarray]:
    def sample(n: int, rng: np.random.Generator) -> np.ndarray:
        import torch

        with torch.random.fork_rng(devices=[]):  # torch.distributions draw from the global stream only
            torch.manual_seed(int(rng.integers(2**63)))
            return law.sample((n,)).double().reshape(n, d).numpy()

    return sample


def _density_from_torch(law: Any) -> Density:
    import torch

    family = family_of_torch(law)
    shape = tuple(law.event_shape)
    d = math.prod(shape)
    support: Any = law.support
    on_axes = law
    while isinstance(on_axes, torch.distributions.Independent):
        on_axes = on_axes.base_dist
    low, high = (
        getattr(on_axes.support, f"{end}_bound", infinity) for end, infinity in (("lower", -np.inf), ("upper", np.inf))
    )
    if family is not None and family.name == "dirichlet":
        low, high = 0.0, 1.0
    if isinstance(law, torch.distributions.Wishart) and d == 1:
        low = 0.0

    def log_density(x: Any) -> np.ndarray:
        points = torch.as_tensor(np.asarray(x), dtype=torch.float64).reshape(-1, *shape)
        inside = support.check(points)
        values = law.log_prob(torch.where(inside.reshape(-1, *(1 for _ in shape)), points, law.mean))
        return torch.where(inside, values, torch.tensor(-np.inf, dtype=values.dtype)).detach().double().numpy()

    sample = _draws_of_torch(law, d)
    if isinstance(law, torch.distributions.Wishart):  # torch takes its valid draws for singular ones, and warns
        from scipy import stats

        sample = _wishart_from_scipy(stats.wishart(float(detached(law.df)), detached(law.covariance_matrix))).sample
    return Density(
        log_density,
        dimension=d,
        sample=sample,
        support=(detached(low), detached(high)),
        family=family,
    )
