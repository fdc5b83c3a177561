"""The one result type: a value between two bounds, how far the bounds can be trusted, and what proves them."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, Self, final

import numpy as np

from dualgap.errors import CertificateError, InvalidInput, NotConverged
from dualgap.validation import detached, is_torch, real

__all__ = ["Bracket", "Certificate", "Guarantee"]

#: A claim may exceed what its evidence gives on another machine by the order in which that machine adds.
CLAIM_TOLERANCE = 1e-12


@final
class Guarantee(enum.Enum):
    """How far the bounds of a bracket can be trusted, best first.

    Examples
    --------
    >>> Guarantee.EXACT.strength > Guarantee.CERTIFIED.strength
    True
    """

    EXACT = "exact"
    """Closed form or optimal: the bounds are rounding."""
    CERTIFIED = "certified"
    """The bounds are proved for these inputs."""
    CONFIDENCE = "confidence"
    """The bounds hold with the stated probability at this sample size."""
    ASYMPTOTIC = "asymptotic"
    """The interval is valid as the sample grows."""
    NONE = "none"
    """A point estimate: the bounds are nan."""

    @property
    def strength(self) -> int:
        """4 for EXACT down to 0 for NONE."""
        return len(Guarantee) - 1 - list(Guarantee).index(self)


@dataclass(frozen=True, kw_only=True)
class Certificate(ABC):
    """What proves a bracket, kept small, with the two bounds that it claims to prove.

    A leaf holds the evidence (a plan and two potentials, a critic and the held-out sums) and recomputes the bounds from
    it in :meth:`bounds`, in float64, by code that the solver does not use.

    Parameters
    ----------
    lower, upper : float or (...) array
        The bounds that are claimed.
    """

    lower: Any
    upper: Any

    @abstractmethod
    def bounds(self) -> tuple[Any, Any]:
        """Both bounds, recomputed from the evidence and the inputs alone.

        Raises
        ------
        CertificateError
            When the evidence is not admissible: an infeasible potential, a plan with other marginals.
        """

    def claiming(self) -> Self:
        """The same evidence, claiming the bounds that it gives."""
        lower, upper = self.bounds()
        return replace(self, lower=np.minimum(lower, upper) if np.ndim(lower) else min(lower, upper), upper=upper)

    def check(self) -> None:
        """Return when the evidence proves the claimed bounds.

        Raises
        ------
        CertificateError
            When it does not, by more than ``1e-12`` of the bound.
        """
        lower, upper = (np.asarray(bound, dtype=np.float64) for bound in self.bounds())
        claimed_lower, claimed_upper = detached(self.lower), detached(self.upper)
        for what, short in (
            ("lower", _exceeds(claimed_lower, lower)),
            ("upper", _exceeds(upper, claimed_upper)),
        ):
            if short.any():
                raise CertificateError(
                    f"the {what} bound is claimed as {_show(claimed_lower if what == 'lower' else claimed_upper)}, "
                    f"but its evidence gives {_show(lower if what == 'lower' else upper)}"
                )


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Bracket:
    """A value between two bounds, with the guarantee they carry and the certificate that proves them.

    ``lower <= truth <= upper`` holds in the sense of ``guarantee``. An infinite divergence is an answer:
    ``value = lower = upper = inf`` with the reason.

    Parameters
    ----------
    value : float or array
        The best estimate; of the kind, dtype and device of the input. A torch value can be differentiated.
    lower, upper : float or array
        The bounds, in float64; nan for :attr:`Guarantee.NONE`.
    guarantee : Guarantee
    method : str
        The method that gave it, as ``method=`` takes it.
    certificate : Certificate, optional
    confidence : float, optional
        The probability with which the bounds hold, for :attr:`Guarantee.CONFIDENCE` and :attr:`Guarantee.ASYMPTOTIC`.
    reason : str
        Why the value is what it is: why it is infinite, why a bound is trivial.
    quantity : str
        What was asked for, for example ``"wasserstein"``.

    Examples
    --------
    >>> import dualgap as dg
    >>> b = dg.wasserstein([0.0, 1.0], [2.0, 3.0])
    >>> float(b), b.guarantee.name, b.contains(2.0)
    (2.0, 'EXACT', True)
    """

    value: Any
    lower: Any
    upper: Any
    guarantee: Guarantee
    method: str
    certificate: Certificate | None = None
    confidence: float | None = None
    reason: str = ""
    quantity: str = field(default="")

    @property
    def gap(self) -> Any:
        """``upper - lower``; 0 where both are the same infinity, nan where there are no bounds."""
        lower, upper = self.lower, self.upper
        if np.ndim(lower) == 0:
            return 0.0 if float(lower) == float(upper) else float(upper) - float(lower)
        equal = lower == upper
        with np.errstate(invalid="ignore"):  # inf - inf, which is 0 where both are the same
            difference = upper - lower
        difference[equal] = 0.0
        return difference

    @property
    def plan(self) -> Any:
        """The coupling that proves the upper bound of a transport distance."""
        return self._evidence("plan")

    @property
    def potentials(self) -> Any:
        """The pair of dual potentials that proves the lower bound of a transport distance."""
        return self._evidence("potentials")

    def __float__(self) -> float:
        value = detached(self.value)
        if value.ndim:
            raise InvalidInput(f"value must be one number to be a float, it is a batch of shape {value.shape}")
        return float(value)

    def contains(self, truth: Any) -> Any:
        """Whether a number lies between the bounds (elementwise for arrays); False where there are no bounds.

        Examples
        --------
        >>> Bracket(value=1.0, lower=0.9, upper=1.1, guarantee=Guarantee.CERTIFIED, method="example").contains(2.0)
        False
        """
        if not is_torch(truth):
            given = truth
            try:
                truth = np.asarray(given)
            except ValueError:  # rows of different lengths
                truth = np.array(None)
            if truth.dtype.kind not in "iuf":
                raise InvalidInput(f"truth must be a number or an array of numbers, got {given!r}", argument="truth")
        inside = (self.lower <= truth) & (truth <= self.upper)
        return bool(inside) if np.ndim(inside) == 0 else inside

    def require(self, gap: float) -> Bracket:
        """This bracket, when its bounds are at most ``gap`` apart (every one of a batch).

        Raises
        ------
        NotConverged
            Otherwise, and where there are no bounds; ``partial`` is this bracket.
        """
        real(gap, "gap", at_least=0)
        widest = float(detached(self.gap).max())
        if not widest <= gap:
            raise NotConverged(f"the bounds are {widest:.3g} apart, {gap:.3g} was required: {self!r}", partial=self)
        return self

    def explain(self) -> str:
        """What the bracket says and why it can be believed, in sentences."""
        lines = [repr(self), _MEANING[self.guarantee].format(confidence=_percent(self.confidence))]
        if self.reason:
            lines.append(self.reason[0].upper() + self.reason[1:] + ".")
        if self.certificate is not None:
            kind = type(self.certificate).__name__
            lines.append(f"The certificate ({kind}) recomputes both bounds without the solver: certificate.check().")
        return "\n".join(lines)

    def __repr__(self) -> str:
        what = self.quantity or "value"
        strength = self.guarantee.name + (f" {_percent(self.confidence)}" if self.confidence is not None else "")
        bounds = f"[{_show(self.lower)}, {_show(self.upper)}]"
        return f"Bracket({what} {_show(self.value)} in {bounds}, {strength}, {self.method})"

    def _evidence(self, name: str) -> Any:
        if not hasattr(self.certificate, name):
            raise InvalidInput(
                f"{name} is not part of this bracket: method {self.method!r} proves its bounds without it"
            )
        return getattr(self.certificate, name)


_MEANING = {
    Guarantee.EXACT: "The value is exact: the bounds differ by rounding only.",
    Guarantee.CERTIFIED: "The truth for these inputs lies between the bounds, by proof.",
    Guarantee.CONFIDENCE: "The truth lies between the bounds with probability {confidence} or more at this sample size.",
    Guarantee.ASYMPTOTIC: "The interval covers the truth with probability {confidence} as the sample grows.",
    Guarantee.NONE: "This is an estimate: nothing is proved about its error.",
}


def _exceeds(smaller: np.ndarray, larger: np.ndarray) -> np.ndarray:
    """Where ``smaller <= larger`` fails by more than the order of summation can explain, or is undecided (nan)."""
    with np.errstate(invalid="ignore", over="ignore"):
        slack = CLAIM_TOLERANCE * np.maximum(np.abs(smaller), np.abs(larger))
        return ~((smaller == larger) | (smaller <= larger + np.where(np.isfinite(slack), slack, 0.0)))


def _show(value: Any) -> str:
    array = detached(value)
    return f"{float(array):.6g}" if array.ndim == 0 else f"<{'x'.join(map(str, array.shape))} array>"


def _percent(confidence: float | None) -> str:
    return "the stated level" if confidence is None else f"{100 * confidence:g}%"
