"""Wishart laws."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace

from dualgap.divergences.families.closed_form import ClosedForm, Terms, Values
from dualgap.divergences.families.convex import logarithm_excess, xlogx_excess
from dualgap.divergences.families.log_gamma import log_gamma_excess
from dualgap.divergences.kernels import constant
from dualgap.validation import detached

__all__ = ["MATRIX_FORMS"]


def _wishart(p: Values, q: Values) -> Terms:
    """With a, b half the degrees of freedom and l the eigenvalues of V2^-1 V1:

    .. math:: KL = \\sum_i \\Bigl[ b\\,\\ell\\bigl(\\tfrac{a l_i}{b} - 1\\bigr) - a\\,\\varphi\\bigl(\\tfrac ba - 1\\bigr) +
              R\\bigl(b - \\tfrac{i}{2}, a - \\tfrac{i}{2}\\bigr)\\Bigr], \\quad i = 0, ..., d - 1

    where l(u) = u - ln(1 + u), phi(u) = (1 + u) ln(1 + u) - u and R is the remainder of ln Gamma at its tangent.
    """
    xp = array_namespace(p["scale"], p["df"])
    a, b = p["df"] / 2, q["df"] / 2
    root = xp.linalg.cholesky(q["scale"])
    difference = p["scale"] - q["scale"]
    half = xp.linalg.solve(root, (difference + difference.T) / 2)
    spectrum = xp.linalg.eigvalsh(xp.linalg.solve(root, half.T))
    wider = (a - b) / b
    terms = [b * xp.sum(logarithm_excess(wider + spectrum + wider * spectrum))]
    d = spectrum.shape[0]
    terms += [log_gamma_excess(b - i / 2, a - i / 2) for i in range(d)]
    return [*terms, -d * a * xlogx_excess((b - a) / a)]


def _between(p: Values, q: Values, order: float) -> Values | None:
    """n and V^-1 are natural."""
    xp = array_namespace(p["scale"], p["df"])
    df = order * p["df"] + (1 - order) * q["df"]
    inverse = order * xp.linalg.inv(p["scale"]) + (1 - order) * xp.linalg.inv(q["scale"])
    inverse = (inverse + inverse.T) / 2
    least = xp.linalg.eigvalsh(constant(inverse))[0]
    if float(constant(df)) <= inverse.shape[0] - 1 or float(least) <= 0:
        return None
    scale = xp.linalg.inv(inverse)
    return {"df": df, "scale": (scale + scale.T) / 2}


def _log_multigamma(mp: Any, a: Any, d: int) -> Any:
    return d * (d - 1) * mp.log(mp.pi) / 4 + mp.fsum(mp.loggamma(a - mp.mpf(i) / 2) for i in range(d))


def _in_digits(mp: Any, p: Values, q: Values) -> Any:
    """n2/2 ln det(V2)/det(V1) + n1/2 tr(V2^-1 V1) - n1 d/2 + ln G_d(n2/2) - ln G_d(n1/2) + (n1-n2)/2 psi_d(n1/2)."""
    first, second = mp.matrix(p["scale"]), mp.matrix(q["scale"])
    a, b, d = p["df"] / 2, q["df"] / 2, first.rows
    product = second**-1 * first
    trace = mp.fsum(product[i, i] for i in range(d))
    slopes = mp.fsum(mp.digamma(a - mp.mpf(i) / 2) for i in range(d))
    volumes = mp.log(mp.det(second) / mp.det(first))
    return b * volumes + a * (trace - d) + _log_multigamma(mp, b, d) - _log_multigamma(mp, a, d) + (a - b) * slopes


def _log_power(mp: Any, p: Values, q: Values, order: Any) -> Any:
    first, second = mp.matrix(p["scale"]), mp.matrix(q["scale"])
    d = first.rows
    a, b = p["df"] / 2, q["df"] / 2
    shape, inverse = order * a + (1 - order) * b, order * first**-1 + (1 - order) * second**-1
    if 2 * shape <= d - 1 or min(mp.det(inverse[:k, :k]) for k in range(1, d + 1)) <= 0:
        return mp.inf

    def constant_of(shape: Any, log_volume: Any) -> Any:
        return _log_multigamma(mp, shape, d) + shape * (log_volume + d * mp.log(2))

    parts = constant_of(a, mp.log(mp.det(first))), constant_of(b, mp.log(mp.det(second)))
    return constant_of(shape, -mp.log(mp.det(inverse))) - order * parts[0] - (1 - order) * parts[1]


def _condition(p: Values, q: Values) -> float:
    """That of the worse matrix, in which eigenvalues are computed."""
    spectra = [np.abs(np.linalg.eigvalsh(detached(one["scale"]))) for one in (p, q)]
    return 4 * len(p["scale"]) * max(float(one[-1] / max(one[0], 1e-300)) for one in spectra)


def _size(p: Values, q: Values) -> float:
    degrees = max(float(constant(one["df"])) for one in (p, q))
    return 4 * degrees * _condition(p, q) ** 2


MATRIX_FORMS: dict[str, ClosedForm] = {
    "wishart": ClosedForm(_wishart, _in_digits, between=_between, log_power=_log_power, joint=True,
                          condition=_condition, size=_size)
}  # fmt: skip
