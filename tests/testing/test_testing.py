"""The package loads its parts when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import dualgap as dg
from dualgap import testing


def test_every_part_can_be_reached():
    for name in testing.__all__:
        assert getattr(testing, name) is sys.modules[f"dualgap.testing.{name}"]
    assert set(testing.__all__) <= set(dir(testing))
    assert dg.testing is testing


def test_a_part_that_does_not_exist_is_no_attribute():
    with pytest.raises(AttributeError, match="has no attribute 'magic'"):
        testing.magic  # noqa: B018 - it is the access that is tried


def test_importing_the_package_loads_no_part_of_it():
    program = (
        "import sys, dualgap.testing; print([name for name in sys.modules if name.startswith('dualgap.testing.')])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"
