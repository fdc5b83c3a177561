"""Every error of the library has an exit code of its own kind."""

from __future__ import annotations

import pytest

from dualgap.cli.codes import Code, code_of
from dualgap.errors import CertificateError, InvalidInput, MissingExtra, NotConverged, Unwritable


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidInput("x must be a number"), Code.USAGE),
        (Unwritable("output must be a file"), Code.UNWRITABLE),
        (MissingExtra("matplotlib", extra="figures"), Code.IMPORT),
        (NotConverged("gap"), Code.USAGE),
        (CertificateError("no"), Code.USAGE),
    ],
)
def test_an_error_has_the_code_of_its_kind(error, code):
    assert code_of(error) is code


def test_the_codes_differ_and_only_success_is_0():
    assert sorted(Code) == list(range(len(Code)))
    assert [code for code in Code if code == 0] == [Code.WELL]
