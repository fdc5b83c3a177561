"""The rate of a path, measured: the largest root of the recurrence that its last part obeys."""

from __future__ import annotations

import math

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput

__all__ = ["fitted_rate"]

#: Fewer records than this leave too few equations in a third of the window.
LEAST_RECORDS = 12
#: Directions of the fit that carry less than this share of the path are rounding, not modes.
RANK_TOLERANCE = 1e-9
#: Rounding in a path that is used is at most this share of it, and modes weaker than ten times that are not told apart.
NOISE = 1e-8
#: A path whose recurrence leaves more than this share of it is not near enough to linear for its roots to be rates.
LINEAR = 1e-5
#: A recurrence that leaves less than this is exact up to rounding.
EXACT = 1e-12
#: Modes that are fitted beyond the dimension of the path (a method with memory has more than the players), and at most.
SPARE_MODES, MOST_MODES = 2, 12


def fitted_rate(offsets: np.ndarray, steps: np.ndarray, diverged_at: np.ndarray, *, rounding: float = 0.0) -> Bracket:
    """The factor by which the distance to the equilibrium changes in a step.

    Close to an equilibrium a path is a sum of modes, :math:`u_t = \\sum_i c_i \\mu_i^t`, and obeys a linear recurrence

    .. math:: u_t = a_1 u_{t-1} + \\dots + a_k u_{t-k}

    whose characteristic roots are the :math:`\\mu_i`. The shortest one that explains the second half of the path is
    fitted, after a rough rate is divided out so that early records do not drown late ones; the rate is the largest
    modulus of a root. Unlike a line through :math:`\\log |u_t|`, this does not depend on the part of a rotation that the
    path ends on. Where the path obeys no linear recurrence, far from the equilibrium, the line is what is left.

    Parameters
    ----------
    offsets : (records, ..., d) array
        The path minus the equilibrium.
    steps : (records,) int array
    diverged_at : (...) int array
        As in :class:`~dualgap.games.Trajectory`: later records are left out.
    rounding : float
        How exactly the path is known, absolutely: it is used while it is a hundred million times larger.

    Returns
    -------
    Bracket
        Values of shape (...), an estimate: NONE, with the residual of the recurrence as the reason. It is exact up to
        rounding where the method is linear there and all its modes still show; a mode that is too weak to show in the
        path, and a defective eigenvalue, bias it. A path that arrives exactly has the rate 0.

    Raises
    ------
    InvalidInput
        With fewer than 12 usable records.

    Reference: kumaresan1982

    Examples
    --------
    >>> turn = 0.9 * np.array([[0.8, -0.6], [0.6, 0.8]])
    >>> path = np.stack([np.linalg.matrix_power(turn, t) @ [1.0, 0.0] for t in range(40)])
    >>> round(float(fitted_rate(path, np.arange(40), np.array(-1))), 12)
    0.9
    """
    spacing = int(steps[1] - steps[0]) if len(steps) > 1 else 1
    equally = np.concatenate([[True], np.diff(steps) == spacing])
    offsets, steps = offsets[equally], steps[equally]
    copies = offsets.shape[1:-1]
    flat = offsets.reshape(len(offsets), -1, offsets.shape[-1])
    lost = np.broadcast_to(diverged_at, copies).reshape(-1)
    fits = [_rate_of_copy(flat[:, k], steps, lost[k], rounding) for k in range(flat.shape[1])]
    rates, residuals = (np.array(column).reshape(copies) for column in zip(*fits, strict=True))
    rates = rates ** (1 / spacing)
    worst = float(residuals.max())
    linear = worst <= LINEAR
    return Bracket(
        value=rates if copies else float(rates),
        lower=np.full(copies, np.nan) if copies else math.nan,
        upper=np.full(copies, np.nan) if copies else math.nan,
        guarantee=Guarantee.NONE,
        method="recurrence" if linear else "growth",
        quantity="rate",
        reason=f"the path obeys a linear recurrence up to {worst:.1e} of its size"
        + ("" if linear else ", so that it is the growth of its norm that was measured"),
    )


def _rate_of_copy(path: np.ndarray, steps: np.ndarray, lost: int, rounding: float) -> tuple[float, float]:
    """The rate on the second half of the path, and the residual of the recurrence."""
    if lost >= 0:
        path = path[steps < lost]
    sizes = np.linalg.norm(path, axis=1)
    arrived = np.flatnonzero(sizes <= rounding / NOISE)
    usable = arrived[0] if len(arrived) else len(path)
    if usable < LEAST_RECORDS:
        if len(arrived) and sizes[arrived[0]] == 0:
            return 0.0, 0.0
        why = "it diverged; use a smaller step" if lost >= 0 else "simulate more steps or record more often"
        raise InvalidInput(
            f"the path must have at least {LEAST_RECORDS} equally spaced records to measure a rate, got {usable}: {why}"
        )
    window = path[min(usable // 2, usable - LEAST_RECORDS) : usable]
    times, logs = np.arange(len(window)), np.log(np.linalg.norm(window, axis=1))
    rough = float(np.exp(np.polyfit(times, logs, 1)[0]))
    level = window / (np.exp(logs[0]) * rough**times)[:, None]
    weakest = RANK_TOLERANCE if rounding == 0 else 10 * NOISE
    most = min(window.shape[1] + SPARE_MODES, MOST_MODES, len(window) // 3)
    fits = [_recurrence(level, order, weakest) for order in range(1, most + 1)]
    least = min(residual for _, residual in fits)
    # the shortest recurrence that explains the path as well as any: a longer one has roots that mean nothing
    root, residual = next(fit for fit in fits if fit[1] <= max(10 * least, EXACT))
    return (rough * root, residual) if residual <= LINEAR else (rough, residual)


def _recurrence(level: np.ndarray, order: int, weakest: float) -> tuple[float, float]:
    """The largest modulus of a root of the fitted recurrence, and what the fit leaves of the path."""
    columns = np.stack([level[order - k : len(level) - k].ravel() for k in range(1, order + 1)], axis=1)
    wanted = level[order:].ravel()
    coefficients, *_ = np.linalg.lstsq(columns, wanted, rcond=weakest)
    residual = float(np.linalg.norm(columns @ coefficients - wanted) / np.linalg.norm(wanted))
    return float(np.abs(np.roots([1.0, *-coefficients])).max()), residual
