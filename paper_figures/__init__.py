"""The paper's figures, one file each.

A figure is a module with ``compute(*, seed, budget)``, which returns arrays and loads no matplotlib; ``draw(data, axes)``, which does no
numerics; a ``caption``, which the numbers support; and a ``layout``. The command ``dualgap figures`` runs them.
"""

from __future__ import annotations

__all__ = ["BUDGETS", "FIGURES", "WIDTHS"]

#: The names of the figures, in the order of the paper.
FIGURES = (
    "parallel_lines",
    "dirt_and_holes",
    "brackets_closing",
    "lipschitz_critics",
    "empirical_bias",
    "sample_divergences",
    "phase_portraits",
    "predicted_rates",
    "stability_regions",
    "gap_of_iterates",
    "dirac_fields",
    "saturation",
    "mode_collapse",
    "modes_and_quality",
    "critic_value",
    "clipping_penalty",
    "attacks_and_boundaries",
    "style_transfer",
    "claim_margins",
)

#: How much is computed: ``quick`` in seconds, ``paper`` for print.
BUDGETS = ("quick", "paper")

#: What the figures are made for: NeurIPS (5.5 inches), ICML (6.75 inches, or 3.25 for one column), one column (3.25 inches) for all.
WIDTHS = ("neurips", "icml", "column")
