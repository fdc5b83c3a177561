"""Every row of the decision table is what the library decides."""

from __future__ import annotations

import ast
import re

import pytest

import dualgap as dg

ROW = re.compile(r"^\| ([^|]+) \| `([^`]+)` \| `(\w+)` \| `(\w+)` \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def page(docs):
    return (docs / "guide.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def names(page, executed):
    """What the page's first block of code makes."""
    made: dict[str, object] = {}
    first = next(executed.steps(page))
    exec(compile(first.text, "guide.md", "exec"), made)
    return made


def _rows(page):
    return ROW.findall(page.partition("<!-- decisions -->")[2].partition("\n## ")[0])


def _parts(call, names):
    """The function of a call in a row, its two measures, and its options."""
    tree = ast.parse(call, mode="eval").body
    assert isinstance(tree, ast.Call)

    def value(node):
        return eval(compile(ast.Expression(node), call, "eval"), names)

    return value(tree.func), [value(one) for one in tree.args], {one.arg: value(one.value) for one in tree.keywords}


def test_every_row_is_what_methods_for_lists_and_what_the_call_returns(page, names):
    rows = _rows(page)
    assert len(rows) >= 25
    wrong = []
    for have, call, method, guarantee in rows:
        function, pair, options = _parts(call, names)
        found = function(*pair, **options)
        chosen = options.pop("method", None)
        listed = {(route.name, route.guarantee.name) for route in dg.methods_for(function, *pair, **_choice(options))}
        best = dg.methods_for(function, *pair, **_choice(options))[0]
        if (found.method, found.guarantee.name) != (method, guarantee):
            wrong.append(f"{have}: {call} gives {found.method}, {found.guarantee.name}")
        if (method, guarantee) not in listed or (chosen is None and not options and best.name != method):
            wrong.append(f"{have}: {call} is listed as {sorted(listed)}")
    assert not wrong, "\n".join(wrong)


def _choice(options):
    """The options that say what is computed, rather than how far."""
    return {name: value for name, value in options.items() if name in ("order", "cost")}


def test_every_public_distance_is_in_the_first_table(page):
    first = page.partition("## Which method")[0]
    functions = {name for name in dir(dg) if callable(getattr(dg, name)) and name in _quantities()}
    missing = (
        functions - set(re.findall(r"dg\.(\w+)", first)) - {"jeffreys", "max_sliced_wasserstein", "wasserstein_1d"}
    )
    assert not missing


def _quantities():
    return {
        *dg.divergences.__all__,
        "wasserstein",
        "sliced_wasserstein",
        "max_sliced_wasserstein",
        "sinkhorn_divergence",
    }


def test_a_wrong_row_is_noticed(page, names):
    wrong = page.replace("| `dg.kl(p, q)` | `discrete` |", "| `dg.kl(p, q)` | `gaussian` |")
    assert wrong != page
    with pytest.raises(AssertionError, match="gives discrete, EXACT"):
        test_every_row_is_what_methods_for_lists_and_what_the_call_returns(wrong, names)
