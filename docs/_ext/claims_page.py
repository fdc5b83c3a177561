"""The claims, written from the claims themselves: the whole list where a page says ``<!-- claims -->``, and a table of those
about a subject where it says ``<!-- claims of topic; topic -->``. Each has its code, its test and its figure.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from filling import setup_of

import dualgap as dg

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARKER = "<!-- claims -->"
OF_TOPICS = re.compile(r"<!-- claims of ([^>]+) -->")
BIBLIOGRAPHY = Path(__file__).parents[1] / "references.bib"
TEST = "tests/claims/test_shipped.py"

#: The figures of the paper that show what claims say.
FIGURES = {
    "parallel_lines": ("parallel-lines", "js-discontinuous", "singular-laws", "kl-infinite", "wasserstein-lipschitz"),
    "dirt_and_holes": ("least-cost", "weak-duality", "strong-duality", "complementary-slackness"),
    "brackets_closing": ("direct-computation",),
    "lipschitz_critics": ("kantorovich-rubinstein", "mcshane"),
    "empirical_bias": ("empirical-is-too-large", "held-out-wasserstein"),
    "sample_divergences": ("held-out-js", "plug-in-bias", "training-value-is-biased"),
    "phase_portraits": ("simultaneous-diverges", "alternating-circles", "extragradient-converges"),
    "predicted_rates": ("rate-is-spectral-radius", "optimistic-rate", "proximal-rate", "consensus-rate"),
    "stability_regions": ("negative-momentum", "lookahead-rate"),
    "gap_of_iterates": ("average-of-alternating", "quadratic-gap", "xy-has-one-equilibrium"),
    "dirac_fields": ("dirac-gan-rotates", "dirac-penalty"),
    "saturation": ("logit-gradients", "vanishing-gradient", "heuristic-cures", "saturating-gradient-dies-in-training"),
    "mode_collapse": (
        "variance-and-modes",
        "packing-amplifies",
        "packing-prevents-collapse",
        "unrolling-prevents-collapse",
    ),
    "modes_and_quality": ("ring-is-covered", "statistics-prevent-collapse", "averaging-helps-on-the-ring"),
    "critic_value": ("critic-follows-the-distance",),
    "clipping_penalty": ("clipping-sees-means", "clipping-and-depth"),
    "attacks_and_boundaries": ("fgsm-exact", "best-iterate-beats-fgsm", "robust-training-raises-certified-accuracy"),
    "style_transfer": ("transfer-lowers-the-loss", "style-loss-is-mmd"),
}
#: Shows the margin of every claim.
OF_ALL = "claim_margins"


def cited(source: str, keys: set[str]) -> str:
    """A claim's source with the keys of papers as citations."""
    return re.sub(r"[a-z]+\d{4}[a-z]*", lambda m: f"{{cite:t}}`{m[0]}`" if m[0] in keys else m[0], source)


def figures_of(claim: dg.claims.Claim) -> list[str]:
    """The names of the figures that show it, of those that there are."""
    from paper_figures import FIGURES as DRAWN

    return [name for name, shown in FIGURES.items() if claim.identifier in shown and name in DRAWN]


def figure(name: str) -> str:
    """A figure by name, with a link to its place in the gallery."""
    return f"[{name.replace('_', ' ')}](#figure-{name})"


def uses(code: str) -> list[str]:
    """The public names in a piece of code, as links."""
    found = dict.fromkeys(re.findall(r"\bdg\.((?:\w+\.)*\w+)", code))
    return [f"{{py:obj}}`dg.{name} <{full}>`" for name in found if (full := documented(name)) is not None]


def documented(name: str) -> str | None:
    """Where a public name is documented: ``kl`` -> ``dualgap.divergences.kl``; None for what is no public name."""
    first, _, rest = name.partition(".")
    if first in dg._MODULES and rest:
        return f"{dg._MODULES[first]}.{rest}"
    return f"{dg._HOME[first]}.{first}" if first in dg._HOME and not rest else None


def code_of(claim: dg.claims.Claim) -> str:
    """The check as it is written, with the statement and the mutants in its decorator."""
    return inspect.getsource(inspect.unwrap(claim.check)).rstrip()


def entry(claim: dg.claims.Claim, keys: set[str]) -> Iterator[str]:
    """One claim: its statement, when it holds, where it is from, what it corrects, and what checks it; a link can name it."""
    code = code_of(claim)
    yield f"(claim-{claim.identifier})="
    yield f"### {claim.title}"
    yield claim.statement
    yield f"Hypotheses\n: {claim.hypotheses}"
    yield f"Source\n: {cited(claim.source, keys)}"
    if claim.refutes is not None:
        yield f"Stated there\n: {claim.refutes.stated}"
        yield f"Counterexample\n: {claim.refutes.counterexample}"
    if found := uses(code):
        yield f"Of\n: {', '.join(found)}"
    shown = [figure(name) for name in [*figures_of(claim), OF_ALL]]
    yield f"Figures\n: {', '.join(shown)}" + ("; its own on the report's page" if claim.picture else "")
    yield f"Test\n: `pytest {TEST} -k {claim.identifier}`; `dualgap verify --only {claim.identifier} --mutants`"
    file = f"{claim.check.__module__.replace('.', '/')}.py"
    yield f'```{{raw}} html\n<details class="code"><summary>Code: <code>src/{file}</code></summary>\n```'
    yield f"```python\n{code}\n```"
    yield "```{raw} html\n</details>\n```"


def listing() -> str:
    """Every claim by topic, in the order in which the topics are verified."""
    keys = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.MULTILINE))
    lines: list[str] = []
    for topic, claims in groupby(dg.claims.all(), key=lambda claim: claim.topic):
        lines.append(f"## {topic[0].upper()}{topic[1:]}")
        for claim in claims:
            lines.extend(entry(claim, keys))
    return "\n\n".join(lines)


def table(topics: list[str]) -> str:
    """The claims about a subject, each with a link to its check, its code, its test and its figures."""
    rows = ["| claim | figure |", "|---|---|"]
    for topic in topics:
        for claim in dg.claims.all(topic=topic):
            shown = ", ".join(figure(name) for name in figures_of(claim))
            corrected = " *(a statement that is corrected)*" if claim.refutes is not None else ""
            title = claim.title.replace("|", "\\|")
            rows.append(f"| [{title}](#claim-{claim.identifier}){corrected} | {shown} |")
    return "\n".join(rows)


def fill(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the list or a table in the place of its marker."""
    if MARKER in source[0]:
        source[0] = source[0].replace(MARKER, listing())
    source[0] = OF_TOPICS.sub(lambda found: table(found[1].split("; ")), source[0])


setup = setup_of(fill)
