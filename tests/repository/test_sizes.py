"""A module says one thing: its length is where a second idea shows first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 14


def outgrown(path: Path | str, text: str) -> Iterator[str]:
    """What is too long in a module, in words."""
    lines = text.count("\n") + 1
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines, at most {MODULE_LINES}: which part is the second idea?"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        doc = ast.get_docstring(node, clean=False)
        size = (node.end_lineno or node.lineno) - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
        if size > FUNCTION_LINES:
            yield (f"{path}:{node.lineno} {node.name}: {size} lines without its docstring, at most {FUNCTION_LINES}")
        parameters = len(node.args.posonlyargs) + len(node.args.args) + len(node.args.kwonlyargs)
        if parameters > PARAMETERS:
            yield f"{path}:{node.lineno} {node.name}: {parameters} parameters; which of them are one object?"


def test_modules_and_functions_stay_readable_at_one_sitting(sources: dict[Path, str]) -> None:
    found = [line for path, text in sources.items() for line in outgrown(path, text)]
    assert not found, "\n".join(found)


def test_a_long_module_is_noticed() -> None:
    assert list(outgrown("long.py", "x = 1\n" * MODULE_LINES))
    assert not list(outgrown("short.py", "x = 1\n" * (MODULE_LINES - 1)))


def test_a_long_function_is_noticed_and_its_docstring_is_not_counted() -> None:
    body = "    x = 1\n" * (FUNCTION_LINES - 2)
    doc = '    """' + "words\n" * 50 + '    """\n'
    assert not list(outgrown("short.py", f"def f():\n{doc}{body}"))
    assert list(outgrown("long.py", f"def f():\n{body * 2}"))


def test_a_function_with_too_many_parameters_is_noticed() -> None:
    names = ", ".join(f"a{i}" for i in range(PARAMETERS + 1))
    assert list(outgrown("wide.py", f"def f(*, {names}):\n    return a0"))
