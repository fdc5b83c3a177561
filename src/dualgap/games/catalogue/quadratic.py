"""Quadratic games: the linear vector fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.constants import Constants
from dualgap.games.game import ZeroSum
from dualgap.validation import as_array, count, real

__all__ = ["Quadratic", "quadratic", "random_quadratic", "rotation", "scalar_quadratic"]


@final
@dataclass(frozen=True, eq=False)
class Quadratic(ZeroSum):
    """f(x, y) = x' P x / 2 + x' A y - y' Q y / 2; see :func:`quadratic`."""

    affine: ClassVar[bool] = True

    p: Tensor
    a: Tensor
    q: Tensor

    @property
    def sizes(self) -> tuple[int, int]:
        """The shape of A."""
        return self.a.shape[0], self.a.shape[1]

    @property
    def equilibrium(self) -> tuple[Tensor, Tensor]:
        """The origin, a critical point always and a saddle when P and Q are positive semi-definite."""
        n, m = self.sizes
        return self.a.new_zeros(n), self.a.new_zeros(m)

    @property
    def constants(self) -> Constants:
        """L is the spectral norm of [[P, A], [-A', Q]], and mu the least eigenvalue of P and Q."""
        return Constants.of_quadratic(self.p, self.a, self.q)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """f, shape (...)."""
        p, a, q = self.p.to(x), self.a.to(x), self.q.to(x)
        return (x @ p * x).sum(-1) / 2 + (x @ a * y).sum(-1) - (y @ q * y).sum(-1) / 2

    def grad_x(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """P x + A y, (..., n)."""
        return x @ self.p.to(x) + y @ self.a.to(x).mT

    def grad_y(self, x: Tensor, y: Tensor, sample: Any = None) -> Tensor:
        """Q y - A' x, (..., m)."""
        return y @ self.q.to(x) - x @ self.a.to(x)

    def field(self, x: Tensor, y: Tensor, sample: Any = None) -> tuple[Tensor, Tensor]:
        """(P x + A y, Q y - A' x)."""
        return self.grad_x(x, y), self.grad_y(x, y)


def quadratic(p: Any, a: Any, q: Any) -> Quadratic:
    """A zero-sum quadratic game.

    .. math:: f(x, y) = \\tfrac12 x^\\top P x + x^\\top A y - \\tfrac12 y^\\top Q y

    Convex-concave when P and Q are positive semi-definite; with indefinite ones it makes the examples that tell
    Nash from minimax.

    Parameters
    ----------
    p, q : (n, n) and (m, m) arrays
        Symmetric.
    a : (n, m) array

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput
        For matrices that are not symmetric or whose shapes do not fit.

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.quadratic([[1.0]], [[2.0]], [[1.0]])
    >>> dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.1)) < 1
    True
    """
    matrices = {
        name: torch.as_tensor(as_array(value, name)).to(torch.float64) for name, value in (("p", p), ("a", a), ("q", q))
    }
    if matrices["a"].ndim != 2:
        raise InvalidInput(f"a must have shape (n, m), got {tuple(matrices['a'].shape)}", argument="a")
    n, m = matrices["a"].shape
    for name, size in (("p", n), ("q", m)):
        matrix = matrices[name]
        if tuple(matrix.shape) != (size, size):
            raise InvalidInput(
                f"{name} must have shape ({size}, {size}) beside a of shape ({n}, {m}), got {tuple(matrix.shape)}",
                argument=name,
            )
        if not torch.equal(matrix, matrix.T):
            raise InvalidInput(f"{name} must be symmetric; use ({name} + {name}.T) / 2", argument=name)
    return Quadratic(**matrices)


def scalar_quadratic(*, monotonicity: float, coupling: float) -> Quadratic:
    """The game of two numbers that interpolates between descent and rotation.

    .. math:: f(x, y) = \\tfrac{\\mu}{2} x^2 + \\sigma x y - \\tfrac{\\mu}{2} y^2

    Its eigenvalues are :math:`\\mu \\pm i \\sigma`. Alternating descent-ascent contracts by :math:`1 - \\eta\\mu` while
    :math:`(\\eta\\sigma)^2 < 4 (1 - \\eta\\mu)`, simultaneous descent-ascent at its best step by
    :math:`\\sigma / \\sqrt{\\mu^2 + \\sigma^2}` only: the condition number against its square.

    Parameters
    ----------
    monotonicity : float
        mu, of either sign.
    coupling : float
        sigma.

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.scalar_quadratic(monotonicity=0.5, coupling=2.0)
    >>> round(dg.predict_rate(game, dg.methods.AlternatingGDA(step=0.1)), 12)
    0.95

    Reference: zhang2022
    """
    mu, sigma = real(monotonicity, "monotonicity"), real(coupling, "coupling")
    return quadratic([[mu]], [[sigma]], [[mu]])


def rotation(size: int = 1, *, monotonicity: float, speed: float) -> Quadratic:
    """A contraction and a rotation, the same in every plane: the worst case of descent on strongly monotone games.

    .. math:: F(z) = \\mu z + \\omega \\begin{pmatrix} 0 & I \\\\ -I & 0 \\end{pmatrix} z

    With :math:`L = \\sqrt{\\mu^2 + \\omega^2}` and :math:`\\kappa = L / \\mu`, simultaneous descent-ascent of step
    :math:`\\mu / L^2` multiplies the squared distance by exactly :math:`1 - 1/\\kappa^2` in every step.

    Parameters
    ----------
    size : int
        The length of each player.
    monotonicity : float
        mu.
    speed : float
        omega.

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.games.rotation(2, monotonicity=3.0, speed=4.0).constants
    Constants(lipschitz=5.0, monotonicity=3.0)
    """
    mu, omega, n = real(monotonicity, "monotonicity"), real(speed, "speed"), count(size, "size")
    identity = np.eye(n)
    return quadratic(mu * identity, omega * identity, mu * identity)


def random_quadratic(n: int, m: int, *, monotonicity: float = 0.1, seed: int) -> Quadratic:
    """A strongly convex-concave quadratic game with drawn matrices.

    .. math:: P = \\mu I + B B^\\top / n, \\quad Q = \\mu I + C C^\\top / m, \\quad A, B, C \\text{ standard normal}

    Parameters
    ----------
    n, m : int
        The lengths of x and y.
    monotonicity : float
        mu >= 0, a lower bound of the game's own.
    seed : int

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.games.random_quadratic(3, 2, seed=0).constants.monotonicity >= 0.1
    True
    """
    n, m = count(n, "n"), count(m, "m")
    mu = real(monotonicity, "monotonicity", at_least=0)
    rng = np.random.default_rng(count(seed, "seed", at_least=0))
    b, c, a = (rng.standard_normal(shape) for shape in ((n, n), (m, m), (n, m)))
    p, q = (mu * np.eye(len(one)) + one @ one.T / len(one) for one in (b, c))
    return quadratic((p + p.T) / 2, a, (q + q.T) / 2)
