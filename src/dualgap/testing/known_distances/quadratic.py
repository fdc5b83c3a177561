"""Squared distances: by Brenier's theorem the gradient of a convex function is the optimal map."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.validation import count, is_torch, real

__all__ = ["convex_map", "gaussians"]

#: Of the trapezoidal rule against a normal density: 1e-21 where the nearest pole is pi/2 from the real axis.
STEP, ENDS = 0.2, 8.4
#: Gradient steps that invert the map, each halving the error at least.
HALVINGS = 64


def gaussians(dimension: int, *, seed: int = 0, condition: float = 10.0) -> KnownDistance:
    """W_2 of two Gaussians of other means and covariances, which do not commute.

    .. math:: W_2^2 = |m_1 - m_2|^2 + \\mathrm{tr}\\big( A + B - 2 (A^{1/2} B A^{1/2})^{1/2} \\big), \\qquad
              T(x) = m_2 + M (x - m_1), \\quad M = A^{-1/2} (A^{1/2} B A^{1/2})^{1/2} A^{-1/2}

    Parameters
    ----------
    dimension : int
    seed : int
        Of the means (normal) and of the covariances (random axes).
    condition : float, at least 1
        The variances along the axes lie between its square root and one over that.

    Returns
    -------
    KnownDistance
        Exact.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> problem = gaussians(3, seed=1)
    >>> x, y = problem.pairs(1000, seed=0)
    >>> bool(np.allclose(problem.potential(x) + problem.partner(y), ((x - y) ** 2).sum(1)))
    True

    Reference: gelbrich1990
    """
    d = count(dimension, "dimension")
    widest = math.log(real(condition, "condition", at_least=1)) / 2
    rng = np.random.default_rng((count(seed, "seed", at_least=0), d))
    first, second = rng.normal(size=(2, d)) / math.sqrt(d)
    roots = []
    for _ in range(2):
        axes = np.linalg.qr(rng.normal(size=(d, d)))[0]
        roots.append((axes * np.exp(rng.uniform(-widest, widest, d) / 2)) @ axes.T)
    root, other = roots
    middle = _square_root(root @ other @ other @ root)
    inverse = np.linalg.inv(root)
    matrix = inverse @ middle @ inverse
    back = np.linalg.inv(matrix)
    shift = first - second
    squared = shift @ shift + np.trace(root @ root) + np.trace(other @ other) - 2 * np.trace(middle)

    def pairing(n: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = first + generator.normal(size=(n, d)) @ root
        return x, second + (x - first) @ matrix

    def half(points: Any, centre: np.ndarray, curvature: np.ndarray, slope: np.ndarray) -> Any:
        """|x|^2 - 2 (<x - c, C (x - c)> / 2 + <slope, x>)."""
        centre, curvature, slope = (_like(points, one) for one in (centre, curvature, slope))
        offset = points - centre
        return ((points - 2 * slope) * points).sum(1) - ((offset @ curvature) * offset).sum(1)

    return KnownDistance(
        name=f"Gaussians, d = {d}",
        dimension=d,
        order=2.0,
        value=math.sqrt(squared),
        pairing=pairing,
        potential=lambda x: half(x, first, matrix, second),
        # the conjugate is <m1, y - m2> + <y - m2, M^-1 (y - m2)> / 2
        partner=lambda y: half(y, second, back, first) + 2 * float(first @ second),
    )


def convex_map(dimension: int, *, seed: int = 0, number: int | None = None) -> KnownDistance:
    """N(0, I), and its image under the gradient of a convex function that is not quadratic.

    .. math:: \\varphi(x) = \\tfrac14 |x|^2 + \\sum_k w_k \\log\\cosh(\\langle a_k, x \\rangle + b_k), \\qquad
              T = \\nabla \\varphi, \\qquad W_2^2 = E |x - T(x)|^2

    with unit vectors a and weights w that sum to 1. The semi-dual potentials are :math:`f = |x|^2 - 2 \\varphi` and
    :math:`g = |y|^2 - 2 \\varphi^*`; the conjugate is evaluated where gradient steps have inverted T.

    Parameters
    ----------
    dimension : int
    seed : int
        Of a, b and w.
    number : int, optional
        Of terms; twice the dimension when omitted.

    Returns
    -------
    KnownDistance
        The expectation is a sum of normal integrals of one and two variables, by the trapezoidal rule exact to rounding.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> problem = convex_map(2)
    >>> x, y = problem.pairs(1000, seed=0)
    >>> bool(np.allclose(problem.potential(x) + problem.partner(y), ((x - y) ** 2).sum(1)))
    True

    Reference: brenier1991
    """
    d = count(dimension, "dimension")
    terms = 2 * d if number is None else count(number, "number")
    rng = np.random.default_rng((count(seed, "seed", at_least=0), d, terms))
    directions = rng.normal(size=(terms, d))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    offsets, shares = rng.normal(size=terms), rng.dirichlet(np.ones(terms))

    def gradient(points: Any) -> Any:
        a, b, w = (_like(points, one) for one in (directions, offsets, shares))
        return points / 2 + (array_namespace(points).tanh(points @ a.T + b) * w) @ a

    def convex(points: Any) -> Any:
        a, b, w = (_like(points, one) for one in (directions, offsets, shares))
        xp = array_namespace(points)
        heights = abs(points @ a.T + b)  # log cosh h = |h| + log(1 + exp(-2 |h|)) - log 2
        return (points**2).sum(1) / 4 + (heights + xp.log1p(xp.exp(-2 * heights)) - math.log(2)) @ w

    def inverse(points: Any) -> Any:
        # curvatures between 1/2 and 3/2: steps of 1 halve the error
        found = points * 0
        for _ in range(HALVINGS):
            found = found - (gradient(found) - points)
        return found

    def partner(points: Any) -> Any:
        # by the envelope theorem a tensor's gradient needs none of the inverse
        found = inverse(points.detach() if is_torch(points) else points)
        return (points**2).sum(1) - 2 * ((points * found).sum(1) - convex(found))

    def pairing(n: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        x = generator.normal(size=(n, d))
        return x, gradient(x)

    return KnownDistance(
        name=f"gradient of a convex function, d = {d}",
        dimension=d,
        order=2.0,
        value=math.sqrt(_squared_way(directions, offsets, shares)),
        pairing=pairing,
        potential=lambda x: (x**2).sum(1) - 2 * convex(x),
        partner=partner,
    )


def _squared_way(directions: np.ndarray, offsets: np.ndarray, shares: np.ndarray) -> float:
    """E |x/2 - sum_k w_k tanh(<a_k, x> + b_k) a_k|^2 for x standard normal.

    With <a_k, x> = z and <a_l, x> = r z + sqrt(1 - r^2) z', r = <a_k, a_l>.
    """
    z = np.arange(-ENDS, ENDS + STEP / 2, STEP)
    masses = STEP * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    waves = np.tanh(z + offsets[:, None])
    total = directions.shape[1] / 4 - float(shares @ (waves * z) @ masses)
    cosines = np.clip(directions @ directions.T, -1, 1)
    for k, row in enumerate(cosines):
        for j in range(k, len(cosines)):
            across = np.tanh(row[j] * z[:, None] + math.sqrt(1 - row[j] ** 2) * z + offsets[j]) @ masses
            product = float((masses * waves[k]) @ across)
            total += (1 if j == k else 2) * shares[k] * shares[j] * row[j] * product
    return total


def _square_root(matrix: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _like(points: Any, array: np.ndarray) -> Any:
    if not is_torch(points):
        return array
    import torch

    return torch.as_tensor(array).to(points)
