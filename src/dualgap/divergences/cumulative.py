"""Laws on the line that are known by their distribution function: masses of cells, and bounds of the density where it has one mode."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.divergences.line import Hump, between_ends
from dualgap.errors import InvalidInput
from dualgap.measures import Density

__all__ = ["CumulativeHump", "hump_of"]

#: To what share of itself a distribution function and its complement are taken to be right.
ACCURACY = 1e-12
#: The distribution function at the edges of the first cells, and how many times the middle half they are at most away.
CENTRAL = np.linspace(0.01, 0.99, 99)
FARTHEST = 1e6
TAILS = np.geomspace(1e-300, 1e-2, 150)


@final
@dataclass(frozen=True, eq=False)
class CumulativeHump(Hump):
    """A law with a density whose distribution function is known.

    Parameters
    ----------
    log_density, log_cdf, log_sf : callables, (n,) array -> (n,) array
    quantile, upper_quantile : callables
        Where the mass below, and the mass above, is a given one; they place the cells only.
    ends : pair of float
    mode : float
        Where the density changes from rising to falling; nan when it may change more than once.
    complement : bool
        Whether log_sf keeps its digits where it is small; otherwise it is 1 less the distribution function.
    """

    log_density_at: Callable[[Any], Any]
    log_cdf_at: Callable[[Any], Any]
    log_sf_at: Callable[[Any], Any]
    quantile: Callable[[Any], Any] | None
    upper_quantile: Callable[[Any], Any] | None
    ends: tuple[float, float]
    mode: float = math.nan
    complement: bool = True
    scale: float = 1.0

    @property
    def largest_grid(self) -> int:
        """Special functions are slow; without a mode no cell has an upper bound that more of them would lower."""
        return 4_000 if math.isnan(self.mode) else 30_000

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """What was given, -inf outside of the ends."""
        return _evaluated(self.log_density_at, x, "log_density")

    def log_cdf(self, x: np.ndarray) -> np.ndarray:
        """What was given."""
        return _evaluated(self.log_cdf_at, x, "cdf")

    def log_sf(self, x: np.ndarray) -> np.ndarray:
        """What was given."""
        return _evaluated(self.log_sf_at, x, "cdf")

    def grid(self) -> np.ndarray:
        """The edges themselves: the scale is 1."""
        return self.edges()

    def edges(self) -> np.ndarray:
        """Quantiles in both tails and between, the ends of the support and the mode."""
        places = [np.array([end for end in (*self.ends, self.mode) if math.isfinite(end)])]
        if self.quantile is not None:
            places.append(_finite(self.quantile, np.concatenate([TAILS, CENTRAL])))
        if self.upper_quantile is not None:
            places.append(_finite(self.upper_quantile, TAILS))
        if self.quantile is None:
            places.append(_searched(self))
        edges = np.unique(np.concatenate(places))
        # Further out the logarithms of a ratio would be too large to be subtracted; what is cut off belongs to the tails.
        first, middle, third = np.interp([0.25, 0.5, 0.75], np.exp(self.log_cdf(edges)), edges)
        return edges[np.abs(edges - middle) <= FARTHEST * max(third - first, 1e-150)]

    def log_masses(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """By differences of the smaller of the two tails; where the density disagrees, by as much as that."""
        below = np.concatenate([[0.0], np.exp(self.log_cdf(edges)), [1.0]])
        above = np.concatenate([[1.0], np.exp(self.log_sf(edges)), [0.0]])
        if (np.diff(below) < -1e-9).any():
            raise InvalidInput("cdf must not decrease; pass a distribution function", argument="cdf")
        left = below[1:] <= above[:-1]
        mass = np.where(left, np.diff(below), -np.diff(above))
        size = np.where(left, below[1:] + below[:-1], above[1:] + above[:-1])
        error = ACCURACY * size if self.complement else ACCURACY * np.where(left, size, 1.0)
        mass = np.maximum(mass, 0.0)
        inner, doubt = self._by_density(edges)
        off = np.abs(inner - mass[1:-1])
        with np.errstate(invalid="ignore"):
            error[1:-1] += np.where((doubt < 1e-6 * inner) & (off > doubt), 2 * off, 0.0)
        if not math.isnan(self.mode):
            # The mean density of a cell lies between its bounds, which is closer where a cell is narrow.
            low, high = (np.exp(bound) * np.diff(edges) for bound in self.log_density_bounds(edges))
            narrow = (high - low) / 2 < error[1:-1]
            mass[1:-1], error[1:-1] = (
                np.where(narrow, new, old[1:-1]) for new, old in (((high + low) / 2, mass), ((high - low) / 2, error))
            )
        outside = np.concatenate([[False], (edges[1:] <= self.ends[0]) | (edges[:-1] >= self.ends[1]), [False]])
        mass[outside | (mass <= 0)] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(mass), np.where(mass > 0, np.minimum(error / mass, 1.0), 1.0)

    def _by_density(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The masses by Gauss's rule of seven nodes, and its distance from that of five: where they agree they can accuse."""
        results = []
        for n in (5, 7):
            nodes, weights = np.polynomial.legendre.leggauss(n)
            x = (edges[1:, None] + edges[:-1, None]) / 2 + np.diff(edges)[:, None] / 2 * nodes
            results.append((np.exp(self.log_density(x.ravel()).reshape(x.shape)) @ weights) * np.diff(edges) / 2)
        coarse, fine = results
        with np.errstate(invalid="ignore"):  # a node may fall on an end where the density is infinite
            return fine, np.abs(fine - coarse) + 1e-13 * fine

    def log_density_bounds(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """By the values at the edges where the mode is known; -inf and inf otherwise."""
        outside = (edges[1:] <= self.ends[0]) | (edges[:-1] >= self.ends[1])
        if math.isnan(self.mode):
            low, high = np.full(len(edges) - 1, -np.inf), np.full(len(edges) - 1, np.inf)
        else:
            top = float(self.log_density(np.array([self.mode]))[0])
            low, high = between_ends(self.log_density(edges), edges, self.mode, top)
            low, high = low - _slack(low), high + _slack(high)
        return np.where(outside, -np.inf, low), np.where(outside, -np.inf, high)


def _slack(logs: np.ndarray) -> np.ndarray:
    return ACCURACY * (1 + np.where(np.isfinite(logs), np.abs(logs), 0.0))


def _evaluated(function: Callable[[Any], Any], x: np.ndarray, name: str) -> np.ndarray:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy's own, past numpy's setting
        values = np.asarray(function(np.asarray(x, dtype=np.float64)), dtype=np.float64)
    if values.shape != np.shape(x) or np.isnan(values).any():
        raise InvalidInput(f"{name} must give a number for every point, got shape {values.shape}", argument=name)
    return values


def _finite(function: Callable[[Any], Any], at: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scipy's own, past numpy's setting
        values = np.asarray(function(at), dtype=np.float64).ravel()
    return values[np.isfinite(values) & (np.abs(values) < 1e150)]


def _searched(hump: CumulativeHump) -> np.ndarray:
    """Points whose distribution function goes from 0 to 1, without a quantile function: by bisection of powers of two."""
    low, high = hump.ends
    spread = np.concatenate([-(2.0 ** np.arange(60, -61, -1)), [0.0], 2.0 ** np.arange(-60, 61)])
    if math.isfinite(low) and math.isfinite(high):
        spread = np.linspace(low, high, 257)
    elif math.isfinite(low):
        spread = low + 2.0 ** np.arange(-60, 61)
    elif math.isfinite(high):
        spread = high - 2.0 ** np.arange(60, -61, -1)
    for _ in range(12):
        cdf = np.exp(hump.log_cdf(spread))
        wide = np.flatnonzero(np.diff(cdf) > 0.02)
        spread = np.unique(np.concatenate([spread, (spread[wide] + spread[wide + 1]) / 2]))
    return spread


def _beta_mode(v: dict[str, float]) -> float:
    a, b = v["a"], v["b"]
    if a < 1 and b < 1:
        return math.nan  # it falls and rises
    if a <= 1 <= b or b <= 1 <= a:
        return 0.0 if a <= b else 1.0
    return (a - 1) / (a + b - 2)


def _weibull_mode(v: dict[str, float]) -> float:
    return max(1 - 1 / v["c"], 0.0) ** (1 / v["c"])


#: Families of scipy.stats with a single mode: where it is, in units of the scale from the location.
_MODES: dict[str, Callable[[dict[str, float]], float]] = {
    "beta": _beta_mode,
    "cauchy": lambda v: 0.0,
    "chi2": lambda v: max(v["df"] - 2, 0.0),
    "expon": lambda v: 0.0,
    "gamma": lambda v: max(v["a"] - 1, 0.0),
    "gumbel_l": lambda v: 0.0,
    "gumbel_r": lambda v: 0.0,
    "halfnorm": lambda v: 0.0,
    "invgamma": lambda v: 1 / (v["a"] + 1),
    "laplace": lambda v: 0.0,
    "logistic": lambda v: 0.0,
    "lognorm": lambda v: math.exp(-(v["s"] ** 2)),
    "norm": lambda v: 0.0,
    "pareto": lambda v: 1.0,
    "rayleigh": lambda v: 1.0,
    "t": lambda v: 0.0,
    "uniform": lambda v: 0.0,
    "weibull_min": _weibull_mode,
}


def hump_of(law: Density) -> CumulativeHump | None:
    """A density on the line with a distribution function; None without one."""
    low, high = (float(np.ravel(end)[0]) for end in (law.support or (-math.inf, math.inf)))
    if law.family is not None and law.family.name == "vonmises":
        return None  # on the circle
    if law.family is not None:
        from scipy import stats

        frozen = getattr(stats, law.family.name)(**law.family.numbers)
        values = law.family.numbers
        standard = _MODES[law.family.name](values) if law.family.name in _MODES else math.nan
        mode = values["loc"] + values["scale"] * standard
        mode = mode if math.isnan(mode) else min(max(mode, low), high)
        return CumulativeHump(frozen.logpdf, frozen.logcdf, frozen.logsf, frozen.ppf, frozen.isf, (low, high), mode)
    if law.cdf is None:
        return None
    return CumulativeHump(
        lambda x: law.log_density(np.reshape(x, (-1, 1))).reshape(np.shape(x)),
        lambda x: np.log(np.clip(law.cdf(x), 0.0, 1.0)),  # pyright: ignore[reportOptionalCall] - not None here
        lambda x: np.log1p(-np.clip(law.cdf(x), 0.0, 1.0)),  # pyright: ignore[reportOptionalCall]
        law.quantile,
        None,
        (low, high),
        complement=False,
    )
