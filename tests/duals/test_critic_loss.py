"""The critic's loss is minus the dual's value plus the penalty."""

from __future__ import annotations

import torch

import dualgap as dg
from dualgap.duals.critic_loss import critic_loss
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
