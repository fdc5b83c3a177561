"""Arrays, datasets of torch, digits and folders of pictures become points to draw from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.training import as_source, digits_source, image_folder


def test_an_array_a_tensor_and_a_dataset_of_the_same_points_are_the_same_source():
    points = np.arange(12.0).reshape(6, 2)
    labelled = torch.utils.data.TensorDataset(torch.tensor(points), torch.arange(6))
    drawn = [as_source(data).draw(Streams(0), 20) for data in (points, torch.tensor(points), labelled)]
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[0], drawn[2])
    assert {tuple(one) for one in drawn[0].tolist()} <= {tuple(one) for one in points.tolist()}


def test_a_law_is_itself():
    ring = dg.training.Ring()
    assert as_source(ring) is ring


class Endless(torch.utils.data.IterableDataset):
    def __iter__(self):
        yield torch.zeros(2)


class Uneven(torch.utils.data.Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return torch.zeros(index + 1)


@pytest.mark.parametrize(
    "data",
    [
        "ring",
        None,
        [[0.0, 1.0]],
        np.array([[0.0, np.nan]]),
        torch.tensor([[float("inf"), 0.0]]),
        np.zeros((2, 2, 2)),
        np.array([["a", "b"]]),
        np.zeros((0, 2)),
        Endless(),
        Uneven(),
    ],
)
def test_what_is_no_data_is_named_before_any_work(data):
    with pytest.raises(InvalidInput, match=r"^data must"):
        dg.training.AdversarialGame(
            generator=dg.networks.MLP((2, 4, 2)),
            critic=dg.networks.MLP((2, 4, 1)),
            objective=dg.duals.JensenShannon(),
            data=data,
            latent=2,
            batch_size=4,
            saturating=False,
        )


def test_data_of_another_dimension_than_the_generators_output_are_refused():
    with pytest.raises(InvalidInput, match=r"^generator must map R\^2 to R\^3, got a network from R\^2 to R\^2"):
        dg.training.AdversarialGame(
            generator=dg.networks.MLP((2, 4, 2)),
            critic=dg.networks.MLP((3, 4, 1)),
            objective=dg.duals.JensenShannon(),
            data=np.zeros((5, 3)),
            latent=2,
            batch_size=4,
            saturating=False,
        )


def test_digits_lie_in_the_cube_and_touch_both_ends():
    points = digits_source().points
    assert points.shape == (1797, 64)
    assert (points.min(), points.max()) == (-1.0, 1.0)


def test_a_folder_of_pictures_is_a_point_each(tmp_path):
    white, black = Image.new("RGB", (20, 10), (255, 255, 255)), Image.new("L", (5, 9), 0)
    white.save(tmp_path / "b.png")
    black.save(tmp_path / "a.jpg")
    (tmp_path / "notes.txt").write_text("no picture")
    colour = image_folder(tmp_path, side=4)
    assert colour.points.shape == (2, 48)
    assert colour.points.tolist() == [[-1.0] * 48, [1.0] * 48]
    assert image_folder(tmp_path, side=3, colours=1).points.shape == (2, 9)
    red = Image.new("RGB", (6, 6), (255, 0, 0))
    (tmp_path / "red").mkdir()
    red.save(tmp_path / "red" / "r.png")
    assert image_folder(tmp_path / "red", side=2).points.tolist() == [[1.0] * 4 + [-1.0] * 8]  # colour by colour


def test_a_folder_without_readable_pictures_is_named(tmp_path):
    for folder in (tmp_path / "none", tmp_path, 3):
        with pytest.raises(InvalidInput, match=r"^folder must"):
            image_folder(folder, side=4)
    (tmp_path / "broken.png").write_bytes(b"not a picture")
    with pytest.raises(InvalidInput, match=r"^folder must hold readable pictures, got broken.png"):
        image_folder(tmp_path, side=4)
    with pytest.raises(InvalidInput, match=r"^side must"):
        image_folder(tmp_path, side=0)
    with pytest.raises(InvalidInput, match=r"^colours must"):
        image_folder(tmp_path, side=4, colours=2)
