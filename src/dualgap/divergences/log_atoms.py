"""Atoms given by the logarithms of their masses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

from array_api_compat import array_namespace

from dualgap.divergences.generators import FDivergence, Jeffreys, KullbackLeibler
from dualgap.divergences.kernels import constant

__all__ = ["LogAtoms", "farthest"]


def farthest(generator: FDivergence) -> float:
    """How far a logarithm may be below that of the other law: what is beyond counts nothing, or has no double.

    >>> farthest(KullbackLeibler())
    100000000.0
    """
    if isinstance(generator, (KullbackLeibler, Jeffreys)):
        return 1e8  # the terms are linear in the logarithm
    return 700.0 if math.isfinite(generator.singular) else 300.0


@final
@dataclass(frozen=True, eq=False)
class LogAtoms:
    """What the kernels read of :class:`~dualgap.divergences.kernels.Atoms`, where the masses themselves may underflow.

    Parameters
    ----------
    log_q : (n,) array
    log_ratio_all : (n,) array
        ln(p/q).
    reach : float
        The largest abs(t) for which the power series is used.
    """

    log_q: Any
    log_ratio_all: Any
    reach: float
    plain: bool = False

    @cached_property
    def xp(self) -> Any:
        """The array namespace."""
        return array_namespace(self.log_q)

    @cached_property
    def p(self) -> Any:
        """The masses of p."""
        return self.xp.exp(self.log_q + self.log_ratio_all)

    @cached_property
    def q(self) -> Any:
        """The masses of q."""
        return self.xp.exp(self.log_q)

    @property
    def scaled(self) -> Any:
        """The masses of q."""
        return self.q

    @cached_property
    def sum(self) -> Any:
        """p + q."""
        return self.p + self.q

    @cached_property
    def larger(self) -> Any:
        """max(p, q), 1 where both underflow."""
        larger = constant(self.xp.maximum(self.p, self.q))
        return self.xp.where(larger > 0, larger, self.xp.ones_like(larger))

    @cached_property
    def t(self) -> Any:
        """(p - q) / (p + q)."""
        return self.xp.tanh(self.log_ratio_all / 2)

    @cached_property
    def near(self) -> Any:
        """Where the power series is used."""
        return abs(constant(self.t)) <= self.reach

    @cached_property
    def log_ratio(self) -> Any:
        """ln(p/q) where it is not small; 0 elsewhere."""
        return self.xp.where(self.near, self.xp.zeros_like(self.log_q), self.log_ratio_all)

    @cached_property
    def shared(self) -> Any:
        """Everywhere: a logarithm is finite."""
        return ~self.missed

    @cached_property
    def missed(self) -> Any:
        """Nowhere."""
        return self.near & ~self.near

    @property
    def extra(self) -> Any:
        """Nowhere."""
        return self.missed
