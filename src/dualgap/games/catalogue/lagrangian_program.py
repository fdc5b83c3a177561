"""A quadratic programme and its multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.validation import as_array

__all__ = ["LagrangianProgram", "lagrangian_program"]

#: The conditions of optimality are taken for singular beyond this condition number, where half of the digits are lost.
CONDITION = 1e8


@final
@dataclass(frozen=True, eq=False)
class LagrangianProgram(ZeroSum):
    """See :func:`lagrangian_program`."""

    p: Tensor
    c: Tensor
    a: Tensor
    b: Tensor
    affine: ClassVar[bool] = True

    @property
    def sizes(self) -> tuple[int, int]:
        """As many variables as columns of A, as many multipliers as rows."""
        return self.a.shape[1], self.a.shape[0]

    @cached_property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The solution and its multipliers, from the linear conditions of optimality.

        .. math:: P x + A^\\top y = -c, \\qquad A x = b
        """
        both = torch.linalg.solve(_conditions(self.p, self.a), torch.cat([-self.c, self.b]))
        x, y = both.split(self.sizes)
        return x, y

    @property
    def constants(self) -> Constants:
        """Those of the quadratic game with P, coupling A' and Q = 0: monotone, not strongly."""
        return Constants.of_quadratic(self.p, self.a.T, self.p.new_zeros(len(self.b), len(self.b)))

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The Lagrangian, shape (...)."""
        p, c, a, b = (part.to(x) for part in (self.p, self.c, self.a, self.b))
        return (x @ p * x).sum(-1) / 2 + (c * x).sum(-1) + (y * (x @ a.T - b)).sum(-1)


def lagrangian_program(p: Any, c: Any, a: Any, b: Any) -> LagrangianProgram:
    """The Lagrangian of a quadratic programme with equations as constraints.

    .. math:: \\min_x \\max_y \\; \\tfrac12 x^\\top P x + c^\\top x + y^\\top (A x - b)

    Convex in x, linear in the multipliers y: monotone, not strongly, so that descent-ascent converges where P is
    positive definite and rotates where it is not.

    Parameters
    ----------
    p : (n, n) array
        Symmetric, positive semi-definite.
    c : (n,) array
    a : (m, n) array
    b : (m,) array

    Returns
    -------
    LagrangianProgram
        With the solution and its multipliers as ``equilibrium``.

    Raises
    ------
    InvalidInput
        For shapes that do not fit, a P that is not convex, and constraints that do not determine solution and multipliers.

    Examples
    --------
    The point of the line x₁ + x₂ = 1 that is nearest to the origin.

    >>> import dualgap as dg
    >>> game = dg.games.lagrangian_program([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], [[1.0, 1.0]], [1.0])
    >>> [part.tolist() for part in game.equilibrium]
    [[0.5, 0.5], [-0.5]]
    """
    given = {"p": p, "c": c, "a": a, "b": b}
    parts = {name: torch.as_tensor(as_array(value, name)).to(torch.float64) for name, value in given.items()}
    if parts["a"].ndim != 2:
        raise InvalidInput(f"a must have shape (m, n), got {tuple(parts['a'].shape)}", argument="a")
    m, n = parts["a"].shape
    for name, shape in (("p", (n, n)), ("c", (n,)), ("b", (m,))):
        if tuple(parts[name].shape) != shape:
            raise InvalidInput(
                f"{name} must have shape {shape} beside a of shape ({m}, {n}), got {tuple(parts[name].shape)}",
                argument=name,
            )
    if not torch.equal(parts["p"], parts["p"].T):
        raise InvalidInput("p must be symmetric; use (p + p.T) / 2", argument="p")
    p, a = parts["p"].detach(), parts["a"].detach()
    spectrum = torch.linalg.eigvalsh(p)
    if float(spectrum[0]) < -n * torch.finfo(torch.float64).eps * float(spectrum.abs().max()):
        raise InvalidInput(
            f"p must be positive semi-definite, its least eigenvalue is {float(spectrum[0]):.3g}", argument="p"
        )
    if not float(torch.linalg.cond(_conditions(p, a))) < CONDITION:
        raise InvalidInput(
            "a must have linearly independent rows, and p be positive definite where a x = 0: the programme must have one "
            "solution and one set of multipliers",
            argument="a",
        )
    return LagrangianProgram(**parts)


def _conditions(p: Tensor, a: Tensor) -> Tensor:
    return torch.cat([torch.cat([p, a.T], 1), torch.cat([a, a.new_zeros(len(a), len(a))], 1)])
