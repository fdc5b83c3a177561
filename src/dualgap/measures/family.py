"""Which named family a law belongs to, with its parameters: what closed forms are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

__all__ = ["Family", "family_of_scipy", "family_of_torch"]


@final
@dataclass(frozen=True)
class Family:
    """A named family and its parameters, in the names of scipy.stats.

    Parameters
    ----------
    name : str
        For example ``"laplace"``.
    parameters : dict of str to float
        Shapes, ``loc`` and ``scale``.
    """

    name: str
    parameters: dict[str, float]


def family_of_scipy(law: Any) -> Family | None:
    """The family of a frozen univariate law of scipy.stats with single parameters; None otherwise.

    Examples
    --------
    >>> from scipy import stats
    >>> family_of_scipy(stats.gamma(2.0, scale=0.5)).parameters
    {'a': 2.0, 'loc': 0.0, 'scale': 0.5}
    """
    shapes = [name.strip() for name in (law.dist.shapes or "").split(",") if name.strip()]
    given = dict(zip([*shapes, "loc", "scale"], law.args, strict=False)) | law.kwds
    values = {
        name: given.get(name, default) for name, default in [*((s, None) for s in shapes), ("loc", 0), ("scale", 1)]
    }
    if any(value is None or np.ndim(value) != 0 for value in values.values()):
        return None
    return Family(law.dist.name, {name: float(value) for name, value in values.items()})


#: For each univariate family of torch.distributions: the name in scipy.stats, and its parameters from those of torch.
_TORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "Beta": ("beta", {"a": "concentration1", "b": "concentration0"}),
    "Cauchy": ("cauchy", {"loc": "loc", "scale": "scale"}),
    "Exponential": ("expon", {"scale": lambda law: 1 / law.rate}),
    "Gamma": ("gamma", {"a": "concentration", "scale": lambda law: 1 / law.rate}),
    "Gumbel": ("gumbel_r", {"loc": "loc", "scale": "scale"}),
    "Laplace": ("laplace", {"loc": "loc", "scale": "scale"}),
    "Pareto": ("pareto", {"b": "alpha", "scale": "scale"}),
    "StudentT": ("t", {"df": "df", "loc": "loc", "scale": "scale"}),
    "Uniform": ("uniform", {"loc": "low", "scale": lambda law: law.high - law.low}),
    "VonMises": ("vonmises", {"kappa": "concentration", "loc": "loc"}),
    "Weibull": ("weibull_min", {"c": "concentration", "scale": "scale"}),
}


def family_of_torch(law: Any) -> Family | None:
    """The family of a univariate torch.distributions law; None when it has none in the table.

    Examples
    --------
    >>> import torch
    >>> family_of_torch(torch.distributions.Exponential(torch.tensor(4.0))).parameters
    {'loc': 0.0, 'scale': 0.25}
    """
    if type(law).__name__ not in _TORCH or tuple(law.batch_shape) or tuple(law.event_shape):
        return None
    name, sources = _TORCH[type(law).__name__]
    values = {k: getattr(law, source) if isinstance(source, str) else source(law) for k, source in sources.items()}
    return Family(name, {k: float(value) for k, value in ({"loc": 0.0, "scale": 1.0} | values).items()})
