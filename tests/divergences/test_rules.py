from __future__ import annotations

import math

import numpy as np
import pytest

from dualgap.divergences.generators import ChiSquared, KullbackLeibler, Power
from dualgap.divergences.kernels import Atoms
from dualgap.divergences.rules import RenyiRule, Rule, divergence_of_atoms


def test_a_rule_and_its_other_way_agree_within_the_error_it_states():
    rng = np.random.default_rng(0)
    for rule in (Rule(KullbackLeibler()), Rule(ChiSquared()), RenyiRule(Power(0.5)), RenyiRule(Power(3.0))):
        for size in (1.0, 1e-3, 1e-9):
            p = rng.dirichlet(np.ones(20))
            q = p * (1 + size * rng.uniform(-0.9, 0.9, 20))
            value, error = rule.value(Atoms(p, q, rule.generator.reach), 0.0)
            assert abs(value - rule.again(p, q)) <= error
            assert error <= 1e-12 * value + 1e-12 * abs(float((q - p).sum())) * math.sqrt(value)


def test_masses_of_one_law_only_count_their_limits():
    p, q = np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.5])
    assert divergence_of_atoms(p, q, KullbackLeibler()) == math.inf
    assert divergence_of_atoms(p, q, Power(0.5)) == pytest.approx(0.5 * (1 + 1))
    assert Rule(KullbackLeibler()).lost(Atoms(p, q)).tolist() == [False, True, False]


def test_renyi_below_order_one_is_lost_only_without_a_common_atom():
    apart = Atoms(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert RenyiRule(Power(0.5)).lost(apart).any()
    assert not RenyiRule(Power(0.5)).lost(Atoms(np.array([0.5, 0.5]), np.array([0.0, 1.0]))).any()
    assert RenyiRule(Power(2.0)).lost(Atoms(np.array([0.5, 0.5]), np.array([0.0, 1.0]))).any()
