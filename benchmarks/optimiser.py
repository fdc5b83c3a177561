"""The adapter of the update methods for modules beside ``torch.optim.SGD``, at equal gradient calls.

Both players have half a million weights. Each contender starts from the same weights and evaluates the same closure
``CALLS`` times; its value is the payoff where it arrives. Descent on both groups by SGD is simultaneous descent-ascent, so
these two values agree up to the order of additions.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

import dualgap as dg
from benchmarks.case import Case

CALLS = 20
STEP = 1e-3
BATCHES = (32, 128)
#: Layer widths of both players: 0.5 million weights each.
GENERATOR, CRITIC = (64, 640, 640, 64), (64, 660, 660, 1)


def cases() -> list[Case]:
    """One for each batch size: the smaller the batch, the more an optimiser's own work weighs."""
    return [_case(batch) for batch in BATCHES]


def _case(batch: int) -> Case:
    generator, critic = _network(GENERATOR, seed=1), _network(CRITIC, seed=2)
    parameters: list[Tensor] = [*generator.parameters(), *critic.parameters()]
    start = [one.detach().clone() for one in parameters]
    source = torch.Generator().manual_seed(0)
    latent, real = torch.randn(2, batch, GENERATOR[0], generator=source)

    def payoff() -> Tensor:
        return logsigmoid(critic(real)).mean() + logsigmoid(-critic(generator(latent))).mean()

    def restarted(run: Callable[[], object]) -> Callable[[], float]:
        def contender() -> float:
            with torch.no_grad():
                for one, value in zip(parameters, start, strict=True):
                    one.copy_(value)
            run()
            with torch.no_grad():
                return float(payoff())

        return contender

    def sgd() -> None:
        groups = [{"params": list(generator.parameters())}, {"params": list(critic.parameters()), "maximize": True}]
        optimiser = torch.optim.SGD(groups, lr=STEP)
        for _ in range(CALLS):
            optimiser.zero_grad()
            payoff().backward()
            optimiser.step()

    def adapter(method: dg.methods.Method) -> Callable[[], None]:
        def run() -> None:
            optimiser = dg.optim.MinMax(method, minimise=generator.parameters(), maximise=critic.parameters())
            while optimiser.gradient_calls < CALLS:
                optimiser.step(payoff)

        return run

    methods = {
        "SimultaneousGDA": dg.methods.SimultaneousGDA(step=STEP),
        "AlternatingGDA": dg.methods.AlternatingGDA(step=STEP),
        "ExtraGradient": dg.methods.ExtraGradient(step=STEP),
        "OptimisticGDA": dg.methods.OptimisticGDA(step=STEP),
    }
    return Case(
        name="optimiser",
        sizes={"weights": sum(one.numel() for one in parameters), "batch": batch, "gradient calls": CALLS},
        contenders={"torch.optim.SGD": restarted(sgd)}
        | {name: restarted(adapter(one)) for name, one in methods.items()},
        repeats=15,
    )


def _network(widths: tuple[int, ...], *, seed: int) -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        layers: list[torch.nn.Module] = []
        for before, after in itertools.pairwise(widths):
            layers += [torch.nn.Linear(before, after), torch.nn.ReLU()]
        return torch.nn.Sequential(*layers[:-1])
