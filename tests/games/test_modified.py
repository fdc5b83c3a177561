"""The equation that a method follows: second order in its step, for every method that has one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.affine import rescaled
from dualgap.games.modified import ModifiedEquation

methods = dg.methods


def payoff(x, y):
    """Nonlinear, with every second derivative there is."""
    return (
        (x**3).sum(-1) / 3
        + (x * y).sum(-1)
        + x.square().sum(-1) / 2
        - (y**4).sum(-1) / 4
        - 0.3 * x[..., 0] * y[..., 0] ** 2
    )


GAME = dg.games.Payoff(payoff, sizes=(1, 1))
POINT = torch.tensor([0.3, -0.4], dtype=torch.float64)


def of_step(h):
    """Every method that has such an equation, at a step size."""
    return {
        "simultaneous": methods.SimultaneousGDA(step=h),
        "two time scales": methods.SimultaneousGDA(step_x=h, step_y=3 * h),
        "alternating": methods.AlternatingGDA(step=h),
        "alternating, y first, twice": methods.AlternatingGDA(step=h, first="y", steps_y=2),
        "heavy ball": methods.AlternatingGDA(step=h, scaling=methods.Momentum(beta=-0.5)),
        "extragradient": methods.ExtraGradient(step=h),
        "past extragradient": methods.PastExtraGradient(step=h),
        "optimistic": methods.OptimisticGDA(step=h),
        "proximal": methods.ProximalPoint(step=h),
        "primal-dual": methods.PrimalDualHybridGradient(step=h),
        "consensus": methods.ConsensusOptimization(step=h, weight=0.5),
        "symplectic": methods.SymplecticGradientAdjustment(step=h, weight=0.5),
        "competitive": methods.CompetitiveGradientDescent(step=h),
        "Hamiltonian": methods.HamiltonianDescent(step=h),
        "ridge": methods.FollowTheRidge(step=h),
        "unrolled": methods.Unrolled(step=h, unroll=2, inner_step=0.1),
        "slingshot": methods.Slingshot(step=h),
        "lookahead": methods.Lookahead(method=methods.ExtraGradient(step=h), period=3, alpha=0.5),
    }


def field_and_jacobian(z):
    def field(z):
        return torch.cat(GAME.field(z[..., :1], z[..., 1:]), -1)

    return field(z), torch.func.jacrev(field)(z)


def test_the_published_equations_are_found_without_their_formulas():
    h = 0.1
    f, j = field_and_jacobian(POINT)
    simultaneous, implicit = -f - h / 2 * j @ f, -f + h / 2 * j @ f
    turned = torch.cat([torch.zeros(1, dtype=torch.float64), j[1:, :1] @ f[:1]])
    known = {
        "simultaneous": simultaneous,
        "alternating": simultaneous + h * turned,
        "extragradient": implicit,
        "past extragradient": implicit,
        "optimistic": implicit,
        "proximal": implicit,
    }
    for name, expected in known.items():
        found = ModifiedEquation(GAME, of_step(h)[name])(POINT)
        assert torch.allclose(found, expected, rtol=0, atol=1e-15), name  # a few roundings of numbers below 1
        assert torch.allclose(ModifiedEquation(GAME, of_step(h)[name], order=1)(POINT), -f, rtol=0, atol=1e-15), name


MEMORYLESS = [name for name, method in of_step(0.1).items() if not method.init(GAME, POINT[:1], POINT[1:])]


@pytest.mark.parametrize("name", MEMORYLESS)
def test_it_is_the_one_of_finite_differences(name):
    method = of_step(0.1)[name]

    def step(factor, z):
        sized = rescaled(method, torch.tensor(factor, dtype=torch.float64))
        return torch.cat(sized.step(GAME, z[:1], z[1:], {}, lambda: None)[:2])

    def first(z, e=1e-5):
        return (step(e, z) - step(-e, z)) / (2 * e)

    along, e = first(POINT), 1e-3
    second = (step(e, POINT) - 2 * POINT + step(-e, POINT)) / (2 * e**2)
    turning = (first(POINT + 1e-4 * along) - first(POINT - 1e-4 * along)) / 2e-4
    # second differences err by e^2 = 1e-6 times a fourth derivative of order one, and by eps / e^2 = 2e-10
    assert torch.allclose(
        ModifiedEquation(GAME, method)(POINT), (along + second - turning / 2) / 0.1, rtol=0, atol=1e-5
    )


def endpoint(name, h, order):
    """Where the flow is at time 1/2, by 8 steps of the classical Runge-Kutta method: right to (1/16)^4 / 120 < 2e-7."""
    equation = ModifiedEquation(GAME, of_step(h)[name], order=order)
    z, length = POINT, 1 / 16
    for _ in range(8):
        a = equation(z)
        b = equation(z + length / 2 * a)
        c = equation(z + length / 2 * b)
        z = z + length / 6 * (a + 2 * b + 2 * c + equation(z + length * c))
    return z


@pytest.mark.parametrize("name", of_step(0.1))
def test_a_method_stays_on_its_flow_to_second_order(name):
    errors = []
    for h in (1 / 16, 1 / 32):
        method = of_step(h)[name]
        x, y, state = POINT[:1], POINT[1:], ModifiedEquation(GAME, method).at_rest(POINT)
        for _ in range(round(0.5 / h)):
            x, y, state = method.step(GAME, x, y, state, lambda: None)
        end = endpoint(name, h, 2)
        errors.append(float((torch.cat([x, y]) - end).norm()))
    # halving the step divides an error C h^2 (1 + O(h)) by 4 up to a few h, where one of first order is divided by 2
    assert abs(np.log2(errors[0] / errors[1]) - 2) < 0.4
    # and the correction is worth more than the error that is left
    assert float((end - endpoint(name, 1 / 32, 1)).norm()) > 2 * errors[1]


def test_a_memory_at_rest_is_the_fixed_point_of_a_step_of_size_zero():
    x, y = POINT.split(1)
    force_x, force_y = GAME.field(x, y)
    for beta in (-0.5, 0.5):
        ball = methods.AlternatingGDA(step=0.1, scaling=methods.Momentum(beta=beta))
        rest = ModifiedEquation(GAME, ball).at_rest(POINT)
        # m = beta m + F; the step of size zero leaves the players alone
        assert torch.allclose(rest["x.momentum"], force_x / (1 - beta), rtol=1e-14)
        assert torch.allclose(rest["y.momentum"], force_y / (1 - beta), rtol=1e-14)
    assert ModifiedEquation(GAME, methods.ExtraGradient(step=0.1)).at_rest(POINT) == {}


def test_every_copy_has_its_own_equation_and_step_size():
    sizes = torch.tensor([0.1, 0.3], dtype=torch.float64)
    points = torch.stack([POINT, -2 * POINT])
    together = ModifiedEquation(GAME, methods.OptimisticGDA(step=sizes))(points)
    for k in range(2):
        alone = ModifiedEquation(GAME, methods.OptimisticGDA(step=sizes[k].item()))(points[k])
        assert torch.allclose(together[k], alone, rtol=1e-14)


@pytest.mark.parametrize(
    ("method", "words"),
    [
        (methods.SimultaneousGDA(step=0.1, scaling=methods.Adam()), "counts steps"),
        (methods.AnchoredExtraGradient(step=0.1), "counts steps"),
        (methods.Halpern(method=methods.ProximalPoint(step=0.1)), "counts steps"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_method_without_such_an_equation_is_named(method, words):
    with pytest.raises(InvalidInput, match=f"^method must .*{words}"):
        ModifiedEquation(GAME, method)(POINT)


def test_a_projection_has_no_such_equation():
    boxed = dg.games.bilinear([[1.0]], set_x=dg.games.Box(-1.0, 1.0))
    with pytest.raises(InvalidInput, match=r"^game must have free players for a method that projects"):
        ModifiedEquation(boxed, methods.SimultaneousGDA(step=0.1))(POINT)
