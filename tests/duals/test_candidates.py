"""Which critics are tried, and with what."""

from __future__ import annotations

import pytest

import dualgap as dg
from dualgap.duals.candidates import candidates_of
from dualgap.duals.soft_cones import SoftCones
from dualgap.errors import InvalidInput
from dualgap.networks import MLP, Cones, LipschitzMLP

KR, JS = dg.duals.KantorovichRubinstein(), dg.duals.JensenShannon()


def test_critics_that_are_1_lipschitz_are_tried_for_the_distance_of_laws():
    kinds = candidates_of(None, KR, 3, 1000, None, None)
    assert [type(kind.network) for kind in kinds] == [Cones, Cones, LipschitzMLP]
    assert all(kind.regulariser is None and kind.comparable for kind in kinds)


def test_only_a_network_that_is_not_1_lipschitz_is_penalised():
    kinds = candidates_of([MLP((3, 4, 1)), Cones(3, 2)], KR, 3, 1000, None, None)
    assert [kind.regulariser for kind in kinds] == [dg.duals.GradientPenalty(10.0, one_sided=True), None]
    assert candidates_of(MLP((3, 4, 1)), JS, 3, 1000, None, None)[0].regulariser is None


def test_there_are_no_more_cones_than_draws():
    assert candidates_of(None, KR, 3, 10, None, None)[0].network.number == 10


def test_cones_in_many_dimensions_harden_and_others_stay():
    game = dg.duals.EstimationGame(
        KR, Cones(64, 4), None, dg.duals.Dataset([[0.0] * 64]), dg.duals.Dataset([[1.0] * 64]), 4
    )
    (kind,) = candidates_of(Cones(64, 4), KR, 64, 100, None, None)
    soft = [kind.game_at(game, share).critic for share in (0.0, 0.5)]
    assert all(isinstance(critic, SoftCones) for critic in soft)
    assert soft[0].temperature > soft[1].temperature
    assert kind.game_at(game, 0.9) is game
    (few,) = candidates_of(Cones(3, 4), KR, 3, 100, None, None)
    assert few.game_at(game, 0.0) is game


@pytest.mark.parametrize(
    ("critic", "said"),
    [
        ("mlp", "critic must"),
        ([], "critic must be a Network or a sequence"),
        (3, "critic must be a Network such as"),
        (MLP((2, 4, 1)), r"critic must map R\^3 to R, got a network from R\^2"),
        ([MLP((3, 4, 2))], r"critic must map R\^3 to R, got a network from R\^3 to R\^2"),
    ],
)
def test_critics_that_do_not_fit_are_named(critic, said):
    with pytest.raises(InvalidInput, match=f"^{said}"):
        candidates_of(critic, KR, 3, 100, None, None)
    with pytest.raises(InvalidInput, match=r"^regulariser must be"):
        candidates_of(None, KR, 3, 100, "gp", None)
