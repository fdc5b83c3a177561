"""The public names: the list, the lazy table and the type checker's imports agree, and each name explains itself."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import dualgap


def test_every_public_name_resolves_and_is_listed_once(public: dict[str, object]) -> None:
    assert len(dualgap.__all__) == len(set(dualgap.__all__))
    assert set(dualgap.__all__) <= set(dir(dualgap))
    assert {f"dg.{name}" for name in dualgap.__all__} <= set(public)


def test_the_public_names_are_the_lazy_names() -> None:
    assert set(dualgap.__all__) == {"__version__", *dualgap._HOME, *dualgap._MODULES}


def test_the_type_checker_sees_the_names_that_run_time_gives(root: Path) -> None:
    tree = ast.parse((root / "src/dualgap/__init__.py").read_text(encoding="utf-8"))
    blocks = [n for n in tree.body if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    seen = {
        alias.asname or alias.name
        for block in blocks
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {*dualgap._HOME, *dualgap._MODULES}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = dualgap.no_such_name


def test_every_name_that_a_package_lists_exists_in_it(public: dict[str, object]) -> None:
    modules = {name: value for name, value in public.items() if inspect.ismodule(value)}
    assert modules
    for name, module in modules.items():
        assert hasattr(module, "__all__"), f"{name} does not say what is public: give it __all__"
        assert module.__doc__, f"{name} does not say what it is about: give it a docstring"


# A class that a function gives, or that is a part of what it gives, is shown by the example of that function.
SHOWN_BY = {
    "dg.claims.Curve": "dg.claims.Claim",
    "dg.claims.Instances": "dg.claims.Claim",
    "dg.claims.claim": "dg.claims.Registry",
    "dg.claims.shipped": "dg.claims.all",
    "dg.claims.MutantResult": "dg.verify",
    "dg.claims.Power": "dg.claims.Seeds",
    "dg.claims.Picture": "dg.claims.Claim",
    "dg.claims.Result": "dg.verify",
    "dg.claims.Verification": "dg.verify",
    "dg.divergences.PermutationTest": "dg.divergences.permutation_test",
    "dg.duals.CriticCertificate": "dg.duals.fit",
    "dg.duals.DualFit": "dg.duals.fit",
    "dg.duals.EstimationGame": "dg.duals.fit",
    "dg.duals.Regulariser": "dg.duals.GradientPenalty",
    "dg.games.BestStep": "dg.games.best_step",
    "dg.games.Bilinear": "dg.games.bilinear",
    "dg.games.Classification": "dg.games.classify",
    "dg.games.DiracGAN": "dg.games.dirac_gan",
    "dg.games.Eigenvalue": "dg.games.spectrum",
    "dg.games.Equilibrium": "dg.games.equilibria",
    "dg.games.Example": "dg.games.examples",
    "dg.games.FiniteSum": "dg.games.finite_sum",
    "dg.games.Forsaken": "dg.games.forsaken",
    "dg.games.KellyAuction": "dg.games.kelly_auction",
    "dg.games.LagrangianProgram": "dg.games.lagrangian_program",
    "dg.games.Linearisation": "dg.games.linearise",
    "dg.games.MatrixGame": "dg.games.matrix_game",
    "dg.games.MixtureGAN": "dg.games.mixture_gan",
    "dg.games.Quadratic": "dg.games.quadratic",
    "dg.games.RobustRegression": "dg.games.robust_regression",
    "dg.games.StabilityRegion": "dg.games.stability_region",
    "dg.games.Status": "dg.simulate",
    "dg.games.Trajectory": "dg.simulate",
}


def _explains_itself(value: object) -> bool:
    return ">>> " in (inspect.getdoc(value) or "")


def test_every_public_function_and_class_has_a_docstring_with_an_example(public: dict[str, object]) -> None:
    """An abstract class has its claim and its equation; its leaves have the examples."""
    described = {
        name: value
        for name, value in public.items()
        if inspect.isroutine(value) or (inspect.isclass(value) and not inspect.isabstract(value))
    }
    assert described
    silent = sorted(name for name, value in described.items() if not _explains_itself(value))
    unshown = [name for name in silent if not _explains_itself(public.get(SHOWN_BY.get(name, "")))]
    assert not unshown, f"no example (a line that starts with >>>) in the docstring of: {', '.join(unshown)}"


def test_every_public_name_has_a_docstring(public: dict[str, object]) -> None:
    bare = [
        name
        for name, value in public.items()
        if not isinstance(value, str | tuple | dict) and not inspect.getdoc(value)
    ]
    assert not bare, f"no docstring: {', '.join(bare)}"


def test_a_docstring_without_an_example_is_noticed() -> None:
    def silent() -> None:
        """Nothing to run here."""

    assert not _explains_itself(silent)
