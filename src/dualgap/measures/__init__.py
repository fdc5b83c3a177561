"""What a distribution is: histograms, points, samples, laws on the integers, Gaussians, mixtures and densities."""

from __future__ import annotations

from dualgap.measures.convert import as_measure
from dualgap.measures.density import Density
from dualgap.measures.gaussian import Gaussian
from dualgap.measures.histogram import Histogram
from dualgap.measures.integers import Integers
from dualgap.measures.measure import Measure
from dualgap.measures.mixture import Mixture
from dualgap.measures.points import Points, Samples

__all__ = ["Density", "Gaussian", "Histogram", "Integers", "Measure", "Mixture", "Points", "Samples", "as_measure"]
