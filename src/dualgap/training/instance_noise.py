"""Noise that hides, for a while, where the data and the generated points lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dualgap.validation import count, real

__all__ = ["InstanceNoise"]


@final
@dataclass(frozen=True)
class InstanceNoise:
    """Gaussian noise on whatever the critic is shown, which fades as the run goes on.

    .. math:: \\sigma_n = \\sigma \\, (1 - n/N)_+

    after n samples. Laws on disjoint supports overlap under it, so that the critic's gradient tells the generator the way.

    Parameters
    ----------
    deviation : float
        sigma, positive.
    until : int, optional
        N, in samples drawn (a step of alternating updates draws one for each update of either player). It never fades when
        omitted.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> [round(InstanceNoise(0.2, until=4).level(n), 3) for n in range(6)]
    [0.2, 0.15, 0.1, 0.05, 0.0, 0.0]

    Reference: sonderby2017
    """

    deviation: float
    until: int | None = None

    def __post_init__(self) -> None:
        real(self.deviation, "deviation", above=0)
        if self.until is not None:
            count(self.until, "until")

    def level(self, samples: int) -> float:
        """The standard deviation after so many samples."""
        return self.deviation if self.until is None else self.deviation * max(0.0, 1 - samples / self.until)
