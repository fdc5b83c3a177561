"""The catalogue with numbers filled in: what ``dualgap play`` plays, the documentation shows and the tests try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import final

from dualgap.games.catalogue.bilinear import bilinear_with_singular_values, xy
from dualgap.games.catalogue.dirac_gan import dirac_gan
from dualgap.games.catalogue.finite_sum import finite_sum
from dualgap.games.catalogue.forsaken import forsaken
from dualgap.games.catalogue.kelly_auction import kelly_auction
from dualgap.games.catalogue.lagrangian_program import lagrangian_program
from dualgap.games.catalogue.local_minimax import minimax_not_nash, potential_maximum
from dualgap.games.catalogue.matrix_game import matching_pennies, random_matrix_game, rock_paper_scissors
from dualgap.games.catalogue.mixture_gan import mixture_gan
from dualgap.games.catalogue.quadratic import random_quadratic, rotation, scalar_quadratic
from dualgap.games.catalogue.robust_regression import robust_regression
from dualgap.games.game import Game
from dualgap.objectives import KantorovichRubinstein

__all__ = ["Example", "examples"]


@final
@dataclass(frozen=True, kw_only=True)
class Example:
    """A game of the catalogue, ready to be played.

    Parameters
    ----------
    name : str
        What ``dualgap play`` calls it.
    title : str
    formula : str
        LaTeX.
    about : str
        What it is good for, in a sentence or two.
    make : callable
        Makes the game.
    start : pair of tuples of float
        Where a picture of it starts.
    step : float
        A step size that shows how the methods differ.
    """

    name: str
    title: str
    formula: str
    about: str
    make: Callable[[], Game]
    start: tuple[tuple[float, ...], tuple[float, ...]]
    step: float = 0.2


@cache
def examples() -> dict[str, Example]:
    """Every game of the catalogue with numbers filled in, by name.

    Returns
    -------
    dict of str to Example
        In the order of the documentation.

    Examples
    --------
    >>> import dualgap as dg
    >>> game = dg.games.examples()["dirac-gan"].make()
    >>> round(dg.predict_rate(game, dg.methods.SimultaneousGDA(step=0.2)), 6)
    1.004988
    """
    found = (*_bilinear(), *_quadratic(), *_local(), *_simplex(), *_dirac(), *_others())
    return {example.name: example for example in found}


def _bilinear() -> tuple[Example, ...]:
    return (
        Example(
            name="xy",
            title="The product",
            formula="f(x, y) = x y",
            about="The smallest game in which descent fails: its field is a rotation.",
            make=xy,
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="xy-box",
            title="The product on a box",
            formula=r"f(x, y) = x y, \quad |x|, |y| \le 1",
            about="Bounded strategies make the duality gap finite, and catch descent on the border.",
            make=lambda: xy(bound=1.0),
            start=((0.6,), (0.3,)),
        ),
        Example(
            name="bilinear",
            title="A bilinear game of chosen singular values",
            formula=r"f(x, y) = x^\top A y, \quad \sigma(A) = (2, 1, \tfrac12)",
            about="Each singular value turns at its own speed; the smallest one decides how fast a method converges.",
            make=lambda: bilinear_with_singular_values([2.0, 1.0, 0.5], seed=0),
            start=((0.8, -0.4, 0.3), (0.5, 0.6, -0.7)),
        ),
        Example(
            name="finite-sum",
            title="A finite sum, seen through minibatches",
            formula=r"f(x, y) = \tfrac1n \sum_i x_i y_i, \quad n = 4",
            about="A step sees one term. Extragradient converges when both of its half-steps see the same one.",
            make=lambda: finite_sum(4),
            start=((1.0, -0.6, 0.4, 0.2), (0.5, 0.8, -0.6, 0.9)),
            step=0.5,
        ),
    )


def _quadratic() -> tuple[Example, ...]:
    return (
        Example(
            name="quadratic",
            title="A strongly convex-concave game of two numbers",
            formula=r"f(x, y) = \tfrac{\mu}{2} x^2 + \sigma x y - \tfrac{\mu}{2} y^2, \quad \mu = \tfrac15, \sigma = 1",
            about="Half-way between descent and rotation: alternating updates need as many steps as the condition number, "
            "simultaneous ones as its square.",
            make=lambda: scalar_quadratic(monotonicity=0.2, coupling=1.0),
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="random-quadratic",
            title="A random strongly convex-concave game",
            formula=r"f(x, y) = \tfrac12 x^\top P x + x^\top A y - \tfrac12 y^\top Q y",
            about="Drawn matrices with P and Q positive definite: nothing is special about it.",
            make=lambda: random_quadratic(3, 2, monotonicity=0.2, seed=0),
            start=((0.8, -0.6, 0.4), (0.7, -0.5)),
            step=0.1,
        ),
        Example(
            name="rotation",
            title="A contraction and a rotation",
            formula=r"F(z) = \mu z + \omega J z, \quad \mu = \tfrac12, \omega = 1",
            about="The worst case of simultaneous descent-ascent on strongly monotone games, and its bound is attained.",
            make=lambda: rotation(monotonicity=0.5, speed=1.0),
            start=((1.0,), (0.5,)),
        ),
    )


def _local() -> tuple[Example, ...]:
    return (
        Example(
            name="minimax-not-nash",
            title="A stable point that is no Nash equilibrium",
            formula=r"f(x, y) = -\tfrac18 x^2 + \tfrac35 x y - \tfrac12 y^2",
            about="Descent-ascent is drawn to a point where x is at a maximum. It is a local minimax point all the same: "
            "y answers every move of x.",
            make=minimax_not_nash,
            start=((1.0,), (-0.5,)),
        ),
        Example(
            name="slow-minimax",
            title="A minimax point that repels",
            formula=r"f(x, y) = -\tfrac12 x^2 + 2 x y - \tfrac14 y^2",
            about="A strict local minimax point from which descent-ascent is repelled unless y is more than twice as fast.",
            make=lambda: minimax_not_nash(curvature_x=-1.0, coupling=2.0, curvature_y=-0.5),
            start=((0.1,), (0.05,)),
            step=0.1,
        ),
        Example(
            name="potential-maximum",
            title="The maximum of a potential",
            formula=r"f(x, y) = -\tfrac12 x^2 + \tfrac12 y^2",
            about="Where both players do their worst. Methods that descend the norm of the field are drawn to it.",
            make=potential_maximum,
            start=((0.2,), (0.1,)),
            step=0.1,
        ),
        Example(
            name="forsaken",
            title="Forsaken",
            formula=r"f(x, y) = x (y - 0.45) + \phi(x) - \phi(y), \quad \phi(t) = \tfrac14 t^2 - \tfrac12 t^4 + \tfrac16 t^6",
            about="An attracting critical point behind a repelling cycle: whoever starts outside circles for ever, under "
            "every method of small steps.",
            make=forsaken,
            start=((1.0,), (1.0,)),
            step=0.1,
        ),
    )


def _simplex() -> tuple[Example, ...]:
    return (
        Example(
            name="matching-pennies",
            title="Matching pennies",
            formula=r"A = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix} \text{ on simplices}",
            about="Two moves each. On the segment of mixed strategies it is the product again.",
            make=matching_pennies,
            start=((0.7, 0.3), (0.4, 0.6)),
            step=0.1,
        ),
        Example(
            name="rock-paper-scissors",
            title="Rock, paper, scissors",
            formula=r"A = \begin{pmatrix} 0 & 1 & -1 \\ -1 & 0 & 1 \\ 1 & -1 & 0 \end{pmatrix} \text{ on simplices}",
            about="Three moves in a circle; both players' uniform strategies are the only equilibrium.",
            make=rock_paper_scissors,
            start=((0.45, 0.3, 0.25), (0.3, 0.25, 0.45)),
        ),
        Example(
            name="random-matrix-game",
            title="A random matrix game",
            formula=r"A_{ij} \sim U[-1, 1] \text{ on simplices}, \quad A \in \mathbb{R}^{4 \times 5}",
            about="Its equilibrium mixes some of the moves only; that and the value are found by linear programming.",
            make=lambda: random_matrix_game(4, 5, seed=0),
            start=((0.25,) * 4, (0.2,) * 5),
            step=0.3,
        ),
    )


def _dirac() -> tuple[Example, ...]:
    gan = r"\min_\theta \max_\psi \; \log \sigma(0) + \log \sigma(-\psi \theta)"
    wgan = r"\min_\theta \max_\psi \; -\psi \theta"
    return (
        Example(
            name="dirac-gan",
            title="The Dirac-GAN",
            formula=gan,
            about="Data at 0, one generated point at x, a linear critic of slope y. The flow circles.",
            make=dirac_gan,
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="dirac-gan-non-saturating",
            title="The non-saturating Dirac-GAN",
            formula=r"\ell_x = -\log \sigma(\psi \theta), \quad \ell_y = -\log \sigma(0) - \log \sigma(-\psi \theta)",
            about="The heuristic loss. Its linearisation is the same rotation, and the flow converges, but no faster than "
            "the root of time.",
            make=lambda: dirac_gan(saturating=False),
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="dirac-gan-r1",
            title="The Dirac-GAN with R1",
            formula=gan + r" - \tfrac{\gamma}{2} \psi^2, \quad \gamma = \tfrac12",
            about="A penalty on the critic's slope at the data makes the equilibrium attract.",
            make=lambda: dirac_gan(r1=0.5),
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="dirac-gan-noise",
            title="The Dirac-GAN with instance noise",
            formula=r"\min_\theta \max_\psi \; E \log \sigma(\psi \xi) + E \log \sigma(-\psi (\theta + \xi)), \quad "
            r"\xi \sim N(0, 1)",
            about="Noise on both points has the effect of a penalty.",
            make=lambda: dirac_gan(noise=1.0),
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="dirac-wgan",
            title="The Dirac-WGAN with weight clipping",
            formula=wgan + r", \quad |\psi| \le 1",
            about="The bilinear game, with the critic's weight in a box: clipping alone does not make it converge.",
            make=lambda: dirac_gan(KantorovichRubinstein(), clip=1.0),
            start=((1.0,), (0.5,)),
        ),
        Example(
            name="dirac-wgan-gp",
            title="The Dirac-WGAN with a gradient penalty",
            formula=wgan + r" - \tfrac{\lambda}{2} (|\psi| - g)^2, \quad \lambda = 1, g = \tfrac{3}{10}",
            about="The penalty wants a slope of g where the equilibrium needs 0: there is no equilibrium, and nothing settles.",
            make=lambda: dirac_gan(KantorovichRubinstein(), gradient_penalty=1.0, target=0.3),
            start=((1.0,), (0.5,)),
        ),
    )


def _others() -> tuple[Example, ...]:
    triangle = [[-1.0, -0.5], [1.0, -0.3], [0.2, 1.2]]
    return (
        Example(
            name="mixture-gan",
            title="A GAN on a mixture on the line",
            formula=r"p = \tfrac12 N(-1, s^2) + \tfrac12 N(1, s^2), \quad f_y(z) = \sum_j y_j e^{-(z - c_j)^2 / 2 w^2}",
            about="The generator moves the two components, the critic weighs two bumps.",
            make=lambda: mixture_gan([-1.0, 1.0]),
            start=((-0.4, 0.7), (0.0, 0.0)),
            step=1.0,
        ),
        Example(
            name="mixture-gan-2d",
            title="A GAN on a mixture in the plane",
            formula=r"p = \tfrac13 \sum_k N(m_k, s^2 I), \quad f_y(z) = \sum_j y_j e^{-|z - c_j|^2 / 2 w^2}",
            about="Three components and six bumps: the smallest game in the plane in which modes can be missed.",
            make=lambda: mixture_gan(triangle),
            start=((-0.6, -0.2, 0.7, 0.1, 0.0, 0.8), (0.0,) * 6),
            step=1.0,
        ),
        Example(
            name="robust-regression",
            title="Robust regression",
            formula=r"f(x, y) = \tfrac12 \|A x - y\|^2 - \tfrac{\lambda}{2} \|y - b\|^2, \quad \lambda = 3",
            about="A line fitted to three points, against an adversary who moves the targets at a price.",
            make=lambda: robust_regression([[1.0, -1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0], penalty=3.0),
            start=((1.5, -0.5), (0.0, 0.0, 0.0)),
            step=0.1,
        ),
        Example(
            name="lagrangian-program",
            title="A quadratic programme and its multipliers",
            formula=r"f(x, y) = \tfrac12 x^\top P x + c^\top x + y^\top (A x - b)",
            about="A convex programme of three variables under one equation: y is the price of the constraint.",
            make=lambda: lagrangian_program(
                [[2.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 0.5]], [1.0, -1.0, 0.5], [[1.0, 1.0, 1.0]], [1.0]
            ),
            start=((0.0, 0.0, 0.0), (0.0,)),
        ),
        Example(
            name="kelly-auction",
            title="The Kelly auction",
            formula=r"\ell_x = x - \frac{a x}{z + x + y}, \quad \ell_y = y - \frac{b y}{z + x + y}, \quad "
            r"a = 2, b = \tfrac32, z = \tfrac12",
            about="Two bidders for shares of a resource: not zero-sum, with a Nash equilibrium that attracts.",
            make=kelly_auction,
            start=((0.0,), (1.5,)),
            step=0.1,
        ),
    )
