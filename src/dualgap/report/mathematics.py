"""Text with LaTeX between dollar signs -> HTML with MathML, which browsers draw without help."""

from __future__ import annotations

import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup, escape

__all__ = ["mathml", "with_mathml"]

#: TeX sets a thin space on either side of a named function; MathML does so for operators only.
_SPACED = 'lspace="0.17em" rspace="0.17em" stretchy="false"'

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_RELATIONS = frozenset(
    {"=", "<", ">", r"\le", r"\ge", r"\ne", r"\sim", r"\in", r"\Rightarrow", r"\propto", r"\to", r"\mapsto"}
)

#: The converter writes the relation "is distributed as" as a raised identifier.
_TILDE = ("<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>")


def with_mathml(text: str) -> Markup:
    """A text as HTML, its formulas as MathML.

    Parameters
    ----------
    text : str
        LaTeX between dollar signs, which pair.

    Examples
    --------
    >>> str(with_mathml("a < b"))
    'a &lt; b'
    >>> "<msup>" in with_mathml("$x^2$")
    True
    """
    words, *rest = text.split("$")
    html = escape(words)
    for latex, words in zip(rest[::2], rest[1::2], strict=True):
        after = words[:1] if words[:1] in {".", ",", ":", ";", ")"} else ""
        html += _breakable(latex, after) + escape(words[len(after) :])
    return html


def _breakable(latex: str, after: str) -> Markup:
    """A formula that a line may end in, before a relation: browsers do not break inside a formula themselves.

    A sign of punctuation ``after`` it stays in the line of its last part.
    """
    *parts, last = (Markup(mathml(part)) for part in at_relations(latex))
    last = Markup('<span class="keep">{}{}</span>').format(last, after) if after else last
    return Markup("<wbr>").join([*parts, last])


def at_relations(latex: str) -> list[str]:
    """A formula cut before each relation and after each comma that is in no bracket.

    Examples
    --------
    >>> at_relations(r"D_{a=b}(p) \\le V(p, q), c = 2")
    ['D_{a=b}(p) ', '\\\\le V(p, q),', ' c ', '= 2']
    """
    parts, depth = [""], 0
    for token in re.findall(r"\\(?:left|right)?(?:[A-Za-z]+|[^A-Za-z])|.", latex):
        depth += token.removeprefix(r"\left").removeprefix("\\") in _OPENING
        depth -= token.removeprefix(r"\right").removeprefix("\\") in _CLOSING
        if depth == 0 and token in _RELATIONS and parts[-1].strip():
            parts.append(token)
        else:
            parts[-1] += token
        if depth == 0 and token == ",":
            parts.append("")
    return [part for part in parts if part.strip()]


@cache
def mathml(latex: str, *, display: str = "inline") -> str:
    """A formula as MathML.

    Parameters
    ----------
    latex : str
    display : "inline" or "block"

    Examples
    --------
    >>> "<msup>" in mathml("x^2")
    True
    """
    formula = convert(latex, display=display).replace(*_TILDE)
    return re.sub(r"<mi>(log|sup|inf|max|min|det|exp)</mi>", rf"<mo {_SPACED}>\1</mo>", formula)
