"""The Wasserstein distance: the public function, and the table of the methods that compute it."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from dualgap import validation
from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.measures import Histogram, Measure, Points
from dualgap.registry import Quantity
from dualgap.transport.ground import GROUNDS

__all__ = ["WASSERSTEIN", "suited", "wasserstein"]

#: Above this many pairs, for which the dense solver takes a second, generating columns takes less time and memory.
DENSE_PAIRS = 2000 * 2000

#: Options that only a method that works in rounds can take.
OF_ROUNDS = {"gap", "deadline", "progress", "executor"}

WASSERSTEIN = Quantity("wasserstein", bare=Points)


@WASSERSTEIN.public
def wasserstein(
    p: Any,
    q: Any,
    *,
    order: float = 1,
    ground: str = "euclidean",
    cost: Any = None,
    method: str = "auto",
    **options: Any,
) -> Bracket:
    """Wasserstein distance: the least cost of moving one distribution onto the other.

    .. math:: W_p(\\mu, \\nu) = \\Big( \\min_{\\pi \\in \\Pi(\\mu, \\nu)} \\int |x - y|^p \\, d\\pi(x, y) \\Big)^{1/p}

    Parameters
    ----------
    p, q : measures
        Points, Samples, Gaussian, scipy.stats or torch.distributions laws; a bare array of shape (n, d), or (n,) for
        d = 1, is read as Points with equal weights. The two may differ in size.
    order : float, at least 1
        The exponent. For order 2 the value is W_2, not its square.
    ground : "euclidean" or "cityblock"
        The distance ``|x - y|``.
    cost : (n, m) array, optional
        What moving a unit of mass from atom i of p to atom j of q costs, in place of ``|x_i - y_j| ** order``:
        non-negative. The value is the order-th root of the least total cost, for order 1 that cost itself. p and q
        are then Histogram or Points; a bare array is refused, as it could mean either.
    method : str
        ``"auto"`` for the method with the best guarantee, ``"sparse"`` between more than about 2,000 atoms a side and
        where ``gap``, ``deadline``, ``progress`` or ``executor`` is given; :func:`dualgap.methods_for` lists those that apply.
    **options
        What the method takes beyond these: for Samples ``confidence``, ``seed`` and ``diameter`` (no two points that either
        law can give are farther apart: without it no upper bound holds for all laws); ``gap`` (relative) for ``"sparse"``
        and ``"sinkhorn"``; ``deadline`` (in seconds) and ``progress`` for ``"sparse"``, between points or with a cost
        matrix, which returns what it has proved when stopped or interrupted, and between points ``executor``, a
        concurrent.futures.Executor whose workers price the pairs (a process pool, a dask client's ``get_executor()``).
        ``"neural"`` (Samples, Euclidean distance) trains networks on half of the draws by the dual of the order,
        :func:`dualgap.duals.fit`, and takes its options: ``critic``, ``seed``, ``confidence``, ``diameter``, ``progress``, and
        ``steps``, ``batch_size``, ``restarts``, ``patience``, ``deadline`` and ``device`` of the training.

    Returns
    -------
    Bracket
        EXACT between points (with ``plan`` and ``potentials``), between Gaussians of order 2, of equal covariance, or
        on the line, as long as the bounds are within 1e-9 of the distance, else CERTIFIED; CERTIFIED between other
        Gaussians, and on the line between laws with a quantile function and a bounded support; inf, with the reason,
        between laws of which one is known to have no moment of the order; CONFIDENCE for Samples, of the distance between
        the laws: below by a critic on draws that it has not seen (of order 1; from order 2 on by a pair of potentials for the
        squared distance where that proves more), above by a plan and its deviation. Where the draws are too few for a lower
        bound above 0 the reason says so, and about how many would do.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> b = dg.wasserstein([[0.0, 0.0], [0.0, 1.0]], [[3.0, 4.0], [3.0, 5.0]])
    >>> round(b.value, 12), b.method, b.guarantee.name
    (5.0, 'exact', 'EXACT')
    >>> b.certificate.check()
    >>> dg.wasserstein(dg.Histogram([0.5, 0.5]), dg.Histogram([1.0, 0.0]), cost=[[0.0, 1.0], [1.0, 0.0]]).value
    0.5

    Of the laws behind draws, with networks:

    >>> import numpy as np
    >>> x, y = np.random.default_rng(0).normal(size=(2, 400, 2))
    >>> b = dg.wasserstein(dg.Samples(x), dg.Samples(y + [1.0, 0.0]), method="neural", steps=20)
    >>> b.guarantee.name, b.confidence, 0.5 < b.lower < 1.0, b.upper  # the truth is 1, and without diameter= nothing is above
    ('CONFIDENCE', 0.95, True, inf)

    Reference: villani2009
    """
    order = validation.order_of_distance(order)
    validation.choice(ground, "ground", GROUNDS)
    if cost is not None:
        cost = _cost_matrix(cost, p, q)
    p, q = WASSERSTEIN.measures(p, q)
    if isinstance(method, str) and method == "auto":
        method = suited(p, q, options, matrix=cost is not None)
    return WASSERSTEIN.compute(p, q, method=method, order=order, ground=ground, cost=cost, **options)


def suited(p: Measure, q: Measure, options: Collection[str] = (), *, matrix: bool = False) -> str:
    """``"sparse"`` where there are many pairs, or that are to be solved up to a gap or a deadline; else ``"auto"``.

    Points on the line are sorted, unless a cost matrix takes the place of their distances.

    Examples
    --------
    >>> import numpy as np
    >>> cloud = Points(np.zeros((3000, 2)))
    >>> suited(cloud, cloud), suited(cloud, Points(np.zeros((2, 2))))
    ('sparse', 'auto')
    """
    if not matrix and (not (isinstance(p, Points) and isinstance(q, Points)) or p.dimension == 1):
        return "auto"
    pairs = math.prod(len(one.weights) for one in (p, q) if isinstance(one, (Histogram, Points)))
    return "sparse" if pairs > DENSE_PAIRS or OF_ROUNDS.intersection(options) else "auto"


def _cost_matrix(cost: Any, p: Any, q: Any) -> Any:
    """A cost matrix that fits the two measures, which must say their masses themselves."""
    matrix = validation.masses(cost, "cost")
    for name, measure in (("p", p), ("q", q)):
        if not isinstance(measure, (Histogram, Points)):
            what = type(measure).__name__ if isinstance(measure, Measure) else "a bare array"
            raise InvalidInput(
                f"{name} must be a Histogram or Points where cost is given, got {what}; write dg.Points(array) for "
                "points, or dg.Histogram(weights) for masses",
                argument=name,
            )
        if measure.weights.ndim != 1:
            raise InvalidInput(
                f"{name} must be one histogram of shape (n,) where cost is given, got shape "
                f"{tuple(measure.weights.shape)}",
                argument=name,
            )
    shape = (len(p.weights), len(q.weights))
    if tuple(matrix.shape) != shape:
        raise InvalidInput(
            f"cost must have shape {shape}, a row for each atom of p and a column for each of q, got "
            f"{tuple(matrix.shape)}",
            argument="cost",
        )
    return matrix
