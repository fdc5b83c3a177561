"""Distances between distributions, and the games that minimise them, with a gap on every number.

Public names are loaded when they are first used, so that ``import dualgap`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dualgap._version import __version__

if TYPE_CHECKING:
    from dualgap import claims, divergences, duals, errors, games, networks, optim, testing, training
    from dualgap.bracket import Bracket, Certificate, Guarantee
    from dualgap.claims import verify
    from dualgap.divergences import (
        chi_squared,
        energy_distance,
        f_divergence,
        hellinger,
        jeffreys,
        js,
        kl,
        mmd,
        renyi,
        total_variation,
    )
    from dualgap.games import classify, duality_gap, methods, predict_rate, simulate
    from dualgap.measures import Density, Gaussian, Histogram, Mixture, Points, Samples
    from dualgap.registry import methods_for
    from dualgap.sweeps import sweep
    from dualgap.transport import (
        max_sliced_wasserstein,
        sinkhorn_divergence,
        sliced_wasserstein,
        wasserstein,
        wasserstein_1d,
    )

_HOME = {
    "Bracket": "dualgap.bracket",
    "Certificate": "dualgap.bracket",
    "Guarantee": "dualgap.bracket",
    "verify": "dualgap.claims",
    "chi_squared": "dualgap.divergences",
    "energy_distance": "dualgap.divergences",
    "f_divergence": "dualgap.divergences",
    "hellinger": "dualgap.divergences",
    "jeffreys": "dualgap.divergences",
    "js": "dualgap.divergences",
    "kl": "dualgap.divergences",
    "mmd": "dualgap.divergences",
    "renyi": "dualgap.divergences",
    "total_variation": "dualgap.divergences",
    "predict_rate": "dualgap.games",
    "simulate": "dualgap.games",
    "Density": "dualgap.measures",
    "Gaussian": "dualgap.measures",
    "Histogram": "dualgap.measures",
    "Mixture": "dualgap.measures",
    "Points": "dualgap.measures",
    "Samples": "dualgap.measures",
    "classify": "dualgap.games",
    "duality_gap": "dualgap.games",
    "methods_for": "dualgap.registry",
    "max_sliced_wasserstein": "dualgap.transport",
    "sinkhorn_divergence": "dualgap.transport",
    "sliced_wasserstein": "dualgap.transport",
    "sweep": "dualgap.sweeps",
    "wasserstein": "dualgap.transport",
    "wasserstein_1d": "dualgap.transport",
}
_MODULES = {
    "claims": "dualgap.claims",
    "divergences": "dualgap.divergences",
    "duals": "dualgap.duals",
    "errors": "dualgap.errors",
    "games": "dualgap.games",
    "methods": "dualgap.games.methods",
    "networks": "dualgap.networks",
    "optim": "dualgap.optim",
    "testing": "dualgap.testing",
    "training": "dualgap.training",
}

__all__ = [
    "__version__",
    *sorted(_HOME),
    *sorted(_MODULES),
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = importlib.import_module(_MODULES[name])
    elif name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'dualgap' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
