"""How large a figure is and where its panels lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Layout"]

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The panels of a figure by name, as rows of a mosaic, and its size.

    Parameters
    ----------
    panels : rows of names
        A name that is repeated spans its cells.
    full_width : bool
        Across the page, or one column of it.
    height : float
        In units of the width.
    height_ratios : sequence of float, optional
        Of the rows.
    column : Layout, optional
        Of a full-width figure in one column; when omitted its panels, two in a row, each as high as it is wide there.
    letters : names of panels
        What the caption calls (a), (b) and so on, wherever the page's width puts them.
    """

    panels: Rows
    full_width: bool
    height: float
    height_ratios: tuple[float, ...] | None = None
    column: Layout | None = None
    letters: tuple[str, ...] = ()

    def in_one_column(self) -> Layout:
        """The same panels for a column of half a page.

        Examples
        --------
        >>> Layout(panels=(("a", "b", "c"),), full_width=True, height=0.4).in_one_column().panels
        (('a', 'b'), ('c', 'c'))
        """
        if not self.full_width:
            return self
        if self.column is not None:
            return replace(self.column, full_width=False, letters=self.letters)
        names = list(dict.fromkeys(name for row in self.panels for name in row))
        rows = [tuple(names[k : k + 2]) for k in range(0, len(names), 2)]
        if len(rows[-1]) == 1:
            rows[-1] *= 2
        shape = self.height * len(self.panels[0]) / len(self.panels)  # height over width of a panel
        return Layout(panels=tuple(rows), full_width=False, height=0.5 * shape * len(rows), letters=self.letters)
