"""Wasserstein distances, each with the plan and the potentials that prove it."""

from __future__ import annotations

from dualgap.transport.wasserstein import wasserstein  # isort: skip - the table, before the methods that enter it
from dualgap.transport import one_dimensional  # isort: skip - on the line it goes before the solver for all dimensions
from dualgap.transport import exact, gaussian, plug_in
from dualgap.transport.bures import GaussianCertificate
from dualgap.transport.duality import TransportCertificate, c_transform, mcshane_extension
from dualgap.transport.one_dimensional import LineCertificate

__all__ = [
    "GaussianCertificate",
    "LineCertificate",
    "TransportCertificate",
    "c_transform",
    "exact",
    "gaussian",
    "mcshane_extension",
    "one_dimensional",
    "plug_in",
    "wasserstein",
]
