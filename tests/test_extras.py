from __future__ import annotations

import math

import pytest

from dualgap.errors import MissingExtra
from dualgap.extras import require


def test_an_installed_module_is_returned():
    assert require("math", extra="figures") is math
    assert require("xml.dom", extra="figures").__name__ == "xml.dom"


def test_a_missing_module_says_how_to_install_it():
    with pytest.raises(MissingExtra, match=r"no_such_package is needed .* pip install 'dualgap\[docs\]'") as caught:
        require("no_such_package.part", extra="docs")
    assert caught.value.extra == "docs"
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
