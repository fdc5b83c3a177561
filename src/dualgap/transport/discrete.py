"""Discrete measures as plain arrays, and results back in the kind that they came in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Points, Samples
from dualgap.validation import detached, is_torch

__all__ = [
    "TorchKind",
    "exact_up_to_rounding",
    "holding",
    "in_kind_of",
    "plain_masses",
    "plain_points",
    "proved",
    "require_representable",
    "wants_gradient",
]

#: Bounds that are further apart than this share of the distance are more than rounding.
ROUNDING_GAP = 1e-9


def plain_points(measure: Points | Samples) -> np.ndarray:
    """Positions as a float64 numpy array of its own."""
    return detached(measure.points)


def plain_masses(measure: Points | Histogram) -> np.ndarray:
    """Masses as float64, with the rounding of their sum divided out.

    The sum was validated to be 1 to the rounding of the input's own precision; float32 masses sum to 1 only to about
    1e-7.
    """
    masses = detached(measure.weights)
    return masses / math.fsum(masses)


def wants_gradient(*arrays: Any) -> bool:
    """Whether some array is a torch tensor that requires grad."""
    return any(is_torch(array) and array.requires_grad for array in arrays)


@final
@dataclass(frozen=True)
class TorchKind:
    """The dtype and device that the torch tensors among some arrays agree on."""

    dtype: Any
    device: Any

    @classmethod
    def of(cls, *arrays: Any) -> TorchKind:
        """The widest dtype and the first device; numpy arrays have no say."""
        import torch

        tensors = [array for array in arrays if is_torch(array)]
        dtype = tensors[0].dtype
        for one in tensors[1:]:
            dtype = torch.promote_types(dtype, one.dtype)
        return cls(dtype, tensors[0].device)

    def double(self, array: Any) -> Any:
        """An array of any kind as a float64 tensor on this device, with its gradient."""
        import torch

        return torch.as_tensor(array, dtype=torch.float64, device=self.device)

    def index(self, array: np.ndarray) -> Any:
        """Positions as a tensor on this device."""
        import torch

        return torch.as_tensor(array.astype(np.int64), device=self.device)

    def back(self, value: Any) -> Any:
        """A result in the dtype of the inputs."""
        return value.to(self.dtype)


def in_kind_of(value: Any, *arrays: Any) -> Any:
    """Numbers as what the inputs are: a float (float32 where all inputs are) or an array for numpy, a torch tensor."""
    if any(is_torch(array) for array in arrays):
        kind = TorchKind.of(*arrays)
        return kind.back(kind.double(value))
    if np.ndim(value) > 0:
        return value
    dtypes = {array.dtype for array in arrays if array is not None}
    return np.float32(value) if dtypes == {np.dtype(np.float32)} else float(value)


def holding(value: Any, lower: Any, upper: Any) -> tuple[Any, Any]:
    """Bounds that hold the value as it is given back: float32, or a tensor that was summed in another order, is rounded.

    Examples
    --------
    >>> holding(np.float32(0.1), 0.1, 0.1)
    (0.1, 0.10000000149011612)
    """
    shown = detached(value)
    if shown.ndim == 0:
        return min(lower, float(shown)), max(upper, float(shown))
    return np.minimum(lower, shown), np.maximum(upper, shown)


def proved(
    value: Any,
    certificate: Certificate,
    guarantee: Guarantee,
    method: str,
    *,
    reason: str = "",
    confidence: float | None = None,
) -> Bracket:
    """The bracket of a value that a certificate proves, both widened to hold the value as it is given back.

    Parameters
    ----------
    value : float, array or tensor
    certificate : Certificate
        Claims the bounds.
    guarantee : Guarantee
    method, reason : str
    confidence : float or None

    Examples
    --------
    >>> from dualgap.transport.one_dimensional import LineCertificate
    >>> points = (np.array([0.0]), np.array([0.1]))
    >>> claimed = LineCertificate(lower=0.1, upper=0.1, points=points, masses=(None, None), order=1.0)
    >>> proved(np.float32(0.1), claimed, Guarantee.EXACT, "one_dimensional").upper
    0.10000000149011612
    """
    lower, upper = holding(value, certificate.lower, certificate.upper)
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=guarantee,
        method=method,
        certificate=replace(certificate, lower=lower, upper=upper),
        reason=reason,
        confidence=confidence,
    )


def exact_up_to_rounding(lower: Any, upper: Any) -> Guarantee:
    """EXACT where the bounds differ by rounding only, CERTIFIED where they are further apart."""
    with np.errstate(over="ignore"):
        close = upper - lower <= ROUNDING_GAP * np.abs(upper)
    return Guarantee.EXACT if np.all(close) else Guarantee.CERTIFIED


def require_representable(upper: Any) -> None:
    """Refuse points whose distance is beyond the largest float64."""
    if not np.isfinite(upper).all():
        raise InvalidInput(
            "p and q must be so close that their distance is a float64, got a distance that overflows float64; "
            "divide the coordinates by 1024 and multiply the result",
            argument="p",
        )
