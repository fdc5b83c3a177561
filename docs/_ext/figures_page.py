"""The figures of the paper with their captions, where a page says ``<!-- figures -->``."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from filling import filling, setup_of

from paper_figures import FIGURES

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


def listing() -> str:
    """All figures, in the order of the paper."""
    return "\n\n".join(part for number, figure in enumerate(FIGURES, 1) for part in entry(figure, number))


fill = filling(MARKER, listing)
setup = setup_of(fill)
