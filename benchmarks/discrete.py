"""Divergences of histograms beside scipy and a plain pass of numpy, and certified brackets of mixtures on the line.

What is timed is what a user calls: validation of the weights and both bounds are part of the library's time.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.spatial.distance import jensenshannon

import dualgap as dg
from benchmarks.case import Case


def _batched_js(rows: int, atoms: int) -> Case:
    rng = np.random.default_rng(0)
    p, q = (rng.dirichlet(np.ones(atoms), size=rows) for _ in range(2))
    return Case(
        name="JS of many histograms",
        sizes={"histograms": rows, "atoms": atoms},
        contenders={
            "dualgap": lambda: float(np.sum(dg.js(p, q).value)),
            "scipy": lambda: float(np.sum(jensenshannon(p, q, axis=1) ** 2)),
        },
    )


def _long_kl(atoms: int, perturbation: float | None) -> Case:
    rng = np.random.default_rng(0)
    p = rng.random(atoms)
    p /= p.sum()
    q = rng.random(atoms) if perturbation is None else p * (1 + perturbation * rng.uniform(-1, 1, atoms))
    q /= q.sum()
    return Case(
        name="KL of far histograms" if perturbation is None else "KL of near histograms",
        sizes={"atoms": atoms},
        contenders={
            "dualgap": lambda: float(dg.kl(p, q).value),
            "one pass": lambda: float((p * np.log(p / q)).sum()),
        },
    )


def _mixture(weights: list[float], means: list[float], deviations: list[float]) -> dg.Mixture:
    parts = [dg.Gaussian(mean, deviation**2) for mean, deviation in zip(means, deviations, strict=True)]
    return dg.Mixture(weights, parts)


def _trap(name: str, p: dg.Mixture, q: dg.Gaussian, truth: float) -> Case:
    return Case(
        name=name,
        sizes={"truth": truth},
        contenders={"dualgap": lambda: dg.kl(p, q).lower, "dualgap, upper": lambda: dg.kl(p, q).upper},
    )


def cases() -> Iterator[Case]:
    """The comparisons."""
    yield _batched_js(10_000, 256)
    yield _long_kl(10_000_000, None)
    yield _long_kl(10_000_000, 1e-3)
    yield _trap("KL, far and narrow", _mixture([0.5, 0.5], [0.0, 300.0], [1.0, 0.01]), dg.Gaussian(0.0, 1e4), 7.9646)
    yield _trap("KL, a needle", _mixture([0.5, 0.5], [0.0, 3.3], [1.0, 1e-4]), dg.Gaussian(0.0, 4.0), 4.8483)
