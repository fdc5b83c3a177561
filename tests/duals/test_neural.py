"""``method="neural"`` is in the tables of the distances between laws known by samples."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import dualgap as dg
from dualgap.errors import InvalidInput

X, Y = np.random.default_rng(0).uniform(size=(2, 200, 2))
P, Q = dg.Samples(X), dg.Samples(Y + [0.5, 0.0])


def test_the_distance_by_a_critic_is_the_fit():
    critic = dg.networks.Cones(2, 16)
    bracket = dg.wasserstein(P, Q, method="neural", steps=20, seed=3, critic=critic, diameter=3.0)
    direct = dg.duals.fit(dg.duals.KantorovichRubinstein(), P, Q, steps=20, seed=3, critic=critic, diameter=3.0).bracket
    assert (bracket.value, bracket.lower, bracket.method) == (direct.value, direct.lower, "neural")


def test_what_keeps_the_critic_in_its_class_is_chosen_as_in_the_fit():
    options = {"steps": 20, "critic": dg.networks.MLP((2, 8, 1)), "regulariser": dg.duals.WeightClipping(0.1)}
    bracket = dg.wasserstein(P, Q, method="neural", **options)
    assert bracket.lower == dg.duals.fit(dg.duals.KantorovichRubinstein(), P, Q, **options).bracket.lower
    assert (
        dg.js(P, Q, method="neural", **options).value
        == dg.duals.fit(dg.duals.JensenShannon(), P, Q, **options).bracket.value
    )


def test_it_is_listed_for_samples_and_for_nothing_else():
    assert "neural" in [route.name for route in dg.methods_for(dg.wasserstein, P, Q)]
    assert "neural" in [route.name for route in dg.methods_for(dg.wasserstein, P, Q, order=2)]
    assert "neural" not in [route.name for route in dg.methods_for(dg.wasserstein, P, Q, ground="cityblock")]
    assert "neural" not in [route.name for route in dg.methods_for(dg.wasserstein, X, Y)]


def test_w2_by_a_critic_is_the_semi_dual_and_its_bound_is_of_w2_itself():
    x, y = dg.testing.known_distances.gaussians(4).sample(1500, seed=0)
    truth = dg.testing.known_distances.gaussians(4).value
    first, second = (
        dg.wasserstein(dg.Samples(x), dg.Samples(y), order=order, method="neural", steps=20, batch_size=64)
        for order in (1, 2)
    )
    assert first.lower < second.lower <= truth
    assert second.lower > 0.7 * truth
    assert "those of W_1" not in second.reason
    second.certificate.check()


def test_js_by_a_critic_is_the_fit_too():
    bracket = dg.js(P, Q, steps=50, seed=3)
    direct = dg.duals.fit(dg.duals.JensenShannon(), P, Q, steps=50, seed=3).bracket
    assert (bracket.value, bracket.lower, bracket.method) == (direct.value, direct.lower, "neural")
    assert bracket.guarantee.name == "CONFIDENCE"


@pytest.mark.parametrize("distance", [dg.kl, dg.js, dg.total_variation, dg.hellinger, dg.chi_squared])
def test_every_divergence_with_a_dual_has_the_route(distance):
    found = distance(P, Q, method="neural", steps=5)
    assert found.method == "neural"
    assert found.guarantee.name == "CONFIDENCE"
    found.certificate.check()


def test_an_option_of_no_method_is_named():
    with pytest.raises(InvalidInput, match=r"^speed must be an option of the method 'neural', which takes .*steps"):
        dg.js(P, Q, speed=3, method="neural")
    with pytest.raises(InvalidInput, match=r"^steps must be an option of the method 'exact'"):
        dg.wasserstein(X, Y, steps=3)


def test_a_cost_matrix_has_no_meaning_for_laws():
    with pytest.raises(InvalidInput, match="Histogram or Points where cost is given"):
        dg.wasserstein(P, Q, cost=np.zeros((200, 200)), method="neural")


def test_distances_between_points_do_not_load_torch():
    program = "import sys, dualgap as dg; dg.wasserstein([0.0], [1.0]); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
