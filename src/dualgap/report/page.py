"""The verification page: one file that holds its formulas, its pictures and its style."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from dualgap import __version__
from dualgap.claims import Result, Verdict, Verification
from dualgap.claims.table import number
from dualgap.report.mathematics import with_mathml
from dualgap.report.pictures import curves, strip
from dualgap.writing import write_text

__all__ = ["as_page", "write_page"]

_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">"}


def as_page(verification: Verification) -> str:
    """The page as HTML.

    A summary by topic, then each claim with its statement, source, hypotheses, prediction and measurement, margin, verdict, and the
    command that repeats it alone. Two verifications with one seed give the same page but for the times.

    Parameters
    ----------
    verification : Verification

    Examples
    --------
    >>> import dualgap as dg
    >>> "<math" in as_page(dg.verify(only="kl-nonnegative"))
    True
    """
    environment = Environment(
        loader=PackageLoader("dualgap.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mathematics"] = with_mathml
    environment.filters["number"] = number
    environment.filters["seconds"] = lambda value: f"{value:.2f} s"
    environment.filters["sign"] = lambda relation: _SIGNS[str(relation)]
    environment.filters["verdict_class"] = lambda verdict: verdict.short
    template = environment.get_template("page.html.j2")
    return template.render(
        verification=verification,
        counts=verification.counts,
        topics=_topics(verification),
        Verdict=Verdict,
        strip=strip,
        pictures={result.claim.identifier: _picture(result) for result in verification},
        version=__version__,
        python=platform.python_version(),
        numpy=np.__version__,
        machine=platform.machine(),
        with_mutants=any(result.mutants for result in verification),
    )


def write_page(verification: Verification, folder: Path | str) -> Path:
    """Write ``index.html`` into a folder, under a temporary name first.

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InvalidInput
        When the folder cannot be written to.
    """
    return write_text(Path(folder) / "index.html", as_page(verification))


def _topics(verification: Verification) -> list[dict[str, Any]]:
    """A row of the summary for each topic."""
    return [
        {
            "name": name,
            "anchor": "topic-" + "".join(letter if letter.isalnum() else "-" for letter in name.lower()),
            "results": results,
            "counts": {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict},
            "seconds": sum(result.seconds for result in results),
        }
        for name, results in verification.topics().items()
    ]


def _picture(result: Result) -> dict[str, str] | None:
    if result.claim.picture is None:
        return None
    picture = result.claim.picture()
    address = curves(picture)
    return None if address is None else {"address": address, "caption": picture.caption}
