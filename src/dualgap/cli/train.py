"""``dualgap train``: a GAN on a toy law."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer

from dualgap.cli.options import one_thread

__all__ = ["train"]


class Problem(enum.StrEnum):
    """What ``dualgap train`` trains on."""

    ring = "ring"


class Objective(enum.StrEnum):
    """The dual that a GAN is trained with."""

    js = "js"
    wasserstein = "wasserstein"


def train(
    problem: Annotated[Problem, typer.Argument(help="The law to imitate.")],
    objective: Annotated[
        Objective, typer.Option(help="The dual: js is the GAN, wasserstein the WGAN with a gradient penalty.")
    ],
    seeds: Annotated[int, typer.Option(min=1, help="How many runs at once, with seeds 0, 1, ...")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="How many steps.")] = 600,
    output: Annotated[Path | None, typer.Option(help="Keep the metrics: an .npz file.")] = None,
) -> None:
    """Train a GAN on a toy law as an ensemble of seeds, and print what it covers as it learns."""
    one_thread()
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    import dualgap as dg
    from dualgap.report.ending import ending
    from dualgap.writing import check_output, write_atomically

    if output is not None:
        check_output(output, ".npz")
    gan, method = _ring_game(objective)
    run = dg.training.train(gan, method, seeds=range(seeds), steps=steps, record=max(1, steps // 10))
    of = "one seed" if seeds == 1 else f"medians of {seeds} seeds"
    table = Table(title=f"{problem.value} of 8, {objective.value}: {of}, {ending(run)}", box=None)
    columns = {
        "modes": "modes of 8",
        "high_quality": "points near a mode",
        "reverse_kl": "reverse KL (nats)",
        "dual": "critic's value",
    }
    table.add_column("step", justify="right")
    for title in columns.values():
        table.add_column(title, justify="right")
    for row, at in enumerate(run.metric_steps):
        table.add_row(str(at), *[f"{float(np.median(run.metrics[name][row])):.3g}" for name in columns])
    Console().print(table)
    if output is not None:
        arrays: dict[str, Any] = {
            "steps": run.metric_steps,
            **{name: np.asarray(run.metrics[name]) for name in columns},
        }
        print(write_atomically(output, lambda file: np.savez(file, **arrays)))


def _ring_game(objective: Objective) -> tuple[Any, Any]:
    """The ring of 8 with networks of two layers of 64, and the method that its claim uses."""
    import dualgap as dg

    duals = {
        Objective.js: (dg.duals.JensenShannon(), dg.duals.R1(0.05)),
        Objective.wasserstein: (dg.duals.KantorovichRubinstein(), dg.duals.GradientPenalty(1.0)),
    }
    dual, regulariser = duals[objective]
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 64, 64, 2)),
        critic=dg.networks.MLP((2, 64, 64, 1)),
        objective=dual,
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=regulariser,
    )
    method = dg.methods.AlternatingGDA(step=5e-3, first="y", scaling=dg.methods.Adam(beta1=0.0))
    return gan, method
