"""W1 between laws whose distance is known, by critics of several kinds: what each proves, estimates and costs.

``python -m benchmarks kantorovich`` is the reduced form (about ten minutes on one core: one seed, learned cones on the 28 funnels,
the default choice on the others); ``python -m benchmarks.kantorovich --full [--device cuda]`` runs every critic with three seeds
and takes half an hour on a GPU.

The published errors are those of Korotin, Kolesov and Burnaev (2022), *Kantorovich strikes back! Wasserstein GANs are not optimal
transport?*, on their own draws of the same construction: relative errors in percent, of estimates that are no bounds except
where the critic is 1-Lipschitz (SO: sorting activations and orthonormal weights). ``extension`` is the McShane extension of an
exact plan between 1,500 points of each law, a bound, of this library's own trials.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import dualgap as dg
from benchmarks.machine import describe
from dualgap.duals import KantorovichRubinstein, Sampler
from dualgap.networks import MLP, Cones, LipschitzMLP, MixtureCritic
from dualgap.testing import known_distances
from dualgap.testing.known_distances import KnownDistance
from dualgap.writing import write_text

#: Relative errors (percent) by number of cones, for d = 2, 4, 8, 16, 32, 64, 128.
PUBLISHED: dict[str, dict[int, Sequence[float]]] = {
    "SO": {
        4: (-7, -9, -10, -3, -2, 1, -8),
        16: (-39, -44, -34, -16, -9, 1, -9),
        64: (-63, -64, -57, -45, -32, -18, -34),
        256: (-74, -81, -72, -60, -48, -38, -38),
    },
    "extension": {4: (-2, -4, -12, -25, -39, -52, -58), 64: (-13, -14, -21, -36, -49, -60, -62)},
}
DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
NUMBERS = (4, 16, 64, 256)
#: Held-out draws of each law: their margin at 95% is about one part in a hundred.
DRAWS = 20_000


def critics(d: int, *, full: bool) -> dict[str, Any]:
    """The kinds of critic by name; None for the default choice."""
    cones = {"cones": [Cones(d, 1024 if d <= 16 else 512, sign=-1)]}
    if not full:
        return dict(cones)
    widths = (d, 128, 128, 128, 1)
    layers = {layer: LipschitzMLP(widths, layer=layer) for layer in ("bjorck", "cayley", "aol", "sll")}
    both = (Cones(d, 256), Cones(d, 256, sign=-1))
    mixtures = {f"mixture, {how}": MixtureCritic(both, combine=how) for how in ("min", "max", "convex")}
    return {"default": None, **cones, **layers, **mixtures, "penalty": MLP(widths)}


def measured(problem: KnownDistance, critic: Any, *, seed: int, options: dict[str, Any]) -> dict[str, float]:
    """One fit: bounds and estimate relative to the truth, the cosine of the gradients, seconds."""
    p, q = (Sampler(lambda n, rng, side=side: problem.pairing(n, rng)[side], problem.dimension) for side in (0, 1))
    start = time.perf_counter()
    found = dg.duals.fit(KantorovichRubinstein(), p, q, critic=critic, seed=seed, **options)
    seconds = time.perf_counter() - start
    return {
        "lower": found.bracket.lower / problem.value - 1,
        "value": float(found.bracket.value) / problem.value - 1,
        "upper": found.bracket.upper,
        "cosine": cosine(problem, found.critic),
        "seconds": seconds,
    }


def cosine(problem: KnownDistance, critic: Any) -> float:
    """Of the critic's gradient and the true potential's, as fields over the points of q."""
    if problem.potential is None:
        return float("nan")
    points = torch.as_tensor(problem.sample(2048, seed=12345)[1]).requires_grad_()
    fields = [torch.autograd.grad(f(points).sum(), points)[0] for f in (problem.potential, critic)]
    first, second = (one.flatten() for one in fields)
    return float(first @ second / (first.norm() * second.norm()))


def problems() -> Iterator[tuple[KnownDistance, dict[str, float]]]:
    """The funnels with their published errors, then problems that no one kind of critic is made for."""
    for number in NUMBERS:
        for k, d in enumerate(DIMENSIONS):
            known = {name: table[number][k] for name, table in PUBLISHED.items() if number in table}
            yield known_distances.min_funnel(d, number), known
    for d in (2, 8, 32):
        yield known_distances.scale(d, factor=2.0), {}
        for closed in (known_distances.Circle(), known_distances.Sphere(), known_distances.Subspace(d // 2)):
            yield known_distances.nearest_point(d, closed), {}


def rows(
    *, full: bool = False, device: str = "cpu", deadline: float | None = None, only: str = ""
) -> Iterator[dict[str, Any]]:
    """A row for each problem and kind of critic: medians over the seeds, and all of the lower bounds."""
    options = {"draws": DRAWS, "device": device, "deadline": deadline, "steps": 4000 if full else 500}
    for problem, published in problems():
        if only not in problem.name:
            continue
        kinds = critics(problem.dimension, full=full) if published else {"default": None}
        for name, critic in kinds.items():
            runs = [measured(problem, critic, seed=seed, options=options) for seed in range(3 if full else 1)]
            medians = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
            row = {
                "name": problem.name,
                "dimension": problem.dimension,
                "truth": problem.value,
                "critic": name,
                **{key: float(value) for key, value in medians.items() if np.isfinite(value)},
                "lowers": [run["lower"] for run in runs],
                "published": published,
            }
            others = ", ".join(f"{key} {value:+g}%" for key, value in published.items())
            print(
                f"{problem.name:<32} {name:<12} truth {problem.value:8.4g}  lower {100 * medians['lower']:+6.1f}%  "
                f"value {100 * medians['value']:+6.1f}%  cosine {medians['cosine']:5.2f}  {medians['seconds']:6.1f} s  {others}",
                flush=True,
            )
            yield row


def main(arguments: Sequence[str]) -> int:
    """The full form, from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--deadline", type=float, default=None, help="seconds of training for each fit; its steps when omitted"
    )
    parser.add_argument("--only", default="", help="part of a problem's name")
    chosen = vars(parser.parse_args(arguments))
    found = list(rows(**chosen))
    if not chosen["only"]:
        import json

        name = "kantorovich_full.json" if chosen["full"] else "kantorovich.json"
        path = Path(__file__).parent / "results" / name
        print(f"-> {write_text(path, json.dumps({'machine': describe(), 'cases': found}, indent=2) + chr(10))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
