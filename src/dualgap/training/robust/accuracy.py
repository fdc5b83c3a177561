"""The accuracy of a classifier on the law that its test samples are drawn from, with an exact interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from scipy.special import betaincinv

from dualgap.binomial import clopper_pearson
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.validation import confidence_level, is_torch

__all__ = ["Outcomes", "accuracy"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Outcomes(Certificate):
    """Which of the test samples were classified correctly.

    Parameters
    ----------
    correct : (n,) bool array
    confidence : float in (0, 1)
    """

    correct: np.ndarray
    confidence: float

    def bounds(self) -> tuple[float, float]:
        """Clopper and Pearson's interval, from the counted outcomes, by inverting the incomplete Beta function."""
        if self.correct.dtype != np.bool_ or self.correct.ndim != 1 or self.correct.size == 0:
            raise CertificateError(f"outcomes must be true or false, one a sample, got {self.correct!r}")
        n, k, tail = self.correct.size, int(self.correct.sum()), (1 - self.confidence) / 2
        lower = float(betaincinv(k, n - k + 1, tail)) if k else 0.0
        upper = 1.0 - float(betaincinv(n - k, k + 1, tail)) if k < n else 1.0
        return lower, upper


def accuracy(correct: Any, *, confidence: float, quantity: str = "accuracy") -> Bracket:
    """The share of a law that a classifier gets right, from independent draws of it.

    .. math:: [B^{-1}(\\tfrac{\\alpha}{2}; k, n-k+1),\\; B^{-1}(1-\\tfrac{\\alpha}{2}; k+1, n-k)]

    with B^{-1} the quantile function of the Beta law, k of n correct, and alpha = 1 - confidence. It covers the
    share with at least this probability whatever the share is.

    Parameters
    ----------
    correct : (n,) bool array
        The classifier must not have been chosen by these samples.
    confidence : float in (0, 1)
    quantity : str
        What the bracket is called.

    Returns
    -------
    Bracket
        CONFIDENCE; in [0, 1]; the certificate counts the outcomes again.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> accuracy([True] * 9 + [False], confidence=0.95)
    Bracket(accuracy 0.9 in [0.55498, 0.997471], CONFIDENCE 95%, clopper-pearson)

    Reference: clopper1934
    """
    outcomes = np.asarray(correct.detach().cpu() if is_torch(correct) else correct)
    if outcomes.dtype != np.bool_ or outcomes.ndim != 1 or outcomes.size == 0:
        raise InvalidInput(
            f"correct must be a non-empty (n,) array of booleans, got {outcomes.dtype} of shape {outcomes.shape}",
            argument="correct",
        )
    level = confidence_level(confidence)
    n, k = outcomes.size, int(outcomes.sum())
    lower, upper = clopper_pearson(k, n, level)
    return Bracket(
        value=k / n,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CONFIDENCE,
        method="clopper-pearson",
        certificate=Outcomes(lower=lower, upper=upper, correct=outcomes, confidence=level),
        confidence=level,
        quantity=quantity,
    )
