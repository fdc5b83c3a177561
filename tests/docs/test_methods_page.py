"""The table of methods has every method, with the rates that theory gives it."""

from __future__ import annotations

import math
import re

from dualgap.games import methods
from dualgap.games.by_name import METHODS

#: Classes that are no method of their own, or a method's directions.
PARTS = {"Adam", "Annealed", "Identity", "Method", "Momentum", "RMSProp", "Scaling"}


def test_every_method_is_in_the_table_once(docs, methods_page):
    source = [(docs / "theory" / "dynamics.md").read_text("utf-8")]
    assert methods_page.MARKER in source[0]
    methods_page.fill(None, "theory/dynamics", source)
    assert methods_page.MARKER not in source[0]
    rows = [line for line in source[0].splitlines() if line.startswith("| `")]
    assert sorted(name for line in rows for name in re.findall(r"`([a-z-]+)`", line.split(" | ")[0])) == sorted(METHODS)
    kinds = [re.search(r"methods\.(\w+)`", line) for line in rows]
    assert sorted(kind[1] for kind in kinds if kind) == sorted(set(methods.__all__) - PARTS)
    assert all(line.count("|") == 5 for line in rows)


def test_the_rates_are_those_of_the_closed_forms(methods_page):
    a = methods_page.STEP
    assert methods_page.rate("simultaneous") == f"{math.sqrt(1 + a**2):.4f}"
    assert methods_page.rate("alternating") == "1.0000"
    assert methods_page.rate("extragradient") == f"{math.sqrt(1 - a**2 + a**4):.4f}"
    assert methods_page.rate("halpern") == "–"  # its step counts the steps before it
