from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given

import dualgap as dg
from dualgap.divergences import Generator
from dualgap.errors import InvalidInput
from dualgap.testing.strategies import histogram_tuples

OWN_KL = Generator(formula=lambda t: t * np.log(t), at_zero=0.0, at_infinity=math.inf, slope=1.0)
OWN_VARIATION = Generator(formula=lambda t: abs(t - 1) / 2, at_zero=0.5, at_infinity=0.5, slope=0.0)


@given(histogram_tuples(2))
def test_a_formula_agrees_with_the_divergence_it_writes(pair):
    for own, ours in ((OWN_KL, dg.kl), (OWN_VARIATION, dg.total_variation)):
        bracket = dg.f_divergence(*pair, own)
        assert float(bracket.value) == pytest.approx(float(ours(*pair).value), rel=1e-12, abs=1e-14)
        assert bracket.lower <= float(ours(*pair).value) <= bracket.upper
        bracket.certificate.check()


def test_singular_laws_and_tensors_are_taken():
    assert dg.f_divergence(dg.Points([0.0]), dg.Gaussian(0.0, 1.0), OWN_VARIATION).value == 1.0
    square = Generator(formula=lambda t: (t - 1) ** 2, at_zero=1.0, at_infinity=math.inf, slope=0.0)
    logits = torch.tensor([0.3, 0.4, -1.0], dtype=torch.float64, requires_grad=True)
    fixed = torch.tensor([0.2, 0.2, 0.6], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda z: dg.f_divergence(z.softmax(-1), fixed, square).value, (logits,))


@pytest.mark.parametrize(("changed", "words"), [
    ({"formula": 3.0}, "formula must be callable"),
    ({"formula": lambda t: t}, "formula must be 0 at t = 1, got 1"),
    ({"formula": lambda t: -((t - 1) ** 2)}, "above its tangent"),
    ({"formula": lambda t: np.sqrt(abs(t - 1))}, "convex"),
    ({"formula": lambda t: np.full_like(t, np.nan)}, "finite number"),
    ({"slope": 1.0}, "above its tangent"),
    ({"slope": "a"}, "slope must be"),
    ({"at_zero": math.nan}, "at_zero must be"),
    ({"at_infinity": "a"}, "at_infinity must be"),
    ({"conjugate_formula": 1.0}, "conjugate_formula must be callable"),
])  # fmt: skip
def test_what_generates_no_divergence_is_refused_by_name(changed, words):
    good = {"formula": lambda t: (t - 1) ** 2, "at_zero": 1.0, "at_infinity": math.inf, "slope": 0.0}
    Generator(**good)
    with pytest.raises(InvalidInput, match=words):
        Generator(**{**good, **changed})


def test_the_conjugate_is_needed_only_where_it_is_used():
    with pytest.raises(InvalidInput, match="conjugate_formula must be given"):
        OWN_KL.conjugate(np.array([0.0]))
    assert (
        Generator(
            formula=OWN_KL.formula,
            at_zero=0.0,
            at_infinity=math.inf,
            slope=1.0,
            conjugate_formula=lambda s: np.exp(s - 1),
        ).conjugate(np.array([1.0]))
        == 1.0
    )


@pytest.mark.parametrize("bad", [None, "kl", abs, dg.divergences.TotalVariation])
def test_what_is_no_generator_is_refused(bad):
    with pytest.raises(InvalidInput, match="generator must be an FDivergence"):
        dg.f_divergence([0.5, 0.5], [0.5, 0.5], bad)


@pytest.mark.parametrize(("limits", "name"), [((1.0, 3.0), "at_infinity"), ((7.0, math.inf), "at_zero")])
def test_limits_that_are_not_those_of_the_formula_are_refused(limits, name):
    with pytest.raises(InvalidInput, match=f"^{name} must be the limit of"):
        dg.divergences.Generator(formula=lambda t: (t - 1) ** 2, at_zero=limits[0], at_infinity=limits[1])


def test_ratios_that_no_double_holds_are_resolved_by_the_limits_or_refused():
    def generator(formula, at_zero, at_infinity, slope):
        return dg.divergences.Generator(formula=formula, at_zero=at_zero, at_infinity=at_infinity, slope=slope)

    p, q = [1e-310, 1.0], [1.0, 1e-310]
    variation = dg.f_divergence(p, q, generator(lambda t: abs(t - 1) / 2, 0.5, 0.5, 0.0))
    assert float(variation) == 1.0
    variation.certificate.check()
    reverse = generator(lambda t: -np.log(t), math.inf, 0.0, -1.0)
    assert dg.f_divergence([5e-324, 1.0], [1.0, 5e-324], reverse).contains(-math.log(5e-324))
    for formula, at_zero, slope in ((lambda t: t * np.log(t), 0.0, 1.0), (lambda t: (t - 1) ** 2, 1.0, 0.0)):
        with pytest.raises(InvalidInput, match="formula must be a finite number at the ratio"):
            dg.f_divergence(p, q, generator(formula, at_zero, math.inf, slope))


@pytest.mark.parametrize("formula", [math.log, lambda t: "x"])
def test_a_formula_that_takes_no_array_is_refused(formula):
    with pytest.raises(InvalidInput, match="formula must take a numpy array"):
        dg.divergences.Generator(formula=formula, at_zero=0.0, at_infinity=1.0, slope=1.0)
