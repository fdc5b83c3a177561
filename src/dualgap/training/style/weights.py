"""Weights of a network from a file, checked against a list of shapes; nothing in the file is executed."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from dualgap.errors import InvalidInput

__all__ = ["read_weights"]

ENDINGS = (".safetensors", ".pth", ".pt")


def read_weights(
    path: Path | str,
    shapes: Mapping[str, tuple[int, ...]],
    *,
    optional: Mapping[str, tuple[int, ...]],
    network: str,
) -> dict[str, torch.Tensor]:
    """The tensors of a state dict, exactly those that a network has.

    Parameters
    ----------
    path : path
        Of a .safetensors, .pth or .pt file; the latter two are read by ``torch.load(weights_only=True)``.
    shapes : mapping of name to shape
        What must be there.
    optional : mapping of name to shape
        What may be there; it is checked and dropped.
    network : str
        Its name, for errors.

    Returns
    -------
    dict of float32 or float64 tensors on the CPU

    Raises
    ------
    InvalidInput
        When there is no such file, it holds anything but tensors, or they are not those of the network.

    Examples
    --------
    >>> import tempfile
    >>> from safetensors.torch import save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_file({"weight": torch.ones(2, 3)}, Path(folder) / "own.safetensors")
    ...     found = read_weights(Path(folder) / "own.safetensors", {"weight": (2, 3)}, optional={}, network="own")
    >>> found["weight"].shape
    torch.Size([2, 3])
    """
    if not isinstance(path, (str, Path)):
        raise InvalidInput(f"weights must be the path of a file, got {type(path).__name__}", argument="weights")
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        raise InvalidInput(f"weights must be a {', '.join(ENDINGS)} file, got {str(path)!r}", argument="weights")
    if not path.is_file():
        raise InvalidInput(f"weights must be a file that exists, got {str(path)!r}", argument="weights")
    tensors = _tensors(path)
    unknown = sorted(set(tensors) - set(shapes) - set(optional))
    missing = [name for name in shapes if name not in tensors]
    if unknown or missing:
        what = f"an unknown {unknown[0]!r}" if unknown else f"no {missing[0]!r}"
        raise InvalidInput(
            f"weights must be those of {network} as torchvision saves them, got {what} in {str(path)!r}",
            argument="weights",
        )
    for name, tensor in tensors.items():
        wanted = shapes.get(name, optional.get(name))
        if tuple(tensor.shape) != wanted:
            raise InvalidInput(
                f"weights must be those of {network}, whose {name!r} has shape {wanted}, "
                f"got {tuple(tensor.shape)} in {str(path)!r}",
                argument="weights",
            )
        if not tensor.is_floating_point() or not bool(torch.isfinite(tensor).all()):
            raise InvalidInput(f"weights must be finite numbers, {name!r} in {str(path)!r} is not", argument="weights")
    kept = {name: tensors[name].detach() for name in shapes}
    return {name: one if one.dtype == torch.float64 else one.float() for name, one in kept.items()}


def _tensors(path: Path) -> dict[str, torch.Tensor]:
    try:
        found: Any = (
            load_file(path)
            if path.suffix.lower() == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except (
        OSError,
        EOFError,
        RuntimeError,
        KeyError,
        ValueError,
        SafetensorError,
        UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise InvalidInput(
            f"weights must be a file of tensors only, {str(path)!r} cannot be read as one ({type(error).__name__})",
            argument="weights",
        ) from error
    if not isinstance(found, dict) or not all(isinstance(tensor, torch.Tensor) for tensor in found.values()):
        raise InvalidInput(
            f"weights must be a dictionary of tensors, a state dict, got {type(found).__name__} in {str(path)!r}",
            argument="weights",
        )
    return found
