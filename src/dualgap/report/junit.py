"""A verification as JUnit's XML, which continuous integration services read."""

from __future__ import annotations

from xml.etree import ElementTree

from dualgap.claims import Result, Verdict, Verification

__all__ = ["as_junit"]

#: XML has no sign for these, not even as a reference.
_FORBIDDEN = {code: " " for code in range(32) if code not in (9, 10, 13)}


def as_junit(verification: Verification) -> str:
    """One test case a claim: failures are refuted claims and mutants that survive, errors are checks that crashed.

    A claim that too few seeds leave undecided is skipped, with the reason.

    Parameters
    ----------
    verification : Verification

    Returns
    -------
    str

    Examples
    --------
    >>> import dualgap as dg
    >>> print(as_junit(dg.verify(only="kl-nonnegative")).splitlines()[1].split(" time")[0])
    <testsuites name="dualgap" tests="1" failures="0" errors="0" skipped="0"
    """
    suites = ElementTree.Element("testsuites", {"name": "dualgap", **_counts(tuple(verification))})
    suites.set("time", f"{verification.seconds:.3f}")
    for topic, results in verification.topics().items():
        suite = ElementTree.SubElement(suites, "testsuite", {"name": _clean(topic), **_counts(results)})
        suite.set("time", f"{sum(result.seconds for result in results):.3f}")
        for result in results:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                {
                    "classname": _clean(topic),
                    "name": result.claim.identifier,
                    "time": f"{result.seconds:.3f}",
                },
            )
            kind, message, text = _outcome(result)
            if kind:
                ElementTree.SubElement(case, kind, {"message": _clean(message)}).text = _clean(text)
            said = ElementTree.SubElement(case, "system-out")
            said.text = _clean(f"{result.claim.title}\n{result.evidence!r}\n{result.command}")
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _outcome(result: Result) -> tuple[str, str, str]:
    """The element that says how a case ended, its message and its text; an empty one where it passed."""
    if result.verdict is Verdict.CRASHED:
        return "error", result.error.splitlines()[-1] if result.error else "crashed", result.error
    if result.verdict is Verdict.FAILS:
        return "failure", f"{result.claim.title}: refuted", f"{result.evidence!r}\nat {result.instance}"
    survivors = [mutant.name for mutant in result.mutants if not mutant.rejected]
    if survivors:
        return "failure", f"mutants survive: {', '.join(survivors)}", ""
    if result.verdict is Verdict.UNDECIDED:
        return "skipped", result.verdict.long, ""
    return "", "", ""


def _counts(results: tuple[Result, ...]) -> dict[str, str]:
    kinds = [_outcome(result)[0] for result in results]
    return {
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }


def _clean(text: str) -> str:
    return text.translate(_FORBIDDEN)
