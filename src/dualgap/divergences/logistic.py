"""A classifier's estimate of ln p/q: logistic regression on polynomials of the coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.special import expit

from dualgap.errors import InvalidInput

__all__ = ["FEATURES", "LogisticRatio", "fit_ratio"]

FEATURES = ("quadratic", "linear")
#: A ridge that makes any number of features safe, by shrinking what they say.
STRONG = 1.0
#: Newton's method ends at a decrement that no digit of the bounds sees.
DECREMENT = 1e-12
#: Farther out, in standard deviations of the draws it was fitted to, the polynomial says nothing more.
FARTHEST = 1e6


@final
@dataclass(frozen=True, eq=False)
class LogisticRatio:
    """An estimate of ln p/q as a polynomial of the standardised coordinates.

    Parameters
    ----------
    weights : (f,) array
    centre, scale : (d,) arrays
    features : str
    offset : float
        The logarithm of the number of draws of q per draw of p that it was fitted to.
    """

    weights: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    features: str
    offset: float

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The scores (n,) of points (n, d)."""
        z = np.clip((points - self.centre) / self.scale, -FARTHEST, FARTHEST)
        return _monomials(z, self.features) @ self.weights + self.offset


def _monomials(z: np.ndarray, features: str) -> np.ndarray:
    columns = [np.ones((len(z), 1)), z]
    if features == "quadratic":
        first, second = np.triu_indices(z.shape[1])
        columns.append(z[:, first] * z[:, second])
    return np.concatenate(columns, axis=1)


def fit_ratio(x: np.ndarray, y: np.ndarray, features: str, *, ridge: float = 1e-3) -> LogisticRatio:
    """Tell draws of p from draws of q, by maximum likelihood with a small ridge.

    .. math:: \\min_w \\sum_i \\ln(1 + e^{-s(x_i)}) + \\sum_j \\ln(1 + e^{s(y_j)}) + \\tfrac{\\gamma}{2} |w|^2

    The logit is ln(n p / m q) where the model holds it, so that ln(m / n) is added. For two Gaussian laws ln p/q is a
    quadratic polynomial. The objective is convex; Newton's method with a line search reaches its minimum.

    Parameters
    ----------
    x, y : (n, d) and (m, d) arrays
    features : str
        ``"quadratic"`` or ``"linear"``.
    ridge : float
        gamma; keeps the weights finite where a polynomial separates the draws. From 1 on, any number of features is taken.

    Raises
    ------
    InvalidInput
        When there are fewer than 4 draws to a feature, and the ridge is below 1.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> ratio = fit_ratio(rng.normal(1.0, 1.0, (4000, 1)), rng.normal(0.0, 1.0, (4000, 1)), "linear")
    >>> abs(float(ratio(np.array([[2.0]]))[0]) - 1.5) < 0.2  # ln p/q is x - 1/2
    True

    Reference: mccullagh1989
    """
    both = np.concatenate([x, y])
    centre, scale = both.mean(axis=0), both.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    phi = _monomials((both - centre) / scale, features)
    if 4 * phi.shape[1] > len(phi) and ridge < STRONG:
        raise InvalidInput(
            f"features must number at most a quarter of the {len(phi)} draws that they are fitted to, got "
            f"{phi.shape[1]} {features} ones; use {'linear ones or ' * (features == 'quadratic')}more draws",
            argument="features",
        )
    signs = np.concatenate([np.ones(len(x)), -np.ones(len(y))])
    weights = np.zeros(phi.shape[1])

    def objective(w: np.ndarray) -> float:
        return float(np.logaddexp(0.0, -signs * (phi @ w)).sum() + ridge / 2 * w @ w)

    value = objective(weights)
    for _ in range(100):
        miss = expit(-signs * (phi @ weights))
        slope = -(phi.T @ (signs * miss)) + ridge * weights
        hessian = (phi.T * (miss * (1 - miss))) @ phi + ridge * np.eye(len(weights))
        step = np.linalg.solve(hessian, -slope)
        decrement = float(-slope @ step)
        if decrement < DECREMENT:
            break
        size = 1.0
        while (tried := objective(weights + size * step)) > value - 0.25 * size * decrement and size > 1e-10:
            size /= 2
        weights, value = weights + size * step, tried
    return LogisticRatio(weights, centre, scale, features, math.log(len(y) / len(x)))
