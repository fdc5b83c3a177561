"""Running the figures: what is written, and that it is the same for the same numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.progress import Silent
from paper_figures import FIGURES, runner


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_drawn_from_its_saved_numbers_with_fonts_embedded(name, numbers, tmp_path):
    runner.save(name, numbers(name), tmp_path, seed=0, budget="quick")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{name}.json",
        f"{name}.npz",
        f"{name}.pdf",
        f"{name}.png",
    ]
    pdf = (tmp_path / f"{name}.pdf").read_bytes()
    assert b"/FontFile2" in pdf  # a TrueType font inside
    assert b"/Subtype /Type3" not in pdf
    origin = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
    assert origin["seed"] == 0
    assert origin["caption"]
    assert set(origin["versions"]) >= {"dualgap", "numpy", "torch"}
    with np.load(tmp_path / f"{name}.npz") as kept:
        assert set(kept) == set(numbers(name))


@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_with_ticks_is_labelled_and_no_label_leaves_the_page(name, numbers):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = runner.draw_figure(name, numbers(name))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    page = figure.bbox
    for i, axes in enumerate(figure.axes):
        assert axes.get_xlabel() or not axes.get_xticks().size
        assert axes.get_ylabel() or not axes.get_yticks().size or i > 0  # panels beside the first share its label
        labels = [axes.xaxis.label, axes.yaxis.label, axes.title, *axes.texts]
        for label in (one for one in labels if one.get_text()):
            box = label.get_window_extent()
            assert box.x0 >= page.x0 - 1, label.get_text()  # half a point of antialiasing
            assert box.x1 <= page.x1 + 1, label.get_text()
            assert box.y0 >= page.y0 - 1, label.get_text()
            assert box.y1 <= page.y1 + 1, label.get_text()


def test_the_same_numbers_give_the_same_file(numbers, tmp_path):
    for folder in ("a", "b"):
        runner.save("parallel_lines", numbers("parallel_lines"), tmp_path / folder, seed=0, budget="quick")
    for kind in ("pdf", "png"):
        assert (tmp_path / "a" / f"parallel_lines.{kind}").read_bytes() == (
            tmp_path / "b" / f"parallel_lines.{kind}"
        ).read_bytes()


def test_a_figure_is_computed_and_written_by_name(tmp_path):
    (path,) = runner.run(["phase_portraits"], output=tmp_path, budget="quick", seed=0, progress=Silent())
    assert path == tmp_path / "phase_portraits.pdf"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"names": ["nothing"]}, "name"),
        ({"budget": "full"}, "budget"),
        ({"seed": -1}, "seed"),
    ],
)
def test_a_figure_that_is_none_is_refused_before_any_work(tmp_path, options, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        runner.run(**{"names": ["parallel_lines"], "output": tmp_path, "budget": "quick", "seed": 0, **options})
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_no_arrays_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"^data\['theta'\] must be an array"):
        runner.save("parallel_lines", {"theta": [0.0]}, tmp_path, seed=0, budget="quick")  # pyright: ignore[reportArgumentType]
