"""What the sources never do: run or unpickle what they read, hide an error, leave something unfinished."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

# What is loaded from disk is data: a pickle, or text handed to eval, is a program.
PROGRAMS = {"eval", "exec", "compile", "__import__", "marshal", "pickle", "cloudpickle", "dill", "shelve"}
UNFINISHED = ("TODO", "FIXME", "XXX", "NotImplementedError")
# State that belongs to the whole process: seeding or changing it reaches into the user's own program.
GLOBAL_STATE = {
    "torch.manual_seed",
    "torch.set_default_dtype",
    "torch.set_default_device",
    "torch.set_num_threads",
    "torch.use_deterministic_algorithms",
    "np.random.seed",
    "np.seterr",
    "random.seed",
    "warnings.simplefilter",
    "warnings.filterwarnings",
}


RESTORED = ("catch_warnings", "fork_rng")  # context managers that put the state back


def _restored(tree: ast.Module) -> set[int]:
    """Lines where what is changed is put back at the end of the block."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        and any(ast.unparse(item.context_expr).partition("(")[0].endswith(RESTORED) for item in node.items)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def objections(text: str) -> Iterator[str]:
    """What a module does and should not, as ``line: what``."""
    for number, line in enumerate(text.splitlines(), 1):
        for word in UNFINISHED:
            if word in line:
                yield f"{number}: {word}"
    tree = ast.parse(text)
    local = _restored(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if alias.name.partition(".")[0] in PROGRAMS:
                        yield f"{node.lineno}: imports {alias.name}"
            case ast.ImportFrom(module="pickle", names=[ast.alias(name="UnpicklingError")]):
                pass  # the name of an error loads nothing
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in PROGRAMS:
                yield f"{node.lineno}: imports from {module}"
            case ast.Call(func=ast.Name(id=name)) if name in PROGRAMS:
                yield f"{node.lineno}: calls {name}"
            case ast.Call(func=ast.Attribute() as function):
                called = ast.unparse(function)
                tensors_only = any(ast.unparse(keyword) == "weights_only=True" for keyword in node.keywords)
                if (called == "torch.load" and not tensors_only) or any(
                    keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False" for keyword in node.keywords
                ):
                    yield f"{node.lineno}: {called} can run what it loads; use safetensors or JSON"
                if called in GLOBAL_STATE and node.lineno not in local:
                    yield f"{node.lineno}: {called} changes the whole process"
            case ast.ExceptHandler(body=[*_, ast.Raise(exc=None)]):
                pass  # what is raised again is not hidden
            case ast.ExceptHandler(type=None):
                yield f"{node.lineno}: except without a class"
            case ast.ExceptHandler(type=ast.Name(id="Exception" | "BaseException" as name)):
                yield f"{node.lineno}: except {name}; which error is meant?"
            case ast.Assert():
                yield f"{node.lineno}: assert is gone under python -O; raise an error of dualgap.errors"


# Exceptions by their nature, each with the reason.
ALLOWED = {
    (Path("src/dualgap/testing/assertions.py"), "assert is gone"): "assertions are what the module is for",
    (
        Path("src/dualgap/testing/known_answers.py"),
        "except Exception",
    ): "runs anybody's estimator, reports what it raises",
    (Path("src/dualgap/claims/loading.py"), "except Exception"): "runs anybody's file, says what it raises",
    (Path("src/dualgap/claims/trial.py"), "except Exception"): "runs anybody's checks, reports what they raise",
    (
        Path("src/dualgap/sweeps/cluster.py"),
        "except Exception",
    ): "what sending anybody's function raises, raised as InvalidInput",
    (Path("src/dualgap/claims/verification.py"), "torch.set_num_threads"): "in a context manager that puts it back",
}


def test_no_source_does_what_sources_never_do(sources: dict[Path, str]) -> None:
    found = [
        f"{path}:{objection}"
        for path, text in sources.items()
        for objection in objections(text)
        if not any(path == where and what in objection for where, what in ALLOWED)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads",
        "eval('1')",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "np.load(path, allow_pickle=True)",
        "torch.manual_seed(0)",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept:\n    pass",
        "assert x > 0",
        "x = 1  # TODO: later",
    ],
)
def test_each_objection_is_raised(text: str) -> None:
    assert list(objections(text))


def test_a_clean_up_may_catch_what_it_raises_again() -> None:
    assert not list(objections("try:\n    f()\nexcept BaseException:\n    g()\n    raise"))


@pytest.mark.parametrize(
    ("change", "restored"),
    [
        ("warnings.simplefilter('error')", "with warnings.catch_warnings():"),
        ("torch.manual_seed(0)", "with torch.random.fork_rng():"),
    ],
)
def test_global_state_may_change_where_it_is_put_back(change: str, restored: str) -> None:
    assert list(objections(change))
    assert not list(objections(f"{restored}\n    {change}"))
