"""Pairs of laws whose Wasserstein distances are known, for tests of an estimator of one's own.

Each comes with a sampler, optimal pairs, the value (exact, or with its Monte-Carlo error) and the true potentials.
"""

from __future__ import annotations

from dualgap.testing.known_distances.bank import problems
from dualgap.testing.known_distances.closed_sets import Centres, Circle, ClosedSet, Sphere, Subspace
from dualgap.testing.known_distances.funnels import min_funnel, min_funnels
from dualgap.testing.known_distances.nearest_point import mixtures, nearest_point, scale
from dualgap.testing.known_distances.problem import KnownDistance
from dualgap.testing.known_distances.quadratic import convex_map, gaussians
from dualgap.testing.known_distances.shifts import shift

__all__ = [
    "Centres",
    "Circle",
    "ClosedSet",
    "KnownDistance",
    "Sphere",
    "Subspace",
    "convex_map",
    "gaussians",
    "min_funnel",
    "min_funnels",
    "mixtures",
    "nearest_point",
    "problems",
    "scale",
    "shift",
]
