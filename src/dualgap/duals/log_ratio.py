"""A fitted logistic regression as a critic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.divergences.logistic import FEATURES, fit_ratio
from dualgap.errors import CertificateError
from dualgap.transport.extension import LipschitzCritic
from dualgap.transport.splits import Split
from dualgap.validation import is_torch

__all__ = ["LogRatio", "log_ratios_of"]


@final
@dataclass(frozen=True, eq=False)
class LogRatio(LipschitzCritic):
    """ln p/q as a polynomial of the coordinates; no bound of its slope is known.

    Parameters
    ----------
    ratio : callable, (n, d) array -> (n,) array
        In the coordinates (x - centre) / radius.
    centre : (d,) array
    radius : float

    Examples
    --------
    >>> LogRatio(lambda x: x[:, 0], np.ones(1), 2.0)(np.array([[5.0]]))
    array([2.])
    """

    ratio: Callable[[np.ndarray], np.ndarray]
    centre: np.ndarray
    radius: float
    ground = "euclidean"

    def __call__(self, points: Any) -> Any:
        """The scores (n,) of points (n, d): a tensor for a tensor, with its gradient; a float64 array otherwise."""
        if is_torch(points):
            plain = points.detach().cpu().double().numpy()
            values = points.new_tensor(self(plain))
            if not points.requires_grad:
                return values
            return values + ((points - points.detach()) * points.new_tensor(self.gradient(plain))).sum(-1)
        return np.asarray(self.ratio((points - self.centre) / self.radius), dtype=np.float64)

    def gradient(self, points: np.ndarray) -> np.ndarray:
        """Central differences, which are exact for polynomials of degree 2."""
        step = self.radius * 1e-3 * np.eye(points.shape[1])
        return np.stack([(self(points + one) - self(points - one)) / (2 * one.sum()) for one in step], axis=1)

    def recomputed(self, points: Any) -> np.ndarray:
        """Nothing that a distance could rest on."""
        raise CertificateError("the critic is not known to be 1-Lipschitz")


def log_ratios_of(split: Split) -> list[LogRatio]:
    """Logistic regressions on the training draws: linear, and quadratic where there are draws enough.

    Examples
    --------
    >>> from dualgap.measures import Samples
    >>> from dualgap.transport.splits import split_draws
    >>> len(log_ratios_of(split_draws(Samples(np.arange(100.0)), Samples(5 + np.arange(100.0)), 0)))
    2
    """
    x, y = ((part - split.centre) / split.radius for part in split.train)
    d = x.shape[1]
    enough = [
        name
        for name, terms in zip(FEATURES, (2 * (d + 1) * (d + 2), 4 * (d + 1)), strict=True)
        if terms <= len(x) + len(y)
    ]
    return [LogRatio(fit_ratio(x, y, name), split.centre, split.radius) for name in enough]
