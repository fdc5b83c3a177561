"""The statements of the field as claims: each with its source, the instances it is tried on, and wrong versions it must reject.

A claim of one's own takes ten lines::

    from hypothesis import strategies as st
    from dualgap.claims import Evidence, Mutant, claim

    @claim(topic="mine", title="Squares are not negative", statement="$n^2 \\\\ge 0$", source="school",
           hypotheses="$n$ a whole number", instances=st.integers(-9, 9),
           mutants=[Mutant("cubes", {"power": lambda n: n**3})])
    def squares(n, *, power=lambda n: n**2):
        return Evidence(predicted=0, measured=power(n), relation=">=", tolerance=0)

and ``dg.verify(only="squares", mutants=True)`` tries it.
"""

from __future__ import annotations

import importlib

from dualgap.claims.claim import Claim, Curve, Mutant, Picture, Refutation, Registry
from dualgap.claims.evidence import Evidence, Relation
from dualgap.claims.frequency import Frequency
from dualgap.claims.instances import BUDGETS, Drawn, Instances, Listed, Seeds
from dualgap.claims.result import MutantResult, Power, Result, Verdict, Verification
from dualgap.claims.verification import verify

__all__ = [
    "BUDGETS",
    "Claim",
    "Curve",
    "Drawn",
    "Evidence",
    "Frequency",
    "Instances",
    "Listed",
    "Mutant",
    "MutantResult",
    "Picture",
    "Power",
    "Refutation",
    "Registry",
    "Relation",
    "Result",
    "Seeds",
    "Verdict",
    "Verification",
    "all",
    "claim",
    "shipped",
    "verify",
]

#: The topics, in the order of the lecture: one file each.
_TOPICS = (
    "adversarial",
    "gans",
    "divergences",
    "inequalities",
    "gaussians",
    "gradients",
    "dynamics",
    "update_methods",
    "collapse",
    "continuity",
    "transport",
    "distances",
    "estimates",
    "wgan",
    "style",
    "latent",
    "training",
    "training_methods",
)

_REGISTRY = Registry()
claim = _REGISTRY.claim


def shipped() -> Registry:
    """The registry that :func:`claim` adds to, with dualgap's own claims loaded."""
    for topic in _TOPICS:
        importlib.import_module(f"dualgap.claims.{topic}")
    return _REGISTRY


def all(*, topic: str | None = None) -> tuple[Claim, ...]:
    """Every claim that is registered, of one topic or of all.

    Raises
    ------
    InvalidInput
        For an unknown topic.

    Examples
    --------
    >>> import dualgap as dg
    >>> len(dg.claims.all()) >= 14
    True
    """
    from dualgap.claims.verification import select

    return select(topic=topic)
