"""The rate of a path, measured: the root of the recurrence that its last part obeys."""

from __future__ import annotations

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput

__all__ = ["fitted_rate"]

#: Fewer records than this leave too few equations in a third of the window.
LEAST_RECORDS = 12
#: Two columns of the fit that are parallel to this share carry one mode, not two.
RANK_TOLERANCE = 1e-9


def fitted_rate(offsets: np.ndarray, steps: np.ndarray, diverged_at: np.ndarray) -> Bracket:
    """The factor by which the distance to the equilibrium changes in a step.

    Close to an equilibrium a path follows its slowest modes. One real mode, two real modes and a complex pair all obey

    .. math:: u_{t+2} = \\alpha u_{t+1} + \\beta u_t,

    so the two coefficients are fitted to the second half of the path by least squares, every equation divided by
    :math:`|u_t|` so that early records do not drown late ones, and the rate is the modulus of the larger root of
    :math:`\\mu^2 - \\alpha \\mu - \\beta`. Unlike a line through :math:`\\log |u_t|`, this does not depend on the part of a
    rotation that the path ends on. A defective eigenvalue or a nonlinear approach shows as a spread between the bounds.

    Parameters
    ----------
    offsets : (records, ..., d) array
        The path minus the equilibrium.
    steps : (records,) int array
    diverged_at : (...) int array
        As in :class:`~dualgap.games.Trajectory`: later records are left out.

    Returns
    -------
    Bracket
        Values of shape (...); ASYMPTOTIC, the bounds being the least and the largest of the fits to the window and to
        its two halves. A path that arrives exactly has the rate 0.

    Raises
    ------
    InvalidInput
        With fewer than 12 usable records.

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
    fits = np.array([_rates_of_copy(flat[:, k], steps, lost[k]) for k in range(flat.shape[1])]) ** (1 / spacing)
    value, lower, upper = (column.reshape(copies) for column in (fits[:, 0], fits.min(axis=1), fits.max(axis=1)))
    if not copies:
        value, lower, upper = float(value), float(lower), float(upper)
    return Bracket(value=value, lower=lower, upper=upper, guarantee=Guarantee.ASYMPTOTIC, method="recurrence",
                   quantity="rate", reason="the bounds are the spread of the fits to parts of the path")


def _rates_of_copy(path: np.ndarray, steps: np.ndarray, lost: int) -> list[float]:
    """The rate on the whole window and on its two halves."""
    if lost >= 0:
        path = path[steps < lost]
    sizes = np.linalg.norm(path, axis=1)
    arrived = np.flatnonzero(sizes == 0)
    usable = arrived[0] if len(arrived) else len(path)
    if usable < LEAST_RECORDS:
        if len(arrived):
            return [0.0, 0.0, 0.0]
        raise InvalidInput(f"the path must have at least {LEAST_RECORDS} equally spaced records to measure a rate, got "
                           f"{usable}; simulate more steps or record more often")
    start = min(usable // 2, usable - LEAST_RECORDS)
    window, scale = path[start:usable], sizes[start:usable]
    half = len(window) // 2
    return [_largest_root(window, scale), _largest_root(window[:half], scale[:half]),
            _largest_root(window[half:], scale[half:])]


def _largest_root(path: np.ndarray, sizes: np.ndarray) -> float:
    weight = 1 / sizes[:-2, None]
    columns = np.stack([(path[1:-1] * weight).ravel(), (path[:-2] * weight).ravel()], axis=1)
    (alpha, beta), *_ = np.linalg.lstsq(columns, (path[2:] * weight).ravel(), rcond=RANK_TOLERANCE)
    return float(np.abs(np.roots([1.0, -alpha, -beta])).max())
