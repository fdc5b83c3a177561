"""``dualgap style``."""

from __future__ import annotations

import json

import numpy as np
import pytest

image = pytest.importorskip("PIL.Image")


@pytest.fixture
def pictures(tmp_path):
    rng = np.random.default_rng(0)
    for name, shape in (("content.png", (60, 64, 3)), ("style.png", (64, 68, 3))):
        image.fromarray(rng.integers(0, 255, shape, dtype=np.uint8)).save(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--features", "random", "--loss", "gatys"),
        ("--features", "patches", "--loss", "gaussian"),
        ("--loss", "lecture"),
    ],
)
def test_a_style_is_transferred_to_a_picture_of_the_same_size(command, pictures, options):
    code, out, _ = command("style", "content.png", "style.png", "-o", "out.png", "--steps", "1", *options)
    assert code == 0
    assert "style loss 1 ->" in out
    with image.open(pictures / "out.png") as picture:
        assert picture.size == (64, 60)


def test_the_losses_are_beside_the_picture(command, pictures):
    command("style", "content.png", "style.png", "-o", "new/out.jpg", "--steps", "2", "--seed", "3")
    said = json.loads((pictures / "new" / "out.json").read_text())
    assert said["content"] == "content.png"
    assert said["seed"] == 3
    assert said["worked_on"] == [said["width"], said["height"]] == [64, 60]
    assert (
        len(said["style_loss"]) == len(said["content_loss"]) == len(said["scale"]) == 6
    )  # two sizes, from before step 1
    styles = [losses for name, losses in said["layers"].items() if not name.startswith("outline")]
    np.testing.assert_allclose(np.mean(styles, axis=0), said["style_loss"], rtol=1e-5)  # float32 means


def test_a_reduced_picture_has_the_size_and_the_orientation_of_the_content_again(command, pictures):
    notes = image.Exif()
    notes[274] = 6  # held on its side: what is stored as 120 x 100 is seen as 100 x 120
    pixels = np.random.default_rng(1).integers(0, 255, (100, 120, 3), dtype=np.uint8)
    image.fromarray(pixels).save(pictures / "held.jpg", exif=notes)
    code, out, _ = command("style", "held.jpg", "style.png", "-o", "out.png", "--steps", "1", "--size", "72")
    assert code == 0
    assert "worked on at 60 x 72" in out
    with image.open(pictures / "out.png") as picture:
        assert picture.size == (100, 120)
        assert not picture.getexif()


def test_the_contents_colours_can_be_kept(command, pictures):
    grey = image.open(pictures / "content.png").convert("L")
    grey.save(pictures / "grey.png")
    command("style", "grey.png", "style.png", "-o", "out.png", "--steps", "1", "--colours", "content")
    with image.open(pictures / "out.png") as picture:
        found = np.asarray(picture).astype(int)
    assert np.abs(found - found[..., :1]).max() <= 1  # each colour is rounded on its own


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("style", "absent.png", "absent.png", "-o", "out.png"), "absent.png must be a file that exists"),
        (("style", "file", "file", "-o", "out.png"), "file must be a picture"),
        (("style", "absent.png", "absent.png", "-o", "out.doc"), "output must end in .png, .jpg"),
        (("style", "file", "file", "-o", "out.png", "--size", "0"), "Invalid value for '--size'"),
        (("style", "file", "file", "-o", "out.png", "--features", "resnet"), "Invalid value for '--features'"),
        (("style", "file", "file", "-o", "out.png", "--features", "vgg"), "--weights must name VGG-19's weights"),
        (("style", "file", "file", "-o", "out.png", "--weights", "file"), "--weights must go with --features vgg"),
        (
            ("style", "file", "file", "-o", "out.png", "--features", "vgg", "--weights", "absent.pth"),
            "weights must be a file that exists",
        ),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(refused, arguments, said):
    refused(arguments, said)


@pytest.mark.parametrize("output", ["content.png", "style.png", "new/../content.png"])
def test_a_picture_that_was_given_is_not_written_over(command, pictures, output):
    (pictures / "new").mkdir()
    before = (pictures / "content.png").read_bytes(), (pictures / "style.png").read_bytes()
    code, _, err = command("style", "content.png", "style.png", "-o", output, "--steps", "1")
    assert code == 2
    assert "output must be another file than" in err
    assert ((pictures / "content.png").read_bytes(), (pictures / "style.png").read_bytes()) == before


@pytest.mark.parametrize(
    ("mode", "ending"), [("RGBA", "png"), ("P", "png"), ("L", "png"), ("1", "png"), ("CMYK", "jpg")]
)
def test_a_picture_of_any_colours_can_be_given(command, pictures, mode, ending):
    with image.open(pictures / "content.png") as opened:
        opened.convert(mode).save(pictures / f"other.{ending}")
    code, _, err = command("style", f"other.{ending}", "style.png", "-o", "out.png", "--steps", "1")
    assert code == 0, err
    with image.open(pictures / "out.png") as picture:
        assert (picture.size, picture.mode) == ((64, 60), "RGB")


def test_a_size_that_is_too_small_for_the_features_is_refused(command, pictures):
    code, _, err = command("style", "content.png", "style.png", "-o", "out.png", "--size", "40")
    assert code == 2
    assert "size must be at least" in err
