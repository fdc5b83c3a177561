"""The gallery shows every figure with its caption."""

from __future__ import annotations

from paper_figures import FIGURES


def test_the_marker_becomes_every_figure_with_its_caption_and_its_picture(docs, figures_page):
    source = [(docs / "gallery.md").read_text("utf-8")]
    figures_page.fill(None, "gallery", source)
    assert figures_page.MARKER not in source[0]
    for name in FIGURES:
        assert f"_static/figures/{name}.png" in source[0]
        assert f"dualgap figures {name}" in source[0]


def test_every_figure_has_a_picture_and_every_picture_a_figure(docs):
    assert {path.stem for path in (docs / "_static/figures").glob("*.png")} == set(FIGURES)


def test_other_pages_are_left_alone(figures_page):
    source = ["nothing here"]
    figures_page.fill(None, "index", source)
    assert source == ["nothing here"]
