"""What hostile calls once found: each was a foreign error, a warning or a wrong bound."""

from __future__ import annotations

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap import divergences, games, networks, training
from dualgap.errors import InvalidInput

POINTS = np.random.default_rng(0).normal(size=(5, 2))
SAMPLES = dg.Samples(POINTS[:, :1])
TENSOR = torch.tensor(POINTS)
GRAD = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
META = torch.zeros(2, device="meta")
EYE = [[1.0]]
MLP = networks.MLP((2, 3, 1))

REFUSED = {
    "a method that is an array": lambda: dg.wasserstein(POINTS, POINTS, method=np.zeros(2)),
    "a method that is an empty array": lambda: dg.wasserstein(POINTS, POINTS, method=np.zeros((2, 0))),
    "a method of samples that is an array": lambda: dg.energy_distance(SAMPLES, SAMPLES, method=np.zeros(2)),
    "a step on the device meta": lambda: games.methods.ExtraGradient(step=META),
    "an empty step": lambda: games.methods.FrankWolfe(step=torch.zeros(2, 0)),
    "complex steps": lambda: games.methods.ExtraGradient(step=torch.ones(2, dtype=torch.complex128)),
    "a sign that is an array": lambda: networks.Cones(2, 3, sign=np.ones((2, 2))),
    "networks that are a number": lambda: networks.MixtureCritic(np.array(0.0)),
    "units that are no tensor": lambda: networks.group_sort(1.0, 2),
    "no groups": lambda: networks.group_sort(TENSOR, 0),
    "half a group": lambda: networks.group_sort(TENSOR, 0.5),
    "groups that do not divide the units": lambda: networks.group_sort(TENSOR, 3),
    "more clouds of data than of points": lambda: training.wasserstein_brackets(
        TENSOR[None], data=np.zeros((2, 1, 2)), order=2
    ),
    "a ragged list of seeds": lambda: training.share_of_seeds([[1.0], [1.0, 2.0]]),
    "seeds with a gradient": lambda: training.share_of_seeds(GRAD),
    "claims that are a number": lambda: dg.verify(only=np.array(0)),
    "complex ends of a support": lambda: dg.Density(lambda x: -(x[:, 0] ** 2), dimension=1, support=np.array([0j])),
    "an order beyond what powers hold": lambda: dg.renyi([0.5, 0.5], [0.25, 0.75], order=1.7e308),
    "a regularisation below the rounding of the costs": lambda: dg.sinkhorn_divergence(
        [[0.0, 0.0], [4.0, 0.0]], [[1e-160, 0.0], [4e-160, 2e-160]], regularisation=5e-324
    ),
    "points so far apart that twice their distance is no double": lambda: dg.energy_distance([[0.0]], [[1.797e308]]),
    "a text in an array of one for a number": lambda: games.Box(np.array(0.0), np.array("1")),
    "an object in an array of one for a number": lambda: games.Ball(np.array(1.0, dtype=object)),
    "ragged eigenvalues": lambda: games.amplification(games.methods.ExtraGradient(step=0.1), [[1.0], [1.0, 2.0]]),
    "eigenvalues on the device meta": lambda: games.amplification(games.methods.ExtraGradient(step=0.1), META),
    "ragged records": lambda: dg.simulate(
        games.xy(), games.methods.ExtraGradient(step=0.1), start=([1.0], [1.0]), steps=3, record=[[1.0], [1.0, 2.0]]
    ),
    "records with a gradient": lambda: dg.simulate(
        games.xy(), games.methods.ExtraGradient(step=0.1), start=([1.0], [1.0]), steps=3, record=GRAD
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_argument_is_refused_by_name(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(InvalidInput) as caught:
            REFUSED[case]()
    assert caught.value.argument


def test_the_js_of_several_laws_takes_tensors_beside_lists():
    laws = [0.5, 0.5], torch.tensor([0.25, 0.75], dtype=torch.float64), [1.0, 0.0]
    plain = dg.js(*map(np.asarray, laws), weights=[0.25, 0.25, 0.5])
    for k in range(3):
        order = [laws[(i + k) % 3] for i in range(3)]
        weights = [[0.25, 0.25, 0.5][(i + k) % 3] for i in range(3)]
        mixed = dg.js(*order, weights=weights)
        assert isinstance(mixed.value, torch.Tensor)
        assert mixed.value.dtype == torch.float64
        assert float(mixed.value) == pytest.approx(plain.value, rel=1e-14)  # a few roundings of sums of three terms


def test_tensors_with_gradients_are_taken_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert games.bilinear_with_singular_values(GRAD, seed=0).constants.lipschitz == pytest.approx(1.0)
        assert dg.classify(games.xy(), [0.0], (GRAD - GRAD)).nash
        method = games.methods.ExtraGradient(step=0.1)
        assert games.amplification(method, GRAD) == pytest.approx(games.amplification(method, [1.0]))
        data = TENSOR.clone().requires_grad_()
        assert training.wasserstein_brackets(TENSOR[None], data=data, order=2)[0].value == 0
        program = games.lagrangian_program(EYE, [1.0], GRAD[None], [1.0])
        assert [float(part.detach()) for part in program.equilibrium] == pytest.approx([1.0, -2.0])


def test_orders_up_to_the_largest_tend_to_the_logarithm_of_the_largest_ratio():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in (1e6, 1e100, 1e300):
            found = dg.renyi([0.5, 0.5], [0.25, 0.75], order=order)
            assert found.contains(math.log(2) + (math.log(0.5) / (order - 1)))
    with pytest.raises(InvalidInput, match="order must be at most"):
        divergences.Power(1.7e308)


def test_a_square_that_a_double_holds_is_finite_though_the_ratio_of_the_masses_is_not():
    p, q = np.array([0.03125, 0.96875]), np.array([1e-310, 1.0])
    truth = float(Fraction(p[0]) ** 2 / Fraction(q[0]))  # the other terms are 10^306 times smaller
    power = divergences.Power(2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for found in (
            dg.chi_squared(p, q),
            dg.f_divergence(p, q, power),
            dg.chi_squared(torch.tensor(p), torch.tensor(q)),
        ):
            assert found.lower <= truth <= found.upper < math.inf
            found.certificate.check()
        beyond = dg.chi_squared(p, np.array([1e-312, 1.0]))  # 10^309: no double holds it
        assert (beyond.value, beyond.upper) == (math.inf, math.inf)


def test_normal_laws_that_differ_by_less_than_doubles_square_are_bracketed_by_digits():
    for shift in (1e-160, 1e-170):
        found = dg.kl(dg.Gaussian([0.0], [[369.0]]), dg.Gaussian([shift], [[369.0]]))
        assert Fraction(found.lower) <= Fraction(shift) ** 2 / 738 <= Fraction(found.upper)
        found.certificate.check()
    assert dg.kl(dg.Gaussian([0.0], [[369.0]]), dg.Gaussian([0.0], [[369.0]])).guarantee is dg.Guarantee.EXACT


def test_equal_laws_are_equal_at_every_order():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in (1e13, 1e30, 1e300):
            assert dg.renyi([1.0], [1.0], order=order).value == 0
            assert dg.renyi([0.5, 0.5], [0.5, 0.5], order=order).contains(0.0)


@pytest.mark.parametrize("numbers", [[5.0], [-1.0, 2.0]])
def test_masses_with_a_gradient_are_refused_in_words(numbers):
    masses = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for value in (masses, masses[0]):
            with pytest.raises(InvalidInput, match="weights must"):
                dg.Histogram(value)


@pytest.mark.parametrize("quantity", [dg.js, dg.total_variation, dg.hellinger])
def test_laws_of_scales_that_no_double_compares_are_refused_and_others_checked(quantity):
    def law(mean, variance):
        return dg.Mixture([0.5, 0.5], [dg.Gaussian(mean, variance)] * 2)

    singular = math.log(2) if quantity is dg.js else 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for p, q in ((law(0.0, 1e-280), law(0.0, 1.0)), (law(0.0, 1e-20), law(1.0, 1e-6))):
            found = quantity(p, q)
            found.certificate.check()
            assert found.upper >= singular - 1e-9
        for p, q in ((law(0.0, 5e-324), law(1.0, 5e-324)), (law(0.0, 5e-324), law(0.0, 1e300))):
            with pytest.raises(InvalidInput, match="no wider and no farther apart"):
                quantity(p, q)
        with pytest.raises(InvalidInput, match="no farther from 0 than"):
            quantity(law(9e15, 2.0), law(9e15, 0.015625))
        found = quantity(law(1.34217504e8, 0.7), law(1.34217487e8, 1.0))
        found.certificate.check()
        assert found.lower >= 0.99 * singular


def test_a_box_of_numbers_of_two_kinds_is_one():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert games.Box(np.float32(0.5), 1e150).high == 1e150
