"""The optimiser of modules takes the path of the simulation, by the same method objects."""

from __future__ import annotations

import pytest
import torch
from torch.func import functional_call

import dualgap as dg
from dualgap.errors import InvalidInput, NotConverged

METHODS = {
    "simultaneous": dg.methods.SimultaneousGDA(step=0.1),
    "alternating": dg.methods.AlternatingGDA(step=0.1, first="y", steps_y=2),
    "extragradient": dg.methods.ExtraGradient(step=0.1),
    "past extragradient": dg.methods.PastExtraGradient(step=0.1),
    "optimistic adam": dg.methods.OptimisticGDA(step=0.01, scaling=dg.methods.Adam(beta1=0.5)),
    "extra-adam": dg.methods.ExtraGradient(step=0.01, scaling=dg.methods.Adam()),
    "primal-dual": dg.methods.PrimalDualHybridGradient(step=0.1),
    "anchored": dg.methods.AnchoredExtraGradient(step=0.1),
    "lookahead": dg.methods.Lookahead(method=dg.methods.AlternatingGDA(step=0.1), period=3, alpha=0.5),
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


@pytest.mark.parametrize("name", METHODS)
def test_the_path_is_that_of_the_simulation(name):
    first, second = module(1), module(2)
    expected = dg.simulate(Pair(first, second), METHODS[name], start=(flat(first), flat(second)), steps=15)
    optimiser = dg.optim.MinMax(METHODS[name], minimise=first.parameters(), maximise=second.parameters())
    for _ in range(15):
        optimiser.step(lambda: payoff(first, second))
    # the same gradients by another order of additions
    assert torch.allclose(flat(first), expected.x[-1], rtol=0, atol=1e-12)
    assert torch.allclose(flat(second), expected.y[-1], rtol=0, atol=1e-12)


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


def test_a_run_goes_on_from_a_saved_state():
    def fresh():
        first, second = module(1), module(2)
        return (
            first,
            second,
            dg.optim.MinMax(METHODS["optimistic adam"], minimise=first.parameters(), maximise=second.parameters()),
        )

    first, second, whole = fresh()
    for _ in range(6):
        whole.step(lambda: payoff(first, second))
    half_first, half_second, half = fresh()
    for _ in range(3):
        half.step(lambda: payoff(half_first, half_second))
    saved = half.state_dict()
    resumed = dg.optim.MinMax(
        METHODS["optimistic adam"], minimise=half_first.parameters(), maximise=half_second.parameters()
    )
    resumed.load_state_dict(saved)
    for _ in range(3):
        resumed.step(lambda: payoff(half_first, half_second))
    assert torch.equal(flat(half_first), flat(first))
    assert resumed.gradient_calls == whole.gradient_calls


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
        ((dg.methods.ConsensusOptimization(step=0.1, weight=1.0), [X], [Y]), "method"),
        ((dg.methods.Halpern(method=dg.methods.ProximalPoint(step=0.1)), [X], [Y]), "method"),
    ],
)
def test_bad_input_is_named(arguments, name):
    method, minimise, maximise = arguments
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        dg.optim.MinMax(method, minimise=minimise, maximise=maximise)


@pytest.mark.parametrize("closure", [3, lambda: 1.0, lambda: X * 1, lambda: (X.sum(),), lambda: torch.tensor(1.0)])
def test_a_closure_returns_losses_that_depend_on_the_parameters(closure):
    with pytest.raises(InvalidInput, match=r"^closure must"):
        dg.optim.MinMax(METHOD, minimise=[X], maximise=[Y]).step(closure)


@pytest.mark.parametrize("state", [None, {}, {"state": {"past.x": torch.zeros(7)}, "gradient_calls": 0}])
def test_the_state_of_another_run_is_refused(state):
    with pytest.raises(InvalidInput, match=r"^state must"):
        dg.optim.MinMax(METHOD, minimise=[X], maximise=[Y]).load_state_dict(state)
