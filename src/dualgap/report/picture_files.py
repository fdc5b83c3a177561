"""Files of pictures as pixels, as a person sees them; nothing in them is executed."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.report.reading import require_file

__all__ = ["LARGEST_PICTURE", "Picture", "read_picture"]

#: Pixels of the largest picture that is decoded: 192 MiB of colours.
LARGEST_PICTURE = 2**26
#: The largest number that a pixel of 16 bits can be.
SIXTEEN_BITS = 65535


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """The pixels of a picture, perhaps reduced, and its own size.

    Parameters
    ----------
    pixels : (h, w, 3) uint8 array
    height, width : int
        Of the picture as a person sees it, before it was reduced.

    Examples
    --------
    >>> Picture(pixels=np.zeros((2, 3, 3), dtype=np.uint8), height=4, width=6).reduced
    True
    """

    pixels: np.ndarray
    height: int
    width: int

    @property
    def reduced(self) -> bool:
        """Whether the pixels are fewer than the picture's."""
        return self.pixels.shape[:2] != (self.height, self.width)

    def resized(self, height: int, width: int) -> Picture:
        """The pixels at another size."""
        image = require("PIL.Image", extra="figures")
        pixels = np.asarray(image.fromarray(self.pixels).resize((width, height), image.Resampling.LANCZOS))
        return Picture(pixels=pixels, height=self.height, width=self.width)

    def of_own_size(self, found: np.ndarray) -> Any:
        """Colours (h, w, 3) in [0, 1] as an image of Pillow of this picture's own size."""
        image = require("PIL.Image", extra="figures")
        picture = image.fromarray(np.round(255 * np.clip(found, 0, 1)).astype(np.uint8))
        own = (self.width, self.height)
        return picture if picture.size == own else picture.resize(own, image.Resampling.BICUBIC)


def read_picture(path: Path, name: str, *, size: int, smallest_side: int = 1) -> Picture:
    """The pixels of a picture the right way up, reduced so that its longer side is at most ``size``.

    A camera's note of how it was held (EXIF) is followed, what is transparent is put on white, sixteen bits become eight, of
    an animation the first picture is taken.

    Parameters
    ----------
    path : Path
    name : str
        The argument that it came from.
    size : int
    smallest_side : int
        What the shorter side must have after that.

    Raises
    ------
    InvalidInput
        When there is no such file, it is no picture, it says that it has more than 2^26 pixels (nothing is decoded then), or
        it is or becomes too small.
    """
    image = require("PIL.Image", extra="figures")
    require_file(path, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", image.DecompressionBombWarning)  # what is too large is refused below
            warnings.simplefilter("ignore", UserWarning)  # about notes in the file that say nothing of its pixels
            with image.open(path) as opened:
                _require_decodable(opened.size, path, name)
                picture = _upright(opened, path, name)
    except image.UnidentifiedImageError as error:
        raise InvalidInput(f"{path} must be a picture, such as a .png or .jpg file", argument=name) from error
    except image.DecompressionBombError as error:
        raise InvalidInput(
            f"{path} must have at most {LARGEST_PICTURE:,} pixels; reduce it first", argument=name
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"{path} must be a picture that can be read ({error})", argument=name) from error
    width, height = picture.size
    short, long = sorted(picture.size)
    if short < smallest_side:
        raise InvalidInput(
            f"{path} must be at least {smallest_side} x {smallest_side} pixels, got {width} x {height}; "
            "use a larger picture",
            argument=name,
        )
    picture.thumbnail((size, size), resample=image.Resampling.LANCZOS)
    if min(picture.size) < smallest_side:
        least = math.ceil(smallest_side * long / short)
        raise InvalidInput(
            f"size must be at least {least} for {path}, whose shorter side would otherwise be below {smallest_side} "
            f"pixels, got {size}",
            argument="size",
        )
    return Picture(pixels=np.asarray(picture), height=height, width=width)


def _require_decodable(size: tuple[int, int], path: Path, name: str) -> None:
    if size[0] * size[1] > LARGEST_PICTURE:
        raise InvalidInput(
            f"{path} must have at most {LARGEST_PICTURE:,} pixels, got {size[0]} x {size[1]}; reduce it first",
            argument=name,
        )


def _upright(opened: Any, path: Path, name: str) -> Any:
    """The picture in RGB as a person sees it."""
    image = require("PIL.Image", extra="figures")
    upright = require("PIL.ImageOps", extra="figures").exif_transpose(opened)
    if upright.mode == "F":
        raise InvalidInput(
            f"{path} must have whole numbers as pixels, got real numbers of no known range", argument=name
        )
    if upright.mode.startswith("I"):
        levels = np.clip(np.asarray(upright, dtype=np.float64), 0, SIXTEEN_BITS) * (255 / SIXTEEN_BITS)
        return image.fromarray(np.round(levels).astype(np.uint8)).convert("RGB")
    if "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        colours = upright.convert("RGBA")
        paper = image.new("RGBA", colours.size, "white")
        return image.alpha_composite(paper, colours).convert("RGB")
    return upright.convert("RGB")
