"""The rate of a path, measured: the largest root of the recurrence that its last part obeys."""

from __future__ import annotations

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
#: Modes that are fitted beyond the dimension of the path (a method with memory has more than the players), and at most.
SPARE_MODES, MOST_MODES = 2, 12


def fitted_rate(offsets: np.ndarray, steps: np.ndarray, diverged_at: np.ndarray, *, rounding: float = 0.0) -> Bracket:
    """The factor by which the distance to the equilibrium changes in a step.

    Close to an equilibrium a path is a sum of modes, :math:`u_t = \\sum_i c_i \\mu_i^t`, and obeys a linear recurrence

    .. math:: u_t = a_1 u_{t-1} + \\dots + a_k u_{t-k}

    whose characteristic roots are the :math:`\\mu_i`. It is fitted to the second half of the path, after a
    rough rate is divided out so that early records do not drown late ones; the rate is the largest modulus of a
    root. The solution of least norm is taken, whose superfluous roots lie inside the unit circle. Unlike a line
    through :math:`\\log |u_t|`, this does not depend on the part of a rotation that the path ends on. A
    defective eigenvalue or a nonlinear approach shows as a spread between the bounds.

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
        Values of shape (...); ASYMPTOTIC, the bounds being the least and the largest of the fits to the window and to
        its two halves. A path that arrives exactly has the rate 0.

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
    fits = np.array([_rates_of_copy(flat[:, k], steps, lost[k], rounding) for k in range(flat.shape[1])]) ** (
        1 / spacing
    )
    value, lower, upper = (column.reshape(copies) for column in (fits[:, 0], fits.min(axis=1), fits.max(axis=1)))
    if not copies:
        value, lower, upper = float(value), float(lower), float(upper)
    return Bracket(
        value=value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.ASYMPTOTIC,
        method="recurrence",
        quantity="rate",
        reason="the bounds are the spread of the fits to parts of the path",
    )


def _rates_of_copy(path: np.ndarray, steps: np.ndarray, lost: int, rounding: float) -> list[float]:
    """The rate on the whole window and on its two halves."""
    if lost >= 0:
        path = path[steps < lost]
    sizes = np.linalg.norm(path, axis=1)
    arrived = np.flatnonzero(sizes <= rounding / NOISE)
    usable = arrived[0] if len(arrived) else len(path)
    if usable < LEAST_RECORDS:
        if len(arrived) and sizes[arrived[0]] == 0:
            return [0.0, 0.0, 0.0]
        raise InvalidInput(
            f"the path must have at least {LEAST_RECORDS} equally spaced records to measure a rate, got "
            f"{usable}; simulate more steps or record more often"
        )
    start = min(usable // 2, usable - LEAST_RECORDS)
    window = path[start:usable]
    half = len(window) // 2
    weakest = RANK_TOLERANCE if rounding == 0 else 10 * NOISE
    return [_largest_root(piece, weakest) for piece in (window, window[:half], window[half:])]


def _largest_root(path: np.ndarray, weakest: float) -> float:
    """The rate of a piece of path: a rough one divided out, then the root of the recurrence of what is left."""
    sizes = np.linalg.norm(path, axis=1)
    times = np.arange(len(path))
    rough = float(np.exp(np.polyfit(times, np.log(sizes), 1)[0]))
    level = path / (sizes[0] * rough**times)[:, None]
    order = min(path.shape[1] + SPARE_MODES, MOST_MODES, len(path) // 3)
    columns = np.stack([level[order - k : len(level) - k].ravel() for k in range(1, order + 1)], axis=1)
    coefficients, *_ = np.linalg.lstsq(columns, level[order:].ravel(), rcond=weakest)
    return rough * float(np.abs(np.roots([1.0, *-coefficients])).max())
