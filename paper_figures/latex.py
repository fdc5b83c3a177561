"""A LaTeX document with all figures and their captions."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["document", "in_latex"]

#: What a caption may contain beyond ASCII, in LaTeX that every engine knows.
_MATHEMATICS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon", "η": r"\eta", "θ": r"\theta",
    "λ": r"\lambda", "μ": r"\mu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "ψ": r"\psi", "φ": r"\varphi",
    "ω": r"\omega", "Δ": r"\Delta", "Σ": r"\Sigma", "∇": r"\nabla", "∞": r"\infty", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "±": r"\pm", "×": r"\times", "·": r"\cdot", "√": r"\surd", "∈": r"\in", "→": r"\to", "−": "-",
    "ᵀ": r"^{\top}", "½": r"\frac12", "|": r"\vert", "<": "<", ">": ">",
}  # fmt: skip
_RAISED, _LOWERED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)), dict(zip("₀₁₂₃₄", "01234", strict=True))
_TEXT = {
    "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "é": r"\'e", "ö": r'\"o', "ü": r'\"u', "ä": r'\"a',
    "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
}  # fmt: skip

_SMALL = "".join((*_RAISED, *_LOWERED))
_SYMBOLS = "".join(map(re.escape, _MATHEMATICS)) + _SMALL
#: Symbols that stand together are one formula, with a letter that carries a subscript or a power.
_FORMULA = re.compile(rf"(?:[A-Za-z](?=[{_SMALL}ᵀ]))?[{_SYMBOLS}]+")

_HEAD = r"""% Made by `dualgap figures`: every figure in this folder, at its own size.
\documentclass{article}
\usepackage[letterpaper, hmargin=0.8in, vmargin=0.4in]{geometry}
\pagestyle{empty}
\usepackage{graphicx}
\begin{document}
"""


def in_latex(text: str) -> str:
    """A caption in LaTeX, in ASCII.

    Examples
    --------
    >>> in_latex("W₁ = |θ| for 95% of them")
    '$W_{1}$ = $\\\\vert \\\\theta \\\\vert $ for 95\\\\% of them'
    """
    parts, last = [], 0
    for found in _FORMULA.finditer(text):
        parts += [_plain(text[last : found.start()]), f"${_formula(found.group())}$"]
        last = found.end()
    return "".join([*parts, _plain(text[last:])])


def document(captions: Mapping[str, str]) -> str:
    """A whole document: the figures by name, each with its caption and a label.

    Parameters
    ----------
    captions : mapping of the names of figures to their captions
        Beside the document there is a ``name.pdf`` for each.
    """
    figures = [
        f"\\begin{{figure}}[p]\n  \\centering\n  \\includegraphics{{{name}.pdf}}\n"
        f"  \\caption{{{in_latex(caption)}}}\n  \\label{{fig:{name}}}\n\\end{{figure}}\n\\clearpage\n"
        for name, caption in captions.items()
    ]
    return _HEAD + "\n".join(figures) + "\\end{document}\n"


def _formula(symbols: str) -> str:
    for sign, digits in (("^", _RAISED), ("_", _LOWERED)):
        run = f"[{''.join(digits)}]+"
        symbols = re.sub(run, lambda found, sign=sign, digits=digits: _small(sign, digits, found.group()), symbols)
    codes = [_MATHEMATICS.get(symbol, symbol) for symbol in symbols]
    return "".join(code + " " if code.startswith("\\") else code for code in codes)


def _small(sign: str, digits: Mapping[str, str], run: str) -> str:
    return sign + "{" + "".join(digits[one] for one in run) + "}"


def _plain(text: str) -> str:
    return "".join(_TEXT.get(letter, letter) for letter in text)
