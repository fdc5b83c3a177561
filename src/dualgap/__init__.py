"""Distances between distributions, and the games that minimise them, with a gap on every number.

Public names are loaded when they are first used, so that ``import dualgap`` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from dualgap._version import __version__

if TYPE_CHECKING:
    from dualgap import claims, duals, errors, games, networks, optim, testing, training
    from dualgap.bracket import Bracket, Certificate, Guarantee
    from dualgap.claims import verify
    from dualgap.divergences import js, kl
    from dualgap.games import methods, predict_rate, simulate
    from dualgap.measures import Density, Gaussian, Histogram, Mixture, Points, Samples
    from dualgap.registry import methods_for
    from dualgap.transport import wasserstein

_HOME = {
    "Bracket": "dualgap.bracket",
    "Certificate": "dualgap.bracket",
    "Guarantee": "dualgap.bracket",
    "Density": "dualgap.measures",
    "Gaussian": "dualgap.measures",
    "Histogram": "dualgap.measures",
    "Mixture": "dualgap.measures",
    "Points": "dualgap.measures",
    "Samples": "dualgap.measures",
    "js": "dualgap.divergences",
    "kl": "dualgap.divergences",
    "methods_for": "dualgap.registry",
    "predict_rate": "dualgap.games",
    "simulate": "dualgap.games",
    "verify": "dualgap.claims",
    "wasserstein": "dualgap.transport",
}
_MODULES = {
    "claims": "dualgap.claims",
    "duals": "dualgap.duals",
    "errors": "dualgap.errors",
    "games": "dualgap.games",
    "methods": "dualgap.games.methods",
    "networks": "dualgap.networks",
    "testing": "dualgap.testing",
    "training": "dualgap.training",
}

__all__ = [  # noqa: PLE0604, RUF022
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
