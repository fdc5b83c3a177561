"""A file says what is called, and cannot run anything by itself."""

from __future__ import annotations

import pytest

from dualgap.errors import InvalidInput
from dualgap.sweeps.experiments import play
from dualgap.sweeps.plan_file import read_plan

WHOLE = """
function = "play"
seeds = {count = 3}
retries = 1
[[grid]]
game = ["xy"]
step = [0.1, 0.2]
[[grid]]
game = "forsaken"
"""


def _read(tmp_path, text, *, allow_import=False):
    path = tmp_path / "plan.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_plan(path, allow_import=allow_import)


def test_a_file_says_the_function_the_grid_the_seeds_and_the_options(tmp_path):
    plan = _read(tmp_path, WHOLE)
    assert plan.function is play
    assert plan.grid == [{"game": ["xy"], "step": [0.1, 0.2]}, {"game": "forsaken"}]
    assert list(plan.seeds) == [0, 1, 2]
    assert plan.options == {"retries": 1}


def test_a_file_alone_imports_nothing(tmp_path, monkeypatch):
    (tmp_path / "malicious.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\ndef call(a): return a\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    text = 'function = "malicious:call"\n[grid]\na = [1]\n'
    with pytest.raises(InvalidInput, match="a file cannot run code by itself: give --allow-import"):
        _read(tmp_path, text)
    assert not (tmp_path / "ran").exists()
    assert _read(tmp_path, text, allow_import=True).function(a=3) == 3
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("function = ", "file must be TOML"),
        (b"\xff\xfe", "file must be TOML"),
        ("", "file must have the key 'function'"),
        ('function = "play"', "file must have the key 'grid'"),
        ('function = "chess"\n[grid]\na=1', "function must be one of 'play', 'estimate', 'train', or 'module:name'"),
        ("function = 3\n[grid]\na=1", "function must be one of"),
        ('function = "play"\nseed = 3\n[grid]\na=1', "no other keys than"),
        ('function = "play"\nseeds = {number = 3}\n[grid]\na=1', "seeds must be a list"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(tmp_path, text, said):
    with pytest.raises(InvalidInput, match=said):
        _read(tmp_path, text)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(InvalidInput, match="file must be one that can be read"):
        read_plan(tmp_path / "none.toml", allow_import=False)
