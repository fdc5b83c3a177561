"""Noise fades with the samples drawn, and is on both sides of the critic."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.games import Streams
from dualgap.training import InstanceNoise


def game(**changes):
    parts = {
        "generator": dg.networks.MLP((2, 4, 2)),
        "critic": dg.networks.MLP((2, 4, 1)),
        "objective": dg.duals.JensenShannon(),
        "data": dg.training.Ring(),
        "latent": 2,
        "batch_size": 4000,
        "saturating": False,
    }
    return dg.training.AdversarialGame(**{**parts, **changes})


def test_the_level_falls_in_a_line_to_nothing():
    noise = InstanceNoise(0.5, until=10)
    assert [noise.level(n) for n in (0, 5, 10, 99)] == [0.5, 0.25, 0.0, 0.0]
    assert InstanceNoise(0.5).level(10**9) == 0.5


def test_both_samples_carry_the_noise_of_their_time():
    played, streams = game(noise=InstanceNoise(0.5, until=2)), Streams([0, 1])
    x, _ = played.start(Streams([0, 1], purpose=1))
    for level in (0.5, 0.25, 0.0):
        real, latent, _, noise = sample = played.draw(streams)
        # 8,000 numbers: five standard deviations of a standard deviation are 4%
        assert float(noise.std()) == pytest.approx(level, rel=0.04)
        assert torch.equal(played.shown(x, sample), played.generator(x, latent) + noise)
        distance = torch.cdist(real, dg.training.Ring().centres()).min(-1).values
        assert (float(distance.mean()) > 0.1) == (level > 0)


def test_without_noise_a_sample_is_as_it_was():
    assert len(game().draw(Streams(0))) == 3


@pytest.mark.parametrize(
    ("options", "name"),
    [({"deviation": 0.0}, "deviation"), ({"deviation": "1"}, "deviation"), ({"deviation": 1.0, "until": 0}, "until")],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(InvalidInput, match=f"^{name} must"):
        InstanceNoise(**options)
    with pytest.raises(InvalidInput, match=r"^noise must be a InstanceNoise or None"):
        game(noise=0.1)
