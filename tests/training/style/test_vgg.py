"""VGG-19: the layers of a network written out in another way, from a file in torchvision's own format."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from dualgap.errors import InvalidInput
from dualgap.training.style import VGG19
from dualgap.training.style.vgg import LAYERS, shapes

#: torchvision's list of the network: widths, and M for a pooling.
LIST = [64, 64, "M", 128, 128, "M", 256, 256, 256, 256, "M", 512, 512, 512, 512, "M", 512, 512, 512, 512, "M"]


def sequential(pooling):
    modules, channels = [], 3
    for width in LIST:
        if width == "M":
            modules.append(nn.MaxPool2d(2, 2) if pooling == "max" else nn.AvgPool2d(2, 2))
        else:
            modules += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
    return nn.Sequential(*modules)


@pytest.fixture(scope="module")
def state():
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(shape, generator=generator) * (2 / (9 * shape[1])) ** 0.5
        if len(shape) == 4
        else 0.1 * torch.randn(shape, generator=generator)
        for name, shape in shapes().items()
    }


@pytest.fixture(scope="module")
def path(state, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "vgg19.safetensors"
    save_file(state, path)
    return path


def test_the_shapes_are_those_of_torchvisions_list():
    assert {
        f"features.{name}": tuple(tensor.shape) for name, tensor in sequential("max").state_dict().items()
    } == shapes()
    assert len(LAYERS) == 16


@pytest.mark.parametrize("pooling", ["average", "max"])
def test_every_layer_is_that_of_the_network_written_out(state, path, pooling):
    network = sequential(pooling)
    network.load_state_dict({name.removeprefix("features."): tensor for name, tensor in state.items()})
    pixels = torch.rand(2, 3, 34, 33, generator=torch.Generator().manual_seed(1))
    means, deviations = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    maps, expected = (pixels - means[:, None, None]) / deviations[:, None, None], []
    with torch.no_grad():
        for module in network:
            maps = module(maps)
            if isinstance(module, nn.ReLU):
                expected.append(maps)
    features = VGG19(path, pooling=pooling, style=LAYERS, content=("conv4_2",))
    found, grid = features(pixels), features.grid(34, 33)
    for name, maps in zip(LAYERS, expected, strict=True):
        torch.testing.assert_close(found[name], maps.flatten(-2), rtol=1e-4, atol=1e-4)  # 16 layers in float32
        assert grid[name] == tuple(maps.shape[-2:])


def test_the_layers_of_the_paper_are_the_default_and_no_others_are_returned(path):
    features = VGG19(path)
    assert features.content_layers == ("conv4_2",)
    assert features.style_layers == ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
    assert features.smallest_side == 16
    layers = features(torch.zeros(3, 16, 16))
    assert set(layers) == {*features.content_layers, *features.style_layers}
    assert layers["conv5_1"].shape == (512, 1)
    assert VGG19(path, content=("conv1_2",), style=("conv2_1",)).smallest_side == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"pooling": "mean"}, "pooling must be one of 'average', 'max'"),
        ({"style": ("conv6_1",)}, "style must name layers from conv1_1 to conv5_4, got 'conv6_1'"),
        ({"content": "conv4_2"}, "content must be a tuple of layers"),
        ({"content": ()}, "content must be a tuple of layers"),
    ],
)
def test_layers_that_do_not_exist_are_refused(path, options, words):
    with pytest.raises(InvalidInput, match=words):
        VGG19(path, **options)


def test_the_weights_of_another_network_are_refused(tmp_path, state):
    sixteen = {name: tensor for name, tensor in state.items() if int(name.split(".")[1]) < 30}
    save_file(sixteen, tmp_path / "vgg16.safetensors")
    with pytest.raises(InvalidInput, match="weights must be those of VGG-19 as torchvision saves them"):
        VGG19(tmp_path / "vgg16.safetensors")
