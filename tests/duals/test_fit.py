"""Fitted critics: certified bounds hold, are not trivial, and bad input is named."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
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
    assert values.shape == (21, 1)
    assert values[-1, 0] > values[0, 0] + 0.3


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
    fitted = dg.duals.fit(JS, x, y, steps=300)
    assert fitted.bracket.guarantee is Guarantee.CONFIDENCE
    # the truth for Gaussians two apart, by quadrature, is 0.33683
    assert 0.25 < fitted.bracket.lower < 0.33683
    assert fitted.bracket.lower < fitted.bracket.value < 0.36
    fitted.bracket.certificate.check()


def test_w1_of_two_laws_has_a_lower_bound_with_confidence_and_no_upper_one():
    bracket = dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=200, restarts=2).bracket
    assert bracket.guarantee is Guarantee.CONFIDENCE
    assert 0.3 < bracket.lower < 0.5 < bracket.upper == np.inf
    assert "diameter" in bracket.reason
    bracket.certificate.check()


def test_w1_of_two_bounded_laws_has_both_bounds_with_confidence():
    diameter = np.hypot(1.5, 1.0)
    bracket = dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=200, diameter=diameter).bracket
    assert bracket.guarantee is Guarantee.CONFIDENCE
    assert bracket.contains(0.5)  # the second law is the first moved by 0.5
    bracket.certificate.check()


def test_the_same_seed_gives_the_same_numbers():
    first, second = (dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=20, seed=1).bracket for _ in range(2))
    assert (first.value, first.lower) == (second.value, second.lower)
    assert dg.duals.fit(KR, UNIFORM_X, UNIFORM_Y, steps=20, seed=2).bracket.value != first.value


def test_the_critic_is_a_function_of_points_in_their_own_units(fitted):
    scores = fitted.critic(X)
    assert scores.shape == (150,)
    assert scores.dtype == np.float64
    points = torch.as_tensor(X[:2]).requires_grad_()
    (slope,) = torch.autograd.grad(fitted.critic(points).sum(), points)
    assert 0.5 < float(slope.norm(dim=1).mean()) < 1.5
    with pytest.raises(InvalidInput, match=r"^critic and points must have the same dimension"):
        fitted.critic(X[:, :2])


BAD = {
    "objective": (("js", X, Y), {}),
    "p": ((KR, X[:19], Y), {}),
    "p and q": ((KR, dg.Points(X), dg.Samples(Y)), {}),
    "q": ((KR, X, [[np.nan]] * 30), {}),
    "critic": ((KR, X, Y), {"critic": dg.networks.MLP((2, 8, 1))}),
    "critic ": ((KR, X, Y), {"critic": "mlp"}),
    "steps": ((KR, X, Y), {"steps": 0}),
    "batch_size": ((KR, X, Y), {"batch_size": 1.5}),
    "restarts": ((KR, X, Y), {"restarts": "2"}),
    "seed": ((KR, X, Y), {"seed": -1}),
    "confidence": ((KR, X, Y), {"confidence": 1.0}),
    "diameter": ((KR, X, Y), {"diameter": 0.0}),
    "diameter ": ((KR, X, Y), {"diameter": 0.5, "steps": 1}),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    arguments, options = BAD[name]
    with pytest.raises(InvalidInput, match=f"^{name.strip()} must"):
        dg.duals.fit(*arguments, **options)


def test_a_diverging_fit_says_so_and_its_bound_still_holds():
    wild = dg.duals.fit(KR, dg.Points(X), dg.Points(Y), steps=50, method=dg.methods.SimultaneousGDA(step=1e6))
    assert wild.history.status.name == "DIVERGED"
    assert wild.bracket.lower <= dg.wasserstein(X, Y).upper
    wild.bracket.certificate.check()


def test_a_claim_on_held_out_draws_beyond_its_evidence_is_found():
    bracket = dg.duals.fit(JS, UNIFORM_X, UNIFORM_Y, steps=50).bracket
    with pytest.raises(CertificateError):
        dataclasses.replace(bracket.certificate, lower=bracket.lower + 0.01).check()
