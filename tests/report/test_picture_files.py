"""Files become pictures as a person sees them, or are refused."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.report.picture_files import LARGEST_PICTURE, Picture, read_picture

image = pytest.importorskip("PIL.Image")

CORNERS = np.array(
    [[[255, 0, 0], [0, 255, 0], [9, 9, 9]], [[0, 0, 255], [255, 255, 255], [99, 99, 99]]], dtype=np.uint8
)


def saved(path, pixels, **options):
    image.fromarray(pixels).save(path, **options)
    return path


def test_a_picture_is_reduced_and_has_three_colours(tmp_path):
    found = read_picture(saved(tmp_path / "grey.png", np.zeros((20, 40), dtype=np.uint8)), "content", size=10)
    assert found.pixels.shape == (5, 10, 3)
    assert (found.height, found.width, found.reduced) == (20, 40, True)


def test_pixels_are_read_as_they_are(tmp_path):
    found = read_picture(saved(tmp_path / "a.png", CORNERS), "content", size=10)
    assert np.array_equal(found.pixels, CORNERS)
    assert not found.reduced


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, lambda x: x),
        (2, lambda x: x[:, ::-1]),
        (3, lambda x: x[::-1, ::-1]),
        (4, lambda x: x[::-1]),
        (5, lambda x: x.swapaxes(0, 1)),
        (6, lambda x: np.rot90(x, -1)),
        (7, lambda x: np.rot90(x, 2).swapaxes(0, 1)),
        (8, lambda x: np.rot90(x, 1)),
    ],
)
def test_a_cameras_note_of_how_it_was_held_is_followed(tmp_path, orientation, upright):
    notes = image.Exif()
    notes[274] = orientation
    path = saved(tmp_path / "held.png", CORNERS, exif=notes)
    found = read_picture(path, "content", size=10)
    assert np.array_equal(found.pixels, upright(CORNERS))
    assert (found.height, found.width) == upright(CORNERS).shape[:2]


def test_what_is_transparent_is_white(tmp_path):
    pixels = np.zeros((2, 2, 4), dtype=np.uint8)
    pixels[0, 0] = (10, 20, 30, 255)
    found = read_picture(saved(tmp_path / "a.png", pixels), "content", size=10).pixels
    assert found[0, 0].tolist() == [10, 20, 30]
    assert (found[1] == 255).all()


def test_sixteen_bits_become_eight(tmp_path):
    pixels = np.array([[0, 257 * 100], [65535, 257 * 7]], dtype=np.uint16)
    found = read_picture(saved(tmp_path / "deep.png", pixels), "content", size=10).pixels
    assert found[..., 0].tolist() == [[0, 100], [255, 7]]


def test_real_numbers_have_no_range(tmp_path):
    path = saved(tmp_path / "a.tiff", np.zeros((4, 4), dtype=np.float32))
    with pytest.raises(InvalidInput, match="must have whole numbers"):
        read_picture(path, "content", size=10)


def test_the_first_picture_of_an_animation_is_taken(tmp_path):
    frames = [image.fromarray(np.full((6, 6), level, dtype=np.uint8)) for level in (0, 255)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (read_picture(tmp_path / "a.gif", "content", size=10).pixels == 0).all()


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(InvalidInput, match=r"text.png must be a picture, such as") as caught:
        read_picture(tmp_path / "text.png", "content", size=10)
    assert caught.value.argument == "content"


def test_a_picture_that_is_cut_off_is_refused(tmp_path):
    path = saved(tmp_path / "a.png", np.eye(64, dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InvalidInput, match=r"a.png must be a picture that can be read"):
        read_picture(path, "content", size=10)


@pytest.mark.parametrize("side", [8193, 14_000, 100_000])
def test_a_picture_of_an_absurd_size_is_refused_before_it_is_decoded(tmp_path, side):
    """The header alone says the size: there are no pixels in the file to decode."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", b""), (b"IEND", b"")]
    written = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    (tmp_path / "vast.png").write_bytes(b"\x89PNG\r\n\x1a\n" + written)
    with pytest.raises(InvalidInput, match=f"vast.png must have at most {LARGEST_PICTURE:,} pixels"):
        read_picture(tmp_path / "vast.png", "content", size=10)


def test_a_size_that_makes_a_picture_too_small_is_refused_with_one_that_does_not(tmp_path):
    path = saved(tmp_path / "wide.png", np.zeros((60, 100), dtype=np.uint8))
    with pytest.raises(InvalidInput, match=r"size must be at least 94 for .*wide.png.* got 60"):
        read_picture(path, "content", size=60, smallest_side=56)
    assert read_picture(path, "content", size=94, smallest_side=56).pixels.shape == (56, 94, 3)
    with pytest.raises(InvalidInput, match=r"wide.png must be at least 61 x 61 pixels, got 100 x 60"):
        read_picture(path, "content", size=100, smallest_side=61)


def test_a_result_gets_the_pictures_own_size_back():
    picture = Picture(pixels=np.zeros((2, 3, 3), dtype=np.uint8), height=4, width=6)
    found = picture.of_own_size(np.full((2, 3, 3), 1.5))
    assert found.size == (6, 4)
    assert (np.asarray(found) == 255).all()
    assert picture.resized(5, 7).pixels.shape == (5, 7, 3)
