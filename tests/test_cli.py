"""The command: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from dualgap import cli
from dualgap.claims import Evidence, Registry, verification


def _run(monkeypatch, capsys, *arguments):
    """The exit code, standard output and standard error of the command, run in this process."""
    monkeypatch.setattr(sys, "argv", ["dualgap", *map(str, arguments)])
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    return ended.value.code or 0, out, err


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: _run(monkeypatch, capsys, *arguments)


@pytest.fixture
def small_registry(monkeypatch):
    """Stands in for the shipped claims, so that a claim can fail."""
    registry = Registry()
    monkeypatch.setattr(verification, "select", lambda **options: tuple(registry))
    return registry


TEXT = {"topic": "t", "title": "A claim", "statement": "$s$", "source": "s", "hypotheses": "h", "instances": range(3)}


def test_help_names_every_command_and_the_exit_codes(command):
    code, out, _ = command("--help")
    assert code == 0
    for word in ("verify", "figures", "distance", "play", "train", "style", "Exit codes"):
        assert word in out


def test_help_loads_nothing_heavy():
    script = (
        "import sys; import dualgap.cli;"
        "print([m for m in ('numpy', 'torch', 'matplotlib', 'ot', 'hypothesis', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_module_is_the_command():
    found = subprocess.run(
        [sys.executable, "-m", "dualgap.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith("dualgap ")


def test_the_version_is_printed(command):
    import dualgap

    assert command("--version")[:2] == (0, f"dualgap {dualgap.__version__}\n")


def test_claims_that_hold_exit_with_0_and_a_page(command, tmp_path):
    code, out, _ = command("verify", "--only", "js-symmetric", "--report", tmp_path / "page", "--mutants")
    assert code == 0
    assert "JS is symmetric" in out
    assert re.search(r"([1-9]) of \1 mutants rejected", out)
    assert (tmp_path / "page" / "index.html").read_text("utf-8").startswith("<!doctype html>")


def test_json_is_all_that_is_printed(command):
    code, out, _ = command(
        "verify", "--only", "js-symmetric", "--only", "kl-asymmetric", "--format", "json", "--seed", "7"
    )
    data = json.loads(out)
    assert (code, data["ok"], data["seed"], len(data["claims"])) == (0, True, 7, 2)


def test_a_claim_that_fails_exits_with_1_and_is_on_the_page(command, small_registry, tmp_path):
    small_registry.claim(**TEXT, identifier="wrong")(lambda n: Evidence(1, n, "<=", 0, "n"))
    code, out, _ = command("verify")
    assert code == 1
    assert "fails" in out
    assert "refuted at" in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_a_claim_that_crashes_exits_with_1(command, small_registry):
    small_registry.claim(**TEXT, identifier="crash")(lambda n: Evidence(1 / n, n, "==", 0))
    code, out, _ = command("verify")
    assert code == 1
    assert "ZeroDivisionError" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--only", "nothing"), "only must name claims, got 'nothing'"),
        (("verify", "--only", "js-symetric"), "did you mean js-symmetric"),
        (("verify", "--topic", "astrology"), "topic must be one of"),
        (("verify", "--budget", "huge"), "Invalid value for '--budget'"),
        (("verify", "--seed", "-1"), "Invalid value for '--seed'"),
        (
            ("verify", "--only", "js-symmetric", "--report", "file/in/the/way"),
            "output must be in a folder that can be written to",
        ),
        (("figures", "nothing"), "name must be one of"),
        (("distance", "absent.npy", "absent.npy"), "absent.npy must be a file that exists"),
        (("distance", "file", "file"), "file must be a .npy, .csv or .txt file"),
        (("distance", "text.csv", "text.csv"), "text.csv must hold numbers only"),
        (("distance", "empty.csv", "empty.csv"), "empty.csv must not be empty"),
        (("distance", "pickle.npy", "pickle.npy"), "pickle.npy must hold numbers only"),
        (("distance", "line.csv", "plane.csv"), "line.csv and plane.csv must have the same dimension"),
        (("distance", "half.csv", "half.csv", "--distance", "js"), "half.csv must sum to 1"),
        (
            ("distance", "line.csv", "line.csv", "--distance", "kl", "--order", "2"),
            "order must be left out: kl has none",
        ),
        (("distance", "line.csv", "line.csv", "--order", "0.5"), "Invalid value for '--order'"),
        (("distance", "line.csv", "line.csv", "--method", "magic"), "method must be one of"),
        (("play", "xy", "--method", "extragradient", "--step", "-1"), "step must be above 0"),
        (("play", "xy", "--method", "extragradient", "--step", "0.1", "--output", "a.doc"), "output must end in"),
        (
            ("play", "xy", "--method", "extragradient", "--step", "0.1", "--start", "1"),
            "must be two numbers with a comma",
        ),
        (("play", "xy", "--method", "extragradient", "--step", "0.1", "--start", "1,nan"), "must be finite"),
        (("train", "ring", "--objective", "js", "--output", "run.txt"), "output must end in .npz"),
        (("style", "absent.png", "absent.png", "-o", "out.png"), "absent.png must be a file that exists"),
        (("style", "file", "file", "-o", "out.png"), "file must be a picture"),
        (("style", "absent.png", "absent.png", "-o", "out.doc"), "output must end in .png, .jpg"),
        (("style", "file", "file", "-o", "out.png", "--size", "55"), "Invalid value for '--size'"),
        (("nonsense",), "No such command"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_it_must_be(command, tmp_path, arguments, said):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "text.csv").write_text("one,two\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "line.csv").write_text("0\n1\n")
    (tmp_path / "half.csv").write_text("0.25\n0.25\n")
    (tmp_path / "plane.csv").write_text("0,0\n1,1\n")
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    code, _, err = command(*arguments)
    assert code == 2
    assert said in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err


def test_the_distance_of_two_files_is_explained(command, tmp_path):
    np.save(tmp_path / "x.npy", np.array([[0.0, 0.0], [1.0, 0.0]]))
    (tmp_path / "y.csv").write_text("0,1\n1,1\n")
    code, out, _ = command("distance", "x.npy", "y.csv")
    assert code == 0
    assert "Bracket(wasserstein 1 in [1, 1]" in out
    assert "certificate" in out


def test_divergences_read_weights(command, tmp_path):
    (tmp_path / "p.txt").write_text("0.5\n0.5\n")
    (tmp_path / "q.txt").write_text("1.0\n0.0\n")
    code, out, _ = command("distance", "p.txt", "q.txt", "--distance", "kl")
    assert code == 0
    assert "Bracket(kl inf in [inf, inf]" in out


def test_a_game_is_played_at_its_predicted_rate(command, tmp_path):
    code, out, _ = command("play", "xy", "--method", "alternating", "--step", "0.5", "--output", "path.svg")
    assert code == 0
    assert "predicted rate 1 a step, measured 1" in out
    assert (tmp_path / "path.svg").read_text("utf-8").startswith("<?xml")


def test_a_game_starts_where_it_is_told(command):
    code, out, _ = command("play", "xy", "--method", "alternating", "--step", "0.5", "--start", "0,-0")
    assert code == 0
    assert "at (0, " in out


def test_the_start_is_read_as_its_help_shows_it():
    assert cli._pair_of_numbers("-1,2e-1") == (-1.0, 0.2)


def test_a_path_that_diverges_at_once_has_no_measured_rate(command):
    code, out, _ = command("play", "xy", "--method", "simultaneous", "--step", "1e300")
    assert code == 0
    assert "diverged at step 1, last at (1, 0.5)" in out
    assert "predicted rate 1e+300 a step; none was measured" in out


def test_what_cannot_be_written_is_found_out_before_the_work(command, monkeypatch):
    import dualgap as dg

    monkeypatch.setattr(dg, "simulate", lambda *_, **__: pytest.fail("simulated"))
    monkeypatch.setattr(dg.training, "train", lambda *_, **__: pytest.fail("trained"))
    assert command("play", "xy", "--method", "alternating", "--step", "1", "--output", "a.jpg")[0] == 2
    assert command("train", "ring", "--objective", "js", "--output", "a.txt")[0] == 2


def test_the_smallest_size_is_what_the_features_need():
    from dualgap.training.style import RandomConvolutions

    assert RandomConvolutions(seed=0).smallest_side == cli.SMALLEST_PICTURE


@pytest.mark.parametrize("objective", ["js", "wasserstein"])
def test_training_prints_what_is_covered_and_keeps_it(command, tmp_path, objective):
    code, out, _ = command(
        "train", "ring", "--objective", objective, "--seeds", "2", "--steps", "4", "--output", "run.npz"
    )
    assert code == 0
    assert "points near a mode" in out
    with np.load(tmp_path / "run.npz") as kept:
        assert kept["modes"].shape == (len(kept["steps"]), 2)


def test_a_style_is_transferred_to_a_picture(command, tmp_path):
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for name, shape in (("content.png", (60, 64, 3)), ("style.png", (64, 64, 3))):
        image.fromarray(rng.integers(0, 255, shape, dtype=np.uint8)).save(tmp_path / name)
    code, out, _ = command("style", "content.png", "style.png", "-o", "out.png", "--steps", "2", "--size", "64")
    assert code == 0
    assert "style loss" in out
    with image.open(tmp_path / "out.png") as picture:
        assert picture.size == (64, 60)
