"""How a critic is trained."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, final

from dualgap.errors import InvalidInput
from dualgap.games.methods import Method
from dualgap.validation import count, real

__all__ = ["Training", "takes_training", "training_of"]

F = TypeVar("F", bound=Callable[..., Any])


@final
@dataclass(frozen=True, kw_only=True)
class Training:
    """The options of the training in :func:`dualgap.duals.fit`, which takes each of them by name as well.

    Parameters
    ----------
    steps : int
        At most; the step size falls to 0 along a cosine on the way.
    batch_size : int
        Points of each law in a step.
    restarts : int
        Trained side by side; the best on the validation draws is kept.
    method : Method, optional
        With its own step sizes; when omitted Adam, with a step that fits the kind of critic and the data's scale.
    patience : int
        Records (twenty in a training) without a better validation value after which the training stops.
    deadline : float, optional
        Seconds for the whole of the training, of all kinds of critic.
    device : str
        Where torch trains, such as "cpu" or "cuda".

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> Training(steps=500).batch_size
    512
    """

    steps: int = 1000
    batch_size: int = 512
    restarts: int = 1
    method: Method | None = None
    patience: int = 8
    deadline: float | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "restarts", "patience"):
            count(getattr(self, name), name)
        if self.deadline is not None:
            real(self.deadline, "deadline", above=0)
        if self.method is not None and not isinstance(self.method, Method):
            raise InvalidInput(
                f"method must be an update method such as dg.methods.SimultaneousGDA(step=1e-3), got {self.method!r}",
                argument="method",
            )
        _require_device(self.device)


def training_of(training: Training | None, options: dict[str, Any]) -> Training:
    """A record, with what was said by name in place of its own.

    Raises
    ------
    InvalidInput
        For what is no record, and for a name that no option has.

    Examples
    --------
    >>> training_of(None, {"steps": 5}).steps
    5
    """
    if training is not None and not isinstance(training, Training):
        raise InvalidInput(f"training must be a dg.duals.Training, got {training!r}", argument="training")
    known = [one.name for one in fields(Training)]
    for name in options:
        if name not in known:
            raise InvalidInput(
                f"{name} must be an option of the training, which takes {', '.join(known)}", argument=name
            )
    return replace(training or Training(), **options)


def takes_training(function: F) -> F:
    """A function of ``**options`` whose signature names the options of the training, for those who list it.

    Examples
    --------
    >>> @takes_training
    ... def route(p, **options): ...
    >>> "batch_size" in inspect.signature(route).parameters
    True
    """
    given = [one for one in inspect.signature(function).parameters.values() if one.kind is not one.VAR_KEYWORD]
    named = [
        inspect.Parameter(one.name, inspect.Parameter.KEYWORD_ONLY, default=one.default) for one in fields(Training)
    ]
    function.__signature__ = inspect.Signature([*given, *named])  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]
    return function


def _require_device(device: Any) -> None:
    import torch

    try:
        kind = torch.device(device).type
    except (RuntimeError, TypeError):
        raise InvalidInput(
            f'device must be one of torch, such as "cpu" or "cuda", got {device!r}', argument="device"
        ) from None
    if kind == "cuda" and not torch.cuda.is_available():
        raise InvalidInput('device must be there: torch sees no CUDA device; leave it out for "cpu"', argument="device")
