"""For a user's own tests: strategies for the objects of the field, assertions of what must hold for them, known answers.

The submodules are loaded when they are first used: pytest loads the plugin at every start.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dualgap.testing import assertions, known_answers, known_distances, strategies

__all__ = ["assertions", "known_answers", "known_distances", "strategies"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'dualgap.testing' has no attribute {name!r}")
    return importlib.import_module(f"dualgap.testing.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
