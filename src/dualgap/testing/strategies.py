"""Hypothesis strategies for the objects of the field, valid by construction: nothing drawn is ever rejected.

Sizes are drawn small, so that a failure shrinks to something that a person can check by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from dualgap.errors import InvalidInput
from dualgap.measures import Gaussian, Mixture, Points
from dualgap.validation import count, real

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualgap.divergences import FDivergence
    from dualgap.games import Game

__all__ = [
    "bilinear_games",
    "couplings",
    "disjoint_histograms",
    "gaussians",
    "generators",
    "histogram_tuples",
    "histograms",
    "lipschitz_functions",
    "mixtures",
    "monotone_games",
    "point_clouds",
    "point_measures",
    "step_sizes",
    "vectors",
    "weights",
]

#: Masses are whole numbers up to this, divided by their sum.
LARGEST_MASS = 20


@st.composite
def weights(draw: st.DrawFn, atoms: int, *, positive: bool = False) -> np.ndarray:
    """Masses that sum to 1: whole numbers divided by their sum.

    Parameters
    ----------
    atoms : int, at least 1
    positive : bool
        Whether every atom has mass; otherwise some may have none, and at least one has.

    Returns
    -------
    strategy of (atoms,) float64 arrays

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> from hypothesis import given, settings
    >>> @settings(database=None)
    ... @given(weights(3))
    ... def masses_sum_to_one(w):
    ...     assert w.shape == (3,) and abs(w.sum() - 1) < 1e-15
    >>> masses_sum_to_one()
    """
    count(atoms, "atoms")
    whole = draw(st.lists(st.integers(int(positive), LARGEST_MASS), min_size=atoms, max_size=atoms))
    if not any(whole):  # a mass has to be somewhere
        whole[draw(st.integers(0, atoms - 1))] = 1
    return np.array(whole, dtype=np.float64) / sum(whole)


def histograms(*, min_atoms: int = 1, max_atoms: int = 6, positive: bool = False) -> st.SearchStrategy[np.ndarray]:
    """Histograms of a drawn number of atoms, as weight arrays.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(histograms(min_atoms=2), lambda p: True)
    array([1., 0.])
    """
    _sizes(min_atoms, max_atoms, "atoms")
    return st.integers(min_atoms, max_atoms).flatmap(lambda atoms: weights(atoms, positive=positive))


def histogram_tuples(
    size: int, *, min_atoms: int = 2, max_atoms: int = 6, positive: bool = False
) -> st.SearchStrategy[tuple[np.ndarray, ...]]:
    """``size`` histograms on one common support: pairs for a divergence, triples for a triangle inequality.

    Parameters
    ----------
    size : int, at least 1
    min_atoms, max_atoms : int
    positive : bool
        Whether every atom has mass in each of them.

    Examples
    --------
    >>> from hypothesis import find
    >>> p, q = find(histogram_tuples(2, positive=True), lambda pair: True)
    >>> p, q
    (array([0.5, 0.5]), array([0.5, 0.5]))
    """
    count(size, "size")
    _sizes(min_atoms, max_atoms, "atoms")
    return st.integers(min_atoms, max_atoms).flatmap(
        lambda atoms: st.tuples(*[weights(atoms, positive=positive) for _ in range(size)])
    )


@st.composite
def disjoint_histograms(draw: st.DrawFn, *, max_atoms: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two histograms on one support that share no atom: mutually singular laws.

    Examples
    --------
    >>> from hypothesis import find
    >>> p, q = find(disjoint_histograms(), lambda pair: True)
    >>> float(p @ q)
    0.0
    """
    _sizes(1, max_atoms, "atoms")
    left = draw(histograms(min_atoms=1, max_atoms=max_atoms, positive=True))
    right = draw(histograms(min_atoms=1, max_atoms=max_atoms, positive=True))
    p, q = np.concatenate([left, np.zeros_like(right)]), np.concatenate([np.zeros_like(left), right])
    order = draw(st.permutations(range(len(p))))
    return p[order], q[order]


def vectors(dimension: int, *, largest: int = 4) -> st.SearchStrategy[np.ndarray]:
    """Vectors of R^dimension on the grid of quarters, no entry larger than ``largest``: ties happen, overflow does not.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(vectors(2), lambda v: v[0] > 0.5)
    array([0.75, 0.  ])
    """
    count(dimension, "dimension")
    entry = st.integers(-4 * largest, 4 * largest).map(lambda whole: whole / 4)
    return st.lists(entry, min_size=dimension, max_size=dimension).map(lambda v: np.array(v, dtype=np.float64))


def point_clouds(dimension: int, *, min_points: int = 1, max_points: int = 6) -> st.SearchStrategy[np.ndarray]:
    """Points of R^dimension on the grid of quarters in [-4, 4]^d; repeated points occur.

    Returns
    -------
    strategy of (n, dimension) float64 arrays

    Examples
    --------
    >>> from hypothesis import find
    >>> find(point_clouds(2), lambda x: True)
    array([[0., 0.]])
    """
    _sizes(min_points, max_points, "points")
    return st.lists(vectors(dimension), min_size=min_points, max_size=max_points).map(np.array)


@st.composite
def point_measures(
    draw: st.DrawFn, dimension: int, *, min_points: int = 1, max_points: int = 6, positive: bool = False
) -> Points:
    """Discrete measures in R^dimension: a point cloud with weights, some of which may be 0.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(point_measures(3), lambda mu: True).dimension
    3
    """
    cloud = draw(point_clouds(dimension, min_points=min_points, max_points=max_points))
    return Points(cloud, draw(weights(len(cloud), positive=positive)))


@st.composite
def gaussians(draw: st.DrawFn, dimension: int) -> Gaussian:
    """Normal laws N(m, L L') with L lower triangular: eigenvalues of the covariance between about 1/20 and 40 in low dimension.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(gaussians(2), lambda g: True).covariance
    array([[0.25, 0.  ],
           [0.  , 0.25]])
    """
    mean = draw(vectors(dimension))
    lower = np.zeros((dimension, dimension))
    for i in range(dimension):
        lower[i, :i] = draw(st.lists(st.integers(-4, 4), min_size=i, max_size=i).map(lambda v: np.array(v) / 4))
        lower[i, i] = draw(st.integers(2, 12)) / 4
    return Gaussian(mean, lower @ lower.T)


@st.composite
def mixtures(draw: st.DrawFn, dimension: int, *, max_components: int = 3) -> Mixture:
    """Mixtures of :func:`gaussians` with positive weights.

    Parameters
    ----------
    dimension : int, at least 1
    max_components : int, at least 1

    Examples
    --------
    >>> from hypothesis import find
    >>> len(find(mixtures(1), lambda mixture: True).components)
    1
    """
    count(max_components, "max_components")
    size = draw(st.integers(1, max_components))
    return Mixture(draw(weights(size, positive=True)), [draw(gaussians(dimension)) for _ in range(size)])


@st.composite
def couplings(draw: st.DrawFn, p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Joint laws of two histograms: mixtures of the independent one and of the one that fills cells in a drawn order.

    .. math:: \\gamma \\mathbf{1} = p, \\qquad \\gamma^\\top \\mathbf{1} = q, \\qquad \\gamma \\ge 0

    Parameters
    ----------
    p, q : (n,) and (m,) arrays
        Masses, each summing to 1.

    Returns
    -------
    strategy of (n, m) arrays
        The marginals are right to rounding.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(couplings(np.array([0.5, 0.5]), np.array([0.25, 0.75])), lambda plan: True).sum(axis=1)
    array([0.5, 0.5])
    """
    filled = np.zeros((len(p), len(q)))
    left, room = np.array(p, dtype=np.float64), np.array(q, dtype=np.float64)
    for cell in draw(st.permutations(range(filled.size))):
        i, j = divmod(cell, len(q))
        filled[i, j] = min(left[i], room[j])
        left[i] -= filled[i, j]
        room[j] -= filled[i, j]
    share = draw(st.integers(0, 4)) / 4
    return share * filled + (1 - share) * np.outer(p, q)


@st.composite
def lipschitz_functions(draw: st.DrawFn, dimension: int, *, max_anchors: int = 5) -> Callable[[Any], np.ndarray]:
    """1-Lipschitz functions of points of R^dimension: McShane extensions of drawn numbers at drawn anchors.

    .. math:: f(x) = \\min_j (|x - y_j| - g_j)

    Returns
    -------
    strategy of functions, (n, dimension) array -> (n,) array

    Examples
    --------
    >>> from hypothesis import find
    >>> float(find(lipschitz_functions(1), lambda f: True)([[3.0]])[0])
    3.0
    """
    from dualgap.transport import mcshane_extension

    anchors = draw(point_clouds(dimension, max_points=max_anchors))
    return mcshane_extension(anchors, draw(vectors(len(anchors))))


def generators() -> st.SearchStrategy[FDivergence]:
    """Convex generators of f-divergences: the named ones, powers, and skew Jensen-Shannon divergences.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(generators(), lambda f: True)
    KullbackLeibler()
    """
    from dualgap import divergences as d

    named = (d.KullbackLeibler, d.JensenShannon, d.Jeffreys, d.TotalVariation, d.SquaredHellinger, d.ChiSquared)
    powers = st.integers(1, 12).filter(lambda quarters: quarters != 4).map(lambda quarters: d.Power(quarters / 4))
    skew = st.integers(1, 9).map(lambda tenths: d.SkewJensenShannon(tenths / 10))
    return st.one_of(st.sampled_from([one() for one in named]), powers, skew)


def step_sizes(*, smallest: float = 0.01, largest: float = 0.9) -> st.SearchStrategy[float]:
    """Steps of a method, on the grid of hundredths between two bounds.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(step_sizes(), lambda step: step > 0.25)
    0.26
    """
    low, high = real(smallest, "smallest", above=0), real(largest, "largest", above=0)
    if high < low:
        raise InvalidInput(f"largest must be at least smallest, got {high:g} and {low:g}", argument="largest")
    return st.integers(round(100 * low), round(100 * high)).map(lambda whole: whole / 100)


@st.composite
def bilinear_games(draw: st.DrawFn, *, max_players: int = 3) -> Game:
    """Games x'Ay with a drawn matrix A whose singular values lie between about 1/10 and 6: the one equilibrium is the origin.

    A is square, lower triangular with a diagonal that is not 0.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(bilinear_games(), lambda game: True) is not None
    True
    """
    import dualgap.games as games

    return games.bilinear(draw(_regular_matrices(max_players)))


@st.composite
def monotone_games(draw: st.DrawFn, *, max_players: int = 3) -> Game:
    """Convex-concave quadratic games x'Px/2 + x'Ay - y'Qy/2 with P and Q positive definite: one equilibrium, the origin.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(monotone_games(), lambda game: True) is not None
    True
    """
    import dualgap.games as games

    count(max_players, "max_players")
    n, m = draw(st.integers(1, max_players)), draw(st.integers(1, max_players))
    between = np.array(draw(st.lists(vectors(m), min_size=n, max_size=n))).reshape(n, m)
    return games.quadratic(draw(gaussians(n)).covariance, between, draw(gaussians(m)).covariance)


@st.composite
def _regular_matrices(draw: st.DrawFn, largest: int) -> Any:
    n = draw(st.integers(1, largest))
    matrix = np.diag(np.array(draw(st.lists(st.integers(2, 8), min_size=n, max_size=n))) / 4.0)
    for i in range(n):
        matrix[i, :i] = draw(st.lists(st.integers(-2, 2), min_size=i, max_size=i).map(lambda v: np.array(v) / 4))
    return matrix


def _sizes(smallest: int, largest: int, what: str) -> None:
    count(smallest, f"min_{what}")
    count(largest, f"max_{what}")
    if largest < smallest:
        raise InvalidInput(
            f"max_{what} must be at least min_{what}, got {largest} and {smallest}", argument=f"max_{what}"
        )
