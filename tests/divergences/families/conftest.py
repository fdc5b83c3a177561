"""Oracles for closed forms: the definitions by 30-digit quadrature, and the certificates, which use many digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.divergences.families.pair import FORMS
from dualgap.errors import InvalidInput

#: From a billionth of the parameters apart to unrelated.
DISTANCES = (1e-9, 1e-6, 1e-3, 0.3, None)


@pytest.fixture(scope="session")
def mp():
    """30 digits, for quadrature."""
    context = mpmath.MPContext()
    context.dps = 30
    return context


@pytest.fixture(scope="session")
def agrees_with_the_integral(mp):
    """Asserts that the textbook formulas of a form are the integrals that they stand for."""

    def check(name, log_density, p, q, ends, orders=(0.4, 1.7)):
        form = FORMS[name]
        p, q = ({key: mp.mpf(value) for key, value in one.items()} for one in (p, q))

        def f(x):
            return mp.exp(log_density(mp, p, x)) * (log_density(mp, p, x) - log_density(mp, q, x))

        def close(value, truth):
            return abs(value - truth) < mp.mpf("1e-14") * abs(
                truth
            )  # a tail of mass 1e-16 may lie beyond the last node

        assert close(form.textbook(mp, p, q), mp.quad(f, ends))
        for order in orders if form.log_power else ():

            def power(x, order=order):
                return mp.exp(order * log_density(mp, p, x) + (1 - order) * log_density(mp, q, x))

            assert close(mp.exp(form.log_power(mp, p, q, mp.mpf(order))), mp.quad(power, ends))

    return check


def _brackets(p, q):
    for quantity, options in (
        (dg.kl, {}),
        (dg.jeffreys, {}),
        (dg.hellinger, {}),
        (dg.chi_squared, {}),
        (dg.renyi, {"order": 0.3}),
        (dg.renyi, {"order": 3.5}),
    ):
        try:
            yield quantity(p, q, method="closed_form", **options)
        except InvalidInput:
            assert quantity is not dg.kl


def _prove(p, q):
    for bracket in _brackets(p, q):
        assert bracket.guarantee is dg.Guarantee.EXACT
        assert bracket.lower <= float(bracket.value) <= bracket.upper
        if np.isfinite(bracket.upper):
            assert bracket.gap <= 2e-12 * bracket.upper
        bracket.certificate.check()


@pytest.fixture(scope="session")
def proved():
    """Asserts that every closed form between two laws is proved by its certificate, and right to 1e-12."""
    return _prove


@pytest.fixture(scope="session")
def proved_near_and_far():
    """The same for random parameters, near each other and far apart, of ordinary and of extreme size."""

    def check(name, *parameters, draws=1, extreme=1e8):
        rng = np.random.default_rng(len(name))
        law = getattr(stats, name)
        for reach in (4.0, extreme):
            for distance in DISTANCES:
                for _ in range(draws):
                    size = np.log(reach)
                    p = {one: float(np.exp(rng.uniform(-size, size))) for one in parameters}
                    q = {
                        one: float(np.exp(rng.uniform(-size, size)))
                        if distance is None
                        else value * (1 + distance * rng.normal())
                        for one, value in p.items()
                    }
                    _prove(law(**p), law(**q))

    return check
