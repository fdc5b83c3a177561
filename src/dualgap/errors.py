"""The errors that dualgap raises.

::

    DualgapError
    ├── InvalidInput       (also ValueError)    an argument is not what the mathematics needs
    │   └── Unwritable                          a file or folder that a result was to go to cannot be written
    ├── NotConverged       (also RuntimeError)  a bound was asked for that was not reached; carries the partial result
    ├── CertificateError                        a certificate does not prove the bounds it carries
    └── MissingExtra       (also ImportError)   an optional dependency is not installed; says how to install it

A message names the argument, what it must be, what was received and the remedy.
"""

from __future__ import annotations

from typing import Any

__all__ = ["CertificateError", "DualgapError", "InvalidInput", "MissingExtra", "NotConverged", "Unwritable"]


class DualgapError(Exception):
    """Base of every error that dualgap raises on purpose.

    Examples
    --------
    >>> import dualgap as dg
    >>> try:
    ...     dg.kl([0.5, 0.4], [0.5, 0.5])
    ... except dg.errors.DualgapError as error:
    ...     print(error)
    p must sum to 1, got 0.9; divide by its sum first
    """


class InvalidInput(DualgapError, ValueError):
    """An argument is not what the mathematics needs.

    Parameters
    ----------
    message : str
        Begins with the name of the argument; says what it must be, what was received, and the remedy.
    argument : str, optional
        The name of the argument, for programs.

    Examples
    --------
    >>> raise InvalidInput("order must be at least 1, got 0.5", argument="order")
    Traceback (most recent call last):
        ...
    dualgap.errors.InvalidInput: order must be at least 1, got 0.5
    """

    def __init__(self, message: str, *, argument: str | None = None) -> None:
        super().__init__(message)
        self.argument = argument


class Unwritable(InvalidInput):
    """A file or folder that a result was to go to cannot be written.

    Examples
    --------
    >>> issubclass(Unwritable, InvalidInput)
    True
    """


class NotConverged(DualgapError, RuntimeError):
    """What was required was not reached; ``partial`` holds what was.

    Parameters
    ----------
    message : str
    partial : object
        The bracket, the trajectory or the fit as far as it came: its bounds still hold.

    Examples
    --------
    >>> error = NotConverged("gap 0.2 is above 0.1", partial=0.7)
    >>> error.partial
    0.7
    """

    def __init__(self, message: str, *, partial: Any = None) -> None:
        super().__init__(message)
        self.partial = partial


class CertificateError(DualgapError):
    """A certificate does not prove the bounds that it carries.

    Examples
    --------
    >>> raise CertificateError("potentials are infeasible by 0.1 at pair (0, 3)")
    Traceback (most recent call last):
        ...
    dualgap.errors.CertificateError: potentials are infeasible by 0.1 at pair (0, 3)
    """


class MissingExtra(DualgapError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    module : str
        What could not be imported.
    extra : str
        The extra of dualgap that brings it.

    Examples
    --------
    >>> raise MissingExtra("matplotlib", extra="figures")
    Traceback (most recent call last):
        ...
    dualgap.errors.MissingExtra: matplotlib is needed for this and is not installed: pip install 'dualgap[figures]'
    """

    def __init__(self, module: str, *, extra: str) -> None:
        super().__init__(f"{module} is needed for this and is not installed: pip install 'dualgap[{extra}]'")
        self.module = module
        self.extra = extra
