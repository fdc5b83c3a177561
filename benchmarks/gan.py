"""Training as an ensemble against training seed by seed, and the toy benchmarks' tables beside the published ones.

``python -m benchmarks gan`` measures both and writes them with the machine. On a machine without CUDA it runs the reduced form:
few seeds, and the baselines in fewer steps; on one with CUDA, 64 seeds. ``GAN_BENCHMARK=speed`` or ``tables`` runs a part only.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

import dualgap as dg
from dualgap.training import recipes
from dualgap.training.history import share_of_seeds

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
VARIANTS = ("gan", "packing-2", "packing-4", "unrolled", "pairwise", "wgan-gp", "r1")
#: The recipe's seeds by law; the baselines' seeds, and the share of the recipe's steps that they take.
FULL, REDUCED = ({"ring": 64, "grid": 64}, 64, 1.0), ({"ring": 8, "grid": 2}, 4, 0.1)
WIDTH, BATCH, SEEDS, TIMED = 64, 128, 16, 40
MODES = {"ring": 8, "grid": 25}


def rows() -> Iterator[dict[str, Any]]:
    """The speeds, then the tables."""
    part = os.environ.get("GAN_BENCHMARK", "")
    if part in ("", "speed"):
        yield speed()
        if torch.cuda.is_available():
            yield speed(device="cuda", seeds=64, width=128, batch=256)
    if part in ("", "tables"):
        for law in ("ring", "grid"):
            yield from table(law)


def speed(*, device: str = "cpu", seeds: int = SEEDS, width: int = WIDTH, batch: int = BATCH) -> dict[str, Any]:
    """Seconds of a step for all seeds: as an ensemble, and one seed after the other by this library and by plain modules."""
    game = _game(width, batch)
    adam = dg.methods.AlternatingGDA(step=1e-3, first="y", scaling=dg.methods.Adam(beta1=0.0, beta2=0.99))
    contenders = {
        "ensemble": _stepper(game, adam, range(seeds), device),
        "one by one": _each([_stepper(game, adam, [seed], device) for seed in range(seeds)]),
        "modules, one by one": _each([_plain(width, batch, seed, device) for seed in range(seeds)]),
    }
    if device == "cuda":
        contenders["captured"] = _stepper(game, dg.training.Captured(method=adam), range(seeds), device)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(3):
        for step in contenders.values():
            step()
    for _ in range(TIMED):  # in turn, so that a busy moment of the machine is shared
        for name, step in contenders.items():
            begin = time.perf_counter()
            step()
            if device == "cuda":
                torch.cuda.synchronize()
            times[name].append(time.perf_counter() - begin)
    median = {name: float(np.median(one)) for name, one in times.items()}
    found = {
        "name": "a step",
        "device": device,
        "sizes": {"seeds": seeds, "hidden layers": 3, "width": width, "batch": batch},
        "median_seconds": median,
        "steps_per_second": {name: 1 / one for name, one in median.items()},
        "ratio_to_one_by_one": median["ensemble"] / median["one by one"],
        "ratio_to_modules": median["ensemble"] / median["modules, one by one"],
    }
    print(found)
    return found


def table(law: str) -> Iterator[dict[str, Any]]:
    """The recipe and the baselines, each with medians, quartiles and exact intervals over its seeds; and what was published."""
    full = torch.cuda.is_available()
    most, some, share = FULL if full else REDUCED
    device = "cuda" if full else "cpu"
    recipe = recipes.named(law)
    yield _row(law, recipe, most[law], device)
    for variant in VARIANTS:
        steps = max(1, round(share * recipe.steps * (0.25 if variant == "unrolled" and not full else 1)))
        yield _row(law, recipes.baseline(variant, law=law, steps=steps), some, device)
    for name, (modes, quality, divergence) in PUBLISHED[law].items():
        found = {"name": f"{law}: {name}", "published": True}
        yield {**found, "modes": modes, "high_quality_percent": quality, "reverse_kl": divergence}


def _row(law: str, recipe: recipes.Recipe, seeds: int, device: str) -> dict[str, Any]:
    begin = time.perf_counter()
    run = recipe.train(seeds=range(seeds), record=recipe.steps, device=device)
    seconds = time.perf_counter() - begin
    last = {
        name: np.asarray(run.metrics[name][-1].cpu(), dtype=float) for name in ("modes", "high_quality", "reverse_kl")
    }
    found = {
        "name": f"{law}: {recipe.name}",
        "title": recipe.title,
        "published": False,
        "seeds": seeds,
        "steps": recipe.steps,
        "seconds": seconds,
        "diverged": int((run.diverged_at >= 0).sum()),
        "all_modes": share_of_seeds(last["modes"] == MODES[law]),
        **{
            name: {"mean": float(value.mean()), **dict(zip(("low", "median", "high"), _quartiles(value), strict=True))}
            for name, value in last.items()
        },
    }
    print(
        f"{found['name']:<24} {seeds} seeds, {recipe.steps} steps, {seconds:.0f} s: modes {last['modes'].mean():.2f}, "
        f"high quality {100 * np.median(last['high_quality']):.1f}%, reverse KL {np.median(last['reverse_kl']):.4f}"
    )
    return found


def _quartiles(values: np.ndarray) -> list[float]:
    return [float(one) for one in np.quantile(values, [0.25, 0.5, 0.75])]


def _game(width: int, batch: int) -> dg.training.AdversarialGame:
    return dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, width, width, width, 2)),
        critic=dg.networks.MLP((2, width, width, width, 1)),
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(),
        latent=2,
        batch_size=batch,
        saturating=False,
        regulariser=dg.duals.R1(0.1),
    )


def _stepper(
    game: dg.training.AdversarialGame, method: dg.methods.Method, seeds: Any, device: str
) -> Callable[[], None]:
    """One step of some seeds, from where the last one ended."""
    streams = dg.games.Streams(seeds, dtype=torch.float32, device=device)
    x, y = game.start(streams)
    with torch.no_grad():
        at = [x, y, method.init(game, x, y)]

    def step() -> None:
        with torch.no_grad():
            at[:] = method.step(game, at[0], at[1], at[2], lambda: game.draw(streams))

    return step


def _each(steps: list[Callable[[], None]]) -> Callable[[], None]:
    def step() -> None:
        for one in steps:
            one()

    return step


def _plain(width: int, batch: int, seed: int, device: str) -> Callable[[], None]:
    """The same step as one writes it: modules, torch's Adam, double backward for R1."""
    torch_seed = torch.Generator(device=device).manual_seed(seed)

    def network(outputs: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for k in range(3):
            layers += [nn.Linear(2 if k == 0 else width, width), nn.ReLU()]
        return nn.Sequential(*layers, nn.Linear(width, outputs)).to(device)

    generator, critic = network(2), network(1)
    adam = [torch.optim.Adam(one.parameters(), lr=1e-3, betas=(0.0, 0.99)) for one in (generator, critic)]
    centres = dg.training.Ring().centres().float().to(device)

    def latent() -> Tensor:
        return torch.randn(batch, 2, generator=torch_seed, device=device)

    def step() -> None:
        chosen = torch.randint(8, (batch,), generator=torch_seed, device=device)
        real = (centres[chosen] + 0.01 * latent()).requires_grad_()
        with torch.no_grad():
            fake = generator(latent())
        score = critic(real)
        (slope,) = torch.autograd.grad(score.sum(), real, create_graph=True)
        value = logsigmoid(score).mean() + logsigmoid(-critic(fake)).mean()
        adam[1].zero_grad()
        (0.05 * slope.square().sum(-1).mean() - value).backward()
        adam[1].step()
        adam[0].zero_grad()
        (-logsigmoid(critic(generator(latent()))).mean()).backward()
        adam[0].step()

    return step
