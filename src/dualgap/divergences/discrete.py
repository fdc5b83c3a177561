"""f-divergences of laws on common atoms: histograms, and points that are matched by their coordinates."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from dualgap import validation
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import Atoms, constant
from dualgap.divergences.recomputed import AtomsRecomputed, PointsRecomputed
from dualgap.divergences.rules import EPS, LARGEST, Rule
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Points

__all__ = ["histograms", "points"]

#: Masses that a certificate copies.
LARGEST_COPY = 1 << 20


def histograms(p: Histogram, q: Histogram, *, generator: FDivergence) -> Bracket:
    """Sum over the common atoms, with full relative accuracy near p = q."""
    return of_histograms(p, q, Rule(generator))


def points(p: Points, q: Points, *, generator: FDivergence) -> Bracket:
    """Sum over the atoms, matched by exact equality of their coordinates."""
    return of_points(p, q, Rule(generator))


def of_histograms(p: Histogram, q: Histogram, rule: Rule) -> Bracket:
    """The bracket by a rule of summation."""
    validation.same_length(p.weights.shape[-1], q.weights.shape[-1], ("p", "q"), "number of atoms")
    _same_batch(p.weights, q.weights)
    first, second, dtype = alike(p.weights, q.weights)

    def certificate(lower: Any, upper: Any) -> Certificate:
        return AtomsRecomputed(
            lower=lower,
            upper=upper,
            p=_kept(first),
            q=_kept(second),
            rule=rule,
        )

    return _bracket(first, second, dtype, rule, certificate, rounding=0.0, place=lambda i: f"atom {i}")


def _kept(weights: Any) -> np.ndarray:
    """A copy for a certificate; the array itself where it is so large that copying it would take as long as the sum."""
    if not validation.is_torch(weights) and weights.size > LARGEST_COPY:
        return weights
    return validation.detached(weights)


def of_points(p: Points, q: Points, rule: Rule) -> Bracket:
    """The bracket by a rule of summation, of the merged atoms."""
    ours, theirs = (validation.detached(law.points) + 0.0 for law in (p, q))  # + 0.0 makes -0.0 the same point as 0.0
    atoms, labels = np.unique(np.concatenate([ours, theirs]), axis=0, return_inverse=True)
    labels = labels.reshape(-1)
    first, second, dtype = alike(p.weights, q.weights)
    parts = (first, labels[: len(ours)]), (second, labels[len(ours) :])
    # Adding the masses of k equal points rounds k - 1 times.
    rounding = EPS * (max(int(np.bincount(part).max()) for _, part in parts) - 1)

    def certificate(lower: Any, upper: Any) -> Certificate:
        return PointsRecomputed(
            lower=lower,
            upper=upper,
            rule=rule,
            points_p=ours,
            points_q=theirs,
            p=validation.detached(first),
            q=validation.detached(second),
        )

    merged = [_merge(weights, part, len(atoms)) for weights, part in parts]
    return _bracket(
        merged[0],
        merged[1],
        dtype,
        rule,
        certificate,
        rounding=rounding,
        place=lambda i: f"the point {tuple(atoms[i].tolist())}",
    )


def alike(p: Any, q: Any) -> tuple[Any, Any, Any]:
    """Both arrays in float64, of one kind and on one device, and the dtype that a result should have."""
    if validation.is_torch(p) != validation.is_torch(q):
        tensor, other = (p, q) if validation.is_torch(p) else (q, p)
        # A copy: torch takes no read-only arrays and no negative strides.
        moved = array_namespace(tensor).asarray(np.array(other), device=device(tensor))
        p, q = (p, moved) if tensor is p else (moved, q)
    if device(p) != device(q):
        raise InvalidInput(
            f"q must be on the device of p, got {device(q)} and {device(p)}; move one of them", argument="q"
        )
    xp = array_namespace(p, q)
    first, second = (xp.astype(x, xp.float64, copy=False) for x in (p, q))
    return first, second, xp.result_type(p, q)


def _same_batch(p: Any, q: Any) -> None:
    try:
        np.broadcast_shapes(tuple(p.shape[:-1]), tuple(q.shape[:-1]))
    except ValueError:
        raise InvalidInput(
            f"p and q must have leading axes that broadcast, got {tuple(p.shape)} and {tuple(q.shape)}",
            argument="q",
        ) from None


def _merge(weights: Any, labels: np.ndarray, size: int) -> Any:
    """The mass of every label; differentiable."""
    if not validation.is_torch(weights):
        return np.bincount(labels, weights, minlength=size)
    index = array_namespace(weights).asarray(labels, device=device(weights))
    return weights.new_zeros(size).index_add(0, index, weights)


def _bracket(
    p: Any,
    q: Any,
    dtype: Any,
    rule: Rule,
    certificate: Callable[[Any, Any], Certificate],
    *,
    rounding: float,
    place: Callable[[int], str],
) -> Bracket:
    atoms = Atoms(p, q, rule.generator.reach)
    xp = atoms.xp
    with np.errstate(over="ignore"):
        finite, error = rule.value(atoms, rounding)
    lost = rule.lost(atoms)
    infinite = xp.any(lost, axis=-1)
    return finished(finite, error, infinite, dtype, certificate, reason=_reason(p, q, lost, place))


def finished(
    finite: Any, error: Any, infinite: Any, dtype: Any, certificate: Callable[[Any, Any], Certificate], *, reason: str
) -> Bracket:
    """The bracket of values that are known to an error, or infinite, in the dtype that was given."""
    xp = array_namespace(finite)
    value = xp.where(infinite, xp.full_like(finite, math.inf), finite)
    given = xp.astype(value, dtype)
    # A float32 value is rounded once more, and its own bounds hold it. A finite divergence that no double can hold
    # has the largest double as its lower bound.
    plain, shown = constant(value), xp.astype(constant(given), xp.float64)
    below = xp.where(infinite, plain, xp.minimum(plain, xp.full_like(plain, LARGEST)) - error)
    lower = xp.minimum(xp.maximum(below, xp.zeros_like(plain)), shown)
    upper = xp.maximum(plain + error, shown)
    if plain.ndim == 0:
        given, lower, upper = given[()], float(lower), float(upper)
    return Bracket(
        value=given,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.EXACT,
        method="discrete",
        certificate=certificate(lower, upper),
        reason=reason,
    )


def _reason(p: Any, q: Any, lost: Any, place: Callable[[int], str]) -> str:
    """Why the divergence is infinite: the first atom that one law has and the other misses."""
    if not bool(lost.any()):
        return ""
    where = np.argwhere(validation.detached(lost))
    *row, atom = (int(i) for i in where[0])
    masses = {
        name: np.broadcast_to(validation.detached(x), tuple(lost.shape))[(*row, atom)]
        for name, x in (("p", p), ("q", q))
    }
    has, misses = ("p", "q") if masses["p"] > 0 else ("q", "p")
    pair = f" (in pair {tuple(row)}, the first of {len(np.unique(where[:, :-1], axis=0))} such pairs)" if row else ""
    return (
        f"infinite because {misses} has no mass on {place(atom)}, where {has} has {masses[has]:g}{pair}: "
        f"{has} is not absolutely continuous with respect to {misses}"
    )
