"""The Jensen-Shannon divergence of any number of laws with weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences import several_on_atoms
from dualgap.divergences.singular import SingularPair, why_singular
from dualgap.divergences.skew import SkewJensenShannon
from dualgap.divergences.tables import F_DIVERGENCE
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Measure, Mixture, Points, as_measure

__all__ = ["Merged", "js_of_several"]


def js_of_several(laws: Sequence[Any], weights: Any, *, method: str, **options: Any) -> Bracket:
    """sum_i w_i KL(p_i || m) with m = sum_i w_i p_i, between 0 and the entropy of the weights.

    Two laws have the f-divergence of the skew generator. More are merged one after another, by the chain rule of the
    information that a draw gives about which law it came from:

    .. math:: JS_w(p_1, \\dots, p_k) = \\sum_{j=2}^k (W_{j-1} + w_j)\\, JS_{(W_{j-1}, w_j)}(m_{j-1}, p_j), \\qquad
              W_j = w_1 + \\dots + w_j

    where m_j is the mixture of the first j laws, and the weights of each divergence are divided by their sum. Laws on
    common atoms are taken all at once.
    """
    names = ["p", "q", *(f"more[{i}]" for i in range(len(laws) - 2))]
    measures = [as_measure(law, name, bare=Histogram) for law, name in zip(laws, names, strict=True)]
    for one, name in zip(measures[1:], names[1:], strict=True):
        if one.dimension is not None and measures[0].dimension is not None:
            validation.same_length(measures[0].dimension, one.dimension, ("p", name), "dimension")
    shares = _shares(weights, len(laws))
    kept = [(law, w) for law, w in zip(measures, shares.tolist(), strict=True) if w > 0]
    bracket = _of_positive([law for law, _ in kept], np.array([w for _, w in kept]), method, options)
    return replace(bracket, quantity="js")


def _shares(weights: Any, k: int) -> np.ndarray:
    if weights is None:
        return np.full(k, 1 / k)
    shares = validation.detached(validation.probabilities(weights, "weights"))
    if shares.shape != (k,):
        raise InvalidInput(f"weights must have shape ({k},), one for each law, got {shares.shape}", argument="weights")
    return shares / math.fsum(shares)


def _of_positive(laws: list[Measure], shares: np.ndarray, method: str, options: dict[str, Any]) -> Bracket:
    if len(laws) == 1:
        laws, shares = [laws[0], laws[0]], np.array([0.5, 0.5])
    if len(laws) == 2:
        generator = SkewJensenShannon(float(shares[0]))
        return F_DIVERGENCE.compute(laws[0], laws[1], method=method, generator=generator, **options)
    for kind, on_atoms in ((Histogram, several_on_atoms.of_histograms), (Points, several_on_atoms.of_points)):
        if all(isinstance(law, kind) for law in laws):
            validation.choice(method, "method", ("auto", "discrete"))
            if options:
                name = next(iter(options))
                raise InvalidInput(
                    f"{name} must be an option of the method 'discrete', which takes none", argument=name
                )
            return on_atoms(laws, shares)  # pyright: ignore[reportArgumentType] - all are of this kind
    return _in_groups(laws, shares, method, options)


def _in_groups(laws: list[Measure], shares: np.ndarray, method: str, options: dict[str, Any]) -> Bracket:
    """Groups of laws that are singular to all of the other groups add the entropy of their weights.

    .. math:: JS_w = H(W_1, \\dots, W_g) + \\sum_g W_g JS_{w / W_g}(p_i, i \\in g)
    """
    groups = _groups(laws)
    merged: list[Measure] = []
    parts: list[tuple[float, Bracket]] = []
    for group in groups:
        part, law = _chain([laws[i] for i in group], shares[group], method, options)
        parts += part
        merged.append(law)
    weights = np.array([float(shares[group].sum()) for group in groups])
    for j in range(1, len(groups)):
        whole = float(weights[: j + 1].sum())
        entropy = _entropy(np.array([float(weights[:j].sum()), float(weights[j])]) / whole)
        proof = _apart([laws[i] for group in groups[:j] for i in group], [laws[i] for i in groups[j]], entropy)
        parts.append((whole, _exactly(entropy, proof)))
    return _summed(parts, shares)


def _groups(laws: list[Measure]) -> list[list[int]]:
    """Connected components of the laws that are not known to be singular to each other."""
    groups: list[list[int]] = []
    for i, law in enumerate(laws):
        touching = [group for group in groups if any(not why_singular(laws[j], law) for j in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(j for group in touching for j in group), i])
    return groups


def _chain(
    laws: list[Measure], shares: np.ndarray, method: str, options: dict[str, Any]
) -> tuple[list[tuple[float, Bracket]], Measure]:
    """The divergences of merging laws one after another, with their weights, and the mixture of all."""
    parts: list[tuple[float, Bracket]] = []
    merged = laws[0]
    for j in range(1, len(laws)):
        whole = float(shares[: j + 1].sum())
        generator = SkewJensenShannon(float(shares[:j].sum()) / whole)
        part = F_DIVERGENCE.compute(merged, laws[j], method=method, generator=generator, **options)
        parts.append((whole, part))
        merged = _mixture(laws[: j + 1], shares[: j + 1] / whole)
    return parts, merged


def _mixture(laws: list[Measure], shares: np.ndarray) -> Measure:
    """The mixture, its own mixtures taken apart."""
    weights, components = [], []
    for law, share in zip(laws, shares.tolist(), strict=True):
        inner = law.components if isinstance(law, Mixture) else (law,)
        own = validation.detached(law.weights) if isinstance(law, Mixture) else np.ones(1)
        weights += (share * own / math.fsum(own)).tolist()
        components += list(inner)
    return Mixture(np.array(weights) / math.fsum(weights), components)


def _entropy(weights: np.ndarray) -> float:
    return -math.fsum(w * math.log(w) for w in weights.tolist() if w > 0)


def _apart(first: list[Measure], second: list[Measure], entropy: float) -> tuple[SingularPair, ...]:
    pairs = [(a, b) for a in first for b in second]
    return tuple(SingularPair(lower=entropy, upper=entropy, p=a, q=b, singular=entropy) for a, b in pairs)


def _exactly(value: float, proof: tuple[SingularPair, ...]) -> Bracket:
    slack = 4e-16 * value
    claim = Merged(lower=value, upper=value, parts=proof, shares=(1 / len(proof),) * len(proof), most=value + slack)
    return Bracket(
        value=np.float64(value),
        lower=value,
        upper=value,
        guarantee=Guarantee.EXACT,
        method="singular",
        certificate=claim,
        reason="groups of the laws are mutually singular",
    )


@final
@dataclass(frozen=True, kw_only=True)
class Merged(Certificate):
    """The certificates of the divergences that add up to the whole, with their weights.

    Parameters
    ----------
    parts : tuple of Certificate
    shares : tuple of float
        Their weights in the sum.
    most : float
        The entropy of the weights of the laws, which no divergence exceeds.
    """

    parts: tuple[Certificate, ...]
    shares: tuple[float, ...]
    most: float

    def bounds(self) -> tuple[float, float]:
        """The weighted sums of what the parts prove; each part is checked."""
        lower = upper = 0.0
        for part, share in zip(self.parts, self.shares, strict=True):
            part.check()
            lower, upper = lower + share * float(part.lower), upper + share * float(part.upper)
        return lower, min(upper, self.most)


def _summed(parts: list[tuple[float, Bracket]], shares: np.ndarray) -> Bracket:
    """The weighted sum of brackets: as good as the weakest of them."""
    value: Any = parts[0][0] * parts[0][1].value
    for share, part in parts[1:]:
        value = value + share * part.value
    weakest = min((part for _, part in parts), key=lambda part: part.guarantee.strength)
    most = _entropy(shares) * (1 + 4e-16 * len(shares))
    lower = max(math.fsum(share * float(part.lower) for share, part in parts), 0.0)
    upper = min(math.fsum(share * float(part.upper) for share, part in parts), most)
    plain = float(validation.detached(value))
    if not math.isnan(lower):
        lower, upper = min(lower, plain), max(upper, plain)
    proofs = [part.certificate for _, part in parts]
    certificate = (
        Merged(lower=lower, upper=upper, parts=tuple(p for p in proofs if p), shares=tuple(s for s, _ in parts), most=max(most, plain))
        if all(proofs) and weakest.guarantee.strength >= Guarantee.CERTIFIED.strength
        else None
    )  # fmt: skip
    uncertain = [part.confidence for _, part in parts if part.confidence is not None]
    # By Boole's inequality all intervals hold together with the sum of their doubts.
    confidence = max(1 - math.fsum(1 - one for one in uncertain), 0.0) if uncertain else None
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=weakest.guarantee,
        method=weakest.method,
        certificate=certificate,
        confidence=confidence,
        reason="; ".join(dict.fromkeys(part.reason for _, part in parts if part.reason)),
    )
