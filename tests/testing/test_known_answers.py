from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from scipy import stats

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.testing import known_answers
from dualgap.testing.known_laws import COUNTS, HISTOGRAMS, LINES


def _log_density(family, x, v):
    """In mpmath, from the definition of the family."""
    log, m = mpmath.log, [mpmath.mpf(one) for one in v]
    if family == "norm":
        return -(((x - m[0]) / m[1]) ** 2) / 2 - log(m[1]) - log(2 * mpmath.pi) / 2
    if family == "laplace":
        return -abs(x - m[0]) / m[1] - log(2 * m[1])
    if family == "expon":
        return -x / m[0] - log(m[0])
    if family == "gamma":
        return (m[0] - 1) * log(x / m[1]) - x / m[1] - log(m[1]) - mpmath.loggamma(m[0])
    if family == "cauchy":
        return -log(mpmath.pi * m[1] * (1 + ((x - m[0]) / m[1]) ** 2))
    if family == "gumbel":
        z = (x - m[0]) / m[1]
        return -z - mpmath.exp(-z) - log(m[1])
    if family == "weibull":
        return log(m[0] / m[1]) + (m[0] - 1) * log(x / m[1]) - (x / m[1]) ** m[0]
    return None


CUTS = {
    "norm": lambda v: [v[0] + k * v[1] for k in (-30, -12, -6, -3, -1, 0, 1, 3, 6, 12, 30)],
    "laplace": lambda v: [v[0] + k * v[1] for k in (-90, -40, -20, -8, -3, 0, 3, 8, 20, 40, 90)],
    "expon": lambda v: [0, *(k * v[0] for k in (1, 4, 12, 30, 80))],
    "gamma": lambda v: [0, *(k * v[0] * v[1] for k in (0.01, 0.1, 0.5, 0.8, 1, 1.2, 2, 4, 10, 30, 100))],
    "cauchy": lambda v: [-mpmath.inf, *(v[0] + k * v[1] for k in (-100, -10, -1, 0, 1, 10, 100)), mpmath.inf],
    "gumbel": lambda v: [v[0] + k * v[1] for k in (-5, -3, -1, 0, 2, 6, 15, 40, 80)],
    "weibull": lambda v: [0, *(k * v[1] for k in (0.1, 0.5, 1, 2, 4, 8, 16, 32))],
}


@pytest.mark.parametrize("name", [name for name, row in LINES.items() if row[0] in CUTS and row[2] in CUTS])
def test_the_values_on_the_line_are_integrals_at_30_digits(name):
    first, v, second, w, kl = LINES[name]
    with mpmath.workdps(30):
        cuts = sorted({mpmath.mpf(x) for x in CUTS[first](v)} | ({mpmath.mpf(w[0])} if second == "laplace" else set()))
        truth = mpmath.quad(
            lambda x: mpmath.exp(_log_density(first, x, v)) * (_log_density(first, x, v) - _log_density(second, x, w)),
            cuts,
        )
    # Half a unit in the last place, and what 30 digits and the tails leave of 1e-13.
    assert abs(kl - truth) <= 2e-15 * abs(truth) + 1e-24


@pytest.mark.parametrize("name", COUNTS)
def test_the_values_on_the_whole_numbers_are_sums(name):
    family, v, w, kl = COUNTS[name]
    law, other = (getattr(stats, family)(x) for x in (v, w))
    k = np.arange(0 if family == "poisson" else 1, 4_000)
    masses = law.pmf(k)
    logs = law.logpmf(k) - other.logpmf(k)
    # 4,000 rounded terms, and logarithms of probabilities that cancel.
    assert math.fsum((masses * logs)[masses > 0]) == pytest.approx(kl, rel=1e-9, abs=1e-13)


@pytest.mark.parametrize("name", HISTOGRAMS)
def test_the_values_of_histograms_are_sums(name):
    p, q, kl, js, variation = HISTOGRAMS[name]
    with mpmath.workdps(40):
        p, q = ([mpmath.mpf(x) for x in law] for law in (p, q))
        p, q = ([x / sum(law) for x in law] for law in (p, q))
        pairs = [(a, b) for a, b in zip(p, q, strict=True) if a > 0]
        truth = sum(a * mpmath.log(a / b) for a, b in pairs) if all(b > 0 for _, b in pairs) else mpmath.inf
        distance = sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2
    assert kl == truth or abs(kl - truth) <= 2e-16 * truth
    assert variation == pytest.approx(float(distance), rel=1e-15)
    assert 0 <= js <= math.log(2)


def test_there_are_enough_of_all_kinds():
    problems = known_answers.problems()
    finite = [one.values["kl"] for one in problems if math.isfinite(one.values["kl"])]
    assert len(problems) >= 60
    assert len({one.name for one in problems}) == len(problems)
    assert {1, 2, 128} <= {one.dimension for one in problems}
    assert min(finite) <= 1e-12
    assert max(finite) >= 200
    assert sum(one.values["kl"] == math.inf for one in problems) >= 8


@pytest.mark.parametrize(
    ("quantity", "estimator"),
    [
        ("kl", dg.kl),
        ("js", dg.js),
        ("total_variation", dg.total_variation),
        ("wasserstein_2", lambda p, q: dg.wasserstein(p, q, order=2)),
        ("wasserstein_1", dg.wasserstein),
    ],
)
def test_this_library_knows_the_answers(quantity, estimator):
    # Cells on the line are asked for a millionth; everything else has a closed form.
    known_answers.check(estimator, quantity=quantity, relative=1e-6)


def test_closed_forms_are_right_to_nine_digits():
    some = [one for one in known_answers.problems() if one.name != "norm_on_cauchy"]
    known_answers.check(dg.kl, among=some, relative=1e-9)


def test_every_law_can_be_drawn_from():
    for one in known_answers.problems():
        x, y = one.draws(3, seed=0)
        assert x.shape[0] == y.shape[0] == 3
        assert np.isfinite(x).all()


def test_a_wrong_estimator_is_told_where_it_misses():
    with pytest.raises(AssertionError, match=r"norm_shift: .* where the truth is 0.5"):
        known_answers.check(lambda p, q: 0.1)

    def broken(p, q):
        raise ZeroDivisionError("no")

    answers = known_answers.run(broken, among=known_answers.problems()[:2])
    assert not any(answer.passed for answer in answers)
    assert "ZeroDivisionError" in answers[0].error


def test_an_estimator_of_samples_gets_draws():
    shift = [one for one in known_answers.problems() if one.name == "norm_shift"]

    def plug_in(x, y):
        return (x.mean() - y.mean()) ** 2 / 2

    assert known_answers.check(plug_in, among=shift, draws=20_000, absolute=0.05)


def test_options_are_checked():
    for options, name in (
        ({"quantity": "x"}, "quantity"),
        ({"relative": -1.0}, "relative"),
        ({"among": []}, "among"),
        ({"absolute": math.nan}, "absolute"),
    ):
        with pytest.raises(InvalidInput) as caught:
            known_answers.run(dg.kl, **options)
        assert caught.value.argument == name
    with pytest.raises(InvalidInput, match="callable"):
        known_answers.run(3)
