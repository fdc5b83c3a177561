"""Powers of an affine map: a path of a million steps from twenty matrices."""

from __future__ import annotations

from typing import final

import numpy as np

from dualgap.games.affine import AffineMap

__all__ = ["Powers"]

#: Numbers that stay in the fastest cache while a matrix is applied to them.
CACHED = 2**15
#: A matrix of more rows is applied by matrix products, which round by the shape of what they are given.
MOST_ROWS = 8
#: A vector of any size that is kept may be multiplied by such a matrix.
HUGE = 1e280
#: The largest singular value is computed for so many matrices, and bounded by simpler norms for more.
MOST_DECOMPOSED = 64
#: A path that needs more jumps than this to be cleared is simulated step by step instead.
MOST_JUMPS = 2000


@final
class Powers:
    """The squarings of :math:`w' = M w + c`, and what follows from them.

    .. math:: w_t = \\prod_{b \\,:\\, t_b = 1} M^{2^b} w_0, \\qquad t = \\sum_b t_b 2^b

    the low bits first, so that :math:`w_t` is the same number whatever other times are asked for. The squarings are made
    in the longest floating-point numbers that the machine has and rounded once, so that :math:`w_t` differs from that of a
    loop by the rounding of M itself, and of the loop: a small multiple of :math:`t \\epsilon \\max_s |M^s| |w_0|`.

    Parameters
    ----------
    step : AffineMap
        For each step size: ``sizes`` broadcasts against ``copies``.
    copies : tuple of int
        The leading axes of the paths.
    steps : int
        The longest time that is asked for.

    Examples
    --------
    >>> turn = AffineMap(matrix=np.array([[0.0, -0.5], [0.5, 0.0]]), offset=np.zeros(2))
    >>> powers = Powers(turn, copies=(), steps=4)
    >>> powers.at(np.array([[1.0], [0.0]]), np.array([0, 1, 4]))[:, :, 0].T.tolist()
    [[1.0, 0.0], [0.0, 0.5], [0.0625, 0.0]]
    """

    def __init__(self, step: AffineMap, *, copies: tuple[int, ...], steps: int) -> None:
        rows = step.matrix.shape[-1]
        matrices, offsets = step.matrix.reshape(-1, rows, rows), step.offset.reshape(-1, rows)
        self.affine = bool(offsets.any())
        if self.affine:  # one more number, always 1
            bottom = np.broadcast_to(np.eye(rows + 1)[-1:], (len(matrices), 1, rows + 1))
            matrices = np.concatenate([np.concatenate([matrices, offsets[..., None]], -1), bottom], -2)
        #: Which matrix moves each copy, (copies,), or None where there is one.
        self.own = None
        if len(matrices) > 1:
            numbers = np.arange(len(matrices)).reshape(step.offset.shape[:-1])
            self.own = np.broadcast_to(numbers, copies).reshape(-1)
        #: M^(2^b) for every b.
        self.squares: list[np.ndarray] = []
        exact = matrices.astype(np.longdouble)
        with np.errstate(all="ignore"):  # what overflows is found in the paths
            for _ in range(max(1, int(steps).bit_length())):
                self.squares.append(exact.astype(np.float64))
                exact = exact @ exact

    @staticmethod
    def pays(step: AffineMap, copies: int, steps: int) -> bool:
        """Whether the squarings cost less than that many steps in a loop, at the speeds of an ordinary machine."""
        rows = step.matrix.shape[-1]
        products = step.offset.size // rows * (rows + 1) ** 3 * int(steps).bit_length()
        return products * 5e-9 < steps * (2.5e-5 + copies * 1e-8)

    def at(self, start: np.ndarray, times: np.ndarray) -> np.ndarray:
        """The paths at some times.

        Parameters
        ----------
        start : (k, copies) array
            w_0.
        times : (records,) int array
            Rising.

        Returns
        -------
        (k, records, copies) array
            Not finite where a power of the matrix is not.
        """
        with np.errstate(all="ignore"):
            start = self._extended(start)
            if len(times) == times[-1] - times[0] + 1 and times[0] == 0:
                found = self._first(start, len(times))
            else:
                found = self._some(start, times)
        return found[:-1] if self.affine else found

    def at_own_times(self, start: np.ndarray, copies: np.ndarray, times: np.ndarray) -> np.ndarray:
        """The paths of some copies, (k, those), each at a time of its own."""
        with np.errstate(all="ignore"):
            found = self._extended(start)[:, copies]
            for bit in range(int(times.max(initial=0)).bit_length()):
                moving = np.flatnonzero(times >> bit & 1)
                if len(moving):
                    found[:, moving] = self._apply(bit, found[:, None, moving], copies[moving])[:, 0]
        return found[:-1] if self.affine else found

    def lost_at(self, start: np.ndarray, players: int, steps: int, limit: float) -> np.ndarray | None:
        """The first time at which each path leaves a ball, or -1; None where that would take too many jumps to find.

        From a point w no path exceeds :math:`|w| \\prod_{i < b} \\max(1, |M^{2^i}|)` within :math:`2^b` steps: it may jump
        so many at once where that is below the limit. It comes nearer to the limit by smaller and smaller jumps.

        Parameters
        ----------
        start : (k, copies) array
        players : int
            How many of the k numbers are the players', whose norm counts.
        steps : int
            No later times are looked at.
        limit : float
        """
        with np.errstate(all="ignore"):
            now = self._extended(start).copy()
            reach = self._reach()
            time = np.zeros(now.shape[1], dtype=np.int64)
            lost = np.full(now.shape[1], -1, dtype=np.int64)
            going = np.arange(now.shape[1])
            for _ in range(MOST_JUMPS):
                size = np.sqrt((now[:, going] ** 2).sum(axis=0))
                own = 0 if self.own is None else self.own[going]
                clear = reach[:, own].reshape(len(reach), -1) * size <= limit
                # levels rise, so that the number of those that are clear is one more than the last of them
                level = np.maximum(clear.sum(axis=0) - 1, 0)
                left = steps - time[going]
                done = (level == len(reach) - 1) | (2.0**level > left)
                going, level, left = going[~done], level[~done], left[~done]
                if not len(going):
                    return lost
                for bit in np.unique(level):
                    chosen = going[level == bit]
                    now[:, chosen] = self._apply(bit, now[:, None, chosen], chosen)[:, 0]
                    time[chosen] += 1 << int(bit)
                outside = ~(np.sqrt((now[:players, going] ** 2).sum(axis=0)) <= limit)
                lost[going[outside]] = time[going[outside]]
                going = going[~outside & (time[going] < steps)]
                if not len(going):
                    return lost
        return None

    def stay_finite(self, copies: np.ndarray) -> bool:
        """Whether no power that moves the chosen copies, (copies,) bool, is near overflow."""
        if not copies.any():
            return True
        used = slice(None) if self.own is None else np.unique(self.own[copies])
        return all(bool((np.abs(square[used]) < HUGE).all()) for square in self.squares)

    def _reach(self) -> np.ndarray:
        """Bounds of the norms of all powers below 2^b, (bits + 1, matrices), rising."""
        bounds = [np.ones(len(self.squares[0]))]
        for square in self.squares:
            finite = np.asarray(np.isfinite(square).all(axis=(-2, -1)))
            safe = np.where(finite[:, None, None], square, 0.0)
            if len(square) <= MOST_DECOMPOSED:
                norm = np.linalg.norm(safe, ord=2, axis=(-2, -1))
            else:
                columns, rows = np.abs(safe).sum(-2).max(-1), np.abs(safe).sum(-1).max(-1)
                norm = np.minimum(np.sqrt(columns * rows), np.sqrt((safe**2).sum((-2, -1))))
            bounds.append(bounds[-1] * np.maximum(np.where(finite, norm, np.inf), 1.0))
        return np.array(bounds)

    def _extended(self, start: np.ndarray) -> np.ndarray:
        return np.concatenate([start, np.ones((1, start.shape[1]))]) if self.affine else start

    def _first(self, start: np.ndarray, number: int) -> np.ndarray:
        """The times 0, 1, ..., number - 1: every squaring doubles what is known."""
        found = np.empty((len(start), number, start.shape[1]))
        found[:, 0] = start
        known, bit = 1, 0
        while known < number:
            new = min(known, number - known)
            self._apply(bit, found[:, :new], None, out=found[:, known : known + new])
            known, bit = known + new, bit + 1
        return found

    def _some(self, start: np.ndarray, times: np.ndarray) -> np.ndarray:
        """Any times: their low bits are looked up, in as many first times as are asked for, and the others are applied."""
        low = len(times).bit_length() - 1
        known = min(1 << low, int(times[-1]) + 1)
        found = self._first(start, known)[:, times & ((1 << low) - 1)]
        for bit in range(low, int(times[-1]).bit_length()):
            moving = np.flatnonzero(times >> bit & 1)
            if len(moving):
                found[:, moving] = self._apply(bit, found[:, moving], None)
        return found

    def _apply(
        self, bit: int, paths: np.ndarray, chosen: np.ndarray | None, out: np.ndarray | None = None
    ) -> np.ndarray:
        """M^(2^b) times paths (k, times, copies), for all copies or the chosen ones."""
        square = self.squares[bit]
        out = np.empty(paths.shape) if out is None else out
        if len(square) == 1 and len(paths) > MOST_ROWS:
            out[...] = np.tensordot(square[0], paths, 1)
            return out
        own = None
        if self.own is not None:
            own = self.own if chosen is None else self.own[chosen]
        _, times, copies = paths.shape
        wide = max(1, min(copies, CACHED))
        high = max(1, CACHED // wide)
        room = np.empty((min(high, times), wide))
        for first in range(0, copies, wide):
            across = slice(first, first + wide)
            entries = square[0] if own is None else np.moveaxis(square[own[across]], 0, -1)
            for top in range(0, times, high):
                block, to = paths[:, top : top + high, across], out[:, top : top + high, across]
                spare = room[: block.shape[1], : block.shape[2]]
                for i, line in enumerate(to):
                    np.multiply(block[0], entries[i, 0], out=line)
                    for j in range(1, len(block)):
                        np.add(line, np.multiply(block[j], entries[i, j], out=spare), out=line)
        return out
