"""Moments by quadrature are those of mpmath and of closed forms."""

from __future__ import annotations

import itertools
import math

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from dualgap.testing.known_distances.moments import circle_moment, noncentral_moment, radial_moment, sphere_moment


@given(freedom=st.integers(1, 200), order=st.integers(1, 4))
def test_radial_moments_are_those_of_a_chi_law(freedom, order):
    assert radial_moment(freedom, order) == pytest.approx(stats.chi.moment(order, freedom), rel=1e-10)


def _poisson_mixture(freedom, order, square):
    """sum_k Pois(k; |a|^2 / 2) E |Z_(m + 2k)|^p: a noncentral chi law is a Poisson mixture of central ones."""
    z = square / 2
    k = np.arange(max(0, int(z - 12 * math.sqrt(z) - 40)), int(z + 12 * math.sqrt(z) + 60))
    weights = np.exp(special.xlogy(k, z) - z - special.gammaln(k + 1))
    half = freedom / 2 + k
    moments = np.exp(order / 2 * math.log(2) + special.gammaln(half + order / 2) - special.gammaln(half))
    return weights @ moments / weights.sum()


@pytest.mark.parametrize("freedom", [1, 2, 31, 499, 699, 999, 4000])
@given(order=st.floats(1, 4), square=st.floats(0, 2e4))
@example(order=1.0, square=250.0)
def test_noncentral_moments_are_those_of_a_poisson_mixture_of_central_ones(freedom, order, square):
    # the logarithms of the gamma function are up to 1e5, with an absolute error of 1e-11
    assert noncentral_moment(freedom, order, square) == pytest.approx(
        _poisson_mixture(freedom, order, square), rel=1e-10
    )


@pytest.mark.parametrize("square", [0.0, 1e-12, 1.0, 1e5, 1e12, 1e100])
def test_the_second_noncentral_moment_is_the_sum_of_both_squares_whatever_the_precision_of_the_caller(square):
    with mpmath.workdps(3):
        # two logarithms of the gamma function of 4e3, each to the last digit
        assert noncentral_moment(1000, 2.0, square) == pytest.approx(1000 + square, rel=1e-11)


@pytest.mark.parametrize(("dimension", "radius"), [(1, 0.5), (2, 1.0), (3, 5.0), (8, 1.0), (32, 5.6), (100, 1.0)])
@pytest.mark.parametrize("order", [1.0, 1.5, 2.0])
def test_the_moment_of_a_sphere_is_the_integral_at_30_digits(dimension, radius, order):
    with mpmath.workdps(30):
        constant = 2 ** (1 - mpmath.mpf(dimension) / 2) / mpmath.gamma(mpmath.mpf(dimension) / 2)
        truth = mpmath.quad(
            lambda r: constant * r ** (dimension - 1) * mpmath.exp(-r * r / 2) * abs(r - radius) ** order,
            sorted({0, radius, math.sqrt(dimension), math.sqrt(dimension) + 6, math.sqrt(dimension) + 16}),
        )
    assert sphere_moment(dimension, order, radius) == pytest.approx(float(truth), rel=1e-12)


def test_the_second_moment_of_a_circle_has_a_closed_form():
    for dimension, radius in ((2, 1.0), (3, 0.5), (8, 2.0), (32, 1.0)):
        closed = 2 - 2 * radius * math.sqrt(math.pi / 2) + radius**2 + dimension - 2
        assert circle_moment(dimension, 2.0, radius) == pytest.approx(closed, rel=1e-12)


@pytest.mark.parametrize(("dimension", "radius"), [(3, 1.0), (8, 1.0), (8, 3.0)])
def test_the_first_moment_of_a_circle_is_the_integral_of_another_quadrature(dimension, radius):
    freedom = dimension - 2
    constant = 2 ** (1 - freedom / 2) / math.gamma(freedom / 2)

    def integrand(angle, length):
        # polar coordinates around the circle remove the kink
        r, h = radius + length * math.cos(angle), length * math.sin(angle)
        return length**2 * max(r, 0) * math.exp(-(r * r + h * h) / 2) * constant * h ** (freedom - 1)

    def end(length):
        return math.acos(max(-1.0, -radius / length)) if length > radius else math.pi

    truth = sum(
        integrate.dblquad(integrand, low, high, 0, end, epsabs=1e-12, epsrel=1e-11)[0]
        for low, high in itertools.pairwise([0, radius, radius + 2, radius + 5, radius + 9])
    )
    assert circle_moment(dimension, 1.0, radius) == pytest.approx(truth, rel=1e-9)
