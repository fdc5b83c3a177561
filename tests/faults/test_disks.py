"""A full disk, a folder that cannot be written to, and files that are not what they should be: a clear error, and nothing lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import dualgap as dg
from dualgap.claims.cache import ResultCache
from dualgap.errors import InvalidInput, Unwritable
from dualgap.sweeps import store as store_module
from dualgap.writing import write_text


def call(a):
    return {"value": a / 7, "text": "x" * 2000}


def _sweep(folder, values=range(30)):
    return dg.sweep(call, {"a": list(values)}, path=folder, backend="sequential")


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(store_module, "AT_RISK", 0.0)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB; without the right to mount one, the test is skipped (the limit below needs no right)."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True, capture_output=True)


def test_a_sweep_on_a_full_disk_says_so_and_goes_on_when_there_is_room(at_once, disk, tmp_path, leftovers):
    filler = disk / "filler"
    filler.write_bytes(b"x" * 24_000)
    with pytest.raises(Unwritable, match=r"room for it, .* \(No space left on device\)"):
        _sweep(disk / "sweep")
    assert leftovers(disk) == []
    kept = _sweep_known(disk / "sweep")
    assert 0 < kept < 30
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=1m", str(disk)], check=True, capture_output=True)
    again = _sweep(disk / "sweep")
    assert again.remembered == kept
    assert again["value"].tolist() == _sweep(tmp_path / "whole")["value"].tolist()


def _sweep_known(folder: Path) -> int:
    import pyarrow.parquet as pq

    return sum(pq.read_table(path).num_rows for path in (folder / "_parts").glob("*.parquet"))


def test_a_disk_that_can_only_be_read_is_said_to_be_one(disk):
    _sweep(disk / "sweep", range(2))
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, capture_output=True)
    for action in (
        lambda: _sweep(disk / "sweep"),
        lambda: _sweep(disk / "other"),
        lambda: write_text(disk / "page.html", "page"),
        lambda: ResultCache(disk / "cache", budget="quick", seed=0, mutants=False),
    ):
        with pytest.raises(Unwritable, match="can be written to"):
            action()


def test_a_result_too_large_for_the_disk_is_an_error_and_no_half_file(without_room, leftovers, tmp_path):
    def action():
        with pytest.raises(Unwritable, match="room"):
            write_text(tmp_path / "page.html", "x" * 10_000)

    assert without_room(1000, action) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_process_without_the_right_to_write_is_told_so(tmp_path):
    """As root every folder can be written to, so a file stands where the folder should."""
    (tmp_path / "file").touch()
    for action in (
        lambda: _sweep(tmp_path / "file" / "sweep"),
        lambda: _sweep(tmp_path / "file"),
        lambda: write_text(tmp_path / "file" / "page.html", "page"),
        lambda: ResultCache(tmp_path / "file" / "cache", budget="quick", seed=0, mutants=False),
    ):
        with pytest.raises(Unwritable):
            action()


DAMAGE = {
    "truncated": lambda whole: whole[: len(whole) // 2],
    "empty": lambda whole: b"",
    "foreign": lambda whole: b'{"key": "another", "result": {}}',
    "binary": lambda whole: os.urandom(64),
    "nested": lambda whole: b"[" * 100_000,
    "pickle": lambda whole: b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_cache_of_claims_counts_as_absent(kind, tmp_path):
    (claim,) = [claim for claim in dg.claims.all() if claim.identifier == "kl-nonnegative"]
    known = ResultCache(tmp_path, budget="quick", seed=0, mutants=False)
    known.put(dg.verify(only="kl-nonnegative").results[0])
    assert known.get(claim) is not None
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    assert known.get(claim) is None
    assert dg.verify(only="kl-nonnegative", cache=tmp_path).results[0].good
    assert known.get(claim) is not None


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_checkpoint_is_refused_or_the_one_before_it_is_taken(kind, tmp_path):
    path = tmp_path / "run.safetensors"

    def train(steps):
        gan = dg.training.AdversarialGame(
            generator=dg.networks.MLP((2, 4, 2)),
            critic=dg.networks.MLP((2, 4, 1)),
            objective=dg.duals.JensenShannon(),
            data=dg.training.Ring(spread=0.05),
            latent=2,
            batch_size=4,
            saturating=False,
        )
        run = dg.training.train(
            gan, dg.methods.SimultaneousGDA(step=1e-2), seeds=[0], steps=steps, record=1, checkpoint=path
        )
        return np.asarray(run.x[-1]).tobytes()

    first = train(4)
    path.write_bytes(DAMAGE[kind](path.read_bytes()))
    assert train(4) == first  # the one before it is whole
    for one in (path, path.with_name(path.name + ".previous")):
        one.write_bytes(DAMAGE[kind](one.read_bytes()))
    with pytest.raises(InvalidInput, match="checkpoint must be a whole checkpoint"):
        train(4)
