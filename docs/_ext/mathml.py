"""Formulas as MathML, written when the page is built: no script is fetched when it is read."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils.nodes import SkipNode

from dualgap.report.mathematics import mathml

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


def visit_inline(translator: HTML5Translator, node: nodes.math) -> None:
    """An inline formula; its text has been written with it."""
    translator.body.append(mathml(node.astext(), display="inline"))
    raise SkipNode


def visit_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A displayed formula, with its number where it has one."""
    number = f'<span class="eqno">({escape(str(node["number"]))})</span>' if node.get("number") else ""
    formula = mathml(node.astext(), display="block")
    translator.body.append(translator.starttag(node, "div", CLASS="math") + number + formula + "</div>\n")
    raise SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
