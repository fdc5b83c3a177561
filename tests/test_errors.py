from __future__ import annotations

import pytest

from dualgap import errors
from dualgap.errors import CertificateError, DualgapError, InvalidInput, MissingExtra, NotConverged


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (InvalidInput, ValueError),
        (NotConverged, RuntimeError),
        (MissingExtra, ImportError),
        (CertificateError, Exception),
    ],
)
def test_every_error_is_a_dualgap_error_and_the_builtin_of_its_kind(error, builtin):
    assert issubclass(error, DualgapError)
    assert issubclass(error, builtin)


def test_the_tree_in_the_docstring_names_every_error():
    for name in errors.__all__:
        assert name in (errors.__doc__ or "")


def test_errors_carry_what_a_program_needs():
    assert InvalidInput("order must be at least 1", argument="order").argument == "order"
    assert NotConverged("no", partial=[1]).partial == [1]
    missing = MissingExtra("ot", extra="figures")
    assert (missing.module, missing.extra) == ("ot", "figures")
    assert "pip install 'dualgap[figures]'" in str(missing)
