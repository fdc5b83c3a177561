"""Certificates whose fields were tampered with are refused by name, whatever the fields have become."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import sparse, stats

import dualgap as dg
from dualgap.errors import CertificateError
from dualgap.transport.evidence import require_array, require_cost, require_number
from dualgap.transport.ground import MatrixCost, point_cost

rng = np.random.default_rng(0)
x, y = rng.normal(size=(6, 2)), rng.normal(size=(5, 2)) + 1


def certificates() -> dict[str, object]:
    """One certificate of each kind."""
    gaussians = dg.Gaussian([0.0, 0.0], [[2.0, 1.0], [1.0, 2.0]]), dg.Gaussian([1.0, 0.0], np.diag([1.0, 3.0]))
    return {
        "exact": dg.wasserstein(x, y, order=2).certificate,
        "high order": dg.wasserstein(x, y, order=60).certificate,
        "line": dg.wasserstein([0.0, 1.0], dg.Points([2.0, 5.0], [0.25, 0.75])).certificate,
        "batch": dg.wasserstein_1d(rng.normal(size=(2, 3)), rng.normal(size=(2, 4))).certificate,
        "gaussian": dg.wasserstein(*gaussians, order=2).certificate,
        "entropic": dg.wasserstein(x, y, method="sinkhorn", gap=0.2).certificate,
        "divergence": dg.sinkhorn_divergence(x, y, regularisation=1.0).certificate,
        "sliced": dg.sliced_wasserstein(x, y, projections=8).certificate,
        "max-sliced": dg.max_sliced_wasserstein(x, y, starts=2).certificate,
        "quantile": dg.wasserstein(stats.uniform(), stats.uniform(1, 2)).certificate,
    }


def spoilt(value: object):
    """What a field may have become: other kinds, and of arrays other shapes and numbers, at every depth."""
    yield from ("text", object(), float("nan"))
    if value is not None:
        yield None
    if isinstance(value, np.ndarray):
        yield from (value[..., :-1], value[None], np.full_like(value, np.nan), np.full_like(value, np.inf), value[:0])
    elif sparse.issparse(value):
        yield from (value.T, value[:-1], value * np.nan, value.toarray())
    elif isinstance(value, tuple):
        yield from (value[:1], ())
        for k, part in enumerate(value):
            yield from ((*value[:k], other, *value[k + 1 :]) for other in spoilt(part))
    elif dataclasses.is_dataclass(value) and not isinstance(value, (dg.Density, type)):
        for field in dataclasses.fields(value):
            if field.name != "cap":
                yield from (dataclasses.replace(value, **{field.name: o}) for o in spoilt(getattr(value, field.name)))


@pytest.mark.parametrize("name", certificates())
def test_spoilt_evidence_is_refused_and_nothing_else_is_raised(name):
    certificate = certificates()[name]
    certificate.check()
    for field in dataclasses.fields(certificate):
        if field.name in ("lower", "upper"):
            continue
        value = getattr(certificate, field.name)
        for other in spoilt(value):
            with pytest.raises(CertificateError):
                dataclasses.replace(certificate, **{field.name: other}).check()


def test_shortened_means_do_not_broadcast():
    certificate = certificates()["gaussian"]
    for means in ((certificate.means[0][:1], certificate.means[1]), (certificate.means[0], certificate.means[1][:1])):
        with pytest.raises(CertificateError, match="means must have shape"):
            dataclasses.replace(certificate, means=means).check()


def test_the_refusal_says_what_was_found():
    with pytest.raises(CertificateError, match=r"^mean must have shape \(2,\), got \(3,\)"):
        require_array(np.zeros(3), "mean", (2,))
    with pytest.raises(CertificateError, match=r"^order must be a finite number of at least 1, got 0\.5"):
        require_number(0.5, "order", at_least=1)
    with pytest.raises(CertificateError, match="negative"):
        require_cost(MatrixCost(matrix=np.array([[-1.0]]), order=1.0))
    require_cost(point_cost(x, y, order=2, ground="euclidean"))
