"""The optimiser of modules takes the path of the simulation, by the same method objects."""

from __future__ import annotations

from copy import deepcopy

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.func import functional_call

import dualgap as dg
from dualgap.errors import InvalidInput, NotConverged

METHODS = {
    "simultaneous": dg.methods.SimultaneousGDA(step=0.1),
    "negative momentum": dg.methods.AlternatingGDA(step=0.1, scaling=dg.methods.Momentum(-0.4)),
    "alternating": dg.methods.AlternatingGDA(step=0.1, first="y", steps_y=2),
    "rmsprop": dg.methods.SimultaneousGDA(step=0.01, scaling=dg.methods.RMSProp()),
    "extragradient": dg.methods.ExtraGradient(step=0.1, extrapolation=0.2),
    "past extragradient": dg.methods.PastExtraGradient(step=0.1),
    "optimistic adam": dg.methods.OptimisticGDA(step=0.01, scaling=dg.methods.Adam(beta1=0.5)),
    "extra-adam": dg.methods.ExtraGradient(step=0.01, scaling=dg.methods.Adam()),
    "primal-dual": dg.methods.PrimalDualHybridGradient(step=0.1, first="y"),
    "anchored": dg.methods.AnchoredExtraGradient(step=0.1),
    "anchored, varying": dg.methods.AnchoredExtraGradient(step=0.1, schedule="varying", lipschitz=3.0),
    "anchored, fast": dg.methods.AnchoredExtraGradient(step=0.1, schedule="fast"),
    "halpern": dg.methods.Halpern(method=dg.methods.ExtraGradient(step=0.1)),
    "lookahead": dg.methods.Lookahead(method=dg.methods.AlternatingGDA(step=0.1), period=3, alpha=0.5),
    "slingshot": dg.methods.Slingshot(step=0.1),
    "mirror-prox": dg.methods.MirrorProx(step=0.1),
    "averaged": dg.methods.Averaged(method=dg.methods.ExtraGradient(step=0.1)),
    "proximal, fixed point": dg.methods.ProximalPoint(step=0.1, inner="fixed point"),
    "proximal, newton": dg.methods.ProximalPoint(step=0.1, inner_steps=2),
    "consensus": dg.methods.ConsensusOptimization(step=0.1, weight=0.5),
    "symplectic": dg.methods.SymplecticGradientAdjustment(step=0.1, weight=0.5),
    "competitive": dg.methods.CompetitiveGradientDescent(step=0.1),
    "hamiltonian": dg.methods.HamiltonianDescent(step=0.1),
    "ridge": dg.methods.FollowTheRidge(step=0.01),
}
POINTS = torch.randn(16, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def module(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()


def payoff(moved, scored):
    return (scored(moved(POINTS))[:, 0]).tanh().mean() - scored(POINTS)[:, 1].square().mean()


class Pair(dg.games.ZeroSum):
    """The same two modules as functions of flat vectors."""

    def __init__(self, first, second):
        self.modules = first, second
        self.sizes = tuple(sum(one.numel() for one in part.parameters()) for part in self.modules)

    def payoff(self, x, y, sample):
        calls = []
        for part, flat in zip(self.modules, (x, y), strict=True):
            named = dict(part.named_parameters())
            pieces = flat.split([one.numel() for one in named.values()])
            weights = {name: piece.view_as(one) for (name, one), piece in zip(named.items(), pieces, strict=True)}
            calls.append(lambda points, part=part, weights=weights: functional_call(part, weights, (points,)))
        return payoff(*calls)


def flat(part):
    return torch.cat([one.detach().reshape(-1) for one in part.parameters()])


def concave(first, second):
    """The payoff, with a ridge that makes the second player's curvature invertible, as some methods need."""
    ridge = sum((one**2).sum() for one in second.parameters())
    return payoff(first, second) - ridge


class Concave(Pair):
    """The same as a game."""

    def payoff(self, x, y, sample):
        return super().payoff(x, y, sample) - (y**2).sum(-1)


@pytest.mark.parametrize("name", METHODS)
def test_the_path_is_that_of_the_simulation(name):
    first, second = module(1), module(2)
    method, steps = METHODS[name], 6
    expected = dg.simulate(Concave(first, second), method, start=(flat(first), flat(second)), steps=steps)
    optimiser = dg.optim.MinMax(method, minimise=first.parameters(), maximise=second.parameters())
    for _ in range(steps):
        optimiser.step(lambda: concave(first, second))
    # the same gradients by another order of additions; Adam and RMSProp divide by their roots
    assert torch.allclose(flat(first), expected.x[-1], rtol=0, atol=1e-11)
    assert torch.allclose(flat(second), expected.y[-1], rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", METHODS)
def test_a_run_goes_on_from_a_saved_state_bit_for_bit(name, tmp_path):
    def fresh(weights=None):
        parts = module(1), module(2)
        for part, values in zip(parts, weights or (), strict=False):
            part.load_state_dict(values)
        return *parts, dg.optim.MinMax(METHODS[name], minimise=parts[0].parameters(), maximise=parts[1].parameters())

    first, second, whole = fresh()
    for _ in range(2):
        whole.step(lambda: concave(first, second))
    torch.save(
        {"weights": (first.state_dict(), second.state_dict()), "optimiser": whole.state_dict()}, tmp_path / "run"
    )
    saved = torch.load(tmp_path / "run", weights_only=True)
    other, another, resumed = fresh(saved["weights"])
    resumed.load_state_dict(saved["optimiser"])
    for _ in range(2):
        whole.step(lambda: concave(first, second))
        resumed.step(lambda: concave(other, another))
    assert torch.equal(flat(first), flat(other))
    assert torch.equal(flat(second), flat(another))
    assert resumed.gradient_calls == whole.gradient_calls


def test_a_pair_of_losses_is_a_game_that_is_not_zero_sum():
    game = dg.games.dirac_gan(saturating=False)
    x, y = (torch.tensor([value], dtype=torch.float64, requires_grad=True) for value in (0.5, -0.4))
    run = dg.simulate(game, dg.methods.ExtraGradient(step=0.3), start=([0.5], [-0.4]), steps=10)
    optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.3), minimise=[x], maximise=[y])
    for _ in range(10):
        optimiser.step(lambda: (game.loss_x(x, y, None), game.loss_y(x, y, None)))
    assert x.item() == pytest.approx(run.x[-1].item(), abs=1e-14)
    assert y.item() == pytest.approx(run.y[-1].item(), abs=1e-14)


def test_the_loss_that_is_returned_is_the_first_and_calls_are_counted():
    x, y = torch.ones(1, requires_grad=True), torch.full((1,), 2.0, requires_grad=True)
    optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.1), minimise=[x], maximise=[y])
    assert float(optimiser.step(lambda: (x * y).sum())) == 2.0
    assert optimiser.gradient_calls == 2  # one evaluation gives both players' gradients


def test_a_sample_is_shared_when_the_method_says_so():
    seen = []
    for sample, expected in (("same", [0, 0, 1, 1]), ("independent", [0, 1, 2, 3])):
        x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
        numbers = iter(range(10))
        optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.1, sample=sample), minimise=[x], maximise=[y])
        seen.clear()

        def closure(number, x=x, y=y):
            seen.append(number)
            return (x * y).sum()

        for _ in range(2):
            optimiser.step(closure, draw=lambda numbers=numbers: next(numbers))
        assert seen == expected


def test_multiplicative_weights_and_frank_wolfe_work_on_groups_of_weights():
    losses = torch.tensor([[0.0, 1.0, -1.0], [0.5, -0.5, 0.2]], dtype=torch.float64)
    game = dg.games.matrix_game(losses.numpy())
    start = [0.5, 0.5], [0.2, 0.3, 0.5]
    for method in (
        dg.methods.MultiplicativeWeights(step=0.3, optimistic=True),
        dg.methods.MirrorProx(step=0.3),
        dg.methods.FrankWolfe(),
        dg.methods.ExtraGradient(step=0.3),
    ):
        x, y = (torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in start)
        simplex = dg.games.Simplex()
        optimiser = dg.optim.MinMax(method, minimise=[x], maximise=[y], set_minimise=simplex, set_maximise=simplex)
        for _ in range(20):
            optimiser.step(lambda x=x, y=y: x @ losses @ y)
        run = dg.simulate(game, method, start=start, steps=20)
        assert torch.allclose(x, run.x[-1], rtol=0, atol=1e-14)
        assert torch.allclose(y, run.y[-1], rtol=0, atol=1e-14)


def test_a_box_clips_the_weights_of_a_module():
    first, second = module(1), module(2)
    with torch.no_grad():
        for one in second.parameters():
            one.clamp_(-0.1, 0.1)
    box = dg.games.Box(-0.1, 0.1)
    optimiser = dg.optim.MinMax(
        dg.methods.AlternatingGDA(step=0.1, first="y"),
        minimise=first.parameters(),
        maximise=second.parameters(),
        set_maximise=box,
    )
    for _ in range(10):
        optimiser.step(lambda: payoff(first, second))
    assert float(flat(second).abs().max()) == 0.1


def test_negative_momentum_works_where_torchs_descent_refuses_it():
    x, y = (torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    with pytest.raises(ValueError, match="momentum"):
        torch.optim.SGD([x], lr=0.1, momentum=-0.5)
    method = dg.methods.AlternatingGDA(step=0.5, scaling=dg.methods.Momentum(beta=-0.5))
    optimiser = dg.optim.MinMax(method, minimise=[x], maximise=[y])
    for _ in range(600):
        optimiser.step(lambda: (x * y).sum())
    assert abs(x.item()) + abs(y.item()) < 1e-6


def test_what_is_done_to_the_parameters_between_steps_is_seen():
    x, y = (torch.ones(2, dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimiser = dg.optim.MinMax(dg.methods.SimultaneousGDA(step=0.1), minimise=[x], maximise=[y])
    optimiser.step(lambda: (x * y).sum())
    with torch.no_grad():
        x.mul_(2)
    y.data = torch.full((2,), 3.0, dtype=torch.float64)
    before = x.detach().clone()
    optimiser.step(lambda: (x * y).sum())
    assert torch.allclose(x.detach(), before - 0.1 * 3.0, atol=1e-15)
    assert torch.allclose(y.detach(), 3 + 0.1 * before, atol=1e-15)


def test_a_graph_of_the_values_before_a_step_is_refused_after_it():
    x, y = (torch.ones(2, requires_grad=True) for _ in range(2))
    optimiser = dg.optim.MinMax(dg.methods.SimultaneousGDA(step=0.1), minimise=[x], maximise=[y])
    stale = (x * y).sum()
    optimiser.step(lambda: (x * y).sum())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        stale.backward()


def test_memory_of_the_method_is_not_the_memory_of_the_parameters():
    x, y = (torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimiser = dg.optim.MinMax(dg.methods.AnchoredExtraGradient(step=0.1), minimise=[x], maximise=[y])
    optimiser.step(lambda: (x * y).sum())
    with torch.no_grad():
        x.fill_(7.0)
    assert optimiser.state_dict()["state"]["start.x"].item() == 1.0


def test_weights_are_saved_and_copied_as_usual(tmp_path):
    first, second = module(1), module(2)
    optimiser = dg.optim.MinMax(METHODS["simultaneous"], minimise=first.parameters(), maximise=second.parameters())
    optimiser.step(lambda: payoff(first, second))
    save_file(first.state_dict(), tmp_path / "first.safetensors")
    other = module(3)
    other.load_state_dict(load_file(tmp_path / "first.safetensors"))
    assert torch.equal(flat(other), flat(first))
    assert torch.equal(flat(deepcopy(first)), flat(first))


@pytest.mark.parametrize("name", ["extragradient", "lookahead"])
def test_a_closure_that_fails_half_way_leaves_the_parameters_as_they_were(name):
    first, second = module(1), module(2)
    before, calls = flat(first), []

    def closure():
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return payoff(first, second)

    optimiser = dg.optim.MinMax(METHODS[name], minimise=first.parameters(), maximise=second.parameters())
    with pytest.raises(KeyboardInterrupt):
        optimiser.step(closure)
    assert torch.equal(flat(first), before)


def test_a_parameter_that_the_payoff_does_not_use_stays():
    x, y, idle = (torch.ones(1, requires_grad=True) for _ in range(3))
    optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.1), minimise=[x, idle], maximise=[y])
    optimiser.step(lambda: (x * y).sum())
    assert idle.item() == 1.0


def test_a_step_that_is_not_finite_leaves_the_parameters_as_they_were():
    x, y = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimiser = dg.optim.MinMax(dg.methods.ExtraGradient(step=0.1), minimise=[x], maximise=[y])
    with pytest.raises(NotConverged, match="the parameters are as they were"):
        optimiser.step(lambda: (x * y).sum() * float("nan"))
    assert (x.item(), y.item()) == (1.0, 1.0)


X, Y = torch.ones(2, requires_grad=True), torch.ones(3, requires_grad=True)
METHOD = dg.methods.OptimisticGDA(step=0.1)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((METHOD, [], [Y]), "minimise"),
        ((METHOD, X, [Y]), "minimise"),
        ((METHOD, [X], [torch.ones(2)]), "maximise"),
        ((METHOD, [X], [X]), "maximise"),
        ((METHOD, [X], None), "maximise"),
        (("extragradient", [X], [Y]), "method"),
        ((dg.methods.Unrolled(step=0.1, unroll=2, inner_step=0.1), [X], [Y]), "method"),
        ((dg.methods.Halpern(method=dg.methods.Unrolled(step=0.1, unroll=2, inner_step=0.1)), [X], [Y]), "method"),
        ((dg.methods.ExtraGradient(step=torch.tensor([0.1, 0.2])), [X], [Y]), "method"),
        ((METHOD, [X, X], [Y]), "minimise"),
    ],
)
def test_bad_input_is_named(arguments, name):
    method, minimise, maximise = arguments
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.optim.MinMax(method, minimise=minimise, maximise=maximise)


@pytest.mark.parametrize("value", ["box", 1.0, dg.games.Simplex(), dg.games.Box(2.0, 3.0)])
def test_a_set_holds_the_parameters(value):
    with pytest.raises(InvalidInput, match=r"^set_maximise must"):
        dg.optim.MinMax(METHOD, minimise=[X], maximise=[Y], set_maximise=value)


@pytest.mark.parametrize("closure", [3, lambda: 1.0, lambda: X * 1, lambda: (X.sum(),), lambda: torch.tensor(1.0)])
def test_a_closure_returns_losses_that_depend_on_the_parameters(closure):
    with pytest.raises(InvalidInput, match=r"^closure must"):
        dg.optim.MinMax(METHOD, minimise=[X], maximise=[Y]).step(closure)


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"method": "OptimisticGDA", "state": {"past.x": torch.zeros(7)}, "gradient_calls": 0},
        {"method": "OptimisticGDA", "state": {"past.x": [0.0, 0.0]}, "gradient_calls": 0},
        {"method": "ExtraGradient", "state": None, "gradient_calls": 0},
        {"method": "OptimisticGDA", "state": None, "gradient_calls": "many"},
        {"method": "OptimisticGDA", "state": [1], "gradient_calls": 0},
    ],
)
def test_the_state_of_another_run_is_refused(state):
    with pytest.raises(InvalidInput, match=r"^state must"):
        dg.optim.MinMax(METHOD, minimise=[X], maximise=[Y]).load_state_dict(state)
