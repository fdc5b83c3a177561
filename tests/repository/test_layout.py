"""The test path mirrors the import path."""

from __future__ import annotations

import ast
from pathlib import Path

# Parts with no meaning of their own, tested with the whole that they belong to; and the checks of the claims, which are
# run one and all, with the mutants that they must reject.
WITH = {
    "claims/__init__.py": "claims/test_shipped.py",
    "claims/adversarial.py": "claims/test_shipped.py",
    "claims/collapse.py": "claims/test_shipped.py",
    "claims/continuity.py": "claims/test_shipped.py",
    "claims/distances.py": "claims/test_shipped.py",
    "claims/divergences.py": "claims/test_shipped.py",
    "claims/dynamics.py": "claims/test_shipped.py",
    "claims/estimates.py": "claims/test_shipped.py",
    "claims/gans.py": "claims/test_shipped.py",
    "claims/gaussians.py": "claims/test_shipped.py",
    "claims/gradients.py": "claims/test_shipped.py",
    "claims/inequalities.py": "claims/test_shipped.py",
    "claims/latent.py": "claims/test_shipped.py",
    "claims/result.py": "claims/test_verification.py",
    "claims/style.py": "claims/test_shipped.py",
    "claims/training.py": "claims/test_shipped.py",
    "claims/training_methods.py": "claims/test_shipped.py",
    "claims/transport.py": "claims/test_shipped.py",
    "claims/update_methods.py": "claims/test_shipped.py",
    "claims/wgan.py": "claims/test_shipped.py",
    "transport/bures.py": "transport/test_gaussian.py",
    "transport/envelope.py": "transport/test_exact.py",
    "transport/ground.py": "transport/test_duality.py",
    "transport/max_sliced.py": "transport/test_sliced.py",
    "transport/wasserstein.py": "transport/test_exact.py",
}


def _has_code(text: str) -> bool:
    """Whether a module defines a function or a class, rather than only gathering names."""
    return any(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for node in ast.parse(text).body)


def _expected(path: Path) -> Path:
    """``src/dualgap/transport/exact.py`` -> ``tests/transport/test_exact.py``."""
    inside = path.relative_to("src/dualgap")
    stem = inside.parent.name if inside.name == "__init__.py" else inside.stem
    return Path("tests") / inside.parent / f"test_{(stem or 'init').strip('_')}.py"


def _tested_in(path: Path) -> Path:
    whole = WITH.get(path.relative_to("src/dualgap").as_posix())
    return Path("tests", whole) if whole else _expected(path)


def test_every_module_with_code_has_its_test_file(root: Path, sources: dict[Path, str]) -> None:
    modules = [path for path, text in sources.items() if path.parts[0] == "src" and _has_code(text)]
    modules.remove(Path("src/dualgap/__init__.py"))  # tests/repository/test_exports.py and test_imports.py
    missing = [f"{path} -> {_tested_in(path)}" for path in modules if not (root / _tested_in(path)).exists()]
    assert not missing, "modules without a test file:\n" + "\n".join(missing)


def test_every_exception_is_still_one(root: Path) -> None:
    for path in WITH:
        module = Path("src/dualgap", path)
        assert (root / module).exists(), f"{path} is gone; take it off the list"
        assert not (root / _expected(module)).exists(), f"{path} has tests of its own now; take it off the list"


def test_every_test_file_is_about_a_module(root: Path) -> None:
    """A test whose module was renamed or removed is found here."""
    packages = {path.parent.relative_to(root / "src/dualgap") for path in (root / "src/dualgap").rglob("*.py")}
    others = {Path("docs"), Path("repository"), Path("paper_figures"), Path("faults"), Path("fuzz")}
    for path in (root / "tests").rglob("test_*.py"):
        folder = path.parent.relative_to(root / "tests")
        assert folder in packages | others, f"{path.relative_to(root)}: src/dualgap has no package {folder}"


def test_the_test_path_of_a_module_is_its_import_path() -> None:
    assert _expected(Path("src/dualgap/transport/exact.py")) == Path("tests/transport/test_exact.py")
    assert _expected(Path("src/dualgap/registry.py")) == Path("tests/test_registry.py")
    assert _expected(Path("src/dualgap/transport/__init__.py")) == Path("tests/transport/test_transport.py")


def test_a_module_that_only_gathers_names_has_no_code() -> None:
    assert not _has_code('"""Names."""\nfrom a import b\n__all__ = ["b"]\n')
    assert _has_code("def f(): ...")
