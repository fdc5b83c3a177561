"""``dualgap distance``: how far two files of numbers are apart."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from dualgap.errors import InvalidInput

__all__ = ["distance"]


class Distance(enum.StrEnum):
    """What ``dualgap distance`` computes."""

    wasserstein = "wasserstein"
    kl = "kl"
    js = "js"


def distance(
    x: Annotated[Path, typer.Argument(help="Numbers: .npy, .csv or .txt, a point or a weight a line.")],
    y: Annotated[Path, typer.Argument(help="Numbers, as x.")],
    distance: Annotated[
        Distance, typer.Option(help="wasserstein reads points, kl and js read weights.")
    ] = Distance.wasserstein,
    order: Annotated[
        float | None, typer.Option(min=1, help="The order of the Wasserstein distance; 1 when omitted.")
    ] = None,
    method: Annotated[str, typer.Option(help="How; see dualgap.methods_for.")] = "auto",
) -> None:
    """The distance of two files of numbers, with its bounds and why they can be believed."""
    import dualgap as dg
    from dualgap.report.reading import read_numbers, said_of_files

    if distance is not Distance.wasserstein and order is not None:
        raise InvalidInput(f"order must be left out: {distance.value} has none", argument="order")
    first, second = read_numbers(x, "x"), read_numbers(y, "y")
    try:
        if distance is Distance.wasserstein:
            bracket = dg.wasserstein(first, second, order=1.0 if order is None else order, method=method)
        else:
            bracket = {Distance.kl: dg.kl, Distance.js: dg.js}[distance](first, second, method=method)
    except InvalidInput as error:
        raise InvalidInput(said_of_files(str(error), x, y), argument=error.argument) from error
    print(bracket.explain())
