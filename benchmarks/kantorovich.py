"""W1 and JS between laws whose divergence is known, by critics of several kinds: what each proves, estimates and costs.

``python -m benchmarks kantorovich`` is the reduced form (one seed: learned cones on the 28 funnels, the default choice on the
others, under ten minutes of two cores); ``python -m benchmarks.kantorovich --seeds 3 --extension`` repeats it and puts the McShane
extension of an exact plan between 5,000 draws beside it; ``--full [--device cuda]`` runs every critic. A run that is stopped goes
on where it was.

The published errors are those of Korotin, Kolesov and Burnaev (2022), *Kantorovich strikes back! Wasserstein GANs are not optimal
transport?*, on their own draws of the same construction: relative errors in percent, of estimates that are no bounds except
where the critic is 1-Lipschitz (SO: sorting activations and orthonormal weights).
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import torch

import dualgap as dg
from benchmarks.kept import HERE, Result, each
from benchmarks.machine import describe
from dualgap.duals import JensenShannon, KantorovichRubinstein, Sampler
from dualgap.duals.parts import parts_of
from dualgap.networks import MLP, Cones, LipschitzMLP, MixtureCritic
from dualgap.testing import known_distances
from dualgap.testing.known_distances import KnownDistance
from dualgap.threads import cores
from dualgap.transport.duality import tight_potentials
from dualgap.transport.exact import solve
from dualgap.transport.extension import Extension
from dualgap.transport.ground import point_cost
from dualgap.transport.population import deviation, population_bracket
from dualgap.writing import write_text

DIMENSIONS = (2, 4, 8, 16, 32, 64, 128)
#: Relative errors (percent) of SO by number of cones, for each of the dimensions.
PUBLISHED: dict[int, Sequence[int]] = {
    4: (-7, -9, -10, -3, -2, 1, -8),
    16: (-39, -44, -34, -16, -9, 1, -9),
    64: (-63, -64, -57, -45, -32, -18, -34),
    256: (-74, -81, -72, -60, -48, -38, -38),
}
#: Held-out draws of each law: their margin at 95% is about one part in a hundred.
DRAWS = 20_000
#: Draws of each law between which the plan of the extension is computed.
PLAN_POINTS = 5000
EXTENSION = f"extension of {PLAN_POINTS}"
LEVEL = 0.95
#: Side of the cube that a funnel's laws live in.
SIDE = 5.0
#: Draws of each normal law, and the divergence of two that are one apart, by quadrature.
SAMPLES, JS_ONE_APART = 10_000, 0.11142


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


#: Makes a problem; unlike the problem it can be sent to another process.
Maker = Callable[[], KnownDistance]


def training(d: int, *, full: bool) -> dict[str, int]:
    """How long the critics of the funnels are trained: among many dimensions a cone needs more draws to be told from the next."""
    if full:
        return {"steps": 4000, "batch_size": 512 if d < 32 else 2048}
    return {"steps": 500} if d < 32 else {"steps": 1000, "batch_size": 1024 if d < 128 else 2048}


def funnels() -> Iterator[tuple[Maker, int]]:
    """The 28 problems of the published comparison, each with the published error."""
    for number, errors in PUBLISHED.items():
        for d, error in zip(DIMENSIONS, errors, strict=True):
            yield partial(known_distances.min_funnel, d, number), error


def others() -> Iterator[Maker]:
    """Problems that no one kind of critic is made for."""
    for d in (2, 8, 32):
        yield partial(known_distances.scale, d, factor=2.0)
        for closed in (known_distances.Circle(), known_distances.Sphere(), known_distances.Subspace(d // 2)):
            yield partial(known_distances.nearest_point, d, closed)


def laws(problem: KnownDistance) -> tuple[Sampler, Sampler]:
    """Both laws, to be drawn from independently."""
    first, second = (
        Sampler(lambda n, rng, side=side: problem.pairing(n, rng)[side], problem.dimension) for side in (0, 1)
    )
    return first, second


def fitted(make: Maker, critic: Any, seed: int, options: dict[str, Any]) -> Result:
    """One fit: the 95% bound and the estimate relative to the truth, the cosine of the gradients, processor seconds."""
    problem, start = make(), time.process_time()
    found = dg.duals.fit(KantorovichRubinstein(), *laws(problem), critic=critic, seed=seed, **options)
    return {
        "lower": found.bracket.lower / problem.value - 1,
        "value": float(found.bracket.value) / problem.value - 1,
        "cosine": cosine(problem, found.critic),
        "seconds": time.process_time() - start,
    }


def cosine(problem: KnownDistance, critic: Any) -> float | None:
    """Of the critic's gradient and the true potential's, as fields over the points of q."""
    if problem.potential is None:
        return None
    points = torch.as_tensor(problem.sample(2048, seed=12345)[1]).requires_grad_()
    fields = [torch.autograd.grad(f(points).sum(), points)[0] for f in (problem.potential, critic)]
    first, second = (one.flatten() for one in fields)
    return float(first @ second / (first.norm() * second.norm()))


def extended(make: Maker, seed: int) -> Result:
    """No network: the extension of an exact plan's potentials bounds below, the plan's cost and its deviation above.

    Of the two extensions, by cones that stand on the points of q and by cones that hang from those of p, the validation draws choose.
    """
    problem, start = make(), time.process_time()
    split = parts_of(*laws(problem), seed, DRAWS).split
    x, y = (part[:PLAN_POINTS] for part in split.train)
    costs = point_cost(x, y, order=1.0, ground="euclidean")
    plan = solve(costs, np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)))
    first, second = (part * costs.unit for part in tight_potentials(costs, plan.potentials[0]))
    both = [Extension(y, second, "euclidean"), Extension(x, first, "euclidean", sign=-1)]
    found = population_bracket(
        both, split, order=1.0, level=LEVEL, diameter=None, plan_points=PLAN_POINTS, method="neural"
    )
    proof: Any = found.certificate
    above = plan.upper + deviation(SIDE * math.sqrt(problem.dimension), len(x), len(y), LEVEL)
    return {
        "lower": found.lower / problem.value - 1,
        "value": float(found.value) / problem.value - 1,
        "upper": above / problem.value - 1,
        "cosine": cosine(problem, proof.critic),
        "seconds": time.process_time() - start,
    }


def jensen_shannon(d: int, seed: int) -> Result:
    """JS of two normal laws one apart from 10,000 draws of each, by default settings."""
    x, y = np.random.default_rng((seed, d)).normal(size=(2, SAMPLES, d))
    x[:, 0] += 1
    start = time.process_time()
    found = dg.duals.fit(JensenShannon(), x, y, seed=seed).bracket
    return {
        "lower": found.lower / JS_ONE_APART - 1,
        "value": float(found.value) / JS_ONE_APART - 1,
        "seconds": time.process_time() - start,
    }


def from_samples(make: Maker, seed: int) -> Result:
    """W1 from 10,000 draws of each law, by default settings."""
    problem = make()
    x, y = problem.sample(SAMPLES, seed=seed)
    start = time.process_time()
    found = dg.wasserstein(dg.Samples(x), dg.Samples(y), method="neural", seed=seed)
    return {
        "lower": found.lower / problem.value - 1,
        "value": float(found.value) / problem.value - 1,
        "seconds": time.process_time() - start,
    }


Task = tuple[dict[str, Any], Callable[[int], Result]]


def tasks(*, full: bool, extension: bool, options: dict[str, Any], only: str) -> list[Task]:
    """What a row says of its problem, and how a seed of it is measured."""
    found: list[Task] = []
    for make, error in funnels():
        problem = make()
        said = {"name": problem.name, "dimension": problem.dimension, "truth": problem.value}
        for name, critic in critics(problem.dimension, full=full).items():
            given = {"draws": DRAWS, **training(problem.dimension, full=full), **options}
            found.append(({**said, "critic": name, "SO": error / 100}, partial(fitted, make, critic, options=given)))
        if extension:
            found.append(({**said, "critic": EXTENSION}, partial(extended, make)))
    for make in others():
        problem = make()
        said = {"name": problem.name, "dimension": problem.dimension, "truth": problem.value, "critic": "default"}
        found.append((said, partial(fitted, make, None, options=options)))
    for d in (2, 4, 8, 16, 32):
        said = {"name": f"JS of normal laws one apart, d = {d}", "dimension": d, "truth": JS_ONE_APART}
        found.append(({**said, "critic": "default"}, partial(jensen_shannon, d)))
    make = partial(known_distances.scale, 8, factor=2.0)
    eight = make()
    said = {"name": f"{SAMPLES:,} draws, {eight.name}", "dimension": 8, "truth": eight.value, "critic": "default"}
    found.append((said, partial(from_samples, make)))
    return [(said, run) for said, run in found if only in said["name"]]


def rows(
    *,
    seeds: int = 1,
    extension: bool = False,
    full: bool = False,
    device: str = "cpu",
    deadline: float | None = None,
    minutes: float | None = None,
    only: str = "",
    workers: int | None = None,
) -> Iterator[dict[str, Any]]:
    """A row for each problem and kind of critic: medians over the seeds that were measured, and all of the lower bounds."""
    chosen = tasks(full=full, extension=extension, options={"device": device, "deadline": deadline}, only=only)
    runs: dict[str, Callable[[], Result]] = {}
    # what is compared with comes last, for a run that is stopped
    for seed, (said, run) in sorted(product(range(seeds), chosen), key=lambda one: one[1][0]["critic"] == EXTENSION):
        key = _key(said, seed)
        runs[key] = partial(_told, key, run, seed)
    processes = workers or (1 if device != "cpu" else cores())
    found = each(f"kantorovich{'_full' if full else ''}", runs, minutes=minutes, last=not only, workers=processes)
    for said, _ in chosen:
        own = [found[key] for seed in range(seeds) if (key := _key(said, seed)) in found]
        if own:
            yield {**said, **summary(own)}


def _key(said: dict[str, Any], seed: int) -> str:
    return f"{said['name']}; {said['critic']}; seed {seed}"


def _told(key: str, run: Callable[[int], Result], seed: int) -> Result:
    """A run that is printed when it has ended."""
    found = run(seed)
    print(key, *(f"{name} {value:.4g}" for name, value in found.items() if value is not None), sep=", ", flush=True)
    return found


def summary(own: Sequence[Result]) -> dict[str, Any]:
    """Medians over the seeds of what each run gave, and the lower bounds themselves."""
    medians = {name: statistics.median(run[name] for run in own) for name in own[0] if own[0][name] is not None}
    return {**medians, "lowers": [run["lower"] for run in own]}


def main(arguments: Sequence[str]) -> int:
    """What is asked for on the command line; a part of the problems is printed and not saved."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--extension", action="store_true", help="the extension of an exact plan beside the funnels")
    parser.add_argument("--full", action="store_true", help="every kind of critic, and more steps")
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--deadline", type=float, default=None, help="seconds of training for each fit; its steps when omitted"
    )
    parser.add_argument("--minutes", type=float, default=None, help="after which nothing new is begun")
    parser.add_argument(
        "--workers", type=int, default=None, help="processes at once; as many as there are cores when omitted"
    )
    parser.add_argument("--only", default="", help="part of a problem's name")
    chosen = vars(parser.parse_args(arguments))
    found = list(rows(**chosen))
    if not chosen["only"]:
        path = HERE / ("kantorovich_full.json" if chosen["full"] else "kantorovich.json")
        print(f"-> {write_text(path, json.dumps({'machine': describe(), 'cases': found}, indent=2) + chr(10))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
