"""A share of successes, with its exact interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dualgap.binomial import clopper_pearson
from dualgap.errors import InvalidInput
from dualgap.validation import confidence_level, count

__all__ = ["Frequency"]


@final
@dataclass(frozen=True, kw_only=True)
class Frequency:
    """How many of a number of independent trials succeeded.

    The interval is exact: whatever the true share is, it covers it with at least the stated probability.

    Parameters
    ----------
    successes : int, between 0 and trials
    trials : int, at least 1
    confidence : float in (0, 1)

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Frequency(successes=8, trials=8, confidence=0.95).interval
    (0.63, 1.0)

    Reference: clopper1934
    """

    successes: int
    trials: int
    confidence: float

    def __post_init__(self) -> None:
        count(self.trials, "trials")
        count(self.successes, "successes", at_least=0)
        if self.successes > self.trials:
            raise InvalidInput(
                f"successes must be at most trials, got {self.successes} of {self.trials}", argument="successes"
            )
        confidence_level(self.confidence)

    @property
    def share(self) -> float:
        """Successes a trial."""
        return self.successes / self.trials

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper and Pearson's interval of the true share."""
        return clopper_pearson(self.successes, self.trials, self.confidence)
