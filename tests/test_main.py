"""``python -m dualgap``."""

from __future__ import annotations

import subprocess
import sys


def test_the_package_is_the_command():
    found = subprocess.run([sys.executable, "-m", "dualgap", "--version"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("dualgap ")


def test_its_exit_code_is_that_of_the_command():
    found = subprocess.run([sys.executable, "-m", "dualgap", "distance", "x", "y"], capture_output=True, text=True)
    assert found.returncode == 2
    assert found.stderr == "dualgap: x must be a file that exists\n"
