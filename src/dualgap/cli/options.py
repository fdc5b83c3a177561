"""What several commands share."""

from __future__ import annotations

import os
from typing import Annotated

import typer

__all__ = ["Seed", "one_thread"]

Seed = Annotated[int, typer.Option(min=0, help="Fixes every draw.")]


def one_thread() -> None:
    """Small tensors run several times slower on many threads than on one; read by the libraries when they load."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
