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
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Points

__all__ = ["histograms", "points"]

EPS = float(np.finfo(np.float64).eps)
SMALLEST = 5e-324


def histograms(p: Histogram, q: Histogram, *, generator: FDivergence) -> Bracket:
    """Sum over the common atoms, with full relative accuracy near p = q."""
    validation.same_length(p.weights.shape[-1], q.weights.shape[-1], ("p", "q"), "number of atoms")
    _same_batch(p.weights, q.weights)
    first, second, dtype = alike(p.weights, q.weights)

    def certificate(lower: Any, upper: Any) -> Certificate:
        return AtomsRecomputed(
            lower=lower,
            upper=upper,
            p=validation.detached(first),
            q=validation.detached(second),
            generator=generator,
        )

    return _bracket(first, second, dtype, generator, certificate, rounding=0.0, place=lambda i: f"atom {i}")


def points(p: Points, q: Points, *, generator: FDivergence) -> Bracket:
    """Sum over the atoms, matched by exact equality of their coordinates."""
    ours, theirs = (
        validation.detached(law.points) + 0.0 for law in (p, q)
    )  # + 0.0 makes -0.0 the same point as 0.0
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
            generator=generator,
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
        generator,
        certificate,
        rounding=rounding,
        place=lambda i: f"the point {tuple(atoms[i].tolist())}",
    )


def alike(p: Any, q: Any) -> tuple[Any, Any, Any]:
    """Both arrays in float64, of one kind and on one device, and the dtype that a result should have."""
    if validation.is_torch(p) != validation.is_torch(q):
        tensor, other = (p, q) if validation.is_torch(p) else (q, p)
        moved = array_namespace(tensor).asarray(other, device=device(tensor))
        p, q = (p, moved) if tensor is p else (moved, q)
    if device(p) != device(q):
        raise InvalidInput(
            f"q must be on the device of p, got {device(q)} and {device(p)}; move one of them", argument="q"
        )
    xp = array_namespace(p, q)
    return xp.astype(p, xp.float64), xp.astype(q, xp.float64), xp.result_type(p, q)


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
    generator: FDivergence,
    certificate: Callable[[Any, Any], Certificate],
    *,
    rounding: float,
    place: Callable[[int], str],
) -> Bracket:
    atoms = Atoms(p, q)
    xp = atoms.xp
    finite = xp.sum(generator.terms(atoms), axis=-1) / atoms.total[..., 0]
    lost = _lost(atoms, generator)
    infinite = xp.any(lost, axis=-1)
    value = xp.where(infinite, xp.full_like(finite, math.inf), finite)
    given = xp.astype(value, dtype)
    # A float32 value is rounded once more, and its own bounds hold it.
    plain, shown = constant(value), xp.astype(constant(given), xp.float64)
    error = _rounding_error(constant(finite), abs(constant(atoms.excess)[..., 0]), p.shape[-1], rounding, xp)
    lower = xp.minimum(xp.maximum(plain - error, xp.zeros_like(plain)), shown)
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
        reason=_reason(p, q, lost, place),
    )


def _lost(atoms: Atoms, generator: FDivergence) -> Any:
    """Where a mass that only one law has makes the divergence infinite."""
    from_p = (
        atoms.missed if generator.at_infinity == math.inf else atoms.missed & atoms.extra
    )  # the latter is empty
    return from_p | atoms.extra if generator.at_zero == math.inf else from_p


def _rounding_error(value: Any, excess: Any, n: int, rounding: float, xp: Any) -> Any:
    """How far rounding can have moved the value.

    Each term is right to 64 eps of itself, a pairwise sum of n adds log2(n) eps. A relative error in Q - P only
    moves the common factor of q, where the divergence is stationary to first order, so it counts with (Q - P) sqrt(value). Masses
    that were themselves rounded by r change the value by at most r (value + 3 sqrt(value)), by Pinsker's inequality.
    """
    share = EPS * (64 + 8 * math.log2(n + 1))
    root = xp.sqrt(value)
    return (
        share * (value + excess * root + share * excess**2)
        + rounding * (value + 3 * root + rounding)
        + 8 * n * SMALLEST
    )


def _reason(p: Any, q: Any, lost: Any, place: Callable[[int], str]) -> str:
    """Why the divergence is infinite: the first atom that one law has and the other misses."""
    where = np.argwhere(validation.detached(lost))
    if len(where) == 0:
        return ""
    *row, atom = (int(i) for i in where[0])
    masses = {
        name: np.broadcast_to(validation.detached(x), tuple(lost.shape))[(*row, atom)]
        for name, x in (("p", p), ("q", q))
    }
    has, misses = ("p", "q") if masses["p"] > 0 else ("q", "p")
    pair = (
        f" (in pair {tuple(row)}, the first of {len(np.unique(where[:, :-1], axis=0))} such pairs)"
        if row
        else ""
    )
    return (
        f"infinite because {misses} has no mass on {place(atom)}, where {has} has {masses[has]:g}{pair}: "
        f"{has} is not absolutely continuous with respect to {misses}"
    )
