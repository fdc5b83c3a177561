"""A model in evaluation mode for a while."""

from __future__ import annotations

from types import TracebackType
from typing import Any, final

import torch

__all__ = ["evaluating"]


@final
class evaluating:
    """The model in evaluation mode, in which samples do not depend on each other; its mode is given back after.

    Examples
    --------
    >>> model = torch.nn.Dropout()
    >>> with evaluating(model):
    ...     bool((model(torch.ones(9)) == 1).all())
    True
    >>> model.training
    True
    """

    def __init__(self, model: Any) -> None:
        self._modes = [(part, part.training) for part in model.modules()] if isinstance(model, torch.nn.Module) else []

    def __enter__(self) -> None:
        for part, _ in self._modes:
            part.training = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for part, mode in self._modes:
            part.training = mode
