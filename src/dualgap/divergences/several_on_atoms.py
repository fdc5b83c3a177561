"""The Jensen-Shannon divergence of several laws on common atoms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace, device

from dualgap import validation
from dualgap.bracket import Bracket, Certificate
from dualgap.divergences.discrete import alike, finished
from dualgap.divergences.kernels import constant
from dualgap.divergences.plain import log_quotient, taylor
from dualgap.divergences.recomputed import MASS_TOLERANCE
from dualgap.divergences.rules import EPS, SMALLEST
from dualgap.divergences.skew import entropy_excess
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Histogram, Points

__all__ = ["SeveralRecomputed", "of_histograms", "of_points"]


def of_histograms(laws: Sequence[Histogram], weights: np.ndarray) -> Bracket:
    """The divergence of histograms, with full relative accuracy near equality.

    .. math:: \\sum_i w_i KL(p_i \\| m) = \\sum_x m(x) \\sum_i w_i\\, g\\Bigl(\\frac{p_i(x) - m(x)}{m(x)}\\Bigr), \\quad
              g(u) = (1 + u) \\ln(1 + u) - u, \\quad m = \\sum_i w_i p_i
    """
    first, *others = laws
    for other in others:
        validation.same_length(first.weights.shape[-1], other.weights.shape[-1], ("p", "q"), "number of atoms")
    try:
        np.broadcast_shapes(*(tuple(law.weights.shape[:-1]) for law in laws))
    except ValueError:
        shapes = ", ".join(str(tuple(law.weights.shape)) for law in laws)
        raise InvalidInput(f"laws must have leading axes that broadcast, got {shapes}", argument="q") from None
    return _bracket([law.weights for law in laws], weights, rounding=0.0)


def of_points(laws: Sequence[Points], weights: np.ndarray) -> Bracket:
    """The divergence of discrete measures, whose atoms are matched by exact equality of their coordinates."""
    places = [validation.detached(law.points) + 0.0 for law in laws]  # + 0.0 makes -0.0 the same point as 0.0
    atoms, labels = np.unique(np.concatenate(places), axis=0, return_inverse=True)
    parts = np.split(labels.reshape(-1), np.cumsum([len(place) for place in places])[:-1])
    merged = []
    for law, part in zip(laws, parts, strict=True):
        one, _, _ = alike(law.weights, law.weights)
        if validation.is_torch(one):
            index = array_namespace(one).asarray(part, device=device(one))
            merged.append(one.new_zeros(len(atoms)).index_add(0, index, one))
        else:
            merged.append(np.bincount(part, one, minlength=len(atoms)))
    dtype = _common_dtype([law.weights for law in laws])
    return _bracket(merged, weights, EPS * (max(int(np.bincount(part).max()) for part in parts) - 1), dtype)


def _common_dtype(arrays: Sequence[Any]) -> Any:
    """float32 where all are, else float64: of torch where one is a tensor."""
    model = next((x for x in arrays if validation.is_torch(x)), arrays[0])
    narrow = all("float32" in str(x.dtype) for x in arrays)
    return model.dtype if narrow else array_namespace(alike(model, model)[0]).float64


def _bracket(arrays: Sequence[Any], weights: np.ndarray, rounding: float, dtype: Any = None) -> Bracket:
    dtype = _common_dtype(arrays) if dtype is None else dtype
    # A tensor among the laws makes all of them tensors on its device.
    model = next((x for x in arrays if validation.is_torch(x)), arrays[0])
    masses = [alike(model, x)[1] for x in arrays]
    value, error = _sum(masses, weights, rounding)
    certificate_of = [validation.detached(x) for x in masses]

    def certificate(lower: Any, upper: Any) -> Certificate:
        return SeveralRecomputed(lower=lower, upper=upper, laws=tuple(certificate_of), weights=weights)

    nowhere = abs(constant(value)) < 0
    return finished(value, error, nowhere, dtype, certificate, reason="")


def _sum(masses: list[Any], weights: np.ndarray, rounding: float) -> tuple[Any, Any]:
    """The divergence, and a bound on its rounding error.

    With P_i the sum of p_i and r the heaviest law, p_i / P_i - p_r / P_r is

    .. math:: \\frac{(p_i - p_r) P_r - p_r (P_i - P_r)}{P_i P_r}

    whose differences are taken before anything is rounded. As the weight of r is at least 1/k, what cancels when the
    mean of these is subtracted is small beside what r itself contributes.
    """
    xp = array_namespace(*masses)
    heaviest = int(weights.argmax())
    anchor = masses[heaviest]
    total = xp.sum(anchor, axis=-1, keepdims=True)
    ratios, shifts, excesses = [], [], []
    scale = constant(anchor)
    for mass in masses:
        scale = xp.maximum(*xp.broadcast_arrays(scale, constant(mass)))
    scale = xp.where(scale > 0, scale, xp.ones_like(scale))
    for mass in masses:
        difference = mass - anchor
        excess = xp.sum(difference, axis=-1, keepdims=True)  # P_i - P_r
        whole = total + excess
        ratios.append(mass / scale / whole)
        shifts.append((difference / scale * total - anchor / scale * excess) / whole / total)
        excesses.append(abs(constant(excess))[..., 0])
    mean = sum(w * ratio for w, ratio in zip(weights.tolist(), ratios, strict=True))
    middle = sum(w * shift for w, shift in zip(weights.tolist(), shifts, strict=True))
    safe = xp.where(constant(mean) > 0, mean, xp.ones_like(mean))
    terms = sum(
        w * entropy_excess((shift - middle) / safe, ratio / safe)
        for w, ratio, shift in zip(weights.tolist(), ratios, shifts, strict=True)
    )
    value = xp.sum(scale * mean * terms, axis=-1)
    plain, n, k = constant(value), anchor.shape[-1], len(masses)
    most = sum(excesses)
    share = EPS * (64 + 8 * math.log2(n + 1) + 8 * k)
    root = xp.sqrt(plain)
    error = share * (plain + most * root + share * most**2) + 8 * rounding * (plain + 2 * root) + 8 * n * k * SMALLEST
    return value, error


@final
@dataclass(frozen=True, kw_only=True)
class SeveralRecomputed(Certificate):
    """The masses of all laws on their common atoms, from which the divergence is computed again by Taylor's formula.

    .. math:: (1 + u) \\ln(1 + u) - u = u^2 \\int_0^1 \\frac{1 - s}{1 + s u}\\, ds, \\qquad u = \\frac{p_i - m}{m}

    Differences are taken between every pair of laws, and all sums are exactly rounded.

    Parameters
    ----------
    laws : tuple of k (..., n) float64 arrays
    weights : (k,) float64 array
    """

    laws: tuple[np.ndarray, ...]
    weights: np.ndarray

    def bounds(self) -> tuple[Any, Any]:
        """The divergence, twice.

        Raises
        ------
        CertificateError
            When the laws or the weights are not non-negative masses that sum to 1.
        """
        for one in (*self.laws, self.weights):
            if not (np.isfinite(one).all() and (one >= 0).all()):
                raise CertificateError("the weights are not the masses of laws: finite and not negative")
            if np.abs(one.sum(axis=-1) - 1).max() > MASS_TOLERANCE:
                raise CertificateError("the weights are not the masses of laws: summing to 1")
        laws = np.broadcast_arrays(*self.laws)
        n = laws[0].shape[-1]
        rows = zip(*(law.reshape(-1, n) for law in laws), strict=True)
        values = np.array([self._again(np.array(row)) for row in rows]).reshape(laws[0].shape[:-1])
        return values, values

    def _again(self, laws: np.ndarray) -> float:
        """For (k, n) masses."""
        totals = [math.fsum(law) for law in laws]
        shares = self.weights / math.fsum(self.weights)
        scale = laws.max(axis=0)
        keep = scale > 0
        laws, scale = laws[:, keep], scale[keep]
        terms: list[float] = []
        scaled = [law / scale / total for law, total in zip(laws, totals, strict=True)]
        mean = np.sum([share * law for share, law in zip(shares, scaled, strict=True)], axis=0)
        for i, (law, total) in enumerate(zip(laws, totals, strict=True)):
            u = np.zeros(len(scale))
            for share, other, whole in zip(shares, laws, totals, strict=True):
                more = math.fsum(np.concatenate([other, -law]))
                u += share * ((law - other) / scale * total + law / scale * more) / total / whole
            u /= mean
            near = np.abs(u) <= 0.25
            far = ~near & (law > 0)
            again = np.where(near | far, 0.0, 1.0)
            again[near] = taylor(lambda t: 1 / t, u[near])
            ratio = np.exp(log_quotient(scaled[i][far], mean[far]))
            again[far] = ratio * log_quotient(scaled[i][far], mean[far]) - (ratio - 1)
            terms.extend(shares[i] * scale * mean * again)
        return math.fsum(terms)
