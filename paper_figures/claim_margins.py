"""The claims: the margins of all of them, on one page."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout"]

caption = (
    "The claims, as dualgap verify tries them: a row a claim, a mark an instance, by its margin m, the distance from failing, drawn "
    "as m / (1 + |m|). At zero and to the right the instance bears the claim out, and so do all of them. Squares: claims whose "
    "usual statement is refuted, and which hold as corrected. Diamonds, where claims about training are tried: an instance "
    "is a seed, and what is claimed is how often; single seeds may be on the left."
)

layout = Layout(
    panels=(("first", "second"),),
    full_width=True,
    height=1.32,
    column=Layout(panels=(("first",), ("second",)), full_width=False, height=2.7),
)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Try every claim.

    Returns
    -------
    dict
        ``claim``, ``topic`` and ``verdict`` (n,), words; ``over_seeds`` (n,), whether an instance is a seed; ``margin`` (k,), of
        every instance, squeezed to [-1, 1], and ``row`` (k,), the claim that it is of; ``least`` (n,), of each claim.
    """
    shipped = dg.claims.all()
    # at the quick budget without those that train: for them `dualgap verify` takes longer than all figures together
    trained = {claim.identifier for claim in shipped if isinstance(claim.instances, dg.claims.Seeds)}
    slow = trained if budget == "quick" else set()
    chosen = [claim.identifier for claim in shipped if claim.identifier not in slow]
    found = dg.verify(only=chosen, budget={"quick": "quick", "paper": "full"}[budget], seed=seed)
    margins = [_squeezed(np.array(result.margins)) for result in found]
    return {
        "claim": np.array([result.claim.identifier for result in found]),
        "topic": np.array([result.claim.topic for result in found]),
        "over_seeds": np.array([result.claim.identifier in trained for result in found]),
        "verdict": np.array([result.verdict.name for result in found]),
        "margin": np.concatenate(margins),
        "row": np.repeat(np.arange(len(margins)), [len(part) for part in margins]),
        "least": np.array([part.min() if len(part) else np.nan for part in margins]),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Half of the claims in each panel."""
    claims, rows = data["claim"], data["row"]
    corrected = np.array([name == "REFUTED_AS_STATED_HOLDS_AS_CORRECTED" for name in data["verdict"].tolist()])
    half = -(-len(claims) // 2)
    low = min(-0.05, 1.03 * data["margin"].min())  # single seeds may be below 0
    for panel, first in ((axes["first"], 0), (axes["second"], half)):
        last = min(first + half, len(claims))
        here = (rows >= first) & (rows < last)
        kinds = (
            (~corrected & ~data["over_seeds"], "|", "blue", 3.2),
            (corrected, "s", "vermilion", 1.7),
            (data["over_seeds"] & ~corrected, "D", "green", 1.7),
        )
        for kind, mark, colour, size in kinds:
            shown = here & kind[rows]
            panel.plot(
                data["margin"][shown],
                rows[shown],
                mark,
                color=COLOURS[colour],
                markersize=size,
                markeredgewidth=0.6,
                alpha=0.7,
            )
        panel.axvline(0, color=GREY, linewidth=0.5, zorder=0)
        for k in range(first + 1, last):  # a line where a topic ends
            if data["topic"][k] != data["topic"][k - 1]:
                panel.axhline(k - 0.5, color=GREY, linewidth=0.3)
        panel.set_yticks(range(first, last), claims[first:last].tolist(), fontsize=4)
        panel.tick_params(axis="y", length=0, pad=1.5)
        panel.set(ylim=(first + half - 0.4, first - 0.6), xlim=(low, 1.03), xlabel="margin m / (1 + |m|) (no unit)")
        panel.set_xticks([at for at in (-1, -0.5, 0, 0.5, 1) if at >= low])
        if panel is axes["first"] or panel.get_subplotspec().is_first_col():
            panel.set_ylabel("claim")


def _squeezed(margins: np.ndarray) -> np.ndarray:
    """m / (1 + |m|), 1 for an infinite margin."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(margins), np.sign(margins), margins / (1 + np.abs(margins)))
