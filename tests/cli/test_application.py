"""The command as a whole: its help, its version, its exit codes."""

from __future__ import annotations

import subprocess
import sys


def test_help_names_every_command_and_the_exit_codes(command):
    code, out, _ = command("--help")
    assert code == 0
    for word in ("verify", "figures", "distance", "play", "train", "style", "Exit codes"):
        assert word in out


def test_help_loads_nothing_heavy():
    script = (
        "import sys; import dualgap.cli;"
        "print([m for m in ('numpy', 'torch', 'matplotlib', 'ot', 'hypothesis', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_module_is_the_command():
    found = subprocess.run(
        [sys.executable, "-m", "dualgap.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith("dualgap ")


def test_the_version_is_printed(command):
    import dualgap

    assert command("--version")[:2] == (0, f"dualgap {dualgap.__version__}\n")


def test_what_is_no_command_exits_with_2(refused):
    refused(("nonsense",), "No such command")
