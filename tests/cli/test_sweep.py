"""``dualgap sweep``: a grid from a file, a table in a folder."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

PLAN = """
function = "play"
seeds = [0]
backend = "sequential"
[grid]
game = ["xy"]
method = ["extragradient", "alternating"]
step = [0.1, 0.2]
steps = 30
"""


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN)
    return path


def test_a_grid_becomes_a_table_and_a_second_run_finds_it(command, plan):
    code, out, err = command("sweep", plan)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "4 calls; 0 failed"
    table = pq.read_table(plan.with_name("plan-results") / "results.parquet")
    assert table["step"].to_pylist() == [0.1, 0.2] * 2
    assert len(table["predicted_rate"]) == 4
    assert command("sweep", plan)[1].startswith("4 calls, 4 of them known from before; 0 failed\n")


def test_a_call_that_raises_is_named_and_the_exit_code_is_3(command, plan):
    plan.write_text(PLAN.replace('"alternating"', '"alternation"'))
    code, out, err = command("sweep", plan, "--output", plan.with_name("other"))
    assert code == 3
    assert out.startswith("4 calls; 2 failed\n")
    assert "game=xy, method=alternation, step=0.1, steps=30, seed=0: " in err
    assert "did you mean alternating?" in err


def test_a_module_is_imported_only_when_that_is_allowed(command, plan, refused):
    plan.with_name("mine.py").write_text("def call(a):\n    return a + 1\n")
    plan.write_text('function = "mine:call"\nbackend = "sequential"\n[grid]\na = [1, 2]\n')
    assert command("sweep", plan)[0] == 2
    code, out, _ = command("sweep", plan, "--allow-import")
    assert (code, out.splitlines()[0]) == (0, "2 calls; 0 failed")


def test_a_file_that_is_none_exits_with_2(refused, plan):
    refused(("sweep", "none.toml"), "file must be one that can be read")
    refused(("sweep", plan, "--backend", "dask"), "address must be given")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("steps = 30", "stesp = 30", "method, step, steps (optional); got 'stesp'"),
        ("step = [0.1, 0.2]", "", "steps (optional); 'step' is missing"),
    ],
)
def test_a_name_that_a_function_does_not_take_is_refused_before_any_call(refused, plan, old, new, said):
    plan.write_text(PLAN.replace(old, new))
    refused(("sweep", plan), said)
    assert not plan.with_name("plan-results").exists()


def test_one_call_is_counted_as_one(command, plan):
    plan.write_text(PLAN.replace("[0.1, 0.2]", "[0.1]").replace(', "alternating"', ""))
    assert command("sweep", plan)[1].startswith("1 call; 0 failed\n")


def test_a_folder_that_cannot_be_made_exits_with_5(command, plan):
    plan.with_name("file").write_text("in the way")
    assert command("sweep", plan, "--output", plan.with_name("file"))[0] == 5
