"""Nothing that is read is run: no pickle, no code in YAML, TOML or JSON, no path out of an archive, no picture without end."""

from __future__ import annotations

import ast
import json
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.sweeps.configuration import tasks_of
from dualgap.sweeps.store import Store

# Readers that run, or may run, what they read; and what writes where an archive says.
RUNNERS = {
    "yaml.load", "yaml.unsafe_load", "yaml.full_load", "torch.load", "joblib.load", "pd.read_pickle", "pandas.read_pickle",
    "pickle.load", "pickle.loads", "marshal.loads", "cloudpickle.load", "cloudpickle.loads", "dill.load", "shelve.open",
    "os.system", "os.popen", "zipfile.ZipFile.extractall", "shutil.unpack_archive", "torch.hub.load",
}  # fmt: skip
METHODS = {"extractall", "extract", "read_pickle"}


def _runs(text: str) -> Iterator[str]:
    """The calls of a module that may run what they read."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        safe = name == "torch.load" and keywords.get("weights_only") == "True"
        if (name in RUNNERS and not safe) or (isinstance(node.func, ast.Attribute) and node.func.attr in METHODS):
            yield f"{node.lineno}: {name}"
        if keywords.get("shell") == "True" or keywords.get("allow_pickle") == "True":
            yield f"{node.lineno}: {name} with shell or allow_pickle"


def test_no_module_has_a_reader_that_may_run_what_it_reads(pytestconfig):
    root = pytestconfig.rootpath
    files = [path for folder in ("src", "paper_figures", "benchmarks") for path in (root / folder).rglob("*.py")]
    assert len(files) > 100
    found = [f"{path.relative_to(root)}:{one}" for path in files for one in _runs(path.read_text(encoding="utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "yaml.load(f)",
        "torch.load(f)",
        "torch.load(f, weights_only=False)",
        "archive.extractall(here)",
        "np.load(f, allow_pickle=True)",
        "subprocess.run(c, shell=True)",
        "pickle.loads(b)",
    ],
)
def test_a_reader_that_may_run_what_it_reads_is_noticed(text):
    assert list(_runs(text))
    assert not list(
        _runs("yaml.safe_load(f); torch.load(f, weights_only=True); np.load(f); json.load(f); tomllib.load(f)")
    )


class _Malicious:
    """Touches a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.fixture
def mark(tmp_path):
    """A file that must not appear; and proof that it would if the pickle were loaded."""
    mark = tmp_path / "ran"
    pickle.loads(pickle.dumps(_Malicious(mark)))
    assert mark.exists()
    mark.unlink()
    yield mark
    assert not mark.exists()


def test_a_malicious_pickle_is_run_by_no_reader_of_numbers(mark, tmp_path):
    from dualgap.report.reading import read_numbers

    bytes_of_it = pickle.dumps(_Malicious(mark))
    np.save(tmp_path / "object.npy", np.array([_Malicious(mark)], dtype=object), allow_pickle=True)
    (tmp_path / "raw.npy").write_bytes(bytes_of_it)
    (tmp_path / "raw.csv").write_bytes(bytes_of_it)
    for name in ("object.npy", "raw.npy", "raw.csv"):
        with pytest.raises(InvalidInput):
            read_numbers(tmp_path / name, "x")


def test_a_malicious_pickle_is_run_by_no_reader_of_results(mark, tmp_path):
    text = pickle.dumps(_Malicious(mark), protocol=0).decode("latin-1")
    store = Store(tmp_path / "sweep", function="m:f", code=None, tasks=tasks_of(min, {"a": [1]}, None))
    store.parts.mkdir(parents=True)
    (store.parts / "1.parquet").write_bytes(pickle.dumps(_Malicious(mark)))
    extension = pa.field("key", pa.string(), metadata={
        "ARROW:extension:name": "arrow.py_extension_type", "ARROW:extension:metadata": text,
    })  # fmt: skip
    pq.write_table(pa.table({"key": ["a"]}, schema=pa.schema([extension])), store.parts / "2.parquet")
    store.open()
    assert store.known() == {}
    assert len(store.set_aside) == 2


def test_a_malicious_checkpoint_is_refused_and_not_run(mark, tmp_path):
    path = tmp_path / "run.safetensors"
    path.write_bytes(pickle.dumps(_Malicious(mark)))
    header = json.dumps({"../../ran": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    for content in (path.read_bytes(), struct.pack("<Q", len(header)) + header + b"\0\0\0\0", struct.pack("<Q", 2**62)):
        path.write_bytes(content)
        gan = dg.training.AdversarialGame(
            generator=dg.networks.MLP((2, 4, 2)),
            critic=dg.networks.MLP((2, 4, 1)),
            objective=dg.duals.JensenShannon(),
            data=dg.training.Ring(spread=0.05),
            latent=2,
            batch_size=4,
            saturating=False,
        )
        with pytest.raises(InvalidInput, match="checkpoint must be"):
            dg.training.train(gan, dg.methods.SimultaneousGDA(step=1e-2), seeds=[0], steps=2, checkpoint=path)
    assert {one.name for one in tmp_path.iterdir()} <= {"run.safetensors"}


def test_names_in_an_archive_of_arrays_lead_nowhere(mark, tmp_path):
    from paper_figures.numbers import kept

    archive = tmp_path / "numbers.npz"
    (tmp_path / "numbers.json").write_text("{}")
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../ran", b"out of the folder")
        file.writestr("/tmp/ran.npy", pickle.dumps(_Malicious(mark)))
    assert kept("numbers", tmp_path) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["numbers.json", "numbers.npz"]


def _png(width: int, height: int) -> bytes:
    """The beginning of a PNG that claims to be of a size, with next to nothing in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(100_000, 100_000), (2**31 - 1, 1), (20_000, 20_000), (0, 5)])
def test_a_picture_of_an_absurd_size_is_refused_before_it_is_decoded(size, tmp_path):
    from dualgap.report.picture_files import read_picture

    path = tmp_path / "picture.png"
    path.write_bytes(_png(*size))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            read_picture(path, "content", size=64)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()
