"""Weights come from files of tensors alone, and are those of the network or refused."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from dualgap.errors import InvalidInput
from dualgap.training.style.weights import read_weights

SHAPES = {"a.weight": (2, 3), "a.bias": (2,)}


def state():
    return {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2)}


def read(path):
    return read_weights(path, SHAPES, optional={"b": (4,)}, network="own")


@pytest.mark.parametrize("ending", [".safetensors", ".pth", ".pt"])
def test_weights_are_read_from_each_kind_of_file(tmp_path, ending):
    path = tmp_path / f"own{ending}"
    tensors = {**state(), "b": torch.zeros(4)}
    if ending == ".safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors, path)
    found = read(str(path))
    assert set(found) == set(SHAPES)
    assert all(torch.equal(found[name], tensors[name]) for name in SHAPES)


def test_the_format_of_torchs_first_years_is_read(tmp_path):
    """Torchvision's own file of this network has it."""
    torch.save(state(), tmp_path / "own.pth", _use_new_zipfile_serialization=False)
    found = read(tmp_path / "own.pth")
    assert all(torch.equal(found[name], tensor) for name, tensor in state().items())


def test_half_precision_becomes_single(tmp_path):
    torch.save({name: tensor.half() for name, tensor in state().items()}, tmp_path / "own.pt")
    assert all(tensor.dtype == torch.float32 for tensor in read(tmp_path / "own.pt").values())


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


@pytest.mark.parametrize(
    ("tensors", "words"),
    [
        ({"a.weight": torch.zeros(2, 3)}, "got no 'a.bias'"),
        ({**state(), "c": torch.zeros(1)}, "got an unknown 'c'"),
        ({**state(), "a.bias": torch.zeros(3)}, r"whose 'a.bias' has shape \(2,\), got \(3,\)"),
        ({**state(), "b": torch.zeros(5)}, r"whose 'b' has shape \(4,\), got \(5,\)"),
        ({**state(), "a.bias": torch.tensor([1.0, float("nan")])}, "must be finite numbers, 'a.bias'"),
        ({**state(), "a.bias": torch.zeros(2, dtype=torch.int64)}, "must be finite numbers, 'a.bias'"),
        ({"epoch": 3}, "must be a dictionary of tensors"),
        (torch.zeros(3), "must be a dictionary of tensors"),
        ({"a.weight": Evil()}, "must be a file of tensors only"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path, capsys, tensors, words):
    torch.save(tensors, tmp_path / "own.pth")
    with pytest.raises(InvalidInput, match=words) as caught:
        read(tmp_path / "own.pth")
    assert caught.value.argument == "weights"
    assert "executed" not in capsys.readouterr().out


@pytest.mark.parametrize("ending", [".safetensors", ".pth"])
@pytest.mark.parametrize("content", [b"", b"words", b"PK\x03\x04 no archive", b"\x00" * 64])
def test_a_file_that_holds_no_tensors_is_refused(tmp_path, ending, content):
    (tmp_path / f"own{ending}").write_bytes(content)
    with pytest.raises(InvalidInput, match="must be a file of tensors only"):
        read(tmp_path / f"own{ending}")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("absent.pth", "must be a file that exists"),
        ("own.onnx", r"must be a .safetensors, .pth, .pt file"),
        (3, "path"),
    ],
)
def test_a_file_that_is_none_is_refused(path, words):
    with pytest.raises(InvalidInput, match=words):
        read(path)
