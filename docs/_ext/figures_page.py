"""The figures of the paper with their captions, where a page says ``<!-- figures -->``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paper_figures import FIGURES

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKER = "<!-- figures -->"


def entry(name: str, number: int) -> Iterator[str]:
    """One figure: what it is, the picture, its caption."""
    module: Any = importlib.import_module(f"paper_figures.{name}")
    title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
    caption = module.caption.replace("|", "\\|").replace("*", "\\*")
    yield f"(figure-{name})="
    yield f"## {number}. {title}"
    size = ":width: 100%\n:figclass: wide" if module.layout.full_width else ":width: 65%"
    yield (
        f":::{{figure}} _static/figures/{name}.png\n:alt: {title}\n{size}\n\n{caption}\n\n`dualgap figures {name}`\n:::"
    )


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the figures in the place of the marker."""
    if MARKER in source[0]:
        parts = [part for number, figure in enumerate(FIGURES, 1) for part in entry(figure, number)]
        source[0] = source[0].replace(MARKER, "\n\n".join(parts))


def setup(app: Sphinx) -> dict[str, Any]:
    """Fill pages as they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
