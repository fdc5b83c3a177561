"""``python -m dualgap.cli`` is the command ``dualgap``."""

from __future__ import annotations

from dualgap.cli import main

if __name__ == "__main__":
    main()
