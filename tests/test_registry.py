from __future__ import annotations

from dataclasses import replace

import pytest

import dualgap as dg
from dualgap.bracket import Bracket, Guarantee
from dualgap.errors import InvalidInput
from dualgap.measures import Gaussian, Histogram, Points
from dualgap.registry import Quantity, methods_for


def _answer(value):
    return Bracket(value=value, lower=value, upper=value, guarantee=Guarantee.EXACT, method="", quantity="")


@pytest.fixture
def table():
    quantity = Quantity("example", bare=Points)

    @quantity.route("rough", Points, Points, Guarantee.NONE)
    def rough(p, q, *, order=1.0):
        """A guess.

        More about it.
        """
        return _answer(1.0)

    @quantity.route("exact", Points, Points, Guarantee.EXACT, when=lambda p, q, order=1.0: order == 1)
    def exact(p, q, *, order=1.0):
        return _answer(2.0)

    @quantity.route("also", Points, Points, Guarantee.EXACT)
    def also(p, q, *, order=1.0):
        return _answer(3.0)

    return quantity


def test_auto_takes_the_best_guarantee_and_among_equals_the_first(table):
    assert [r.name for r in table.applicable(*table.measures([0.0], [1.0]), {})] == ["exact", "also", "rough"]
    bracket = table.compute([0.0], [1.0], method="auto")
    assert (bracket.value, bracket.method, bracket.quantity) == (2.0, "exact", "example")


def test_options_decide_which_methods_apply(table):
    assert table.compute([0.0], [1.0], method="auto", order=2.0).method == "also"
    with pytest.raises(InvalidInput, match="method must be one of 'auto', 'also', 'rough', got 'exact'"):
        table.compute([0.0], [1.0], method="exact", order=2.0)


def test_a_method_is_taken_by_its_name(table):
    assert table.compute([0.0], [1.0], method="rough").value == 1.0
    assert table.routes[0].summary == "A guess."


def test_what_no_method_takes_is_refused_with_what_there_is(table):
    with pytest.raises(InvalidInput, match="Gaussian and Points; there are methods for Points and Points"):
        table.compute(Gaussian(0.0, 1.0), [1.0], method="auto")


def test_a_method_that_takes_such_measures_says_what_it_needs(table):
    with pytest.raises(InvalidInput) as caught:
        dg.wasserstein(Histogram([0.5, 0.5]), Histogram([0.2, 0.8]))
    assert "got Histogram and Histogram, which need cost=" in str(caught.value)
    assert "there are methods for" not in str(caught.value)
    quantity = Quantity("other", bare=Points)
    quantity.route("never", Points, Points, Guarantee.EXACT, when=lambda p, q: False)(lambda p, q: _answer(0.0))
    with pytest.raises(InvalidInput, match=r"got Points and Points, which need other options$"):
        quantity.compute([0.0], [1.0], method="auto")


def test_a_method_for_any_measures_is_listed_by_what_it_needs():
    with pytest.raises(InvalidInput) as caught:
        dg.wasserstein(Histogram([0.5, 0.5]), Points([0.2, 0.8]))
    assert "Points and Points, Samples and Samples" in str(caught.value)
    assert "and for two laws on the line with quantile functions" in str(caught.value)
    assert "Measure" not in str(caught.value)


def test_a_method_for_other_measures_says_which():
    for call in (lambda: dg.wasserstein([1.0], [2.0], method="neural"), lambda: dg.js([1.0], [1.0], method="neural")):
        with pytest.raises(InvalidInput, match=r"got 'neural': it takes Samples and Samples, .*write dg\.Samples"):
            call()
    samples = dg.Samples([0.0, 1.0])
    with pytest.raises(InvalidInput, match=r"got 'neural'; 'neural' needs ground=\"euclidean\" and no cost"):
        dg.wasserstein(samples, samples, method="neural", ground="cityblock")


def test_a_route_is_printed_on_a_line(table):
    assert repr(table.routes[0]) == "Route('rough', NONE, Points and Points)"


def test_arguments_of_different_dimensions_are_refused(table):
    with pytest.raises(InvalidInput, match="p and q must have the same dimension, got 1 and 2"):
        table.compute([0.0], [[0.0, 1.0]], method="auto")


def test_methods_for_reads_the_table_of_a_public_function(table):
    @table.public
    def example(p, q):
        return table.compute(p, q, method="auto")

    assert [route.name for route in methods_for(example, [0.0], [1.0])] == ["exact", "also", "rough"]
    assert [route.name for route in methods_for(example, [0.0], [1.0], order=3)] == ["also", "rough"]
    assert methods_for(example, Gaussian(0.0, 1.0), [1.0]) == ()
    del Quantity._all[example]


@pytest.mark.parametrize("bad", [print, "kl", None, 3, [], dg.Guarantee])
def test_methods_for_refuses_what_has_no_table(bad):
    with pytest.raises(InvalidInput, match=r"function must be a function of dualgap .*kl.*, got") as caught:
        methods_for(bad, [1.0], [1.0])
    assert caught.value.argument == "function"


@pytest.mark.parametrize("name", ["p", "q"])
def test_methods_for_refuses_what_is_no_distribution(name):
    arguments = {"p": [0.5, 0.5], "q": [0.5, 0.5], name: [0.5, 0.6]}
    with pytest.raises(InvalidInput, match=f"^{name} must sum to 1"):
        methods_for(dg.kl, arguments["p"], arguments["q"])


def test_a_bare_array_is_read_as_the_table_says():
    assert isinstance(Quantity("a", bare=Histogram).measures([0.5, 0.5], [1.0])[0], Histogram)
    assert isinstance(Quantity("b", bare=Points).measures([0.5, 0.7], [1.0])[0], Points)


def test_an_option_chooses_the_method_that_takes_it():
    quantity = Quantity("q", bare=Histogram)

    @quantity.route("plain", Histogram, Histogram, Guarantee.EXACT)
    def plain(p, q):
        """Without options."""
        return _answer(0.0)

    @quantity.route("tuned", Histogram, Histogram, Guarantee.CERTIFIED)
    def tuned(p, q, *, effort=1):
        """With an option."""
        return replace(_answer(1.0), guarantee=Guarantee.CERTIFIED)

    p = [0.5, 0.5]
    assert quantity.compute(p, p, method="auto").method == "plain"
    assert quantity.compute(p, p, method="auto", effort=2).method == "tuned"
    with pytest.raises(InvalidInput, match=r"^effort must be an option of the method 'plain'"):
        quantity.compute(p, p, method="plain", effort=2)
    with pytest.raises(InvalidInput, match=r"^colour must be an option of the method 'plain'"):
        quantity.compute(p, p, method="auto", colour=2)


def test_a_misspelt_option_is_answered_with_the_nearest_and_the_method_that_takes_it():
    with pytest.raises(InvalidInput, match=r"did you mean gap, of the method 'sparse'\?"):
        dg.wasserstein([[0.0, 0.0]], [[1.0, 0.0]], gapp=1e-6)
