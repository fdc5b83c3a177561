"""Laws that live on different sets: one has probability 0 where all of the other is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.gaussian_pair import difference_of_supports, doubt, is_degenerate
from dualgap.divergences.generators import FDivergence
from dualgap.errors import CertificateError
from dualgap.measures import Density, Gaussian, Integers, Measure, Mixture, Points
from dualgap.validation import detached, is_torch

__all__ = ["SingularPair", "on_circle", "on_one_space", "why_not_continuous", "why_singular"]


def why_singular(p: Measure, q: Measure) -> str:
    """Why the two laws are mutually singular, in words; empty when that is not known."""
    kinds = mass_kind(p), mass_kind(q)
    if isinstance(p, Gaussian) and isinstance(q, Gaussian):
        return difference_of_supports(p, q)
    if "unknown" in kinds:
        return ""
    if kinds[0] != kinds[1]:
        return f"p is {_WORDS[kinds[0]]}, q is {_WORDS[kinds[1]]}"
    if isinstance(p, (Density, Integers)) and isinstance(q, (Density, Integers)):
        return _disjoint_boxes(p, q)
    if {type(p), type(q)} == {Points, Integers}:
        return _disjoint_atoms(p, q)
    return ""


def why_not_continuous(p: Measure, q: Measure, names: tuple[str, str] = ("p", "q")) -> str:
    """Why p has mass where q has none, although they share some, in words; empty when that is not known."""
    one, other = names
    if isinstance(p, Integers) and isinstance(q, Points):
        return (
            f"{one} has mass on infinitely many whole numbers, {other} on finitely many points"
            if _is_infinite(p)
            else ""
        )
    if isinstance(p, Points) and isinstance(q, Integers):
        lost = detached(p.points)[:, 0][~_on(q, p) & (detached(p.weights) > 0)]
        return f"{one} has mass at {lost[0]:g}, {other} has none there" if len(lost) else ""
    support = positive_on(p) if on_one_space(p, q) else None
    if support is None or not isinstance(q, (Density, Integers)):
        return ""
    (low_p, high_p), (low_q, high_q) = support, _ends(q)
    if ((low_p < low_q) | (high_p > high_q)).any():
        return f"{one} has mass in all of {_box(low_p, high_p)}, {other} has none outside of {_box(low_q, high_q)}"
    return ""


def on_circle(law: Measure) -> bool:
    """Whether the law is one of angles, whose density is periodic."""
    if isinstance(law, Mixture):
        return any(map(on_circle, law.components))
    return isinstance(law, Density) and law.family is not None and law.family.name == "vonmises"


def on_one_space(p: Measure, q: Measure) -> bool:
    """Whether both laws, and what they are mixtures of, are ones of angles, or none of them is."""
    parts = [part for law in (p, q) for part in (law.components if isinstance(law, Mixture) else (law,))]
    return len({on_circle(part) for part in parts}) == 1


def positive_on(law: Measure) -> tuple[np.ndarray, np.ndarray] | None:
    """The box in all of which the law has mass; None when that is not known."""
    if isinstance(law, (Density, Integers)):
        return None if law.family is None else _ends(law)
    everywhere = isinstance(law, Gaussian) or (
        isinstance(law, Mixture)
        and any(
            isinstance(part, Gaussian) and w > 0 for part, w in zip(law.components, detached(law.weights), strict=True)
        )
    )
    if everywhere and mass_kind(law) == "continuous":
        return np.full(law.dimension or 1, -np.inf), np.full(law.dimension or 1, np.inf)
    return None


@final
@dataclass(frozen=True, kw_only=True)
class SingularPair(Certificate):
    """The two laws, whose supports are compared again.

    Parameters
    ----------
    p, q : Measure
    singular : float
        The value of the divergence for mutually singular laws; infinite also where q only misses mass of p.
    """

    p: Measure
    q: Measure
    singular: float

    def bounds(self) -> tuple[float, float]:
        """The value, twice.

        Raises
        ------
        CertificateError
            When the laws are not singular.
        """
        if why_singular(self.p, self.q) or (self.singular == math.inf and why_not_continuous(self.p, self.q)):
            return self.singular, self.singular
        raise CertificateError("the two laws are not singular")


def is_singular(p: Measure, q: Measure, *, generator: FDivergence | None = None, **options: Any) -> bool:
    """Whether the supports alone give the divergence."""
    if why_singular(p, q):
        return True
    if generator is None:
        return False
    ours = generator.at_infinity == math.inf and why_not_continuous(p, q)
    return bool(ours or (generator.at_zero == math.inf and why_not_continuous(q, p)))


def between_singular(p: Measure, q: Measure, *, generator: FDivergence) -> Bracket:
    """The value for laws of which one has mass where the other has none."""
    if generator.singular == math.inf:
        if why_singular(p, q) or (generator.at_infinity == math.inf and why_not_continuous(p, q)):
            return infinite(p, q)
        return _bracket(math.inf, q, p, f"infinite because {why_not_continuous(q, p, ('q', 'p'))}")
    return _bracket(generator.singular, p, q, f"the value for mutually singular laws because {why_singular(p, q)}")


def infinite(p: Measure, q: Measure) -> Bracket:
    """Infinite, with the reason."""
    return _bracket(math.inf, p, q, f"infinite because {why_singular(p, q) or why_not_continuous(p, q)}")


def _bracket(value: float, p: Measure, q: Measure, reason: str) -> Bracket:
    unsure = doubt(*(part for law in (p, q) for part in _gaussians(law)))
    if unsure:
        return Bracket(
            value=like(value, p, q),
            lower=math.nan,
            upper=math.nan,
            guarantee=Guarantee.NONE,
            method="singular",
            reason=f"{reason}; {unsure}",
        )
    return Bracket(
        value=like(value, p, q),
        lower=value,
        upper=value,
        guarantee=Guarantee.EXACT,
        method="singular",
        certificate=SingularPair(lower=value, upper=value, p=p, q=q, singular=value),
        reason=reason,
    )


def like(value: float, p: Measure, q: Measure) -> Any:
    """The number as a tensor where one of the laws is made of tensors."""
    for law in (p, q):
        of_family: dict[str, Any] = getattr(getattr(law, "family", None), "parameters", {})
        arrays: list[Any] = [getattr(law, "mean", None), getattr(law, "points", None), *of_family.values()]
        for array in arrays:
            if is_torch(array):
                return array.new_tensor(value)
    return np.float64(value)


def _gaussians(law: Measure) -> list[Gaussian]:
    parts = law.components if isinstance(law, Mixture) else (law,)
    return [part for part in parts if isinstance(part, Gaussian)]


def mass_kind(law: Measure) -> str:
    """Where the mass of a law lies: "atoms", "continuous" (with respect to volume), "subspace" or "unknown"."""
    if isinstance(law, (Points, Integers)):
        return "atoms"
    if isinstance(law, Density):
        return "subspace" if law.family is not None and law.family.name in _THIN and law.dimension > 1 else "continuous"
    if isinstance(law, Gaussian):
        if not detached(law.covariance).any():
            return "atoms"
        return "subspace" if is_degenerate(law) else "continuous"
    if isinstance(law, Mixture):
        kinds = {
            mass_kind(component)
            for component, weight in zip(law.components, detached(law.weights), strict=True)
            if weight > 0
        }
        return kinds.pop() if len(kinds) == 1 else "unknown"
    return "unknown"


#: Laws on the simplex and on symmetric matrices.
_THIN = ("dirichlet", "wishart")

_WORDS = {
    "atoms": "made of atoms",
    "continuous": "continuous",
    "subspace": "on an affine subspace of volume 0, without atoms",
}


def _disjoint_boxes(p: Density | Integers, q: Density | Integers) -> str:
    (low_p, high_p), (low_q, high_q) = _ends(p), _ends(q)
    apart = (high_p < low_q) | (high_q < low_p)
    if isinstance(p, Density):
        apart |= (high_p == low_q) | (high_q == low_p)
    return f"all of p lies in {_box(low_p, high_p)} and all of q in {_box(low_q, high_q)}" if apart.any() else ""


def _disjoint_atoms(p: Measure, q: Measure) -> str:
    points, whole = (p, q) if isinstance(p, Points) else (q, p)
    if isinstance(points, Points) and isinstance(whole, Integers):
        shared = _on(whole, points) & (detached(points.weights) > 0)
        return "" if shared.any() else "one lives on whole numbers, of which the other has none with mass"
    return ""


def _on(law: Integers, points: Points) -> np.ndarray:
    """Which points the law on the integers has mass on."""
    x = detached(points.points)[:, 0]
    inside = (x == np.round(x)) & (x >= law.support[0]) & (x <= law.support[1])
    return inside & (np.asarray(law.log_mass(np.where(inside, x, max(law.support[0], 0.0)))) > -np.inf)


def _is_infinite(law: Integers) -> bool:
    return law.family is not None and not np.isfinite(law.support).all()


def _ends(law: Density | Integers) -> tuple[np.ndarray, np.ndarray]:
    low, high = law.support or (-np.inf, np.inf)
    if on_circle(law):  # where it is cut does not matter
        low, high = -np.inf, np.inf
    return np.broadcast_to(low, law.dimension), np.broadcast_to(high, law.dimension)


def _box(low: np.ndarray, high: np.ndarray) -> str:
    return " x ".join(f"[{a:g}, {b:g}]" for a, b in zip(low, high, strict=True))
