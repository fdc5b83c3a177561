"""The rate that a linearisation predicts beside the one that a path has, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from dualgap.errors import InvalidInput
from dualgap.games import Game, Trajectory, predict_rate
from dualgap.games.methods import Method

__all__ = ["Rates", "rates_of"]


@final
@dataclass(frozen=True, kw_only=True)
class Rates:
    """Both rates, None where there is none, and why.

    Parameters
    ----------
    predicted, measured : float or None
    not_predicted, not_measured : str
        Why there is none.
    """

    predicted: float | None = None
    measured: float | None = None
    not_predicted: str = ""
    not_measured: str = ""

    def __str__(self) -> str:
        predicted = (
            f"predicted rate {self.predicted:.9g} a step"
            if self.predicted is not None
            else f"no rate is predicted ({self.not_predicted})"
        )
        if self.measured is None:
            return f"{predicted}; none was measured: {self.not_measured}"
        return f"{predicted}, measured {self.measured:.9g}"

    @property
    def short(self) -> str:
        """For a title.

        Examples
        --------
        >>> Rates(predicted=0.97, not_measured="it diverged").short
        'rate a step: predicted 0.97, measured none'
        """
        said = ["none" if rate is None else f"{rate:.6g}" for rate in (self.predicted, self.measured)]
        return f"rate a step: predicted {said[0]}, measured {said[1]}"


def rates_of(game: Game, method: Method, run: Trajectory) -> Rates:
    """The predicted rate of a method on a game, and the measured one of a run of it.

    Examples
    --------
    >>> import dualgap as dg
    >>> xy, method = dg.games.xy(), dg.methods.AlternatingGDA(step=0.5)
    >>> print(rates_of(xy, method, dg.simulate(xy, method, start=(1.0, 0.5), steps=100)))
    predicted rate 1 a step, measured 1
    """
    if game.equilibrium is None:
        return Rates(not_predicted="the game has no known equilibrium", not_measured="there is nothing to approach")
    predicted = measured = None
    not_predicted = not_measured = ""
    try:
        predicted = predict_rate(game, method)
    except InvalidInput as error:
        not_predicted = str(error)
    try:
        measured = float(run.measured_rate())
    except InvalidInput as error:
        not_measured = "the path diverged too soon" if (run.diverged_at >= 0).any() else str(error)
    return Rates(predicted=predicted, measured=measured, not_predicted=not_predicted, not_measured=not_measured)
