"""Least squares against an adversary who moves the targets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.validation import as_array, real

__all__ = ["RobustRegression", "robust_regression"]


@final
@dataclass(frozen=True, eq=False)
class RobustRegression(ZeroSum):
    """See :func:`robust_regression`."""

    design: Tensor
    targets: Tensor
    penalty: float
    affine: ClassVar[bool] = True

    @property
    def sizes(self) -> tuple[int, int]:
        """As many coefficients as columns, as many targets as rows."""
        return self.design.shape[1], self.design.shape[0]

    @cached_property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """Ordinary least squares, and targets moved along its residual.

        .. math:: x^* = A^+ b, \\qquad y^* = b + \\frac{b - A x^*}{\\lambda - 1}
        """
        x = torch.linalg.lstsq(self.design, self.targets[:, None], driver="gelsd").solution[:, 0]
        return x, self.targets + (self.targets - self.design @ x) / (self.penalty - 1)

    @property
    def constants(self) -> Constants:
        """Those of the quadratic game with P = A'A, coupling -A', Q = (lambda - 1) I."""
        rows = torch.eye(len(self.targets), dtype=self.design.dtype)
        return Constants.of_quadratic(self.design.T @ self.design, -self.design.T, (self.penalty - 1) * rows)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """f, shape (...)."""
        fitted = x @ self.design.to(x).T
        return ((fitted - y) ** 2).sum(-1) / 2 - self.penalty / 2 * ((y - self.targets.to(y)) ** 2).sum(-1)


def robust_regression(design: Any, targets: Any, *, penalty: float = 2.0) -> RobustRegression:
    """Linear regression when the targets may be moved at a price.

    .. math:: \\min_x \\max_y \\; \\tfrac12 \\|A x - y\\|^2 - \\tfrac{\\lambda}{2} \\|y - b\\|^2

    For :math:`\\lambda > 1` it is convex in x and strongly concave in y. The best answer of y turns the loss into
    :math:`\\frac{\\lambda}{\\lambda - 1}` times that of least squares, so that x's equilibrium is the ordinary solution.

    Parameters
    ----------
    design : (m, n) array
        A, with columns that are linearly independent.
    targets : (m,) array
        b.
    penalty : float
        lambda, above 1.

    Returns
    -------
    RobustRegression

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.robust_regression([[1.0], [1.0]], [0.0, 2.0], penalty=3.0)
    >>> [[round(v, 12) for v in part.tolist()] for part in game.equilibrium]
    [[1.0], [-0.5, 2.5]]

    Reference: elghaoui1997
    """
    a = torch.as_tensor(as_array(design, "design")).to(torch.float64)
    b = torch.as_tensor(as_array(targets, "targets")).to(torch.float64)
    if a.ndim != 2:
        raise InvalidInput(f"design must have shape (m, n), got {tuple(a.shape)}", argument="design")
    if tuple(b.shape) != (a.shape[0],):
        raise InvalidInput(
            f"targets must have shape ({a.shape[0]},), one for each row of design, got {tuple(b.shape)}",
            argument="targets",
        )
    if int(torch.linalg.matrix_rank(a)) < a.shape[1]:
        raise InvalidInput(
            "design must have linearly independent columns: leave out those that others give", argument="design"
        )
    return RobustRegression(a, b, real(penalty, "penalty", above=1))
