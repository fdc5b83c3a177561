"""Steps replayed from a CUDA graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.game import Game
from dualgap.games.methods.method import Draw, Method, State, no_sample
from dualgap.games.methods.wrapper import Wrapper

__all__ = ["Captured"]

#: Steps taken before the capture, so that libraries have chosen their kernels.
WARM_UP = 3


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Captured(Wrapper):
    """Another method's whole step, recorded once as a CUDA graph and replayed.

    A step of a small ensemble is some hundred kernels of a few microseconds each, and launching them takes longer than they do; a
    graph launches them all at once. The draws stay outside of it: before each replay the samples that the step will use are drawn
    and copied into the places that the graph reads. Penalties are differentiated inside, as part of the step.

    On other devices it takes the method's steps as they are.

    Parameters
    ----------
    method : Method
        With a fixed number of draws a step and without decisions that depend on numbers.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> method = Captured(method=dg.methods.AlternatingGDA(step=0.1))
    >>> method.gradient_calls(dg.games.bilinear([[1.0]]))
    2
    """

    method: Method
    _memory: dict[str, Any] = field(default_factory=dict, repr=False)

    def init(self, game: Game, x: Tensor, y: Tensor, draw: Draw = no_sample) -> State:
        """The method's memory; a graph of another run is forgotten."""
        self._memory.clear()
        return self.method.init(game, x, y, draw)

    def step(self, game: Game, x: Tensor, y: Tensor, state: State, draw: Draw) -> tuple[Tensor, Tensor, State]:
        """The method's step."""
        if x.device.type != "cuda":
            return self.method.step(game, x, y, state, draw)
        samples = [draw() for _ in range(self.method.draws)]
        if "graph" not in self._memory:
            self._record(game, (x, y, state), samples)
        memory = self._memory
        for place, sample in zip(memory["samples"], samples, strict=True):
            _copy(place, sample)
        _copy(memory["before"], (x, y, state))
        memory["graph"].replay()
        return _cloned(memory["after"])

    def _record(self, game: Game, at: tuple[Tensor, Tensor, State], samples: list[Any]) -> None:
        before, places = _cloned(at), [_cloned(sample) for sample in samples]

        def once() -> Any:
            left = iter(places)

            def drawn() -> Any:
                sample = next(left, None)
                if sample is None:
                    raise InvalidInput(
                        f"method must draw {self.method.draws} samples a step as it says, it draws more",
                        argument="method",
                    )
                return sample

            x, y, state = before
            return self.method.step(game, x, y, state, drawn)

        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                once()
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            after = once()
        self._memory.update(graph=graph, before=before, samples=places, after=after)


def _cloned(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.clone()
    if isinstance(value, dict):
        return {name: one.clone() for name, one in value.items()}
    return tuple(_cloned(one) for one in value)


def _copy(place: Any, value: Any) -> None:
    if isinstance(place, Tensor):
        place.copy_(value)
    elif isinstance(place, dict):
        for name, one in place.items():
            one.copy_(value[name])
    else:
        for one, other in zip(place, value, strict=True):
            _copy(one, other)
