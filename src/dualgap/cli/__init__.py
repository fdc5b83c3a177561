"""The command ``dualgap``: one module a command."""

from __future__ import annotations

from dualgap.cli.application import app, main

__all__ = ["app", "main"]
