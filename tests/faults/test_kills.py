"""SIGKILL and Ctrl-C at any point of what is written: run again, the end is that of a run that nothing disturbed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.sweeps import store as store_module


def call(a, seed):
    if a == 2:
        raise ValueError("two is wrong")
    return {"sum": a + seed, "share": a / 7}


def _sweep(folder):
    return dg.sweep(call, {"a": list(range(4))}, seeds=[0, 1], path=folder, backend="sequential")


def _undisturbed(found):
    return found.table.drop_columns(["attempts", "seconds"]).to_pylist()


@pytest.fixture
def at_once(monkeypatch):
    """Every result is written by itself, and many files are few."""
    monkeypatch.setattr(store_module, "AT_RISK", 0.0)
    monkeypatch.setattr(store_module, "MANY_PARTS", 3)
    monkeypatch.setattr(store_module, "SHARE_FOR_READERS", 10.0)


def test_a_sweep_killed_at_every_point_loses_nothing(at_once, killed_at, leftovers, tmp_path):
    expected = _undisturbed(_sweep(tmp_path / "whole"))
    point = 0
    while killed_at(point, tmp_path / "sweep", lambda: _sweep(tmp_path / "sweep")):
        again = _sweep(tmp_path / "sweep")
        assert _undisturbed(again) == expected
        assert not again.set_aside
        assert leftovers(tmp_path / "sweep") == []
        point += 3
        for path in sorted((tmp_path / "sweep").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert point > 12


@settings(max_examples=6)
@given(points=st.lists(st.integers(0, 25), min_size=1, max_size=4))
def test_a_sweep_killed_again_and_again_ends_as_if_undisturbed(points, tmp_path_factory, request):
    request.getfixturevalue("at_once")
    killed_at, folder = request.getfixturevalue("killed_at"), tmp_path_factory.mktemp("sweep")
    for point in points:
        killed_at(point, folder / "sweep", lambda: _sweep(folder / "sweep"))
    assert _undisturbed(_sweep(folder / "sweep")) == _undisturbed(_sweep(folder / "whole"))


def test_ctrl_c_leaves_a_sweep_whole_and_no_half_written_file(at_once, interrupted_at, leftovers, tmp_path):
    expected = _undisturbed(_sweep(tmp_path / "whole"))
    for point in (0, 4, 9, 15, 22):
        folder = tmp_path / f"sweep-{point}"
        assert interrupted_at(point, folder, lambda folder=folder: _sweep(folder))
        assert leftovers(folder) == []
        assert _undisturbed(_sweep(folder)) == expected


CLAIMS = ["kl-nonnegative", "pinsker"]


def _verify(folder):
    from dualgap.report import as_data, write_page

    chosen = [claim.identifier for claim in dg.claims.all() if claim.identifier in CLAIMS]
    found = dg.verify(only=chosen, cache=folder / "cache")
    write_page(found, folder)
    data = as_data(found)
    return json.loads(json.dumps([{k: v for k, v in one.items() if "second" not in k} for one in data["claims"]]))


def test_verify_killed_at_any_point_says_the_same_afterwards(killed_at, interrupted_at, leftovers, tmp_path):
    expected = _verify(tmp_path / "whole")
    stopped = 0
    for stop in (killed_at, interrupted_at):
        for point in (0, 1, 2, 4, 6):
            folder = tmp_path / f"{stop.__name__}-{point}-{stopped}"
            stopped += stop(point, folder, lambda folder=folder: _verify(folder))
            if stop is interrupted_at:
                assert leftovers(folder) == []
            assert _verify(folder) == expected
            assert (folder / "index.html").read_text().rstrip().endswith("</html>")
    assert stopped > 4


def _figure(folder):
    from paper_figures.runner import run

    return list(run(["phase_portraits"], output=folder, budget="quick"))


def test_figures_killed_at_any_point_are_the_same_afterwards(killed_at, leftovers, tmp_path):
    pytest.importorskip("tueplots")
    _figure(tmp_path / "whole")
    with np.load(tmp_path / "whole" / "phase_portraits.npz") as file:
        expected = {name: file[name] for name in file.files}
    for point in (0, 3, 6):
        folder = tmp_path / f"figures-{point}"
        assert killed_at(point, folder, lambda folder=folder: _figure(folder))
        _figure(folder)
        with np.load(folder / "phase_portraits.npz") as file:
            assert {name: file[name].tobytes() for name in file.files} == {n: v.tobytes() for n, v in expected.items()}
        assert {p.name for p in folder.iterdir() if not p.name.startswith(".")} == {
            p.name for p in (tmp_path / "whole").iterdir() if not p.name.startswith(".")
        }


def _train(path):
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 8, 2)),
        critic=dg.networks.MLP((2, 8, 1)),
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=16,
        saturating=False,
    )
    method = dg.methods.AlternatingGDA(step=1e-2, scaling=dg.methods.Adam(beta1=0.0))
    run = dg.training.train(gan, method, seeds=[0, 1], steps=12, record=3, checkpoint=path)
    return [np.asarray(part).tobytes() for part in (run.x, run.y, *(run.metrics[name] for name in sorted(run.metrics)))]


def test_training_killed_at_any_point_goes_on_to_the_very_same_weights(killed_at, tmp_path):
    expected = _train(None)
    point = stopped = 0
    while point < 40:
        folder = tmp_path / f"train-{point}"
        folder.mkdir()
        if not killed_at(point, folder, lambda folder=folder: _train(folder / "run.safetensors")):
            break
        stopped += 1
        assert _train(folder / "run.safetensors") == expected
        point += 4
    assert stopped > 3
