"""Steps that fade: half a cosine, whatever is faded."""

from __future__ import annotations

import math

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games.methods import Adam, Annealed, Momentum


def factors(scaling, number):
    state, found = scaling.init(torch.zeros(1, dtype=torch.float64)), []
    for _ in range(number):
        along, state = scaling.direction(torch.ones(1, dtype=torch.float64), state)
        found.append(float(along))
    return found


@pytest.mark.parametrize(("hold", "end"), [(0.0, 0.0), (0.5, 0.0), (0.25, 0.1)])
def test_it_is_held_and_falls_along_half_a_cosine(hold, end):
    found = factors(Annealed(steps=20, hold=hold, end=end), 25)
    for t, factor in enumerate(found):
        past = min(max((t / 20 - hold) / (1 - hold), 0), 1)
        assert factor == pytest.approx(end + (1 - end) * (1 + math.cos(math.pi * past)) / 2, abs=1e-12)
    assert found == sorted(found, reverse=True)


def test_what_is_faded_keeps_its_own_memory():
    plain, faded = Adam(beta1=0.5), Annealed(scaling=Adam(beta1=0.5), steps=100, hold=0.99)
    one, other = plain.init(torch.zeros(3)), faded.init(torch.zeros(3))
    for k in range(5):
        gradient = torch.arange(3.0) + k
        first, one = plain.direction(gradient, one)
        second, other = faded.direction(gradient, other)
        assert torch.equal(first, second)


class Noisy(dg.games.ZeroSum):
    """x^2/2 + x y - y^2/2, with noise in both gradients that does not fade."""

    sizes = (1, 1)

    def draw(self, streams):
        return streams.normal(2)

    def payoff(self, x, y, sample):
        return (x**2 / 2 + x * y - y**2 / 2)[..., 0] + sample[..., 0] * x[..., 0] + sample[..., 1] * y[..., 0]


def test_noisy_descent_settles_where_constant_steps_do_not():
    start = (torch.ones(20, 1, dtype=torch.float64),) * 2
    ends = []
    for scaling in (dg.methods.Identity(), Annealed(steps=500, hold=0.2)):
        method = dg.methods.SimultaneousGDA(step=0.1, scaling=scaling)
        run = dg.simulate(Noisy(), method, start=start, steps=500, record=500, seeds=range(20))
        ends.append(float((run.x[-1] ** 2 + run.y[-1] ** 2).mean()))
    # the mean square of constant steps of 0.1 stays near 0.1; that of steps that fade falls with them
    assert ends[1] < ends[0] / 4


def test_it_rescales_coordinates_where_what_it_fades_does():
    assert Annealed(scaling=Adam(), steps=3).coordinatewise
    assert not Annealed(scaling=Momentum(beta=0.1), steps=3).coordinatewise


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": 2.5}, "steps"),
        ({"steps": 3, "hold": 1.0}, "hold"),
        ({"steps": 3, "end": -0.1}, "end"),
        ({"steps": 3, "scaling": "adam"}, "scaling"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        Annealed(**options)
