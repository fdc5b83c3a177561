"""Optional dependencies, imported when they are used."""

from __future__ import annotations

import importlib
from types import ModuleType

from dualgap.errors import MissingExtra

__all__ = ["require"]


def require(module: str, *, extra: str) -> ModuleType:
    """The module, or an error that says how to install it.

    Parameters
    ----------
    module : str
        Dotted name, for example ``"matplotlib.pyplot"``.
    extra : str
        The extra of dualgap that brings it, for example ``"figures"``.

    Raises
    ------
    MissingExtra
        When the module's distribution is not installed.

    Examples
    --------
    >>> require("math", extra="figures").pi
    3.141592653589793
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(module.partition(".")[0], extra=extra) from error
