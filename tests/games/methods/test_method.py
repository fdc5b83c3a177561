"""What every method's constructor takes and refuses."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput

STEP = {"step": 0.1}
#: Every method; a simplex is what those at the end ask for.
EVERY = [
    dg.methods.SimultaneousGDA(**STEP),
    dg.methods.SimultaneousGDA(**STEP, scaling=dg.methods.Momentum(-0.3)),
    dg.methods.AlternatingGDA(**STEP),
    dg.methods.AlternatingGDA(**STEP, first="y", steps_y=2),
    dg.methods.ExtraGradient(**STEP, extrapolation=0.2),
    dg.methods.ExtraGradient(**STEP, sample="same"),
    dg.methods.PastExtraGradient(**STEP),
    dg.methods.OptimisticGDA(**STEP),
    dg.methods.PrimalDualHybridGradient(**STEP),
    dg.methods.PrimalDualHybridGradient(**STEP, first="y"),
    dg.methods.ProximalPoint(**STEP),
    dg.methods.ProximalPoint(**STEP, inner="fixed point"),
    dg.methods.ConsensusOptimization(**STEP, weight=0.5),
    dg.methods.SymplecticGradientAdjustment(**STEP, weight=0.5),
    dg.methods.CompetitiveGradientDescent(**STEP),
    dg.methods.HamiltonianDescent(**STEP),
    dg.methods.Slingshot(**STEP),
    dg.methods.AnchoredExtraGradient(**STEP),
    dg.methods.AnchoredExtraGradient(**STEP, schedule="varying", lipschitz=1.5, sample="same"),
    dg.methods.AnchoredExtraGradient(**STEP, schedule="fast"),
    dg.methods.Halpern(method=dg.methods.ExtraGradient(**STEP)),
    dg.methods.Lookahead(method=dg.methods.AlternatingGDA(**STEP, first="y"), period=2, alpha=0.5),
    dg.methods.Averaged(method=dg.methods.ExtraGradient(**STEP)),
    dg.methods.MirrorProx(**STEP),
    # what treats the players differently
    dg.methods.Unrolled(**STEP, unroll=2, inner_step=0.1),
    dg.methods.FollowTheRidge(**STEP),
    dg.methods.MultiplicativeWeights(**STEP),
    dg.methods.MultiplicativeWeights(**STEP, optimistic=True),
    dg.methods.FrankWolfe(),
    dg.methods.FrankWolfe(**STEP),
]
ON_SIMPLICES = dg.methods.MultiplicativeWeights, dg.methods.FrankWolfe
METHODS = [dg.methods.SimultaneousGDA, dg.methods.AlternatingGDA, dg.methods.ExtraGradient]


@pytest.mark.parametrize("method", METHODS)
def test_step_is_the_size_of_both_players(method):
    assert (method(step=0.1).step_x, method(step=0.1).step_y) == (0.1, 0.1)
    assert (method(step_x=0.1, step_y=0.2).step_x, method(step_x=0.1, step_y=0.2).step_y) == (0.1, 0.2)
    assert method(step=0.1, step_y=0.3).step_y == 0.3
    assert dataclasses.replace(method(step=0.1), step_x=0.5).step_x == 0.5


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "step",
    [
        0.0,
        -0.1,
        float("nan"),
        float("inf"),
        "0.1",
        None,
        True,
        [0.1],
        torch.tensor([0.1, float("nan")]),
        torch.tensor([0.1, -0.1]),
    ],
)
def test_a_step_is_a_positive_finite_number(method, step):
    with pytest.raises(InvalidInput, match=r"^step must"):
        method(step=step)


@pytest.mark.parametrize("method", METHODS)
def test_what_a_method_does_not_take_is_named(method):
    with pytest.raises(InvalidInput, match=r"^momentum is not an option of .* it takes step, .*step_x, step_y"):
        method(step=0.1, momentum=0.9)
    with pytest.raises(InvalidInput, match=r"^step must not be given beside both"):
        method(step=0.1, step_x=0.1, step_y=0.1)
    with pytest.raises(InvalidInput, match=r"^step must be given"):
        method(step_x=0.1)


def test_what_a_method_needs_besides_its_step_is_named():
    with pytest.raises(InvalidInput, match=r"^weight must be given to ConsensusOptimization"):
        dg.methods.ConsensusOptimization(step=0.1)
    with pytest.raises(InvalidInput, match=r"^step must be given by name: ExtraGradient\(step=0.3\)"):
        dg.methods.ExtraGradient(0.3)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_frozen_and_its_step_is_pure(method):
    made = method(step=0.1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.step_x = 0.2
    game = dg.games.dirac_gan()
    x, y = torch.tensor([0.3], dtype=torch.float64), torch.tensor([-0.2], dtype=torch.float64)
    first = made.step(game, x, y, made.init(game, x, y), lambda: None)
    second = made.step(game, x, y, made.init(game, x, y), lambda: None)
    assert (first[0], first[1]) == (second[0], second[1])
    assert (x.item(), y.item()) == (0.3, -0.2)


class Counted(dg.games.ZeroSum):
    """A game with samples that counts evaluations of one player's gradient, on simplices or not."""

    sizes = (2, 2)

    def __init__(self, *, simplices):
        self.sets = (dg.games.Simplex(),) * 2 if simplices else (dg.games.FreeSpace(),) * 2
        self.gradients, self.draws = 0, 0

    def draw(self):
        self.draws += 1
        return torch.randn(2, 2, generator=torch.Generator().manual_seed(self.draws), dtype=torch.float64)

    def payoff(self, x, y, sample):
        return (x @ sample * y).sum(-1) + (x**2).sum(-1) / 2 - (y**2).sum(-1) / 2

    def grad_x(self, *given):
        self.gradients += 1
        return super().grad_x(*given)

    def grad_y(self, *given):
        self.gradients += 1
        return super().grad_y(*given)

    def field(self, *given):
        self.gradients += 2
        return super().field(*given)


@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_what_a_step_costs_and_draws_is_declared(method):
    game = Counted(simplices=isinstance(method, ON_SIMPLICES))
    x, y = (torch.tensor([0.3, 0.7], dtype=torch.float64) for _ in range(2))
    state = method.init(game, x, y, game.draw)
    game.gradients = game.draws = 0
    method.step(game, x, y, state, game.draw)
    assert game.draws == method.draws
    if not method.second_order:
        assert game.gradients == method.gradient_calls(game)


class Exchanged(dg.games.ZeroSum):
    """A game with the players' names exchanged."""

    def __init__(self, game):
        self.game, self.sizes, self.sets = game, game.sizes[::-1], game.sets[::-1]

    def payoff(self, x, y, sample):
        return -self.game.payoff(y, x, sample)


@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_the_declared_order_is_what_exchanging_the_players_shows(method):
    if isinstance(method, ON_SIMPLICES):
        game = dg.games.matrix_game([[0.5, -1.0], [-0.2, 0.7]])
    else:
        game = dg.games.quadratic([[1.0, 0.2], [0.2, 0.5]], [[1.0, -0.3], [0.4, 0.8]], [[0.7, 0.0], [0.0, 1.1]])
    start = [0.3, 0.7], [0.6, 0.4]
    there = dg.simulate(game, method, start=start, steps=3)
    back = dg.simulate(Exchanged(game), method, start=start[::-1], steps=3)
    alike = torch.allclose(there.x, back.y, rtol=0, atol=1e-13) and torch.allclose(there.y, back.x, rtol=0, atol=1e-13)
    if isinstance(method, dg.methods.Unrolled | dg.methods.FollowTheRidge):
        assert not alike  # the players have different parts, though they move at once
    else:
        assert alike == (method.update_order == "simultaneous")


@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_the_steps_of_every_method_are_pure(method):
    game = Counted(simplices=isinstance(method, ON_SIMPLICES))
    sample = game.draw()
    x, y = (torch.tensor([0.3, 0.7], dtype=torch.float64) for _ in range(2))
    state = method.init(game, x, y, lambda: sample)
    held = {name: value.clone() for name, value in {**state, "x": x, "y": y}.items()}
    first = method.step(game, x, y, state, lambda: sample)
    second = method.step(game, x, y, state, lambda: sample)
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])
    assert all(torch.equal(held[name], value) for name, value in {**state, "x": x, "y": y}.items())


class Tilted(dg.games.ZeroSum):
    """A strongly monotone quadratic game on a set, whose equilibrium lies on the boundary."""

    sizes = (3, 3)

    def __init__(self, one):
        rng = np.random.default_rng(0)
        self.sets = (one, one)
        self.matrix = torch.as_tensor(rng.normal(size=(3, 3)))
        self.tilt_x, self.tilt_y, x, y = torch.as_tensor(rng.normal(size=(4, 3)))
        self.start = one.project(x), one.project(y)

    def payoff(self, x, y, sample):
        curved = (x**2).sum(-1) / 2 - (y**2).sum(-1) / 2
        return curved + (x @ self.matrix * y).sum(-1) / 2 + x @ self.tilt_x - y @ self.tilt_y


@cache
def tilted(one):
    """The game and its equilibrium, by steps of a contraction until nothing moves."""
    game = Tilted(one)
    x, y = game.start
    for _ in range(300):
        grad_x, grad_y = game.field(x, y)
        x, y = one.project(x - 0.2 * grad_x), one.project(y - 0.2 * grad_y)
    assert float((one.project(x - game.field(x, y)[0]) - x).norm()) < 1e-13
    assert float((game.field(x, y)[0] - game.field(x, y)[0].mean()).norm()) > 0.1  # a field that only the set stops
    return game, (x, y)


@pytest.mark.parametrize("one", [dg.games.Box(-0.5, 0.6), dg.games.Ball(0.7), dg.games.Simplex()], ids=repr)
@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_every_method_keeps_to_the_sets_and_rests_at_their_equilibria_or_says_that_it_cannot(method, one):
    if isinstance(method, dg.methods.MultiplicativeWeights) and not isinstance(one, dg.games.Simplex):
        return  # refused, which its own tests check
    game, equilibrium = tilted(one)
    x, y = game.start
    if not method.projects and not one.solid:
        with pytest.raises(InvalidInput, match=r"^game must have sets with an interior"):
            method.init(game, x, y)
        return
    state = method.init(game, x, y)
    for _ in range(10):
        x, y, state = method.step(game, x, y, state, lambda: None)
        assert max(one.distance(x), one.distance(y)) < 1e-14
    entropic = isinstance(method, dg.methods.MirrorProx) and isinstance(one, dg.games.Simplex)
    if not method.projects or entropic or isinstance(method, ON_SIMPLICES):
        return  # at rest in the interior only; losing weights fall by a share a step; best replies never rest
    state, (x, y) = method.init(game, *equilibrium), equilibrium
    for _ in range(5):
        x, y, state = method.step(game, x, y, state, lambda: None)
        assert float((equilibrium[0] - x).norm() + (equilibrium[1] - y).norm()) < 1e-11


@pytest.mark.parametrize("method", EVERY, ids=repr)
def test_the_linearisation_of_every_method_without_a_clock_exists(method):
    simplices = isinstance(method, ON_SIMPLICES)
    game = (
        dg.games.matrix_game([[1.0, -1.0], [-1.0, 1.0]]) if simplices else dg.games.bilinear([[1.0, 0.2], [0.0, 0.8]])
    )
    counts = isinstance(method, dg.methods.AnchoredExtraGradient | dg.methods.Halpern | dg.methods.Averaged)
    if isinstance(method, dg.methods.FollowTheRidge):
        game = dg.games.quadratic([[1.0]], [[0.5]], [[1.0]])
    if counts or isinstance(method, dg.methods.FrankWolfe):
        with pytest.raises(InvalidInput, match=r"^(method|at) must"):
            dg.predict_rate(game, method)
    else:
        assert 0 < dg.predict_rate(game, method) < 1.2


def test_a_size_for_each_copy_counts_wherever_it_is_given():
    sizes = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    assert dg.methods.ExtraGradient(step=0.1).copies == ()
    assert dg.methods.ExtraGradient(step=0.1, extrapolation=sizes).copies == (3,)
    run = dg.simulate(
        dg.games.bilinear([[1.0]]), dg.methods.ExtraGradient(step=0.1, extrapolation=sizes), start=(1.0, 0.0), steps=3
    )
    for k, size in enumerate(sizes.tolist()):
        alone = dg.methods.ExtraGradient(step=0.1, extrapolation=size)
        expected = dg.simulate(dg.games.bilinear([[1.0]]), alone, start=(1.0, 0.0), steps=3)
        assert torch.allclose(run.x[:, k], expected.x, rtol=0, atol=1e-15)


@pytest.mark.parametrize("extrapolation", [0.0, -0.1, float("nan"), "0.1", True])
def test_a_look_ahead_has_a_positive_finite_size(extrapolation):
    for method in (dg.methods.ExtraGradient, dg.methods.PastExtraGradient):
        with pytest.raises(InvalidInput, match=r"^extrapolation must"):
            method(step=0.1, extrapolation=extrapolation)


def test_players_that_do_not_fit_the_game_are_named():
    game = dg.games.bilinear([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(InvalidInput, match=r"^start must have 2 numbers of y"):
        dg.simulate(game, dg.methods.ExtraGradient(step=0.1), start=([1.0, 1.0], [1.0]), steps=1)
