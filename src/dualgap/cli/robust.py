"""``dualgap robust``: a classifier under attack, trained plainly and against the attack."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dualgap.cli.options import Seed, one_thread

if TYPE_CHECKING:
    from dualgap.training.robust import Split

__all__ = ["robust"]

#: Radii of the curve, as shares of the one that is trained for.
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
#: With which each interval of a robust accuracy covers it.
CONFIDENCE = 0.95


class Data(enum.StrEnum):
    """What ``dualgap robust`` classifies."""

    digits = "digits"
    breast_cancer = "breast-cancer"
    moons = "moons"


class Training(enum.StrEnum):
    """How the robust classifier is trained."""

    fgsm = "fgsm"
    pgd = "pgd"
    free = "free"


class Norm(enum.StrEnum):
    """The norm of the ball."""

    l1 = "1"
    l2 = "2"
    linf = "inf"


def robust(
    data: Annotated[Data, typer.Argument(help="What is classified.")],
    eps: Annotated[
        float,
        typer.Option(
            metavar="<float>", help="The radius, above 0: of pixels in [0, 1], standard deviations, or the moons' unit."
        ),
    ],
    norm: Annotated[Norm, typer.Option(help="Of the ball.")] = Norm.linf,
    training: Annotated[Training, typer.Option(help="How the robust classifier is trained.")] = Training.pgd,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training samples.")] = 30,
    restarts: Annotated[int, typer.Option(min=1, help="Ascents of PGD in the evaluation.")] = 3,
    seed: Seed = 0,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Where the curve goes: .png, .pdf or .svg, its numbers beside it; robust-<data>.png otherwise."
        ),
    ] = None,
) -> None:
    """Clean, FGSM, PGD and certified accuracy of a plain and of a robust classifier, as a table and a curve over the radius."""
    one_thread()
    from rich.console import Console

    from dualgap.report.robustness import ENDINGS, draw_robustness, robustness_table
    from dualgap.training.robust import breast_cancer, digits, robustness_curve, two_moons
    from dualgap.validation import real
    from dualgap.writing import check_output

    picture = check_output(Path(f"robust-{data.value}.png") if output is None else output, *ENDINGS)
    radius = real(eps, "eps", above=0)
    load = {Data.digits: digits, Data.breast_cancer: breast_cancer, Data.moons: two_moons}[data]
    split, box = load(seed=seed), (0.0, 1.0) if data is Data.digits else None
    options: dict[str, Any] = {"order": float(norm.value), "box": box, "seed": seed}
    curves = {
        name: robustness_curve(
            model,
            split.test_inputs,
            split.test_labels,
            radii=[share * radius for share in SHARES],
            confidence=CONFIDENCE,
            restarts=restarts,
            **options,
        )
        for name, model in _trained(split, training, radius, {"epochs": epochs, **options}).items()
    }
    Console().print(robustness_table(curves, radius))
    unit = {Data.digits: "of [0, 1]", Data.breast_cancer: "standard deviations", Data.moons: "no unit"}[data]
    title = f"{data.value}, trained at radius {radius:g}, norm {norm.value}"
    for path in draw_robustness(curves, title, unit, picture):
        print(path)


def _trained(split: Split, training: Training, radius: float, options: dict[str, Any]) -> dict[str, Any]:
    """The models, the plain one first."""
    from dualgap.training.robust import classifier, fgsm, pgd_of_radius

    ways: dict[str, dict[str, Any]] = {
        "fgsm": {"attack": fgsm},
        "pgd": {"attack": pgd_of_radius(radius)},
        "free": {"replays": 4},
    }
    return {
        "plain": classifier(split, radius=0.0, **options).require().model,
        training.value: classifier(split, radius=radius, **ways[training.value], **options).require().model,
    }
