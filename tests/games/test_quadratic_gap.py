"""Quadratic gaps: exact with linear terms, and proved beyond the size of rational elimination."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dualgap as dg
from dualgap.bracket import Guarantee
from dualgap.errors import CertificateError, InvalidInput


def definite(rng, n):
    root = rng.normal(size=(n, n))
    matrix = root @ root.T / n + 0.1 * np.eye(n)
    return (matrix + matrix.T) / 2


def formula(p, a, q, x, y):
    """x'(P + A Q⁻¹ A')x / 2 + y'(Q + A'P⁻¹A)y / 2."""
    return (x @ (p + a @ np.linalg.solve(q, a.T)) @ x + y @ (q + a.T @ np.linalg.solve(p, a)) @ y) / 2


@given(st.integers(0, 10**6))
def test_it_is_the_closed_form(seed):
    rng = np.random.default_rng(seed)
    p, q, a, x, y = definite(rng, 3), definite(rng, 2), rng.normal(size=(3, 2)), rng.normal(size=3), rng.normal(size=2)
    gap = dg.duality_gap(dg.games.quadratic(p, a, q), x, y)
    assert gap.guarantee is Guarantee.EXACT
    assert gap.value == pytest.approx(formula(p, a, q, x, y), rel=1e-12)  # solves with condition numbers below 1e3


def test_large_games_are_proved_by_a_factorisation_and_residuals():
    rng = np.random.default_rng(0)
    p, q, a = definite(rng, 120), definite(rng, 70), rng.normal(size=(120, 70))
    x, y = rng.normal(size=120), rng.normal(size=70)
    gap = dg.duality_gap(dg.games.quadratic(p, a, q), x, y)
    assert gap.guarantee is Guarantee.EXACT
    assert gap.gap <= 1e-14 * gap.value
    assert gap.value == pytest.approx(formula(p, a, q, x, y), rel=1e-11)
    gap.certificate.check()
    for change in (
        {"q": -q},
        {"reply_y": np.zeros(70), "upper": gap.upper},
        {"b": np.zeros(3)},
        {"upper": 0.9 * gap.upper},
    ):
        with pytest.raises(CertificateError):
            dataclasses.replace(gap.certificate, **change).check()
    singular = p - (np.linalg.eigvalsh(p)[0]) * np.eye(120)
    with pytest.raises(InvalidInput, match="positive definite p and q beyond 64 numbers"):
        dg.duality_gap(dg.games.quadratic((singular + singular.T) / 2, a, q), x, y)


@given(st.integers(0, 10**6))
@settings(max_examples=5)
def test_a_worse_reply_gives_wider_bounds_around_the_same_gap(seed):
    rng = np.random.default_rng(seed)
    p, q, a = definite(rng, 66), definite(rng, 2), rng.normal(size=(66, 2))
    x, y = rng.normal(size=66), rng.normal(size=2)
    proof = dg.duality_gap(dg.games.quadratic(p, a, q), x, y).certificate
    worse = dataclasses.replace(proof, reply_y=proof.reply_y + rng.normal(size=2)).claiming()
    assert worse.lower < proof.lower
    assert proof.upper < worse.upper
    worse.check()


def test_a_lagrangian_has_an_infinite_gap_off_its_constraint_and_a_finite_one_on_it():
    # x² / 2 + y (x - 1): the gap at x = 1 is 1/2 - (-y²/2 - y) = (1 + y)² / 2
    game = dg.games.lagrangian_program([[1.0]], [0.0], [[1.0]], [1.0])
    off = dg.duality_gap(game, 0.5, -1.0)
    assert off.value == math.inf
    assert off.reason == "infinite because y gains without bound in a direction in which its payoff is flat"
    for y in (-1.0, 0.0, 2.0):
        assert dg.duality_gap(game, 1.0, y).value == (1 + y) ** 2 / 2
