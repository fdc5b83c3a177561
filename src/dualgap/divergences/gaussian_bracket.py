"""Brackets of closed forms between Gaussians: in doubles where the covariances allow it, in many digits elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.bracket import Bracket, Guarantee
from dualgap.divergences.decimals import TwoGaussians
from dualgap.divergences.gaussian_pair import GaussianPair, doubt
from dualgap.divergences.kernels import constant
from dualgap.validation import detached, is_torch

__all__ = ["closed_form", "evidence", "rounded"]

#: Bounds that are apart by more than this share of themselves are not rounding.
WIDE = 1e-9
#: Beyond this rounding error a Cholesky factor in doubles may not exist.
HOPELESS = 1e-3
#: Up to this dimension sums in many digits take well under a second.
CHEAP = 32
#: Values below may have been rounded by multiples of the least double, which is no share of them.
SMALL, LEAST = 1e-290, 5e-324
#: Below the smallest divergence of two different covariances, above what 30 digits left of 60 can get wrong.
NOISE = 1e-40


def closed_form(
    pair: GaussianPair,
    doubles: Callable[[], tuple[Any, float, float]],
    certificate: Callable[..., TwoGaussians],
    *,
    method: str = "gaussian",
    why_infinite: str = "",
) -> Bracket:
    """The bracket of a value and two bounds in doubles, which the certificate replaces where the condition is poor.

    Exact where the method is a formula and its bounds are rounding; certified where they are not; no bounds where it is
    not known on which subspace the laws live. Where only many digits give the value, it has no gradient.
    """
    overlap = method == "overlap"
    laws = evidence(pair)
    with np.errstate(over="ignore", invalid="ignore"):  # what leaves the doubles is computed in digits below
        given, lower, upper = doubles() if pair.rounding <= HOPELESS else (None, 0.0, math.inf)
    if not lower <= upper:
        given, lower, upper = None, 0.0, math.inf
    poor = pair.rounding > WIDE if overlap else not _is_narrow(lower, upper)
    if given is None or (poor and (pair.rank <= CHEAP or lower == math.inf)):
        given, lower, upper = _in_digits(pair, given, certificate(lower=0.0, upper=math.inf, **laws))
    guarantee = Guarantee.EXACT if not overlap and (_is_narrow(lower, upper) or lower == upper) else Guarantee.CERTIFIED
    proof, reason = certificate(lower=lower, upper=upper, **laws), doubt(pair.p, pair.q)
    if not reason and upper == math.inf:
        reason = why_infinite if lower == math.inf else "finite, but larger than the largest double"
    elif reason:
        lower, upper, guarantee = math.nan, math.nan, Guarantee.NONE
    return Bracket(
        value=given,
        lower=lower,
        upper=upper,
        guarantee=guarantee,
        method=method,
        certificate=None if math.isnan(upper) else proof,
        reason=reason,
    )


def rounded(value: Any, error: float, pair: GaussianPair) -> tuple[Any, float, float]:
    """The value in the dtype of the input, and bounds that hold both the truth and the value as given."""
    given = pair.xp.astype(value, pair.dtype)
    plain, shown = float(constant(value)), float(constant(given))
    if plain < SMALL and not _alike(pair):
        error += 4 * (pair.rank + 4) * LEAST
    return given, max(min(plain - error, shown), 0.0), max(plain + error, shown)


def _alike(pair: GaussianPair) -> bool:
    """Whether both laws are the same, to the last digit."""
    laws = evidence(pair)
    return all(np.array_equal(laws[f"{part}_p"], laws[f"{part}_q"]) for part in ("mean", "covariance"))


def evidence(pair: GaussianPair) -> dict[str, Any]:
    """What the certificates need of the two laws."""
    return {
        "mean_p": detached(pair.p.mean),
        "mean_q": detached(pair.q.mean),
        "covariance_p": detached(pair.p.covariance),
        "covariance_q": detached(pair.q.covariance),
    }


def _is_narrow(lower: float, upper: float) -> bool:
    return upper - lower <= WIDE * upper < math.inf


def _in_digits(pair: GaussianPair, rough: Any, certificate: TwoGaussians) -> tuple[Any, float, float]:
    """The middle of the bounds in many digits, with the gradient of the value in doubles."""
    lower, upper = certificate.bounds()
    value = lower if lower == upper else lower + (upper - lower) / 2
    if math.isfinite(upper):
        noise = 0.0 if np.array_equal(certificate.covariance_p, certificate.covariance_q) else NOISE
        lower, upper = lower * (1 - 1e-15) - noise, upper * (1 + 1e-15) + noise
        if upper < SMALL and not _alike(pair):  # the bounds in digits were rounded to doubles
            lower, upper = lower - LEAST, upper + LEAST
    matrix = pair.reduced[0]
    given: Any = array_namespace(matrix).asarray(value, dtype=pair.dtype)
    if is_torch(matrix):
        given = matrix.new_tensor(value).to(pair.dtype)
        if rough is not None and math.isfinite(value) and math.isfinite(float(constant(rough))):
            given = given + (rough - constant(rough))
    else:
        given = given[()]
    shown = float(constant(given))
    return given, max(min(lower, shown), 0.0), max(upper, shown)
