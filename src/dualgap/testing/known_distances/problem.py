"""A pair of laws whose Wasserstein distance is known, with optimal pairs of points and the potentials that prove them optimal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from dualgap.validation import count

__all__ = ["KnownDistance", "Pairs"]

#: n optimal pairs, ((n, d), (n, d)), from a generator.
Pairs = Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]


@final
@dataclass(frozen=True, kw_only=True)
class KnownDistance:
    """Two laws that can be sampled, their Wasserstein distance, and what proves it.

    .. math:: W_p = \\big( E |x - y|^p \\big)^{1/p} \\quad \\text{over optimal pairs}, \\qquad
              f(x) + g(y) \\le |x - y|^p \\quad \\text{with equality on each of them}

    so that :math:`W_p^p = E f(x) + E g(y)`. For p = 1, f is 1-Lipschitz and g = -f.

    Parameters
    ----------
    name : str
    dimension : int
        The d of R^d.
    order : float
        p.
    value : float
        W_p, in the unit of x.
    standard_error : float
        Of the value: 0 for a closed form or a quadrature that is exact to rounding, otherwise by Monte Carlo.
    pairing : callable (n, generator) -> pair of (n, d) arrays
        Independent draws of an optimal pair.
    potential, partner : callable, (n, d) -> (n,), or None
        f and g; arrays of numpy, or tensors, through which a gradient passes.

    Examples
    --------
    >>> import numpy as np
    >>> from dualgap.testing import known_distances
    >>> problem = known_distances.shift(3, by=2.0)
    >>> x, y = problem.sample(5, seed=0)
    >>> problem.value, x.shape, problem.potential(x).shape
    (2.0, (5, 3), (5,))
    >>> x, y = problem.pairs(5, seed=0)
    >>> bool(np.allclose(np.linalg.norm(x - y, axis=1), problem.potential(x) - problem.potential(y)))
    True
    """

    name: str
    dimension: int
    order: float
    value: float
    standard_error: float = 0.0
    pairing: Pairs = field(repr=False)
    potential: Callable[[Any], Any] | None = field(default=None, repr=False)
    partner: Callable[[Any], Any] | None = field(default=None, repr=False)

    def sample(self, n: int, *, seed: int | np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """n independent draws of P and n of Q, independent of each other.

        Returns
        -------
        pair of (n, d) float64 arrays

        Raises
        ------
        InvalidInput
        """
        first, second = self._generator(n, seed).spawn(2)
        return self.pairing(n, first)[0], self.pairing(n, second)[1]

    def pairs(self, n: int, *, seed: int | np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """n independent draws of an optimal pair: row i of the first belongs to row i of the second.

        Returns
        -------
        pair of (n, d) float64 arrays

        Raises
        ------
        InvalidInput
        """
        return self.pairing(n, self._generator(n, seed))

    def _generator(self, n: int, seed: int | np.random.Generator) -> np.random.Generator:
        count(n, "n")
        return seed if isinstance(seed, np.random.Generator) else np.random.default_rng(count(seed, "seed", at_least=0))
