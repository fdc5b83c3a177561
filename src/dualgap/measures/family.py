"""Which named family a law belongs to, with its parameters: what closed forms are written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.validation import detached

__all__ = ["Family", "family_of_scipy", "family_of_torch", "wishart_family"]


@final
@dataclass(frozen=True)
class Family:
    """A named family and its parameters, in the names of scipy.stats, as they were given.

    A law of torch.distributions keeps its tensors, their gradients, and its own way to say the scale: ``rate`` for its
    inverse, ``log_scale`` for its logarithm, ``complement`` for 1 - p. For a product of laws on the line, the parameters
    are arrays with one entry for each coordinate.

    Parameters
    ----------
    name : str
        For example ``"laplace"``.
    parameters : dict of str to float or array
        Shapes, ``loc`` and ``scale``.
    """

    name: str
    parameters: dict[str, Any]

    @property
    def numbers(self) -> dict[str, Any]:
        """The parameters of scipy.stats as floats (or numpy arrays), without gradients.

        Examples
        --------
        >>> Family("expon", {"loc": 0.0, "rate": 4.0}).numbers
        {'loc': 0.0, 'scale': 0.25}
        """
        plain = {key: _number(detached(value)) for key, value in self.parameters.items()}
        for key, (name, convert) in _CONVERSIONS.items():
            if key in plain:
                plain[name] = _number(convert(plain.pop(key)))
        return plain


_CONVERSIONS: dict[str, tuple[str, Any]] = {
    "rate": ("scale", lambda rate: 1 / rate),
    "log_scale": ("scale", np.exp),
    "complement": ("p", lambda share: 1 - share),
}


def _number(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


def family_of_scipy(law: Any) -> Family | None:
    """The family of a frozen univariate law of scipy.stats with single parameters; None otherwise.

    Examples
    --------
    >>> from scipy import stats
    >>> family_of_scipy(stats.gamma(2.0, scale=0.5)).parameters
    {'a': 2.0, 'loc': 0.0, 'scale': 0.5}
    """
    shapes = [name.strip() for name in (law.dist.shapes or "").split(",") if name.strip()]
    names = [*shapes, "loc", "scale"] if hasattr(law, "pdf") else [*shapes, "loc"]
    given = dict(zip(names, law.args, strict=False)) | law.kwds
    values = {name: given.get(name, {"loc": 0, "scale": 1}.get(name)) for name in names}
    if any(value is None or np.ndim(value) != 0 for value in values.values()):
        return None
    return Family(law.dist.name, {name: float(value) for name, value in values.items()})


#: For each family of torch.distributions: the name in scipy.stats, and its parameters from those of torch.
_TORCH: dict[str, tuple[str, dict[str, Any]]] = {
    "Beta": ("beta", {"a": "concentration1", "b": "concentration0", "loc": 0.0, "scale": 1.0}),
    "Cauchy": ("cauchy", {"loc": "loc", "scale": "scale"}),
    "Chi2": ("chi2", {"df": "df", "loc": 0.0, "scale": 1.0}),
    "Dirichlet": ("dirichlet", {"alpha": "concentration"}),
    "Exponential": ("expon", {"loc": 0.0, "rate": "rate"}),
    "Gamma": ("gamma", {"a": "concentration", "loc": 0.0, "rate": "rate"}),
    "Geometric": ("geom", {"p": "probs", "loc": -1.0}),
    "Gumbel": ("gumbel_r", {"loc": "loc", "scale": "scale"}),
    "HalfCauchy": ("halfcauchy", {"loc": 0.0, "scale": "scale"}),
    "HalfNormal": ("halfnorm", {"loc": 0.0, "scale": "scale"}),
    "InverseGamma": ("invgamma", {"a": "concentration", "loc": 0.0, "scale": "rate"}),
    "Laplace": ("laplace", {"loc": "loc", "scale": "scale"}),
    "LogNormal": ("lognorm", {"s": "scale", "loc": 0.0, "log_scale": "loc"}),
    "NegativeBinomial": ("nbinom", {"n": "total_count", "complement": "probs", "loc": 0.0}),
    "Normal": ("norm", {"loc": "loc", "scale": "scale"}),
    "Pareto": ("pareto", {"b": "alpha", "loc": 0.0, "scale": "scale"}),
    "Poisson": ("poisson", {"mu": "rate", "loc": 0.0}),
    "StudentT": ("t", {"df": "df", "loc": "loc", "scale": "scale"}),
    "Uniform": ("uniform", {"loc": "low", "scale": lambda law: law.high - law.low}),
    "VonMises": ("vonmises", {"kappa": "concentration", "loc": "loc", "scale": 1.0}),
    "Weibull": ("weibull_min", {"c": "concentration", "loc": 0.0, "scale": "scale"}),
    "Wishart": ("wishart", {"df": "df", "scale": "covariance_matrix"}),
}


def family_of_torch(law: Any) -> Family | None:
    """The family of one law of torch.distributions, or of an Independent of one; None when it has none in the table.

    Examples
    --------
    >>> import torch
    >>> family_of_torch(torch.distributions.Exponential(torch.tensor(4.0))).parameters
    {'loc': 0.0, 'rate': tensor(4.)}
    """
    if tuple(law.batch_shape):
        return None
    while type(law).__name__ == "Independent":
        law = law.base_dist
    name, sources = _TORCH.get(type(law).__name__, ("", {}))
    if not name or (law.event_shape and law.batch_shape):
        return None
    shape = law.batch_shape if tuple(law.batch_shape) != (1,) else ()
    values: dict[str, Any] = {}
    for key, source in sources.items():
        value = (
            source if isinstance(source, float) else getattr(law, source) if isinstance(source, str) else source(law)
        )
        values[key] = (
            value if isinstance(value, float) or law.event_shape else value.expand(law.batch_shape).reshape(shape)
        )
    return wishart_family(values["df"], values["scale"]) if name == "wishart" else Family(name, values)


def wishart_family(df: Any, scale: Any) -> Family:
    """That of Wishart laws; of one number it is a gamma law.

    >>> wishart_family(3.0, np.array([[2.0]])).parameters
    {'a': 1.5, 'loc': 0.0, 'scale': np.float64(4.0)}
    """
    if scale.shape[-1] > 1:
        return Family("wishart", {"df": df, "scale": scale})
    return Family("gamma", {"a": df / 2, "loc": 0.0, "scale": 2 * scale[0, 0]})
