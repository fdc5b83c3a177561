"""The rate of a path, measured: the largest modulus of the modes that its last part is a sum of."""

from __future__ import annotations

import math

import numpy as np

from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput

__all__ = ["fitted_rate"]

#: Fewer records than this leave too few equations for the modes.
LEAST_RECORDS = 12
#: At most so many records of the window are used, at equal spacing, and so many numbers of consecutive ones side by side.
MOST_RECORDS, WIDEST = 150, 120
#: Directions of the fit that carry less than such a share of the path are left out: the first choice that explains it.
RANK_TOLERANCES = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14)
#: A method with memory has up to three modes for each number of the path, and the field's curvature adds harmonics of them.
MODES_PER_NUMBER, SPARE_MODES = 3, 8
#: A path is used while its rounding is at most this share of it.
NOISE = 1e-8
#: A path that grows leaves the linear neighbourhood of the equilibrium at so many times its first distance.
LEAVING = 100.0
#: A path that is a sum of modes only up to more than this share of it is not near enough to linear to have rates.
LINEAR = 1e-5
#: Modes that leave less than this of the path leave rounding only.
EXACT = 1e-12
#: A mode that is a smaller share than this of the largest one where the path is nearest to the equilibrium is a harmonic
#: of it, from the curvature of the field, or rounding.
SMALLEST_SHARE = 1e-3


def fitted_rate(offsets: np.ndarray, steps: np.ndarray, diverged_at: np.ndarray, *, rounding: float = 0.0) -> Bracket:
    """The factor by which the distance to the equilibrium changes in a step.

    Close to an equilibrium a path is a sum of modes, and a stack of q consecutive records moves by one linear map,

    .. math:: u_t = \\sum_i c_i \\mu_i^t, \\qquad (u_{t+1}, \\dots, u_{t+q}) = M (u_t, \\dots, u_{t+q-1}),

    whose eigenvalues are the :math:`\\mu_i`. M is fitted to the second half of the path (of a path that leaves the
    equilibrium, to its beginning), after a rough rate is divided out so that early records do not drown late ones, on the
    fewest directions that explain the path. The rate is the largest modulus of a mode that shows where the
    path is nearest to the equilibrium. Unlike a line through :math:`\\log |u_t|`, this does not depend on the part of a rotation that
    the path ends on, nor on how far the faster modes have died out. Where the path is no such sum, far from the
    equilibrium, the line is what is left.

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
        Values of shape (...), an estimate: NONE, with what the modes leave of the path as the reason. It is exact up to
        rounding where the method is linear there and all its modes still show; a mode that is too weak to show in the
        path, and a defective eigenvalue, bias it. A path that arrives exactly has the rate 0.

    Raises
    ------
    InvalidInput
        With fewer than 12 usable records.

    Reference: hua1990

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
    """The rate of a path, and what its modes leave of it."""
    if lost >= 0:
        path = path[steps < lost]
    sizes = np.linalg.norm(path, axis=1)
    arrived = np.flatnonzero(sizes <= rounding / NOISE)
    usable = arrived[0] if len(arrived) else len(path)
    if usable < LEAST_RECORDS:
        if len(arrived) and sizes[arrived[0]] == 0:
            return 0.0, 0.0
        why = "simulate more steps or record more often"
        if lost >= 0:
            why = "it diverged; use a smaller step"
        elif len(arrived):
            why = "it is within rounding of the equilibrium then; start further from it or record more often"
        raise InvalidInput(
            f"the path must have at least {LEAST_RECORDS} equally spaced records to measure a rate, got {usable}: {why}"
        )
    if sizes[usable - 1] > sizes[0]:  # it leaves the equilibrium: its beginning is the linear part
        gone = np.flatnonzero(sizes[:usable] > LEAVING * sizes[0])
        rate, residual = _rate_of_window(
            path[: max(gone[0] if len(gone) else usable, min(2 * LEAST_RECORDS, usable))], 0
        )
        if residual <= NOISE:
            return rate, residual
    return _rate_of_window(path[min(usable // 2, usable - LEAST_RECORDS) : usable], -1)


def _rate_of_window(window: np.ndarray, near: int) -> tuple[float, float]:
    """The rate of a window that is nearest to the equilibrium at its first or last record, and what its modes leave."""
    stride = -(-len(window) // MOST_RECORDS)
    window = window[(len(window) - 1) % stride :: stride]
    times, logs = np.arange(len(window)), np.log(np.linalg.norm(window, axis=1))
    rough = float(np.exp(np.polyfit(times, logs, 1)[0]))
    level = window / np.exp(logs[0] + np.log(rough) * times)[:, None]
    modulus, residual = _largest_mode(level, near)
    return (rough * (modulus if residual <= LINEAR else 1.0)) ** (1 / stride), residual


def _largest_mode(level: np.ndarray, near: int) -> tuple[float, float]:
    """The largest modulus of a mode that shows near the equilibrium, and the share of the path that the modes leave."""
    records, width = level.shape
    together = min(max(records // 3, 1), max(WIDEST // width, 2))
    stacked = np.concatenate([level[k : records - together + k] for k in range(together + 1)], axis=1).T
    before, after = stacked[:-width], stacked[width:]
    left, strengths, right = np.linalg.svd(before, full_matrices=False)
    most = min(records // 3, MODES_PER_NUMBER * width + SPARE_MODES)
    ranks = sorted({min(int((strengths > share * strengths[0]).sum()), max(most, 1)) for share in RANK_TOLERANCES})
    fits = [_modes(left[:, :k].T @ after @ right[:k].T / strengths[:k], level, near) for k in ranks]
    least = min(residual for _, residual in fits)
    # the fewest modes that explain the path as well as any: further ones mean nothing
    return next(fit for fit in fits if fit[1] <= max(10 * least, EXACT))


def _modes(step: np.ndarray, level: np.ndarray, near: int) -> tuple[float, float]:
    """The largest eigenvalue of a map that shows at a record of a path, and what a sum of all its modes leaves of it."""
    eigenvalues = np.linalg.eigvals(step).astype(np.complex128)
    eigenvalues[eigenvalues == 0] = np.finfo(np.float64).tiny
    # each mode is scaled to be at most 1 on the window, so that the fit of the amplitudes is well scaled
    shifts = np.where(np.abs(eigenvalues) > 1, len(level) - 1, 0)
    with np.errstate(under="ignore"):
        modes = np.exp((np.arange(len(level))[:, None] - shifts) * np.log(eigenvalues))
    amplitudes, *_ = np.linalg.lstsq(modes, level.astype(np.complex128), rcond=None)
    residual = float(np.linalg.norm(modes @ amplitudes - level) / np.linalg.norm(level))
    sizes = np.linalg.norm(amplitudes, axis=1) * np.abs(modes[near])
    return float(np.abs(eigenvalues[sizes >= SMALLEST_SHARE * sizes.max()]).max()), residual
