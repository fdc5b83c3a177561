"""What the extensions that put something generated into a page share: they change its source as it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: From (application, name of the page, its source as a list of one text), which it changes.
Fill = Callable[[Any, str, list[str]], None]


def filling(marker: str, made: Callable[[], str]) -> Fill:
    """Put what is made in the place of a marker; it is made only for a page that has one."""

    def fill(app: Sphinx, name: str, source: list[str]) -> None:
        if marker in source[0]:
            source[0] = source[0].replace(marker, made())

    return fill


def setup_of(fill: Fill) -> Callable[[Sphinx], dict[str, Any]]:
    """The ``setup`` of an extension that does nothing else."""

    def setup(app: Sphinx) -> dict[str, Any]:
        app.connect("source-read", fill)
        return {"parallel_read_safe": True, "parallel_write_safe": True}

    return setup
