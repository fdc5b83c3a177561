"""Critical points that tell Nash, local minimax and stable apart."""

from __future__ import annotations

from dualgap.errors import InvalidInput
from dualgap.games.catalogue.quadratic import Quadratic, quadratic
from dualgap.validation import real

__all__ = ["minimax_not_nash", "potential_maximum"]


def minimax_not_nash(*, curvature_x: float = -0.25, coupling: float = 0.6, curvature_y: float = -1.0) -> Quadratic:
    """A strict local minimax point that is no Nash equilibrium: x is at a maximum, unless y answers.

    .. math:: f(x, y) = \\tfrac{p}{2} x^2 + b x y + \\tfrac{c}{2} y^2, \\qquad p, c < 0, \\quad b^2 > p c

    Against a y that stands still x gains by leaving 0 (p < 0); against y's best answer -bx/c it loses, because the Schur
    complement p - b²/c is positive. Descent-ascent whose y is :math:`\\tau` times as fast attracts for small steps
    exactly when :math:`\\tau > p / c`. With the defaults that is 1/4, so that descent-ascent finds a point that is not
    Nash; with (-1, 2, -1/2) it is 2, so that descent-ascent with equal steps is repelled by a true minimax point.

    Parameters
    ----------
    curvature_x, curvature_y : float
        p and c, negative.
    coupling : float
        b.

    Returns
    -------
    Quadratic
        Its critical point is the origin.

    Raises
    ------
    InvalidInput
        Where the origin is no such point.

    Examples
    --------
    >>> import dualgap as dg
    >>> hard = dg.games.minimax_not_nash(curvature_x=-1.0, coupling=2.0, curvature_y=-0.5)
    >>> [dg.predict_rate(hard, dg.methods.SimultaneousGDA(step_x=0.01, step_y=0.01 * tau)) < 1 for tau in (1.9, 2.5)]
    [False, True]

    Reference: jin2020
    """
    p, c = real(curvature_x, "curvature_x", below=0), real(curvature_y, "curvature_y", below=0)
    b = real(coupling, "coupling")
    if not b * b > p * c:
        raise InvalidInput(
            f"coupling must have a square above curvature_x * curvature_y = {p * c:g}, got {b:g}: the origin is no local "
            "minimax point",
            argument="coupling",
        )
    return quadratic([[p]], [[b]], [[-c]])


def potential_maximum(*, curvature: float = 1.0) -> Quadratic:
    """A point where both players do their worst: the strict maximum of a potential.

    .. math:: f(x, y) = -\\tfrac{c}{2} x^2 + \\tfrac{c}{2} y^2, \\qquad F = \\nabla \\phi, \\quad
              \\phi(x, y) = -\\tfrac{c}{2} (x^2 + y^2)

    Descent-ascent leaves it by the factor :math:`1 + \\eta c`. A method that descends the squared norm of the field is
    drawn to it: consensus optimisation of weight :math:`\\gamma` as soon as :math:`\\gamma c > 1`, Hamiltonian descent
    always; symplectic gradient adjustment never, because it uses the antisymmetric part of the Jacobian alone.

    Parameters
    ----------
    curvature : float
        c, positive.

    Returns
    -------
    Quadratic

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.potential_maximum()
    >>> [dg.predict_rate(game, dg.methods.ConsensusOptimization(step=0.1, weight=w)) < 1 for w in (0.9, 1.1)]
    [False, True]

    Reference: balduzzi2018
    """
    c = real(curvature, "curvature", above=0)
    return quadratic([[-c]], [[0.0]], [[-c]])
