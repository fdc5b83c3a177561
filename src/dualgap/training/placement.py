"""Where a run is computed, and in how many digits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, final

import torch

from dualgap.errors import InvalidInput

__all__ = ["Placement"]

FULL = (torch.float32, torch.float64)


@final
@dataclass(frozen=True)
class Placement:
    """A device, the type of the weights, and the arithmetic of matrix products.

    Parameters
    ----------
    dtype : torch.float32, torch.float64, torch.bfloat16 or "tf32"
        bfloat16 (8 bits of significand) and TF32 (11 bits, Nvidia's tensor cores) are the types that matrices are multiplied in;
        the weights, the losses and the method's memory are float32 then.
    device : torch device

    Raises
    ------
    InvalidInput
        For another type, for a device that torch does not know or that is not there, and for TF32 anywhere but on CUDA.

    Examples
    --------
    >>> Placement(torch.bfloat16, "cpu").options["dtype"]
    torch.float32
    """

    dtype: Any
    device: Any

    def __post_init__(self) -> None:
        if self.dtype not in (*FULL, torch.bfloat16, "tf32"):
            raise InvalidInput(
                f'dtype must be torch.float32, torch.float64, torch.bfloat16 or "tf32", got {self.dtype!r}',
                argument="dtype",
            )
        try:
            torch.zeros(1, device=torch.device(self.device)).cpu()
        except (RuntimeError, AssertionError, TypeError) as error:  # by the kind of device
            words = str(error).partition("\n")[0].partition(". ")[0]
            raise InvalidInput(
                f'device must be one that torch can use here, such as "cpu", got {self.device!r} ({words})',
                argument="device",
            ) from error
        if self.dtype == "tf32" and self._device.type != "cuda":
            raise InvalidInput(
                f'dtype must be torch.float32 or torch.bfloat16 on {self._device}, got "tf32", which only CUDA has',
                argument="dtype",
            )

    @property
    def _device(self) -> torch.device:
        return torch.device(self.device)

    @property
    def options(self) -> dict[str, Any]:
        """The type of the weights and the device, as :class:`~dualgap.games.Streams` takes them."""
        return {"dtype": self.dtype if self.dtype in FULL else torch.float32, "device": self._device}

    def arithmetic(self) -> Any:
        """The context in which matrices are multiplied as asked for; the process's own setting holds again after it.

        On CUDA torch takes TF32 for convolutions unless it is told not to.
        """
        if self.dtype is torch.bfloat16:
            return torch.autocast(self._device.type, torch.bfloat16)
        return _tf32(self.dtype == "tf32") if self._device.type == "cuda" else nullcontext()


@contextmanager
def _tf32(allowed: bool) -> Iterator[None]:
    places: tuple[Any, ...] = (torch.backends.cuda.matmul, torch.backends.cudnn)
    before = [one.allow_tf32 for one in places]
    for one in places:
        one.allow_tf32 = allowed
    try:
        yield
    finally:
        for one, own in zip(places, before, strict=True):
            one.allow_tf32 = own
