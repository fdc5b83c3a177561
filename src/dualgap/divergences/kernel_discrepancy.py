"""The maximum mean discrepancy with a Gaussian kernel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace, device

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.divergences.discrete import alike
from dualgap.divergences.kernel_means import EPS, KernelSumRecomputed, of_points, root_bracket
from dualgap.divergences.kernel_samples import interval_of_samples
from dualgap.divergences.kernels import constant
from dualgap.divergences.normal_means import NormalMeansRecomputed, normal_parts
from dualgap.divergences.permutation import by_kernel
from dualgap.errors import CertificateError, InvalidInput
from dualgap.measures import Gaussian, Measure, Mixture, Points, Samples
from dualgap.registry import Quantity
from dualgap.validation import confidence_level, detached, real

__all__ = ["NearTheSample", "mmd"]

#: Means this many bandwidths apart have squares that are doubles.
MOST_BANDWIDTHS = 1e150

#: The least bandwidth, and the inverse of the largest, whose squares are normal floats.
NARROWEST = 1e-150
MMD = Quantity("mmd", bare=Points)


@MMD.public
def mmd(p: Any, q: Any, *, bandwidth: float, confidence: float = 0.95, method: str = "auto", **options: Any) -> Bracket:
    """The maximum mean discrepancy of two laws, with a Gaussian kernel.

    .. math:: MMD(p, q) = \\sup_{\\|f\\|_k \\le 1} E_p f - E_q f
              = \\sqrt{E\\,k(X, X') + E\\,k(Y, Y') - 2 E\\,k(X, Y)}, \\qquad k(x, y) = e^{-|x - y|^2 / 2h^2}

    The distance itself, not its square; a metric between 0 and sqrt(2). A bare array is read as Points: their own
    distance. For the distance of the *laws* that two arrays were drawn from, pass Samples.

    Parameters
    ----------
    p, q : measures on the same R^d, or what stands for them
        Points, Gaussians and their mixtures (singular ones included), or Samples.
    bandwidth : float
        h, in the unit of the points; between 1e-150 and 1e150.
    confidence : float
        The probability with which the bounds hold, for Samples.
    method : str
        ``"auto"`` or a name from ``methods_for(mmd, p, q, bandwidth=..., confidence=...)``.
    **options
        What ``"u_statistic"`` takes beyond these: ``permutations`` (0 for none) and their ``seed``.

    Returns
    -------
    Bracket
        EXACT for points, Gaussians and mixtures. For Samples, ``"sample"`` is CONFIDENCE at any sample size by McDiarmid's
        inequality, about the distance of the draws themselves (biased: too large on average), and ``"u_statistic"``, chosen
        by its options too, is ASYMPTOTIC about the root of the unbiased square and far narrower: for p other than q within 3
        points of its level at n = 2,000, n = m or not, and nearly always at p = q. With ``permutations`` its certificate has
        the ``p_value`` of p = q. Differentiable in torch where it is not 0, by the methods that are EXACT.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the dimensions differ, or the bandwidth is not positive.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.mmd([0.0], [1.0], bandwidth=1.0)), 9)
    0.887095643
    >>> round(float(dg.mmd(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0), bandwidth=1.0)), 9)
    0.421031632

    Reference: gretton2012
    """
    bandwidth = real(bandwidth, "bandwidth", at_least=NARROWEST, at_most=1 / NARROWEST)
    confidence_level(confidence)
    return MMD.compute(p, q, method=method, bandwidth=bandwidth, confidence=confidence, **options)


by_kernel(
    mmd,
    lambda *, bandwidth, **options: _kernels(real(bandwidth, "bandwidth", at_least=NARROWEST, at_most=1 / NARROWEST))[
        1
    ],
)


@MMD.route("sum", Points, Points, Guarantee.EXACT)
def _points(p: Points, q: Points, *, bandwidth: float, confidence: float) -> Bracket:
    """The kernel summed over all pairs of points."""
    return of_points(p, q, *_kernels(bandwidth), 1.0, "sum")


def _parts(law: Measure) -> list[tuple[Any, Any, Any]] | None:
    """The law as a mixture of normal laws, of which points are singular ones: (weight, mean, covariance)."""
    if isinstance(law, Gaussian):
        return [(np.ones(()), law.mean, law.covariance)]
    if isinstance(law, Points):
        zero = np.zeros((law.dimension, law.dimension))
        return [(weight, point, zero) for weight, point in zip(law.weights, law.points, strict=True)]
    if isinstance(law, Mixture):
        parts = [(weight, _parts(component)) for weight, component in zip(law.weights, law.components, strict=True)]
        if all(part is not None for _, part in parts):
            return [(_product(weight, w), m, s) for weight, part in parts for w, m, s in part or []]
    return None


def _normal(p: Measure, q: Measure, **options: Any) -> bool:
    return _parts(p) is not None and _parts(q) is not None


@MMD.route("gaussian", Measure, Measure, Guarantee.EXACT, when=_normal, needs="normal laws, their mixtures and points")
def _gaussians(p: Measure, q: Measure, *, bandwidth: float, confidence: float) -> Bracket:
    """The closed form between normal laws, summed over the components."""
    first, second = _parts(p) or [], _parts(q) or []
    _require_near(first + second, bandwidth)
    total, size, worst = 0.0, 0.0, 1.0
    for left, right, sign in ((first, first, 1), (second, second, 1), (first, second, -2)):
        for w, m, s in left:
            for v, n, t in right:
                term, condition = _expected_kernel(m, s, n, t, bandwidth)
                share, term, _ = alike(_product(w, v), term)
                total = share * term * sign + total
                size, worst = size + abs(sign) * float(constant(share * term)), max(worst, condition)
    dtypes = {str(x.dtype) for part in first + second for x in part[1:2]}
    dtype = first[0][1].dtype if dtypes and all("float32" in name for name in dtypes) else None
    error = 32 * EPS * worst * size
    evidence = {"p": normal_parts(first), "q": normal_parts(second), "bandwidth": bandwidth, "error": error}
    return root_bracket(total, error, dtype, "gaussian",
                        lambda low, high: NormalMeansRecomputed(lower=low, upper=high, **evidence))  # fmt: skip


def _require_near(parts: list[tuple[Any, Any, Any]], bandwidth: float) -> None:
    """Refuse means that are so many bandwidths apart that no double holds the square."""
    furthest = max(float(np.abs(detached(mean)).max()) for _, mean, _ in parts)
    if furthest / MOST_BANDWIDTHS > bandwidth:
        raise InvalidInput(
            f"bandwidth must be so large that a double holds the squares of distances in its unit, got {bandwidth:g} beside means "
            f"of {furthest:g}; choose one of the size of the distances",
            argument="bandwidth",
        )


@final
@dataclass(frozen=True, kw_only=True)
class NearTheSample(Certificate):
    """The distance of the draws, computed again, and how far that of the laws may be from it.

    Parameters
    ----------
    of_draws : KernelSumRecomputed
    level : float
    """

    of_draws: Certificate | None
    level: float

    def bounds(self) -> tuple[float, float]:
        """The distance of the draws less and plus the deviation that McDiarmid's inequality allows."""
        if not isinstance(self.of_draws, KernelSumRecomputed):
            raise CertificateError("there is no evidence of the distance of the draws")
        self.of_draws.check()
        n, m = len(self.of_draws.p), len(self.of_draws.q)
        radius = (1 + math.sqrt(-math.log1p(-self.level))) * math.sqrt((n + m) / (n * m))
        return (
            max(float(self.of_draws.lower) - radius, 0.0),
            min(float(self.of_draws.upper) + radius, math.sqrt(2)),
        )


@MMD.route("sample", Samples, Samples, Guarantee.CONFIDENCE)
def _samples(p: Samples, q: Samples, *, bandwidth: float, confidence: float) -> Bracket:
    """The distance of the draws, which is that of the laws to r (1 + sqrt(ln(1/delta))), r^2 = 1/n + 1/m.

    The embedded means are within r of their expectations on average, as variances add, and one draw moves their distance
    by sqrt(2)/n at most, as the kernel is not negative (McDiarmid).
    """
    empirical = of_points(Points(p.points), Points(q.points), *_kernels(bandwidth), 1.0, "sample")
    radius = math.sqrt(1 / len(p.points) + 1 / len(q.points)) * (1 + math.sqrt(math.log(1 / (1 - confidence))))
    lower, upper = max(empirical.lower - radius, 0.0), min(empirical.upper + radius, math.sqrt(2))
    return Bracket(
        value=empirical.value,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CONFIDENCE,
        method="sample",
        certificate=NearTheSample(lower=lower, upper=upper, of_draws=empirical.certificate, level=confidence),
        confidence=confidence,
    )


@MMD.route("u_statistic", Samples, Samples, Guarantee.ASYMPTOTIC)
def _unbiased(
    p: Samples, q: Samples, *, bandwidth: float, confidence: float, permutations: int = 0, seed: int = 0
) -> Bracket:
    """The unbiased square over pairs of different draws, with a normal interval, and a p-value by permutations."""
    return interval_of_samples(
        p, q, _kernels(bandwidth)[1], math.sqrt(2), confidence=confidence, permutations=permutations, seed=seed
    )


def _kernels(bandwidth: float) -> tuple[Any, Any]:
    def of_squares(squares: Any) -> Any:
        return array_namespace(squares).exp(-squares / (2 * bandwidth**2))

    @np.errstate(over="ignore")
    def of_distances(distances: np.ndarray) -> np.ndarray:
        return np.exp(-((distances / bandwidth) ** 2) / 2)

    return of_squares, of_distances


def _product(w: Any, v: Any) -> Any:
    first, second, _ = alike(_array(w), _array(v))
    return first * second


def _array(x: Any) -> Any:
    return x if hasattr(x, "detach") else np.asarray(x, dtype=np.float64)


def _expected_kernel(m: Any, s: Any, n: Any, t: Any, bandwidth: float) -> tuple[Any, float]:
    """E k(X, Y) = det(I + S/h^2)^(-1/2) exp(-d^T (h^2 I + S)^-1 d / 2) with S = S1 + S2, and its condition."""
    m, n, _ = alike(m, n)
    s, t, _ = alike(s, t)
    d, s, _ = alike(m - n, (s + t) / bandwidth**2)
    xp = array_namespace(s)
    matrix = s + xp.eye(len(d), dtype=s.dtype, device=device(s))
    root = xp.linalg.cholesky((matrix + matrix.T) / 2)
    image = xp.linalg.solve(root, d[:, None] / bandwidth)
    with np.errstate(over="ignore"):  # infinitely far apart: the kernel is 0 there
        square, volume = xp.sum(image * image), xp.prod(xp.linalg.diagonal(root))
    condition = float(np.linalg.cond(detached(matrix))) * (1 + len(d)) * (1 + float(constant(square)))
    return xp.exp(-square / 2) / volume, condition
