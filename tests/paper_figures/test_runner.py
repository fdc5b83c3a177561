"""Running the figures: what is written, that it can be read, and that the same numbers give the same file."""

from __future__ import annotations

import importlib
import itertools
import json
import re
import types

import numpy as np
import pytest

from dualgap.errors import InvalidInput
from dualgap.progress import Silent
from paper_figures import FIGURES, WIDTHS, latex, runner
from paper_figures import numbers as on_disk
from paper_figures.layout import Layout
from paper_figures.style import suited


def _texts(figure):
    """Every piece of text that is seen, with its box."""
    figure.draw_without_rendering()  # lays everything out
    for axes in figure.axes:
        pieces = [axes.xaxis.label, axes.yaxis.label, axes.title, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            slack = 1e-9 * (high - low)
            pieces += [t.label1 for t in axis.get_major_ticks() if low - slack <= t.get_loc() <= high + slack]
        if axes.get_legend() is not None:
            pieces += axes.get_legend().get_texts()
        for piece in pieces:
            if piece.get_visible() and piece.get_text().strip():
                yield piece, piece.get_window_extent()


def overlaps(texts):
    """Pairs of texts whose boxes share more than a hair, in words."""
    hair = 1.0
    upright = [(text, box) for text, box in texts if text.get_rotation() % 90 == 0]
    for (one, a), (other, b) in itertools.combinations(upright, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        up = min(a.y1, b.y1) - max(a.y0, b.y0)
        if across > hair and up > hair:
            yield f"{one.get_text()!r} and {other.get_text()!r}"


def covered(figure):
    """Points and lines that a legend lies on, in words; straight lines over a whole panel may run under one."""
    for axes in figure.axes:
        if axes.get_legend() is None:
            continue
        box = axes.get_legend().get_window_extent()
        for line in axes.get_lines():
            if line.get_transform() != axes.transData:
                continue
            points = line.get_transform().transform(np.asarray(line.get_xydata(), dtype=float))
            if line.get_linestyle() != "None" and len(points) > 1:  # what lies between the points is drawn as well
                share = np.linspace(0, 1, 50)[:, None, None]
                points = (points[:-1] * (1 - share) + points[1:] * share).reshape(-1, 2)
            inside = (points > box.min).all(1) & (points < box.max).all(1)
            if inside.any():
                yield f"the legend lies on {line.get_label()}"


def confusable(figure):
    """Pairs of lines of one legend that grey ink does not tell apart: of one style, one mark and nearly one lightness."""
    from matplotlib.colors import to_rgb

    for axes in figure.axes:
        named = [line for line in axes.get_lines() if not line.get_label().startswith("_")]
        for one, other in itertools.combinations(named, 2):
            same = one.get_linestyle() == other.get_linestyle() and one.get_marker() == other.get_marker()
            lightness = [np.dot(to_rgb(line.get_color()), (0.2126, 0.7152, 0.0722)) for line in (one, other)]
            if same and abs(lightness[0] - lightness[1]) < 0.2:
                yield f"{one.get_label()} and {other.get_label()}"


def unlabelled(figure):
    """Axes with numbers and no label: panels of a column share the label below them, those of a row the one beside it."""
    for kind in "xy":
        labelled, numbered = [], []
        for axes in figure.axes:
            axis = axes.xaxis if kind == "x" else axes.yaxis
            place = axes.get_subplotspec()
            span = set(place.colspan if kind == "x" else place.rowspan)
            if axis.label.get_text():
                labelled.append(span)
            if any(tick.label1.get_text().strip() for tick in axis.get_major_ticks()):
                numbered.append(span)
        yield from (f"{kind} of {sorted(span)}" for span in numbered if not any(span & other for other in labelled))


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
    assert set(origin) >= {"commit", "content", "numbers", "width"}
    assert set(origin["versions"]) >= {"dualgap", "numpy", "torch"}
    with np.load(tmp_path / f"{name}.npz") as kept:
        assert set(kept) == set(numbers(name))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", FIGURES)
def test_every_axis_is_labelled_and_no_text_overlaps_another_or_leaves_the_page(name, width, numbers):
    figure = runner.draw_figure(name, numbers(name), width=width)
    page = figure.bbox
    inches = {"neurips": 5.5, "icml": 6.75, "column": 3.25}[width]
    assert page.width / figure.dpi == pytest.approx(inches) or page.width / figure.dpi == pytest.approx(3.25)
    texts = list(_texts(figure))
    for text, box in texts:
        said = text.get_text()
        assert box.x0 >= page.x0 - 1, said  # half a point of antialiasing
        assert box.x1 <= page.x1 + 1, said
        assert box.y0 >= page.y0 - 1, said
        assert box.y1 <= page.y1 + 1, said
    letters = importlib.import_module(f"paper_figures.{name}").layout.letters
    said = [text.get_text() for text, _ in texts]
    assert all(said.count(letter) == 1 for letter in "abcdef"[: len(letters)])
    assert not list(overlaps(texts))
    assert not list(covered(figure))
    assert not list(unlabelled(figure))
    assert not list(confusable(figure))


@pytest.mark.parametrize("name", FIGURES)
def test_a_caption_names_panels_by_letters_that_stay_with_them_at_every_width(name):
    module = importlib.import_module(f"paper_figures.{name}")
    letters = module.layout.letters
    assert re.findall(r"\(([a-f])\)", module.caption) == list("abcdef"[: len(letters)])
    assert not re.search(r"\b([Ll]eft|[Rr]ight|[Tt]op|[Bb]ottom|[Mm]iddle):", module.caption)
    assert all(suited(module.layout, width).letters == letters for width in WIDTHS)


def test_texts_that_overlap_and_lines_that_look_alike_in_grey_are_noticed():
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    axes.text(0.5, 0.5, "one thing")
    axes.text(0.51, 0.5, "another")
    axes.plot([0, 1], [0, 1], color="#0072B2", label="blue")
    axes.plot([0, 1], [1, 0], color="#D55E00", label="vermilion")
    assert list(overlaps(_texts(figure))) == ["'one thing' and 'another'"]
    assert list(covered(figure)) == []
    axes.legend(loc="center")
    assert list(covered(figure)) == ["the legend lies on blue", "the legend lies on vermilion"]
    assert list(unlabelled(figure)) == ["x of [0]", "y of [0]"]
    assert list(confusable(figure)) == ["blue and vermilion"]


def test_the_same_numbers_give_the_same_file(numbers, tmp_path):
    for folder in ("a", "b"):
        runner.save("parallel_lines", numbers("parallel_lines"), tmp_path / folder, seed=0, budget="quick")
    for kind in ("pdf", "png", "npz"):
        assert (tmp_path / "a" / f"parallel_lines.{kind}").read_bytes() == (
            tmp_path / "b" / f"parallel_lines.{kind}"
        ).read_bytes()


@pytest.fixture
def toy(monkeypatch):
    """A figure that counts how often it is computed."""
    module = types.ModuleType("paper_figures.toy")
    module.computed = 0
    module.caption = "Nothing but β₁ ≤ 5%."
    module.layout = Layout(panels=(("only",),), full_width=False, height=0.6)

    def compute(*, seed, budget):
        module.computed += 1
        return {"y": np.arange(3.0) + seed}

    def draw(data, axes):
        axes["only"].plot(data["y"])
        axes["only"].set(xlabel="x (no unit)", ylabel="y (no unit)")

    module.compute, module.draw = compute, draw
    monkeypatch.setitem(__import__("sys").modules, "paper_figures.toy", module)
    monkeypatch.setattr(runner, "FIGURES", ("toy",))
    for where in (runner, on_disk):
        monkeypatch.setattr(where, "content", lambda name, *, seed, budget: f"{name} {seed} {budget} {module.caption}")
    return module


def _drawn(tmp_path, **options):
    return list(runner.run(["toy"], output=tmp_path, progress=Silent(), **options))


def test_numbers_are_computed_once_and_again_when_what_they_depend_on_changes(toy, tmp_path):
    assert _drawn(tmp_path) == [tmp_path / "toy.pdf"]
    _drawn(tmp_path)
    assert toy.computed == 1
    _drawn(tmp_path, seed=1)
    assert toy.computed == 2
    toy.caption += " Changed."
    _drawn(tmp_path, seed=1)
    assert toy.computed == 3


def test_redraw_computes_nothing_and_keeps_where_the_numbers_are_from(toy, tmp_path):
    _drawn(tmp_path, seed=7)
    (tmp_path / "toy.pdf").unlink()
    toy.caption = "Another."
    _drawn(tmp_path, redraw=True, width="column")
    assert toy.computed == 1
    assert (tmp_path / "toy.pdf").exists()
    origin = json.loads((tmp_path / "toy.json").read_text("utf-8"))
    assert (origin["seed"], origin["caption"], origin["width"]) == (7, "Another.", "column")


def test_redraw_without_numbers_or_with_damaged_ones_is_refused(toy, tmp_path):
    with pytest.raises(InvalidInput, match=r"^redraw must be of numbers that are kept"):
        _drawn(tmp_path, redraw=True)
    _drawn(tmp_path)
    (tmp_path / "toy.npz").write_bytes(b"damaged")
    with pytest.raises(InvalidInput, match="missing or damaged"):
        _drawn(tmp_path, redraw=True)
    _drawn(tmp_path)
    assert toy.computed == 2


def test_a_document_includes_every_figure_of_the_folder(toy, tmp_path):
    _drawn(tmp_path)
    text = (tmp_path / "figures.tex").read_text("utf-8")
    assert r"\includegraphics{toy.pdf}" in text
    assert r"$\beta _{1}$ $\le $ 5\%" in text
    assert text.isascii()


def ill_formed(text, folder):
    """What a LaTeX engine would stumble over in a document of figures, in words: it is read as TeX reads it."""
    depth, mathematics, open_, line = 0, False, [], 1
    tokens = re.compile(
        r"\\begin\{(\w+)\}|\\end\{(\w+)\}|\\includegraphics\{([^}]+)\}|\\label\{[\w:]+\}|\\(?:[A-Za-z]+|.)|%[^\n]*|.",
        re.DOTALL,
    )
    for found in tokens.finditer(text):
        token, begins, ends, file = found.group(), *found.groups()
        line += token.count("\n")
        if begins:
            open_.append(begins)
        elif ends and (not open_ or open_.pop() != ends):
            yield f"line {line}: \\end{{{ends}}} closes nothing"
        elif file and not (folder / file).exists():
            yield f"line {line}: {file} is not there"
        elif token in "{}":
            depth += {"{": 1, "}": -1}[token]
            if depth < 0:
                yield f"line {line}: a brace closes nothing"
        elif token == "$":
            mathematics = not mathematics
        elif (token in "^_" and not mathematics) or token in "&#" or not token.isascii():
            yield f"line {line}: {token!r} as it is"
        if token == "\n" and mathematics and text[found.end() : found.end() + 1] == "\n":
            yield f"line {line}: a formula does not end"
    if depth or mathematics or open_:
        yield f"the end: {depth} braces, {open_} and {int(mathematics)} formulas are open"


def test_the_document_of_all_figures_is_well_formed_and_finds_their_files(tmp_path):
    captions = {name: importlib.import_module(f"paper_figures.{name}").caption for name in FIGURES}
    for name in FIGURES:
        (tmp_path / f"{name}.pdf").touch()
    text = latex.document(captions)
    assert list(ill_formed(text, tmp_path)) == []
    assert (
        text.count(r"\caption{")
        == text.count(r"\includegraphics{")
        == len(set(re.findall(r"\\label\{(.+?)\}", text)))
        == len(FIGURES)
    )
    (tmp_path / f"{FIGURES[0]}.pdf").unlink()
    assert len(list(ill_formed(text, tmp_path))) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {b", "the end: 1 braces"),
        ("a} b", "line 1: a brace closes nothing"),
        ("\\end{figure}", "closes nothing"),
        ("\\begin{figure}\\end{document}", "closes nothing"),
        ("a_1", "'_' as it is"),
        ("one & two", "'&' as it is"),
        ("β", "as it is"),
        ("$x", "1 formulas are open"),
        ("$x\n\ny$", "a formula does not end"),
    ],
)
def test_what_an_engine_would_stumble_over_is_noticed(tmp_path, text, said):
    assert said in next(ill_formed(text, tmp_path))
    assert list(ill_formed(r"50\% of $x_{1}$ \& {\em all} % $ } _", tmp_path)) == []


def test_powers_and_indices_of_several_digits_are_one():
    assert latex.in_latex("10⁻¹⁵ of x₁² at −20") == r"10$^{-15}$ of $x_{1}^{2}$ at $-$20"


@pytest.mark.parametrize("name", FIGURES)
def test_every_caption_becomes_latex_that_any_engine_reads(name):
    module = __import__(f"paper_figures.{name}", fromlist=["caption"])
    found = latex.in_latex(module.caption)
    assert found.isascii(), [letter for letter in found if not letter.isascii()]
    bare = re.sub(r"\\[{}$%&#_]", "", found)
    depth = list(itertools.accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in bare))
    assert min(depth, default=0) >= 0
    assert depth[-1] == 0
    assert bare.count("$") % 2 == 0
    outside = "".join(bare.split("$")[::2])
    assert not re.search(r"[%&#_^]", re.sub(r"\\[a-z]+\{\}", "", outside))
    document = latex.document({name: module.caption})
    assert document.count(r"\begin{") == document.count(r"\end{") == 2


def test_figures_are_made_by_processes_side_by_side(tmp_path):
    names = ["dirt_and_holes", "saturation"]
    found = set(runner.run(names, output=tmp_path, budget="quick", seed=0, jobs=2, progress=Silent()))
    assert found == {tmp_path / f"{name}.pdf" for name in names}
    assert (tmp_path / "figures.tex").exists()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"names": ["nothing"]}, "name"),
        ({"budget": "full"}, "budget"),
        ({"seed": -1}, "seed"),
        ({"width": "a4"}, "width"),
        ({"jobs": 0}, "jobs"),
    ],
)
def test_a_figure_that_is_none_is_refused_before_any_work(tmp_path, options, name):
    with pytest.raises(InvalidInput, match=rf"^{name} must"):
        runner.run(**{"names": ["parallel_lines"], "output": tmp_path, "budget": "quick", "seed": 0, **options})
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_no_arrays_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match=r"^data\['theta'\] must be an array"):
        runner.save("parallel_lines", {"theta": [0.0]}, tmp_path, seed=0, budget="quick")  # pyright: ignore[reportArgumentType]
