"""Wasserstein distances, each with the plan and the potentials that prove it."""

from __future__ import annotations

from dualgap.transport.wasserstein import wasserstein  # isort: skip - the table, before the methods that enter it
from dualgap.transport import one_dimensional  # isort: skip - on the line it goes before the solver for all dimensions
from dualgap.transport import entropic, exact, gaussian, plug_in, population, quantile, sparse, tails
from dualgap.transport.batched import wasserstein_1d
from dualgap.transport.bures import GaussianCertificate
from dualgap.transport.duality import TransportCertificate, c_transform, mcshane_extension
from dualgap.transport.entropic import EntropicCertificate
from dualgap.transport.interpolation import displacement
from dualgap.transport.max_sliced import MaxSlicedCertificate, max_sliced_wasserstein
from dualgap.transport.one_dimensional import LineCertificate
from dualgap.transport.picture import plot_plan
from dualgap.transport.population import PopulationCertificate
from dualgap.transport.sinkhorn_divergence import SinkhornCertificate, sinkhorn_divergence
from dualgap.transport.sliced import SlicedCertificate, sliced_wasserstein

__all__ = [
    "EntropicCertificate",
    "GaussianCertificate",
    "LineCertificate",
    "MaxSlicedCertificate",
    "PopulationCertificate",
    "SinkhornCertificate",
    "SlicedCertificate",
    "TransportCertificate",
    "c_transform",
    "displacement",
    "entropic",
    "exact",
    "gaussian",
    "max_sliced_wasserstein",
    "mcshane_extension",
    "one_dimensional",
    "plot_plan",
    "plug_in",
    "population",
    "quantile",
    "sinkhorn_divergence",
    "sliced_wasserstein",
    "sparse",
    "tails",
    "wasserstein",
    "wasserstein_1d",
]
