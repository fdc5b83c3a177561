"""Claims as tests of pytest: a marked function, or a claim in a test module, is tried and reported like any other test.

pytest finds the plugin by itself where dualgap is installed. A test file then reads::

    import pytest
    from hypothesis import strategies as st
    from dualgap.claims import Evidence, Mutant

    @pytest.mark.claim(title="Squares are not negative", statement="$n^2 \\\\ge 0$", instances=st.integers(-9, 9),
                       mutants=[Mutant("cubes", {"power": 3})])
    def test_squares(n, *, power=2):
        return Evidence(predicted=0, measured=n**power, relation=">=", tolerance=0)

The function is the claim's check: it gets one instance at a time. Its mutants are tried as well, and one that survives fails the test.
``--dualgap-budget full`` draws more instances, ``--dualgap-seed`` other ones, and ``--dualgap-report FOLDER`` writes the claims of
the run on a page.
"""

from __future__ import annotations

import inspect
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import pytest

if TYPE_CHECKING:
    from dualgap.claims import Claim, Result

__all__ = ["ClaimItem"]

_PROPERTY = "dualgap_claim"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("dualgap", "claims of dualgap")
    group.addoption("--dualgap-budget", choices=("quick", "full"), default="quick", help="how many instances are tried")
    group.addoption("--dualgap-seed", type=int, default=0, help="fixes every draw of a claim")
    group.addoption("--dualgap-report", metavar="FOLDER", default=None, help="write the claims of this run on a page")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "claim(title, statement, instances, topic, source, hypotheses, mutants, refutes): the function is the check of a claim",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> ClaimItem | None:
    """A claim of a test module, or the claim that a marked function is the check of."""
    mark = next((one for one in _marks(obj) if one.name == "claim"), None)
    if mark is None and type(obj).__module__ != "dualgap.claims.claim":
        return None
    from dualgap.claims import Claim
    from dualgap.errors import InvalidInput

    if isinstance(obj, Claim):
        return ClaimItem.from_parent(collector, name=name, claim=obj)
    if mark is None:
        return None
    try:
        claim = _claim_of(mark, name, obj, collector)
    except (InvalidInput, TypeError) as error:
        raise collector.CollectError(f"{name}: {error}") from error
    return ClaimItem.from_parent(collector, name=name, claim=claim)


def _setting(config: pytest.Config) -> tuple[str, int]:
    return str(config.getoption("--dualgap-budget")), int(str(config.getoption("--dualgap-seed")))


def _marks(obj: object) -> list[Any]:
    found = getattr(obj, "pytestmark", []) if inspect.isfunction(obj) else []
    return found if isinstance(found, list) else [found]


def _claim_of(mark: Any, name: str, check: Any, collector: pytest.Module) -> Claim:
    """What the mark leaves out is said of the function and of its file."""
    from dualgap.claims import Claim

    if mark.args:
        raise TypeError("the mark takes keyword arguments only, such as title= and instances=")
    plain = name.removeprefix("test_").strip("_")
    words = plain.replace("_", " ")
    title = (inspect.getdoc(check) or words[:1].upper() + words[1:]).partition("\n")[0]
    given = {
        "identifier": plain.lower().replace("_", "-"),
        "topic": collector.path.stem.removeprefix("test_").replace("_", " "),
        "title": title,
        "statement": title,
        "source": collector.path.name,
        "hypotheses": "those of the instances",
        **mark.kwargs,
    }
    if "instances" not in given:
        raise TypeError("the mark needs instances=, a strategy of Hypothesis, a sequence, or Seeds")
    return Claim(check=check, **given)


@final
class ClaimItem(pytest.Item):
    """One claim as a test: it passes when the claim holds and each of its mutants is rejected.

    >>> ClaimItem.__mro__[1].__name__
    'Item'
    """

    def __init__(self, *, claim: Claim, **options: Any) -> None:
        super().__init__(**options)
        self.claim = claim
        self.add_marker("claim")

    def runtest(self) -> None:
        """Try the claim and its mutants."""
        from dualgap.claims import stored
        from dualgap.claims.trial import check_claim

        budget, seed = _setting(self.config)
        result = check_claim(self.claim, budget=budget, seed=seed, mutants=True)
        again = f"pytest {shlex.quote(self.nodeid)} --dualgap-budget {budget} --dualgap-seed {seed}"
        data = {"claim": _texts(self.claim), "result": stored.to_data(result), "again": again}
        self.user_properties.append((_PROPERTY, json.dumps(data)))
        if not result.good or result.verdict.short == "undecided":
            raise AssertionError(_why(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What refuted the claim; the traceback where something else went wrong."""
        return str(excinfo.value) if isinstance(excinfo.value, AssertionError) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the check stands."""
        try:
            line = inspect.getsourcelines(inspect.unwrap(self.claim.check))[1] - 1
        except (OSError, TypeError):
            line = None
        return self.path, line, f"claim: {self.claim.title}"


def _why(result: Result) -> str:
    """In a few lines, what became of a claim that did not hold."""
    lines = [f"{result.claim.title}: {result.verdict.long}"]
    if result.error:
        lines.append(result.error)
    if result.evidence is not None:
        lines.append(f"  {result.evidence!r}")
    if result.instance:
        lines.append(f"  at {result.instance}")
    if result.frequency is not None:
        low, high = result.frequency.interval
        lines.append(
            f"  {result.frequency.successes} of {result.frequency.trials} seeds, a share in [{low:.3f}, {high:.3f}]; "
            f"at least {result.claim.instances.at_least:g} is claimed"
        )
    for mutant in result.mutants:
        if not mutant.rejected:
            lines.append(f"  the mutant {mutant.name!r} is not rejected{': ' + mutant.error if mutant.error else ''}")
    return "\n".join(lines)


def _texts(claim: Claim) -> dict[str, Any]:
    """What a page says of a claim, as texts: all that travels between the processes of a run."""
    names = ("identifier", "topic", "title", "statement", "source", "hypotheses")
    texts: dict[str, Any] = {name: getattr(claim, name) for name in names}
    texts["at_least"] = getattr(claim.instances, "at_least", None)
    if claim.refutes is not None:
        texts["refutes"] = [claim.refutes.stated, claim.refutes.counterexample]
    return texts


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """How many claims were tried and what became of them, and the page if one is asked for."""
    found = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                found += [json.loads(text) for name, text in report.user_properties if name == _PROPERTY]
    if not found:
        return
    from dualgap.claims import Verification

    budget, seed = _setting(config)
    results = tuple(_result_of(data) for data in found)
    verification = Verification(
        results=results, seed=seed, budget=budget, seconds=sum(result.seconds for result in results)
    )
    terminalreporter.write_line(f"dualgap: {verification.summary}")
    folder = config.getoption("--dualgap-report")
    if folder is not None:
        from dualgap.report import write_page

        terminalreporter.write_line(f"dualgap: {write_page(verification, folder)}")


def _result_of(data: dict[str, Any]) -> Result:
    from dualgap.claims import Claim, Evidence, Refutation, Seeds, stored

    texts = dict(data["claim"])
    at_least, refutes = texts.pop("at_least"), texts.pop("refutes", None)

    def tried(*_: Any) -> Evidence:
        raise RuntimeError("a claim that was read from a report is not tried again")

    claim = Claim(
        **texts,
        instances=(None,) if at_least is None else Seeds(at_least=at_least, quick=1, full=1),
        check=tried,
        refutes=None if refutes is None else Refutation(*refutes, evidence=tried),
    )
    return replace(stored.from_data(data["result"], claim), again=data["again"])
