"""How large a figure is and where its panels lie."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Layout"]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The panels of a figure by name, as rows of a mosaic, and its size.

    Parameters
    ----------
    panels : rows of names
        A name that is repeated spans its cells.
    full_width : bool
        Across both columns of the page, or one.
    height : float
        In units of the width.
    height_ratios : sequence of float, optional
        Of the rows.
    """

    panels: tuple[tuple[str, ...], ...]
    full_width: bool
    height: float
    height_ratios: tuple[float, ...] | None = None
