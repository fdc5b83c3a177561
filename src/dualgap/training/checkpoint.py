"""A run on disk: everything that its next step depends on, whole or not at all, and the one before it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.games.loop import Moment
from dualgap.games.methods.scaling import joined, part
from dualgap.games.recording import Recorder
from dualgap.games.streams import Streams
from dualgap.training.configuration import Pair, differences
from dualgap.validation import count
from dualgap.writing import check_output, write_atomically

__all__ = ["Checkpoint", "Keeper", "OtherConfiguration"]

Tensors = dict[str, Tensor]
#: As many settings as a message names.
NAMED = 5


class OtherConfiguration(InvalidInput):
    """A checkpoint is of a run that was asked for otherwise.

    Parameters
    ----------
    path : Path
    differences : mapping of str to pair
        The settings in which the two differ: what each is here and in the checkpoint, None where it is absent.

    Examples
    --------
    >>> error = OtherConfiguration(Path("run"), {"game.batch_size": ("64", "128")})
    >>> print(error)
    checkpoint must be of this configuration, got 'run', where game.batch_size is 128 there and 64 here; choose another path to begin anew
    >>> error.differences["game.batch_size"]
    ('64', '128')
    """

    def __init__(self, path: Path, differences: Mapping[str, Pair]) -> None:
        said = [
            f"{name} is {there or 'absent'} there and {here or 'absent'} here"
            for name, (here, there) in differences.items()
        ]
        more = f"; and {len(said) - NAMED} more" if said[NAMED:] else ""
        super().__init__(
            f"checkpoint must be of this configuration, got {str(path)!r}, where {'; '.join(said[:NAMED])}{more}; "
            "choose another path to begin anew",
            argument="checkpoint",
        )
        self.differences = dict(differences)


@final
@dataclass(frozen=True)
class Checkpoint:
    """Where a run is kept, and how often.

    The file is in the format of safetensors and holds no code. It is written under a temporary name and renamed; the one before
    it is kept beside it under the name with ``.previous`` behind it, and is read where the newer one is missing or damaged.

    Parameters
    ----------
    path : path
    every : int, optional
        Write every so many steps; at every record of the run when omitted.

    Raises
    ------
    InvalidInput
    Unwritable
        For a place that cannot be written to.

    Examples
    --------
    >>> Checkpoint("run.safetensors", every=100).previous.name
    'run.safetensors.previous'
    """

    path: Path
    every: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.path, str | os.PathLike) or not str(self.path):
            raise InvalidInput(f"checkpoint must be a path, got {self.path!r}", argument="checkpoint")
        object.__setattr__(self, "path", check_output(Path(self.path), argument="checkpoint"))
        if self.every is not None:
            count(self.every, "every")

    @property
    def previous(self) -> Path:
        """Where the checkpoint before is kept."""
        return self.path.with_name(self.path.name + ".previous")

    def write(self, tensors: Tensors, configuration: Mapping[str, str]) -> None:
        """Keep tensors, with what they were made by; the last ones written stay beside them."""
        held = {name: value.detach().cpu().clone().contiguous() for name, value in tensors.items()}
        said = {"configuration": json.dumps(dict(configuration)), "digest": _digest(held)}
        data = save(held, metadata=said)
        new = write_atomically(self.path.with_name(self.path.name + ".new"), lambda file: file.write(data))
        if self.path.exists():
            os.replace(self.path, self.previous)
        os.replace(new, self.path)

    def read(self, configuration: Mapping[str, str]) -> Tensors | None:
        """The tensors last written whole; None where nothing was.

        Raises
        ------
        InvalidInput
            Where what is there is no checkpoint.
        OtherConfiguration
            Where it is one of another configuration.
        """
        there = [path for path in (self.path, self.previous) if path.exists()]
        found = next((one for one in map(_read, there) if one is not None), None)
        if there and found is None:
            raise InvalidInput(
                f"checkpoint must be a whole checkpoint, got {str(self.path)!r}, which is damaged, and so is the one before it, "
                "where there is one; remove it to begin anew",
                argument="checkpoint",
            )
        if found is None:
            return None
        tensors, theirs = found
        unlike = differences(configuration, theirs)
        if unlike:
            raise OtherConfiguration(self.path, unlike)
        return tensors


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Keeper:
    """Writes and reads the whole of a run: the players, the method's memory, every random generator, and the records.

    Parameters
    ----------
    checkpoint : Checkpoint
    configuration : mapping of str to str
    streams : Streams
    recorder : Recorder
    writes : bool
        Whether this process writes; all of them read.
    """

    checkpoint: Checkpoint
    configuration: Mapping[str, str]
    streams: Streams
    recorder: Recorder
    writes: bool = True

    def due(self, moment: Moment, recorded: bool) -> bool:
        """Whether a moment is to be kept."""
        every = self.checkpoint.every
        return recorded if every is None else moment.time % every == 0

    def keep(self, moment: Moment) -> None:
        """Write a moment."""
        if not self.writes:
            return
        own = {"time": torch.tensor(moment.time), "x": moment.x, "y": moment.y, "lost": moment.lost}
        parts = joined(run=own, state=moment.state, streams=self.streams.state(), recorder=self.recorder.state())
        self.checkpoint.write(parts, self.configuration)

    def resumed(self, beginning: Moment) -> Moment:
        """The moment that was kept, with the generators and the records set to it; the beginning where there is none."""
        tensors = self.checkpoint.read(self.configuration)
        if tensors is None:
            return beginning
        placed = {name: value.to(beginning.x.device) for name, value in tensors.items()}
        own = part(placed, "run")
        records = part(placed, "recorder")
        if self.recorder.path and len(records["x"]) < len(records["times"]):
            raise InvalidInput(
                "checkpoint must hold the weights of every record for path=True or an animation, got "
                f"{str(self.checkpoint.path)!r}, which holds the first and the last; choose another path to begin anew",
                argument="checkpoint",
            )
        self.streams.restore(part(tensors, "streams"))
        self.recorder.restore(records)
        return Moment(time=int(own["time"]), x=own["x"], y=own["y"], lost=own["lost"], state=part(placed, "state"))


def _digest(tensors: Tensors) -> str:
    """A digest of names, types, shapes and every byte."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        value = tensors[name]
        digest.update(f"{name}\0{value.dtype}\0{tuple(value.shape)}\0".encode())
        digest.update(value.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _read(path: Path) -> tuple[Tensors, dict[str, str]] | None:
    """The tensors and the configuration of a file; None where it is not whole."""
    try:
        data = path.read_bytes()
        tensors = load(data)
        size = int.from_bytes(data[:8], "little")
        said: Any = json.loads(data[8 : 8 + size])["__metadata__"]
        theirs = json.loads(said["configuration"])
        return (tensors, theirs) if said["digest"] == _digest(tensors) else None
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
