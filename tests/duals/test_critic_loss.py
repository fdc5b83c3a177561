"""The critic's loss is minus the dual's value plus the penalty."""

from __future__ import annotations

import pytest
import torch

import dualgap as dg
from dualgap.duals.critic_loss import critic_gradient, critic_loss
from dualgap.games import Streams

NETWORK = dg.networks.MLP((2, 8, 1), activation="tanh")
WEIGHTS = NETWORK.initial(Streams([0, 1]))
REAL, FAKE = (Streams([0, 1], purpose=k).normal(6, 2) for k in (1, 2))
MIX = Streams([0, 1], purpose=3).uniform(6, 1)


def test_without_a_penalty_it_is_the_cross_entropy_for_the_gan():
    loss = critic_loss(dg.duals.JensenShannon(), None, NETWORK, WEIGHTS, REAL, FAKE, MIX)
    scores = torch.cat([NETWORK(WEIGHTS, REAL), NETWORK(WEIGHTS, FAKE)], -2)[..., 0]
    labels = torch.cat([torch.ones(2, 6), torch.zeros(2, 6)], -1).double()
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(scores, labels, reduction="none")
    # the cross-entropy averages over both samples, the dual adds their two means
    assert torch.allclose(loss, 2 * entropy.mean(-1), rtol=1e-12)


def test_a_penalty_is_added_copy_by_copy():
    plain, penalised = (
        critic_loss(dg.duals.KantorovichRubinstein(), regulariser, NETWORK, WEIGHTS, REAL, FAKE, MIX)
        for regulariser in (None, dg.duals.R1(3.0))
    )
    expected = dg.duals.R1(3.0).penalty(lambda points: NETWORK(WEIGHTS, points)[..., 0], REAL, FAKE, MIX)
    assert expected.shape == (2,)
    assert torch.allclose(penalised - plain, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "regulariser",
    [
        None,
        dg.duals.R1(3.0),
        dg.duals.R2(2.0),
        dg.duals.GradientPenalty(10.0),
        dg.duals.GradientPenalty(10.0, one_sided=True),
        dg.duals.R1(3.0) + dg.duals.GradientPenalty(1.0),
    ],
)
@pytest.mark.parametrize("objective", [dg.duals.JensenShannon(), dg.duals.KantorovichRubinstein()])
def test_the_gradient_by_one_pass_is_that_of_the_loss(objective, regulariser):
    parts = objective, regulariser, NETWORK
    expected = torch.func.grad(lambda w: critic_loss(*parts, w, REAL, FAKE, MIX).sum())(WEIGHTS)
    with torch.no_grad():
        found = critic_gradient(*parts, WEIGHTS, REAL, FAKE, MIX)
    assert not found.requires_grad
    assert torch.allclose(found, expected, rtol=1e-10, atol=1e-14)
    for k in range(2):
        alone = critic_gradient(*parts, WEIGHTS[k], REAL[k], FAKE[k], MIX[k])
        assert torch.allclose(found[k], alone, rtol=1e-9, atol=1e-13)
