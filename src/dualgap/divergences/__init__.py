"""Divergences between distributions: f-divergences with a bracket on every number."""

from __future__ import annotations

from dualgap.divergences.generators import FDivergence, JensenShannon, KullbackLeibler
from dualgap.divergences.public import js, kl

__all__ = ["FDivergence", "JensenShannon", "KullbackLeibler", "js", "kl"]
