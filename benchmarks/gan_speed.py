"""A step of an ensemble of GANs against the same step seed by seed, by this library and as one writes it with modules."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid

import dualgap as dg

WIDTH, BATCH, SEEDS, TIMED = 64, 128, 16, 40


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
    median, least = ({name: float(of(one)) for name, one in times.items()} for of in (np.median, np.min))
    found = {
        "name": "a step",
        "device": device,
        "sizes": {"seeds": seeds, "hidden layers": 3, "width": width, "batch": batch},
        "threads": torch.get_num_threads(),
        "median_seconds": median,
        "least_seconds": least,
        "steps_per_second": {name: 1 / one for name, one in median.items()},
        "ratio_to_one_by_one": median["ensemble"] / median["one by one"],
        "ratio_to_modules": median["ensemble"] / median["modules, one by one"],
        "ratio_of_the_least": least["ensemble"] / least["modules, one by one"],
    }
    print(found, flush=True)
    return found


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
