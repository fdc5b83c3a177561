"""The toy benchmarks' tables beside the published ones, and training as an ensemble against training seed by seed.

``python -m benchmarks gan`` is the reduced form: two processes of one thread for under ten minutes on two quiet cores, with a few
seeds, and baselines of a share of the steps. ``python -m benchmarks.gan`` is the full one, on a GPU where there is one;
its options say how much of it, such as ``--seeds 16 --grid-share 0.1 --minutes 60``. A run that is stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import binom

from benchmarks.gan_speed import speed
from benchmarks.kept import HERE, Result, each
from benchmarks.machine import describe
from dualgap.threads import cores
from dualgap.training import recipes
from dualgap.training.history import share_of_seeds
from dualgap.writing import write_text

#: Published: modes, high quality in percent, reverse KL (None where a paper has none), with the paper.
PUBLISHED = {
    "ring": {
        "GAN (VEEGAN's paper)": (1, 99.3, None),
        "unrolled": (7.6, 35.6, None),
        "VEEGAN": (8, 52.9, None),
        "GAN (PacGAN's paper)": (6.3, 98.2, 0.45),
        "ALI": (6.6, 97.6, 0.36),
        "PacGAN2": (7.9, 95.6, 0.07),
        "PacGAN4": (7.8, 95.9, 0.07),
        "the true law": (8, 98.889, 0.0014),
    },
    "grid": {
        "GAN (VEEGAN's paper)": (3.3, 0.5, None),
        "unrolled": (23.6, 16, None),
        "VEEGAN": (24.6, 40, None),
        "GAN (PacGAN's paper)": (17.3, 94.8, 0.70),
        "ALI": (24.1, 95.7, 0.14),
        "PacGAN2": (23.8, 91.3, 0.13),
        "PacGAN4": (24.8, 93.6, 0.04),
        "the true law": (25, 98.889, 0.0049),
    },
}
VARIANTS = ("gan", "packing-2", "packing-4", "r1", "pairwise", "wgan-gp", "unrolled")
MODES = {"ring": 8, "grid": 25}
METRICS = ("modes", "high_quality", "reverse_kl")
#: Seeds of one ensemble on a CPU, where more of them are no faster a seed.
TOGETHER = {"ring": 8, "grid": 4}
#: The reduced form: the recipe's seeds by law, the baselines' seeds, and the share of the recipe's steps that these take.
SEEDS, BASELINE_SEEDS, SHARES = {"ring": 8, "grid": 3}, 4, {"ring": 0.4, "grid": 0.1}
#: An unrolled step costs as much as several.
UNROLLED = 0.25
LEVEL = 0.95


def rows() -> Iterator[Result]:
    """The reduced form: the speed of a step, then the tables."""
    yield speed()
    yield from tables(SEEDS, BASELINE_SEEDS, SHARES, workers=cores())


def tables(
    seeds: Mapping[str, int],
    baseline_seeds: int,
    shares: Mapping[str, float],
    *,
    workers: int = 1,
    minutes: float | None = None,
) -> Iterator[Result]:
    """For each law the recipe and the baselines, with exact intervals over their seeds, and what was published.

    Parameters
    ----------
    seeds : mapping of str to int
        Of the recipe, by law.
    baseline_seeds : int
    shares : mapping of str to float
        Of the recipe's steps that the baselines take, by law.
    workers : int
        Processes at once.
    minutes : float, optional
        After this time no run is begun; a row has the seeds that were run.
    """
    together = seeds if torch.cuda.is_available() else TOGETHER
    planned: dict[str, tuple[str, list[str]]] = {}
    begun: list[tuple[int, str, Callable[[], Result]]] = []
    recipes_first = [("grid", ""), ("ring", ""), *((law, variant) for law in MODES for variant in VARIANTS)]
    for law, variant in recipes_first:
        number, share = (baseline_seeds, shares[law]) if variant else (seeds[law], 1.0)
        steps = max(1, round(share * recipes.named(law).steps * (UNROLLED if variant == "unrolled" else 1)))
        recipe = f"{law}-{variant}" if variant else law
        keys = []
        for first in range(0, number, together[law]):
            last = min(first + together[law], number)
            keys.append(f"{recipe}, {steps} steps, seeds {first} to {last - 1}")
            begun.append((first, keys[-1], partial(trained, recipe, steps if variant else None, first, last)))
        planned[recipe] = law, keys
    # everyone's first seeds before anyone's next ones
    tasks = {key: task for _, key, task in sorted(begun, key=lambda one: one[0])}
    found = each("gan", tasks, minutes=minutes, workers=1 if torch.cuda.is_available() else workers)
    for law in MODES:
        for recipe, (own, keys) in planned.items():
            runs = [found[key] for key in keys if key in found]
            if own == law and runs:
                yield row(law, recipe, runs)
        for name, (modes, quality, divergence) in PUBLISHED[law].items():
            published = {"modes": modes, "high_quality_percent": quality, "reverse_kl": divergence}
            yield {"name": f"{law}: {name}", "published": True, **published}


def trained(name: str, steps: int | None, first: int, last: int) -> Result:
    """The last metrics of the seeds from ``first`` to before ``last``, each alone, and what they cost."""
    recipe = recipes.named(name, steps=steps)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    begin, began = time.perf_counter(), time.process_time()
    run = recipe.train(seeds=range(first, last), record=recipe.steps, device=device)
    values = {name: np.asarray(run.metrics[name][-1].cpu(), dtype=float).tolist() for name in METRICS}
    return {
        "title": recipe.title,
        "steps": recipe.steps,
        "seconds": time.perf_counter() - begin,
        "processor_seconds": time.process_time() - began,
        "diverged": int((run.diverged_at >= 0).sum()),
        **values,
    }


def row(law: str, recipe: str, runs: list[Result]) -> Result:
    """What the runs of a recipe found, over all of their seeds."""
    values = {name: np.array([one for run in runs for one in run[name]]) for name in METRICS}
    found = {
        "name": f"{law}: {recipe}",
        "title": runs[0]["title"],
        "published": False,
        "seeds": len(values["modes"]),
        "steps": runs[0]["steps"],
        **{name: sum(run[name] for run in runs) for name in ("seconds", "processor_seconds", "diverged")},
        "all_modes": share_of_seeds(values["modes"] == MODES[law], confidence=LEVEL),
        **{name: over_seeds(value) for name, value in values.items()},
    }
    low, high = found["high_quality"]["interval"]
    print(
        f"{found['name']:<24} {found['seeds']} seeds, {found['steps']} steps: modes {found['modes']['mean']:.2f}, high quality "
        f"{100 * found['high_quality']['median']:.1f}% [{100 * low:.1f}, {100 * high:.1f}], reverse KL "
        f"{found['reverse_kl']['median']:.4f}",
        flush=True,
    )
    return found


def over_seeds(values: np.ndarray) -> dict[str, Any]:
    """Mean, median and quartiles, and the exact interval of the law's median between two order statistics.

    .. math:: P(x_{(k)} \\le m \\le x_{(n + 1 - k)}) \\ge 1 - 2 P(\\mathrm{Bin}(n, \\tfrac12) < k)

    with the largest k that gives 95%, or k = 1 where none does; ``confidence`` is what it gives.
    """
    ordered, n = np.sort(values), len(values)
    k = max(1, int(binom.ppf((1 - LEVEL) / 2, n, 0.5)))
    return {
        "mean": float(values.mean()),
        "median": float(np.median(values)),
        "quartiles": np.quantile(values, [0.25, 0.75]).tolist(),
        "interval": [float(ordered[k - 1]), float(ordered[n - k])],
        "confidence": float(1 - 2 * binom.cdf(k - 1, n, 0.5)),
    }


def main(arguments: list[str]) -> Path:
    """The full form, or what the options say of it, written with the machine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gan", description=__doc__)
    parser.add_argument("--seeds", type=int, default=64, help="of the ring's recipe")
    parser.add_argument("--grid-seeds", type=int, help="of the grid's recipe; as many as the ring's when omitted")
    parser.add_argument(
        "--baseline-seeds", type=int, help="of each baseline; as many as the ring's recipe when omitted"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the recipe's steps that a baseline takes on the ring"
    )
    parser.add_argument("--grid-share", type=float, default=1.0, help="and on the grid")
    parser.add_argument("--workers", type=int, default=cores(), help="processes at once")
    parser.add_argument("--minutes", type=float, help="after which no run is begun")
    options = parser.parse_args(arguments)
    seeds = {"ring": options.seeds, "grid": options.grid_seeds or options.seeds}
    shares = {"ring": options.share, "grid": options.grid_share}
    found = [speed()]
    if torch.cuda.is_available():
        found.append(speed(device="cuda", seeds=64, width=128, batch=256))
    torch.set_num_threads(1)
    found += tables(
        seeds, options.baseline_seeds or options.seeds, shares, workers=options.workers, minutes=options.minutes
    )
    return write_text(HERE / "gan.json", json.dumps({"machine": describe(), "cases": found}, indent=2) + "\n")


if __name__ == "__main__":
    print(f"-> {main(sys.argv[1:])}")
