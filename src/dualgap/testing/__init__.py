"""For a user's own tests: Hypothesis strategies for the objects of the field, and assertions of what must hold for them."""

from __future__ import annotations

from dualgap.testing import assertions, strategies

__all__ = ["assertions", "strategies"]
