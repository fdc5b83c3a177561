"""What is trained on, chosen by and proved with never overlaps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.duals.parts import parts_of
from dualgap.errors import InvalidInput

X = np.random.default_rng(0).normal(size=(60, 2))
NORMAL = dg.Gaussian([0.0, 0.0], np.eye(2))


def test_parts_of_samples_are_disjoint_and_batches_come_from_the_training_part():
    parts = parts_of(X, X + 100, 3, None)
    for k, whole in enumerate((X, X + 100)):
        pieces = [part[k] for part in (parts.split.train, parts.split.validation, parts.split.held_out)]
        assert np.array_equal(np.sort(np.concatenate(pieces), 0), np.sort(whole, 0))
        drawn = parts.sources[k].draw(dg.games.Streams(0), 500).numpy()
        assert set(map(tuple, drawn)) <= set(map(tuple, pieces[0]))


def test_laws_are_drawn_afresh_for_every_part_and_every_batch():
    parts = parts_of(NORMAL, dg.Mixture([0.5, 0.5], [NORMAL, dg.Gaussian([9.0, 0.0], np.eye(2))]), 0, 500)
    for k in (0, 1):
        pieces = [part[k] for part in (parts.split.train, parts.split.validation, parts.split.held_out)]
        assert [len(piece) for piece in pieces] == [250, 250, 500]
        together = np.concatenate([*pieces, parts.sources[k].draw(dg.games.Streams(0), 100).numpy()])
        assert len(np.unique(together, axis=0)) == 1100


@pytest.mark.parametrize(
    ("law", "mean", "deviation"),
    [
        (NORMAL, 0.0, 1.0),
        (stats.gamma(4.0), 4.0, 2.0),
        (dg.Gaussian(3.0, 4.0), 3.0, 2.0),
        (dg.Gaussian(3.0, 0.0), 3.0, 0.0),
        (dg.duals.Sampler(lambda n, rng: rng.uniform(size=(n, 1)), 1), 0.5, math.sqrt(1 / 12)),
    ],
)
def test_each_law_is_drawn_from_as_it_is(law, mean, deviation):
    other = dg.duals.Sampler(
        lambda n, rng: rng.normal(size=(n, getattr(law, "dimension", 1) or 1)), getattr(law, "dimension", 1)
    )
    drawn = parts_of(law, other, 1, 4000).split.held_out[0]
    assert np.abs(drawn.mean(0) - mean).max() <= 5 * deviation / math.sqrt(4000)
    assert np.abs(drawn.std(0) - deviation).max() <= 0.1 * deviation


def test_samples_and_a_law_go_together():
    parts = parts_of(X, NORMAL, 0, 1000)
    assert [len(part) for part in parts.split.held_out] == [21, 1000]
    assert parts.points is None


def test_points_are_whole_in_every_part():
    parts = parts_of(dg.Points(X), dg.Points(X[:5]), 0, None)
    assert parts.points is not None
    assert len(parts.split.train[1]) == len(parts.split.held_out[1]) == 5


@pytest.mark.parametrize(
    ("p", "q", "said"),
    [
        (X[:19], X, "p must have at least 20 draws"),
        (X, X[:19], "q must have at least 20 draws"),
        (dg.Points(X), dg.Samples(X), "p must not be Points where the other is Samples"),
        (NORMAL, dg.Points(X), "q must not be Points where the other is Gaussian"),
        (X, X[:, :1], "p and q must have the same dimension"),
        (np.ones((40, 2)), np.ones((40, 2)), "p and q must not be constant"),
        (X, dg.Histogram([0.5, 0.5]), "q must be Points, Samples, or a law"),
        (X, dg.Density(lambda x: -x[:, 0], dimension=2), "q must be Points, Samples, or a law"),
    ],
)
def test_what_cannot_be_cut_is_named(p, q, said):
    with pytest.raises(InvalidInput, match=f"^{said}"):
        parts_of(p, q, 0, None)
