"""Pictures and animations of samples, whole and in the form that was asked for."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from dualgap.errors import InvalidInput, MissingExtra
from dualgap.report.samples import A_SECOND, _figure, _tiled, animate, draw_samples

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dimension", [1, 2, 3, 16])
@pytest.mark.parametrize("ending", [".png", ".svg", ".pdf"])
def test_samples_are_drawn_beside_data_in_any_dimension(dimension, ending, tmp_path):
    points, data = RNG.uniform(-1, 1, (2, 40, dimension))
    path = draw_samples(points, data, "title", tmp_path / f"a{ending}")
    assert path.stat().st_size > 1000


def test_points_outside_of_the_picture_are_counted():
    data = np.array([[0.0, 0.0], [4.0, 4.0]])  # drawn from -1 to 5
    points = np.array([[2.0, 2.0], [5.0, -1.0], [6.0, 0.0], [0.0, -2.0], [np.nan, 0.0], [np.inf, 0.0]])
    left, right = _figure(points, data, "").axes
    assert (left.get_title(), right.get_title()) == ("data", "generated (4 of 6 outside)")


def test_an_animation_has_a_frame_for_each_record(tmp_path):
    frames = RNG.normal(size=(3, 30, 2))
    path = animate(list(frames), frames[0], ["a", "b", "c"], tmp_path / "a.gif")
    with Image.open(path) as image:
        assert image.n_frames == 3


def test_pictures_are_tiled_row_by_row():
    cloud = np.arange(4 * 4).reshape(4, 4).astype(float)
    tiles = _tiled(cloud, 2)
    assert tiles[:2, :2].ravel().tolist() == [0, 1, 2, 3]
    assert tiles[:2, 3:].ravel().tolist() == [4, 5, 6, 7]
    assert tiles[3:, :2].ravel().tolist() == [8, 9, 10, 11]
    assert np.isnan(tiles[2]).all()  # a pixel of nothing between them
    assert np.isnan(tiles[:, 2]).all()


def test_another_ending_is_refused(tmp_path):
    points = np.zeros((4, 2))
    with pytest.raises(InvalidInput, match=r"^output must end in .png, .pdf or .svg"):
        draw_samples(points, points, "", tmp_path / "a.gif")
    with pytest.raises(InvalidInput, match=r"^output must end in .gif or .mp4"):
        animate([points], points, [""], tmp_path / "a.png")


def test_a_video_has_a_frame_for_each_record_and_even_sides(tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="needs imageio-ffmpeg, of the extra video")
    frames = RNG.normal(size=(3, 30, 2))
    path = animate(list(frames), frames[0], ["a", "b", "c"], tmp_path / "a.MP4")
    assert path.read_bytes()[4:8] == b"ftyp"
    assert [one.name for one in tmp_path.iterdir()] == ["a.MP4"]
    number, seconds = ffmpeg.count_frames_and_secs(str(path))
    assert number == 3
    assert seconds == pytest.approx(3 / A_SECOND)
    reader = ffmpeg.read_frames(str(path))
    width, height = next(reader)["size"]
    reader.close()
    assert width % 2 == height % 2 == 0


def test_without_an_encoder_a_video_is_refused_with_what_brings_one(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)  # as where it is not installed
    points = np.zeros((4, 2))
    with pytest.raises(MissingExtra, match=r"^imageio_ffmpeg is needed .* pip install 'dualgap\[video\]'"):
        animate([points], points, [""], tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())
