"""Phase portraits."""

from __future__ import annotations

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.report.portrait import FARTHEST, draw_portrait, last_point, portrait

XY = dg.games.xy()


def run(method=None, steps=30, start=(1.0, 0.5)):
    return dg.simulate(XY, method or dg.methods.AlternatingGDA(step=0.3), start=start, steps=steps)


@pytest.mark.parametrize(
    ("kind", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_a_portrait_is_a_file_of_its_ending(tmp_path, kind, begins):
    pytest.importorskip("matplotlib")
    assert draw_portrait(XY, run(), "xy", tmp_path / f"c.{kind}").read_bytes().startswith(begins)


def test_another_ending_is_refused(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(InvalidInput, match=r"^output must end in"):
        draw_portrait(XY, run(), "xy", tmp_path / "c.doc")


def test_the_picture_shows_the_path_its_start_and_the_equilibrium():
    pytest.importorskip("matplotlib")
    played = run()
    axes = portrait(XY, {"path": played}, title="a title").axes[0]
    drawn = {line.get_label(): line.get_xydata() for line in axes.lines}
    assert np.allclose(drawn["path"], np.concatenate([played.x, played.y], -1))
    assert drawn["start"].tolist() == [[1.0, 0.5]]
    assert drawn["equilibrium"].tolist() == [[0.0, 0.0]]
    assert axes.get_title() == "a title"
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    assert all(((data > low) & (data < high)).all() for data in drawn.values())


def test_what_diverges_is_followed_for_a_while_only():
    pytest.importorskip("matplotlib")
    axes = portrait(XY, {"path": run(dg.methods.SimultaneousGDA(step=1.0), steps=60)}).axes[0]
    path = next(line.get_xydata() for line in axes.lines if line.get_label() == "path")
    assert 3 < len(path) < 30
    assert np.linalg.norm(path, axis=1).max() <= FARTHEST * np.linalg.norm(path[0])


def test_several_runs_have_a_line_each():
    pytest.importorskip("matplotlib")
    runs = {"around": run(), "inwards": run(dg.methods.ExtraGradient(step=0.3))}
    figure = portrait(XY, runs)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["around", "inwards", "start", "equilibrium"]


def test_the_flow_turns_the_way_that_a_small_step_goes():
    pytest.importorskip("matplotlib")
    axes = portrait(XY, {"path": run()}).axes[0]
    segments = np.array([path.vertices[[0, 1]] for path in axes.collections[0].get_paths() if len(path.vertices) > 1])
    start, move = segments[:, 0], segments[:, 1] - segments[:, 0]
    assert ((start[:, 0] * move[:, 1] - start[:, 1] * move[:, 0]) >= 0).mean() > 0.95, "anticlockwise: x' = -y, y' = x"


def test_the_last_point_is_said_in_a_line():
    assert last_point(run(dg.methods.SimultaneousGDA(step=0.5), steps=1)) == "(0.75, 1)"
    pennies = dg.games.matching_pennies()
    resting = dg.simulate(pennies, dg.methods.ExtraGradient(step=0.1), start=([0.5, 0.5], [0.5, 0.5]), steps=1)
    assert last_point(resting) == "x = (0.5, 0.5), y = (0.5, 0.5)"
