"""Several processes that share every batch take the steps of one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.training.processes import Shared, processes, rank, shared

SCRIPT = """
import sys
import torch
from safetensors.torch import save_file
import dualgap as dg
torch.set_num_threads(1)
with dg.training.processes() as mine:
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 8, 2)), critic=dg.networks.MLP((2, 8, 1)), objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(), latent=2, batch_size=16, saturating=False, regulariser=dg.duals.R1(0.1))
    method = dg.methods.AlternatingGDA(step=1e-2, first="y", scaling=dg.methods.Adam())
    run = dg.training.train(gan, method, seeds=[0, 1], steps=10, record=5, checkpoint=sys.argv[1] + "/run")
    save_file({"x": run.x[-1].clone(), "y": run.y[-1].clone()}, f"{sys.argv[1]}/{mine}.safetensors")
"""


def game():
    return dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, 8, 2)),
        critic=dg.networks.MLP((2, 8, 1)),
        objective=dg.duals.JensenShannon(),
        data=dg.training.Ring(),
        latent=2,
        batch_size=16,
        saturating=False,
        regulariser=dg.duals.R1(0.1),
    )


ADAM = dg.methods.AlternatingGDA(step=1e-2, first="y", scaling=dg.methods.Adam())


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_two_processes_take_the_steps_of_one(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    shared_environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(free_port()),
        "PYTHONPATH": str(Path(dg.__file__).parents[1]),
    }
    # what torchrun sets for each of its processes
    running = [
        subprocess.Popen(
            [sys.executable, str(script), str(tmp_path)],
            env={**shared_environment, "RANK": str(k), "LOCAL_RANK": str(k)},
            stderr=subprocess.PIPE,
        )
        for k in range(2)
    ]
    ended = [one.communicate(timeout=300)[1].decode() for one in running]
    assert [one.returncode for one in running] == [0, 0], ended
    first, second = (load_file(tmp_path / f"{k}.safetensors") for k in range(2))
    assert all(torch.equal(first[name], second[name]) for name in "xy")
    alone = dg.training.train(game(), ADAM, seeds=[0, 1], steps=10)
    # float32 means over halves of a batch, after 10 steps of Adam of size 0.01
    assert torch.allclose(first["x"], alone.x[-1], atol=1e-5)
    assert torch.allclose(first["y"], alone.y[-1], atol=1e-5)
    # the checkpoint that they wrote is that of one process too
    resumed = dg.training.train(game(), ADAM, seeds=[0, 1], steps=10, record=5, checkpoint=tmp_path / "run")
    assert torch.equal(resumed.x[-1], first["x"])


def test_the_parts_of_a_batch_have_the_mean_gradient_of_the_whole(monkeypatch):
    played, streams = game(), dg.games.Streams([0, 1])
    x, y = played.start(streams)
    whole = played.field(x, y, played.draw(dg.games.Streams([0, 1])))
    fields = []
    for part in range(2):
        one = Shared(played, part, 2)
        monkeypatch.setattr(Shared, "_mean", lambda _, gradient: gradient)
        fields.append(one.field(x, y, one.draw(dg.games.Streams([0, 1]))))
    for player in range(2):
        mean = (fields[0][player] + fields[1][player]) / 2
        # float64 sums in another order
        assert torch.allclose(mean, whole[player], rtol=1e-12, atol=1e-14)


def test_a_batch_that_cannot_be_shared_is_refused():
    with pytest.raises(InvalidInput, match=r"^batch_size must be a multiple of the 3 processes, got 16"):
        Shared(game(), 0, 3).draw(dg.games.Streams(0))


def test_alone_the_game_is_itself_and_the_first(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    played = game()
    with processes() as mine:
        assert (mine, rank()) == (0, 0)
        assert shared(played, ADAM) is played


def test_a_method_that_differentiates_the_field_is_refused_in_several_processes(monkeypatch):
    module = sys.modules["dualgap.training.processes"]  # the function of that name hides it
    monkeypatch.setattr(module, "_several", lambda: True)
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 2)
    with pytest.raises(InvalidInput, match=r"^method must not differentiate the field in several processes"):
        shared(game(), dg.methods.ConsensusOptimization(step=0.1, weight=0.1))
