"""Fitted critics: certified bounds hold, are not trivial, and bad input is named."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import cdist

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput

KR, JS = dg.duals.KantorovichRubinstein(), dg.duals.JensenShannon()
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(150, 3)), RNG.normal(size=(120, 3)) + [1.0, 0.0, 0.0]
UNIFORM_X, UNIFORM_Y = RNG.uniform(size=(600, 2)), RNG.uniform(size=(500, 2)) + [0.5, 0.0]


@pytest.fixture(scope="module")
def fitted():
    return dg.duals.fit(KR, dg.Points(X), dg.Points(Y), steps=300)


def test_the_lower_bound_holds_and_is_near_the_exact_distance(fitted):
    exact = dg.wasserstein(X, Y)
    assert fitted.bracket.guarantee is Guarantee.CERTIFIED
    assert 0.8 * exact.value < fitted.bracket.lower <= exact.upper
    assert abs(fitted.bracket.upper - exact.upper) < 1e-9
    fitted.bracket.certificate.check()


def test_the_potentials_are_a_1_lipschitz_function_whatever_the_network_was(fitted):
    f, g = fitted.bracket.potentials
    assert (f[:, None] + g[None, :] <= cdist(X, Y) + 1e-12).all()
    fitted.bracket.certificate.potentials[0][7] += 0.1
    with pytest.raises(CertificateError, match="infeasible"):
        fitted.bracket.certificate.check()
    fitted.bracket.certificate.potentials[0][7] -= 0.1


def test_an_untrained_critic_still_gives_a_bound_that_holds():
    wild = dg.duals.fit(KR, dg.Points(X), dg.Points(Y), steps=1, method=dg.methods.SimultaneousGDA(step=1e-9))
    assert wild.bracket.lower <= dg.wasserstein(X, Y).upper
    wild.bracket.certificate.check()


def test_training_raises_the_dual_value(fitted):
    values = fitted.history.metrics["train"]
    assert values.shape == (len(fitted.history.metric_steps), 1)
    assert values[-1, 0] > values[0, 0] + 0.3


@pytest.mark.parametrize(
    ("objective", "power"), [(KR, 1), (dg.duals.SemiDual(order=2), 2), (dg.duals.JensenShannon(), 0)]
)
def test_the_history_is_in_the_unit_of_the_data(objective, power):
    options = {"steps": 20, "batch_size": 32, "critic": dg.networks.MLP((3, 8, 1))}
    # a power of two, with which nothing is rounded otherwise
    small, large = (dg.duals.fit(objective, dg.Points(c * X), dg.Points(c * Y), **options).history for c in (1, 64))
    for name, values in small.metrics.items():
        torch.testing.assert_close(large.metrics[name], values * 64.0**power, rtol=1e-12, atol=0)


def test_weights_count_in_the_certified_value():
    a = RNG.dirichlet(np.ones(150))
    p, q = dg.Points(X, a), dg.Points(Y)
    bracket = dg.duals.fit(KR, p, q, steps=200).bracket
    exact = dg.wasserstein(p, q)
    assert bracket.contains(exact.value) or abs(bracket.upper - exact.value) < 1e-9
    bracket.certificate.check()


def test_js_of_discrete_measures_is_bounded_below_by_any_critic():
    p, q = dg.Points([0.0, 1.0, 2.0], [0.2, 0.5, 0.3]), dg.Points([0.0, 1.0, 2.0], [0.6, 0.1, 0.3])
    bracket = dg.duals.fit(JS, p, q, steps=300).bracket
    truth = dg.js(p, q).value
    assert 0.9 * truth < bracket.lower <= truth
    assert bracket.upper == pytest.approx(np.log(2), abs=1e-15)
    bracket.certificate.check()


def test_js_of_two_laws_is_bounded_below_with_confidence():
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(4000, 2)), rng.normal(size=(4000, 2)) + [2.0, 0.0]
    fitted = dg.duals.fit(JS, x, y, steps=100)
    assert fitted.bracket.guarantee is Guarantee.CONFIDENCE
    # the truth for Gaussians two apart, by quadrature, is 0.33683
    assert 0.25 < fitted.bracket.lower < 0.33683
    assert fitted.bracket.lower < fitted.bracket.value < 0.36
    fitted.bracket.certificate.check()


OBJECTIVES = [
    (dg.duals.DonskerVaradhan(), dg.kl),
    (dg.duals.FDual(dg.divergences.KullbackLeibler()), dg.kl),
    (dg.duals.FDual(dg.divergences.ReverseKullbackLeibler()), lambda p, q: dg.kl(q, p)),
    (dg.duals.FDual(dg.divergences.ChiSquared()), dg.chi_squared),
    (dg.duals.FDual(dg.divergences.SquaredHellinger()), dg.hellinger),
    (dg.duals.FDual(dg.divergences.TotalVariation()), dg.total_variation),
    (dg.duals.Hinge(), dg.total_variation),
    (dg.duals.LeastSquares(), None),
]


@pytest.mark.parametrize(("objective", "distance"), OBJECTIVES, ids=[repr(one) for one, _ in OBJECTIVES])
def test_every_f_divergence_of_laws_and_of_points_is_bounded_below(objective, distance):
    p, q = dg.Gaussian([1.0, 0.0], np.eye(2)), dg.Gaussian([0.0, 0.0], np.eye(2))
    found = dg.duals.fit(objective, p, q, steps=40, draws=3000, batch_size=128).bracket
    truth = 0.406 if distance is None else float(distance(p, q))  # the triangular discrimination by quadrature
    assert 0.4 * truth < found.lower <= truth
    found.certificate.check()
    atoms = dg.Points([0.0, 1.0, 2.0], [0.2, 0.5, 0.3]), dg.Points([0.0, 1.0, 2.0], [0.6, 0.1, 0.3])
    found = dg.duals.fit(objective, *atoms, steps=200, batch_size=64).bracket
    exact = float(dg.f_divergence(*atoms, objective.generator))
    assert found.guarantee is Guarantee.CERTIFIED
    assert 0.5 * exact < found.lower <= exact
    found.certificate.check()


def test_w1_of_two_laws_has_a_lower_bound_with_confidence_and_no_upper_one():
    bracket = dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=50, restarts=2, batch_size=64).bracket
    assert bracket.guarantee is Guarantee.CONFIDENCE
    assert 0.3 < bracket.lower < 0.5 < bracket.upper == np.inf
    assert "diameter" in bracket.reason
    bracket.certificate.check()


@pytest.mark.parametrize("critic", [dg.networks.MLP((2, 32, 1)), dg.networks.Cones(2, 32)])
def test_w1_of_two_bounded_laws_has_both_bounds_with_confidence(critic):
    diameter = np.hypot(1.5, 1.0)
    bracket = dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=60, diameter=diameter, critic=critic, batch_size=64).bracket
    assert bracket.guarantee is Guarantee.CONFIDENCE
    assert bracket.contains(0.5)  # the second law is the first moved by 0.5
    bracket.certificate.check()


def test_w2_of_laws_is_bounded_by_what_bounds_w1():
    bracket = dg.duals.fit(
        dg.duals.SemiDual(order=2), UNIFORM_X, UNIFORM_Y, steps=20, batch_size=64, diameter=2.0
    ).bracket
    assert 0.4 < bracket.lower <= 0.5 <= bracket.upper
    bracket.certificate.check()


@pytest.mark.parametrize("order", [1, 1.5])
@pytest.mark.parametrize(
    "critic", [dg.networks.MLP((2, 16, 1), activation="softplus"), dg.networks.LipschitzMLP((2, 16, 16, 1))]
)
def test_the_critic_of_a_semi_dual_of_any_order_bounds_the_laws(order, critic):
    """Its sign and its unit are not those of a 1-Lipschitz critic of W_1: f is the potential of q, of size radius ** order."""
    rng = np.random.default_rng(7)
    x, y = 3 * rng.normal(size=(2, 1500, 2))
    fitted = dg.duals.fit(dg.duals.SemiDual(order=order), x, y + [3.0, 0.0], critic=critic, steps=150)
    assert 2.0 < fitted.bracket.lower <= 3.0  # the truth is 3; 525 held-out draws leave 15%
    fitted.bracket.certificate.check()


@pytest.mark.parametrize("objective", [JS, KR, dg.duals.SemiDual(order=2)], ids=lambda one: type(one).__name__)
def test_data_far_from_0_lose_no_digits_in_the_training(objective):
    """In float32 points of spread 1 about 10^9 are all the same."""
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(2, 600, 2)) + np.array([[[2.0, 0.0]], [[0.0, 0.0]]])
    near, far = (
        dg.duals.fit(objective, x + at, y + at, critic=dg.networks.MLP((2, 32, 1)), steps=150).bracket
        for at in (0.0, 1e9)
    )
    assert near.lower > 0.2
    # coordinates about 1e9 have 7 digits after the point left, and the training of either takes its own way
    assert far.lower == pytest.approx(near.lower, rel=0.05)
    assert far.value == pytest.approx(near.value, rel=0.05)


@pytest.mark.parametrize("low", [-1.0, float("nan")])
def test_a_cost_that_is_negative_or_not_finite_is_refused(low):
    objective = dg.duals.SemiDual(cost=lambda x, y: 0 * torch.cdist(x, y) + low)
    with pytest.raises(InvalidInput, match=r"^cost must") as caught:
        dg.duals.fit(objective, dg.Points(X), dg.Points(Y), steps=5)
    assert caught.value.argument == "cost"


def test_the_kind_of_critic_is_chosen_on_validation_draws():
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(1500, 3)), rng.normal(size=(1500, 3)) * 2
    constant = dg.networks.Cones(3, 1)  # one cone cannot follow a scale from below
    fitted = dg.duals.fit(KR, x, y, critic=[constant, dg.networks.Cones(3, 1, sign=-1)], steps=60, batch_size=64)
    assert fitted.trained.network.sign == -1
    assert set(fitted.histories) == {repr(constant), repr(fitted.trained.network)}


def test_a_deadline_ends_the_training_with_a_bound():
    fitted = dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=10**7, deadline=0.2, critic=dg.networks.Cones(2, 8))
    assert fitted.history.metric_steps[-1] < 10**6
    fitted.bracket.certificate.check()


def test_the_same_seed_gives_the_same_numbers():
    options = {"steps": 10, "critic": dg.networks.Cones(2, 16), "batch_size": 32}
    first, second = (dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, seed=1, **options).bracket for _ in range(2))
    assert (first.value, first.lower) == (second.value, second.lower)
    assert dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, seed=2, **options).bracket.value != first.value


def test_the_critic_is_a_function_of_points_in_their_own_units(fitted):
    scores = fitted.critic(X)
    assert scores.shape == (150,)
    assert scores.dtype == np.float64
    points = torch.as_tensor(X[:2]).requires_grad_()
    (slope,) = torch.autograd.grad(fitted.critic(points).sum(), points)
    assert 0.5 < float(slope.norm(dim=1).mean()) < 1.5
    with pytest.raises(InvalidInput, match=r"^critic and points must have the same dimension"):
        fitted.critic(X[:, :2])


def test_the_lower_bound_of_the_distance_holds_as_often_as_promised():
    repetitions, level, misses = 25, 0.8, 0
    rng = np.random.default_rng(7)
    for seed in range(repetitions):
        x, y = rng.exponential(size=(2, 60, 2))
        fitted = dg.duals.fit(
            KR, x, y + [0.1, 0.0], critic=dg.networks.Cones(2, 8), steps=5, batch_size=16, confidence=level, seed=seed
        )
        misses += fitted.bracket.lower > 0.1
    assert misses <= stats.binom.ppf(1 - 1e-4, repetitions, 1 - level)


BAD = {
    "objective": (("js", X, Y), {}),
    "p": ((KR, X[:19], Y), {}),
    "p ": ((KR, dg.Points(X), dg.Samples(Y)), {}),
    "p  ": ((dg.duals.SemiDual(cost=lambda x, y: x), X, Y), {}),
    "q": ((KR, X, [[np.nan]] * 30), {}),
    "critic": ((KR, X, Y), {"critic": dg.networks.MLP((2, 8, 1))}),
    "critic ": ((KR, X, Y), {"critic": "mlp"}),
    "steps": ((KR, X, Y), {"steps": 0}),
    "batch_size": ((KR, X, Y), {"batch_size": 1.5}),
    "restarts": ((KR, X, Y), {"restarts": "2"}),
    "seed": ((KR, X, Y), {"seed": -1}),
    "confidence": ((KR, X, Y), {"confidence": 1.0}),
    "diameter": ((KR, X, Y), {"diameter": 0.0}),
    "diameter ": ((KR, X, Y), {"diameter": 0.5, "steps": 1, "critic": dg.networks.Cones(3, 4)}),
    "draws": ((KR, X, Y), {"draws": 3}),
    "training": ((KR, X, Y), {"training": 3}),
    "speed": ((KR, X, Y), {"speed": 3}),
    "deadline": ((KR, X, Y), {"deadline": -1.0}),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    arguments, options = BAD[name]
    with pytest.raises(InvalidInput, match=f"^{name.strip()} (and q )?must"):
        dg.duals.fit(*arguments, **options)


def test_a_diverging_fit_says_so_and_its_bound_still_holds():
    wild = dg.duals.fit(KR, dg.Points(X), dg.Points(Y), steps=50, method=dg.methods.SimultaneousGDA(step=1e6))
    assert wild.status.name == wild.history.status.name == "DIVERGED"
    assert wild.bracket.lower <= dg.wasserstein(X, Y).upper
    wild.bracket.certificate.check()


def test_a_claim_on_held_out_draws_beyond_its_evidence_is_found():
    bracket = dg.duals.fit(JS, UNIFORM_X, UNIFORM_Y, steps=20).bracket
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, lower=bracket.lower + 0.01).check()


def test_a_critic_that_looks_at_the_whole_batch_is_refused():
    x, y = np.random.default_rng(0).normal(size=(2, 100, 1))
    plain = dg.networks.MLP((2, 8, 1))
    statistic = dg.networks.WithStatistic(plain, "deviation")
    for critic in (statistic, dg.networks.MixtureCritic((dg.networks.MLP((1, 4, 1)), statistic))):
        with pytest.raises(InvalidInput, match=r"^critic must score each point by itself"):
            dg.duals.fit(dg.duals.JensenShannon(), x, y, critic=critic, steps=1)


@pytest.mark.parametrize(("unit", "order"), [(1e100, 2), (1e-100, 2), (1e10, 30)])
def test_powers_of_distances_that_leave_float64_are_refused(unit, order):
    with pytest.raises(InvalidInput, match=rf"^p and q must be spread over a length whose power of order {order} "):
        dg.duals.fit(dg.duals.SemiDual(order=order), unit * X, unit * Y, steps=2)
