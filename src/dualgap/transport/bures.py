"""What is known in closed form about transport between Gaussians, and the certificate that recomputes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy import special

from dualgap.bracket import Certificate
from dualgap.errors import CertificateError
from dualgap.transport.evidence import require_array, require_number, require_pair
from dualgap.transport.ground import ROUNDOFF

__all__ = ["GaussianCertificate", "absolute_moment", "best_rotation", "moment_slope", "optimal_map", "square_root"]

#: From this ratio of mean to deviation on a normal number all but never changes sign, and from this order on its
#: absolute power is smooth where it does: the trapezoidal rule is then exact to rounding.
_FAR, _SMOOTH = 12.0, 60.0

#: Of the trapezoidal rule, against peaks that are wider than 0.7.
_STEP = 0.1


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class GaussianCertificate(Certificate):
    """Two Gaussians and a rotation that couples them.

    .. math:: W_2^2 = |m_1 - m_2|^2 + \\min_{U^\\top U = I} \\| A^{1/2} - B^{1/2} U \\|_F^2

    Any orthogonal U gives a coupling, hence an upper bound; it is optimal exactly where :math:`U^\\top B^{1/2}
    A^{1/2}` is symmetric and positive semi-definite. W is monotone in the order and at least the shift of the means,
    so :math:`|m_1 - m_2| \\le W_p \\le W_2` for p <= 2. For p > 2 the coupling's displacement Z is normal, and
    Minkowski's inequality gives :math:`(E|Z|^p)^{1/p} \\le |m_1 - m_2| + (\\mathrm{tr}\\, \\mathrm{Cov} Z)^{1/2}
    (E|N(0, 1)|^p)^{1/p}`.

    Parameters
    ----------
    lower, upper : float
    means : pair of (d,) arrays
    covariances : pair of (d, d) arrays
    rotation : (d, d) array
        U, orthogonal to rounding.
    order : float

    Reference: gelbrich1990
    """

    means: tuple[np.ndarray, np.ndarray]
    covariances: tuple[np.ndarray, np.ndarray]
    rotation: np.ndarray
    order: float

    def bounds(self) -> tuple[float, float]:
        """Both bounds from the means, the covariances and the rotation."""
        first, second = self._required()
        shift = math.hypot(*_difference(first, second))
        down, up = 1 - 8 * ROUNDOFF, 1 + 8 * ROUNDOFF
        if np.array_equal(*self.covariances):
            return shift * down, shift * up
        if len(self.rotation) == 1:
            return self._on_the_line(shift)
        low, high = self._bures()
        below, above = math.hypot(shift, low) * down, math.hypot(shift, high) * up
        if self.order == 2:
            return below, above
        if self.order < 2:
            return shift * down, above
        wide = (shift + high * absolute_moment(0.0, 1.0, self.order)) * (1 + 64 * ROUNDOFF * self.order)
        return below, wide

    def _required(self) -> tuple[np.ndarray, np.ndarray]:
        """The means, once all evidence can be computed with."""
        require_number(self.order, "order", at_least=1)
        means, covariances = require_pair(self.means, "means"), require_pair(self.covariances, "covariances")
        first = require_array(means[0], "means", (None,))
        second = require_array(means[1], "means", first.shape)
        d = len(first)
        for covariance in covariances:
            if np.diag(require_array(covariance, "covariances", (d, d))).min() < 0:
                raise CertificateError("covariances have negative entries on the diagonal")
        require_array(self.rotation, "rotation", (d, d))
        return first, second

    def _on_the_line(self, shift: float) -> tuple[float, float]:
        """W_p is a moment of N(shift, (s_1 - s_2)^2), because the quantile functions are affine."""
        first, second = (math.sqrt(max(0.0, float(one[0, 0]))) for one in self.covariances)
        number = absolute_moment(shift, abs(first - second), self.order)
        relative = 64 * ROUNDOFF * (1 + self.order)
        # The difference of two deviations keeps their roundings, and W moves by at most that times a moment.
        slip = 4 * ROUNDOFF * max(first, second) * absolute_moment(0.0, 1.0, self.order)
        return max(0.0, number * (1 - relative) - slip), number * (1 + relative) + slip

    def _bures(self) -> tuple[float, float]:
        """Bounds on min_U |A^{1/2} - B^{1/2} U|_F: this U above, how far it is from optimal below."""
        d = len(self.rotation)
        slip = float(np.abs(self.rotation.T @ self.rotation - np.eye(d)).max())
        if not slip <= 1e-12 * d:
            raise CertificateError(f"rotation is not orthogonal: off by {slip:.3g}")
        (first, first_error), (second, second_error) = (square_root(one) for one in self.covariances)
        turned = second @ self.rotation
        high = float(np.linalg.norm(first - turned))
        scale = float(np.linalg.norm(first) + np.linalg.norm(second))
        overlap = turned.T @ first
        if _is_diagonal(overlap) and (overlap >= 0).all():
            excess = 0.0
        else:  # |high^2 - min| is twice what the trace falls short of its maximum, the nuclear norm
            shortfall = float(np.linalg.svd(overlap, compute_uv=False).sum() - np.trace(overlap))
            excess = max(0.0, shortfall) + d * ROUNDOFF * scale * scale
        error = first_error + second_error + (2 * d * ROUNDOFF + d * slip) * scale
        low = math.sqrt(max(0.0, high * high - 2 * excess))
        return max(0.0, low - error), high + error


def square_root(covariance: np.ndarray) -> tuple[np.ndarray, float]:
    """A^{1/2} of a symmetric positive semi-definite matrix, and how far it may be off in the Frobenius norm.

    Eigenvalues are known to about d * eps * (largest). With an error E of the matrix, the root is off by at most
    |E|_F / sqrt(smallest), and by the root of |E|_1 in any case (Powers and Stormer).

    Examples
    --------
    >>> import numpy as np
    >>> square_root(np.diag([4.0, 0.0]))[0]
    array([[2., 0.],
           [0., 0.]])

    Reference: powers1970
    """
    symmetric = (covariance + covariance.T) / 2
    diagonal = np.diag(symmetric)
    if _is_diagonal(symmetric):
        root = np.sqrt(np.maximum(diagonal, 0.0))
        return np.diag(root), 2 * ROUNDOFF * float(np.linalg.norm(root))
    scale = float(np.abs(symmetric).max())
    values, vectors = np.linalg.eigh(symmetric / scale)
    d = len(values)
    off = 4 * d * ROUNDOFF * float(values[-1])
    roots = np.sqrt(np.maximum(values, 0.0))
    error = min(off * math.sqrt(d) / math.sqrt(values[0] - off) if values[0] > off else math.inf, math.sqrt(d * off))
    return (vectors * roots) @ vectors.T * math.sqrt(scale), error * math.sqrt(scale)


def best_rotation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The orthogonal U that brings :math:`B^{1/2} U` closest to :math:`A^{1/2}` (Procrustes).

    Parameters
    ----------
    first, second : (d, d) arrays
        The roots of A and B.
    """
    if _is_diagonal(first) and _is_diagonal(second):
        return np.eye(len(first))
    left, _, right = np.linalg.svd(second @ first)
    return left @ right


def optimal_map(root: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """The symmetric T that moves N(0, A) onto N(0, B): :math:`T A^{1/2} = B^{1/2} U`, 0 off the support of A.

    Parameters
    ----------
    root : (d, d) array
        A^{1/2}.
    turned : (d, d) array
        B^{1/2} U with the best rotation U.
    """
    t = turned @ np.linalg.pinv(root, rcond=1e-10, hermitian=True)
    return (t + t.T) / 2


def absolute_moment(mean: float, deviation: float, order: float) -> float:
    """The order-th root of the absolute moment of a normal number.

    .. math:: (E |\\mu + \\sigma Z|^p)^{1/p}

    Parameters
    ----------
    mean, deviation : float
        mu, and sigma >= 0.
    order : float, at least 1

    Examples
    --------
    >>> absolute_moment(3.0, 4.0, 2)
    5.0

    Reference: winkelbauer2012
    """
    mean = abs(mean)
    if deviation == 0:
        return mean
    if order == 2:
        return math.hypot(mean, deviation)
    ratio = mean / deviation
    if order == 1:
        return deviation * math.sqrt(2 / math.pi) * math.exp(-ratio * ratio / 2) + mean * math.erf(ratio / math.sqrt(2))
    if ratio > _FAR or order > _SMOOTH:
        above, below = (_log_lobe(sign * ratio, order) for sign in (1, -1))
        return max(mean, deviation) * math.exp(float(np.logaddexp(above, below)) / order)
    log_moment = _log_series((order + 1) / 2, 0.5, ratio) + math.lgamma((order + 1) / 2)
    return deviation * math.sqrt(2) * math.exp(log_moment / order)


def moment_slope(mean: float, deviation: float, order: float) -> float:
    """The derivative of :func:`absolute_moment` with respect to a non-negative mean.

    .. math:: \\partial_\\mu M = M^{1 - p} \\, E \\, |X|^{p - 1} \\operatorname{sgn} X, \\qquad X = \\mu + \\sigma Z

    Examples
    --------
    >>> moment_slope(3.0, 4.0, 2)
    0.6
    """
    if mean == 0:
        return 0.0
    if deviation == 0:
        return 1.0
    moment, ratio = absolute_moment(mean, deviation, order), mean / deviation
    if order == 1:
        return math.erf(ratio / math.sqrt(2))
    if ratio > _FAR or order > _SMOOTH + 1:
        above, below = (_log_lobe(sign * ratio, order - 1) for sign in (1, -1))
        scaled = (order - 1) * math.log(max(mean, deviation) / moment)
        return math.exp(above + scaled) - math.exp(below + scaled)
    log_signed = _log_series((order + 1) / 2, 1.5, ratio) + math.lgamma((order + 1) / 2)
    signed = math.sqrt(2) * ratio * math.exp(log_signed) * math.sqrt(2) ** (order - 1)
    return signed * (deviation / moment) ** (order - 1)


def _log_series(a: float, b: float, ratio: float) -> float:
    """log(exp(-z) 1F1(a; b; z) / sqrt(pi)) for z = ratio^2 / 2: Kummer's form, whose terms are all positive."""
    z = ratio * ratio / 2
    return math.log(special.hyp1f1(a, b, z)) - z - math.log(math.pi) / 2


def _log_lobe(ratio: float, order: float) -> float:
    """The logarithm of the part of E |(r + Z) / max(1, |r|)|^p where r + Z > 0, by the trapezoidal rule at the peak.

    The integrand's logarithm is concave, with its peak at (sqrt(r^2 + 4 p) - r) / 2 and a curvature of at least 1.
    """
    root = math.hypot(ratio, 2 * math.sqrt(order))
    peak = 2 * order / (root + ratio) if ratio > 0 else (root - ratio) / 2
    z = peak + _STEP * np.arange(-100, 101)
    z = z[z > -ratio]
    away = np.log1p(z / ratio) if ratio >= 1 else np.log((ratio + z) / max(1.0, -ratio))
    exponents = order * away - z * z / 2
    top = float(exponents.max())
    return top + math.log(_STEP / math.sqrt(2 * math.pi) * math.fsum(np.exp(exponents - top)))


def _difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):  # refused by who asks for it
        return first - second


def _is_diagonal(matrix: np.ndarray) -> bool:
    return not (matrix - np.diag(np.diag(matrix))).any()
