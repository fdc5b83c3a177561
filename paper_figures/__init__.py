"""The paper's figures, one file each.

A figure is a module with ``compute(*, seed, budget)``, which returns arrays and loads no matplotlib; ``draw(data, axes)``, which does no
numerics; a ``caption``, which the numbers support; and a ``layout``. The command ``dualgap figures`` runs them.
"""

from __future__ import annotations

__all__ = ["BUDGETS", "FIGURES"]

#: The names of the figures, in the order of the paper.
FIGURES = ("parallel_lines", "phase_portraits", "ring_training")

#: How much is computed: ``quick`` in seconds, ``paper`` for print.
BUDGETS = ("quick", "paper")
