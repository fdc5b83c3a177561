"""How fast the field of a game changes, and how much of that is contraction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from torch import Tensor

from dualgap.validation import detached

__all__ = ["Constants"]


@final
@dataclass(frozen=True, kw_only=True)
class Constants:
    """What is known of the field of a game on its sets, in the Euclidean norm of both players together.

    .. math:: \\|F(z) - F(w)\\| \\le L \\|z - w\\|, \\qquad \\langle F(z) - F(w), z - w \\rangle \\ge \\mu \\|z - w\\|^2

    Equivalently, the Jacobian's spectral norm is at most L, and the least eigenvalue of its symmetric part at least
    :math:`\\mu`, everywhere. Extragradient converges for steps below 1/L where :math:`\\mu \\ge 0`; a zero-sum game is
    convex-concave exactly when :math:`\\mu \\ge 0`.

    Parameters
    ----------
    lipschitz : float or None
        L; infinite where there is none, None where it is not known.
    monotonicity : float or None
        :math:`\\mu`: positive for a strongly monotone game, 0 for a monotone one, negative where it is neither; minus
        infinity where it is not bounded below, None where it is not known.

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.games.bilinear([[2.0]]).constants
    Constants(lipschitz=2.0, monotonicity=0.0)
    """

    lipschitz: float | None
    monotonicity: float | None

    @classmethod
    def of_linear_field(cls, jacobian: Any) -> Constants:
        """The least L and the largest mu of a field with one Jacobian everywhere, (k, k).

        Examples
        --------
        >>> Constants.of_linear_field([[1.0, 1.0], [-1.0, 1.0]]).monotonicity
        1.0
        """
        matrix = detached(jacobian)
        symmetric = (matrix + matrix.T) / 2
        return cls(
            lipschitz=float(np.linalg.norm(matrix, 2)),
            monotonicity=float(np.linalg.eigvalsh(symmetric)[0]),
        )

    @classmethod
    def of_quadratic(cls, p: Tensor, a: Tensor, q: Tensor) -> Constants:
        """Those of x'Px/2 + x'Ay - y'Qy/2, by blocks: exactly 0 where P or Q is zero.

        Examples
        --------
        >>> import torch
        >>> one = torch.ones(1, 1)
        >>> Constants.of_quadratic(2 * one, 0 * one, one)
        Constants(lipschitz=2.0, monotonicity=1.0)
        """
        own_x, coupling, own_y = (detached(block) for block in (p, a, q))
        jacobian = np.block([[own_x, coupling], [-coupling.T, own_y]])
        least = min(float(np.linalg.eigvalsh(block)[0]) for block in (own_x, own_y))
        return cls(lipschitz=float(np.linalg.norm(jacobian, 2)), monotonicity=least + 0.0)
