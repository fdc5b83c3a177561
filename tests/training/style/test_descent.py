"""Descent: L-BFGS finds minima, never climbs, and copies do not see each other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import rosen

from dualgap.errors import InvalidInput
from dualgap.training.style import LBFGS, Adam
from dualgap.training.style.descent import Point


def evaluation(function):
    def evaluate(place):
        x = place.detach().clone().requires_grad_(True)
        value = function(x)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        return Point(x.detach(), value.detach(), gradient, x.detach()[:, :1])

    return evaluate


def rosenbrock(x):
    return (100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2).sum(-1)


def run(optimiser, evaluate, start, steps):
    point = evaluate(start)
    step, moving, values = optimiser.steps(evaluate, point), torch.ones(len(start), dtype=torch.bool), [point.value]
    for _ in range(steps):
        point = step(point, moving)
        values.append(point.value)
    return point, torch.stack(values)


def starts(copies=3, n=8):
    return torch.tensor(np.random.default_rng(0).normal(size=(copies, n)))


def test_lbfgs_finds_the_minimum_of_rosenbrocks_valley():
    point, values = run(LBFGS(), evaluation(rosenbrock), starts()[:1] * 0, 150)
    assert rosen(point.place[0].numpy()) < 1e-20
    assert float(values[0]) == rosen(np.zeros(8))


def test_lbfgs_never_climbs():
    _, values = run(LBFGS(), evaluation(rosenbrock), starts(), 60)
    assert bool((values.diff(dim=0) <= 0).all())


@pytest.mark.parametrize("optimiser", [LBFGS(), Adam(step=0.05)])
def test_a_copy_goes_where_it_goes_alone(optimiser):
    together, _ = run(optimiser, evaluation(rosenbrock), starts(), 25)
    for k, start in enumerate(starts()):
        alone, _ = run(optimiser, evaluation(rosenbrock), start[None], 25)
        assert torch.equal(together.place[k], alone.place[0])


@pytest.mark.parametrize("optimiser", [LBFGS(), Adam()])
def test_a_copy_that_rests_stays_where_it_is(optimiser):
    evaluate = evaluation(rosenbrock)
    here = evaluate(starts())
    there = optimiser.steps(evaluate, here)(here, torch.tensor([True, False, True]))
    assert (there.place != here.place).any(-1).tolist() == [True, False, True]


def test_lbfgs_stays_within_where_the_value_is_finite():
    def barrier(x):
        return (x - torch.log(x)).sum(-1)

    point, _ = run(LBFGS(), evaluation(barrier), torch.full((1, 3), 9.0, dtype=torch.float64), 30)
    torch.testing.assert_close(
        point.place, torch.ones(1, 3, dtype=torch.float64), rtol=0, atol=1e-7
    )  # root of rounding


def test_lbfgs_rests_at_a_minimum():
    evaluate = evaluation(lambda x: (x * x).sum(-1))
    here = evaluate(torch.zeros(1, 3))
    assert torch.equal(LBFGS().steps(evaluate, here)(here, torch.tensor([True])).place, here.place)


def test_adam_takes_the_steps_of_torchs_own():
    evaluate = evaluation(rosenbrock)
    point, _ = run(Adam(step=0.03, beta1=0.8, beta2=0.9), evaluate, starts()[:1], 20)
    x = starts()[:1].clone().requires_grad_(True)
    optimiser = torch.optim.Adam([x], lr=0.03, betas=(0.8, 0.9))
    for _ in range(20):
        optimiser.zero_grad()
        rosenbrock(x).sum().backward()
        optimiser.step()
    torch.testing.assert_close(point.place, x.detach(), rtol=1e-10, atol=1e-10)  # epsilon enters in another order


def test_the_parts_are_those_of_the_place():
    point, _ = run(LBFGS(), evaluation(rosenbrock), starts(), 5)
    assert torch.equal(point.parts, point.place[:, :1])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LBFGS(memory=0), "memory must be at least 1"),
        (lambda: LBFGS(tolerance=-1), "tolerance must be at least 0"),
        (lambda: LBFGS(tolerance="small"), "tolerance must be a number"),
        (lambda: Adam(step=0), "step must be above 0"),
        (lambda: Adam(beta1=1.0), "beta1 must be below 1"),
        (lambda: Adam(tolerance=-1), "tolerance must be at least 0"),
    ],
)
def test_rules_that_cannot_be_are_refused(make, words):
    with pytest.raises(InvalidInput, match=words):
        make()
