"""The numbers of the comparison say what the caption says."""

from __future__ import annotations

import numpy as np
import pytest

from paper_figures import lipschitz_critics
from paper_figures.lipschitz_critics import CRITICS, PROBLEMS


@pytest.fixture(scope="module")
def data(numbers):
    return numbers("lipschitz_critics")


def test_every_critic_is_certified_to_be_1_lipschitz(data):
    assert (data["lipschitz_bound"] <= 1 + 1e-9).all()
    for make in CRITICS.values():
        made = make(8)
        assert all(network.lipschitz for network in (made if isinstance(made, list) else [made]))


def test_no_lower_bound_exceeds_the_truth(data):
    truth = data["truth"] + 5 * data["truth_error"]
    assert (data["lower"] <= truth[..., None, None]).all()
    assert (data["lower"] <= data["value"]).all()
    assert (data["lower"] >= 0).all()


def test_the_truth_is_that_of_the_problems(data):
    for row, name in zip(data["truth"], data["problems"], strict=True):
        known = [PROBLEMS[str(name)](int(d)) for d in data["dimensions"]]
        assert row.tolist() == [problem.value for problem in known]


def test_the_shares_are_those_of_the_bounds_and_the_bars_hold_all_seeds(data):
    shares = data["lower"] / data["truth"][..., None, None]
    assert np.allclose(data["share"], shares.mean(-1))
    assert (data["least"][..., None] <= shares).all()
    assert (shares <= data["greatest"][..., None]).all()
    assert [str(name) for name in data["critics"]] == list(CRITICS)


def test_funnels_are_within_the_class_of_cones_which_prove_most_of_them(data):
    row = [str(name) for name in data["problems"]].index("funnel")
    order = [str(name) for name in data["critics"]]
    networks = [order.index(name) for name in ("Cayley", "Björck", "SLL", "AOL", "spectral")]
    cones = data["share"][row, :, order.index("cones")]
    assert (cones[:, None] > data["share"][row][:, networks]).all()


def test_the_efforts_differ_in_size_only():
    quick, paper = (lipschitz_critics.EFFORTS[budget] for budget in ("quick", "paper"))
    assert set(quick.dimensions) <= set(paper.dimensions)
    assert quick.steps < paper.steps
    assert quick.seeds <= paper.seeds
