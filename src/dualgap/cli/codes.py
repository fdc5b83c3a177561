"""The exit codes of the command."""

from __future__ import annotations

import enum

from dualgap.errors import DualgapError, MissingExtra, Unwritable

__all__ = ["Code", "code_of"]


class Code(enum.IntEnum):
    """How a command ended.

    Examples
    --------
    >>> Code.WELL == 0
    True
    """

    WELL = 0
    REFUTED = 1  # a claim is refuted, or a mutant survives
    USAGE = 2  # a wrong option, or an input that is not what the mathematics needs
    CRASHED = 3  # the check of a claim, or a call of a sweep, raised an error
    UNDECIDED = 4  # the budget is too small to decide a claim
    UNWRITABLE = 5  # a file or folder cannot be written
    IMPORT = 6  # a file of claims cannot be run, or an extra is not installed


def code_of(error: DualgapError) -> Code:
    """The exit code that an error means.

    Examples
    --------
    >>> code_of(Unwritable("output must be a file"))
    <Code.UNWRITABLE: 5>
    """
    if isinstance(error, Unwritable):
        return Code.UNWRITABLE
    return Code.IMPORT if isinstance(error, MissingExtra) else Code.USAGE
