from __future__ import annotations

import numpy as np
import pytest

from dualgap.divergences.logistic import fit_ratio
from dualgap.errors import InvalidInput

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("features", ["linear", "quadratic"])
def test_it_is_the_logistic_regression_of_scikit_learn(features):
    linear_model = pytest.importorskip("sklearn.linear_model")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x, y = RNG.normal(0.5, 1.5, (300, 2)), RNG.normal(size=(200, 2))
    ridge = 1e-3
    ours = fit_ratio(x, y, features, ridge=ridge)
    both = np.concatenate([x, y])
    z = (both - both.mean(0)) / both.std(0)
    monomials = preprocessing.PolynomialFeatures(2 if features == "quadratic" else 1).fit_transform(z)
    theirs = linear_model.LogisticRegression(C=1 / ridge, fit_intercept=False, tol=1e-10, max_iter=10_000)
    theirs.fit(monomials, np.repeat([1, 0], [300, 200]))
    expected = theirs.decision_function(monomials) + np.log(200 / 300)
    # both stop within the square root of their tolerance of the only minimum
    assert ours(both) == pytest.approx(expected, abs=1e-4)


def test_the_ratio_of_gaussians_is_approached_whatever_the_sizes():
    x, y = RNG.normal(1.0, 0.5, (30_000, 1)), RNG.normal(0.0, 1.0, (10_000, 1))
    points = np.linspace(0, 1.5, 7)[:, None]
    truth = -2 * (points[:, 0] - 1) ** 2 + np.log(2) + points[:, 0] ** 2 / 2
    assert fit_ratio(x, y, "quadratic")(points) == pytest.approx(truth, abs=0.1)  # 3 standard errors


def test_separated_and_constant_draws_give_finite_scores():
    x, y = RNG.normal(50, 1, (40, 2)), RNG.normal(-50, 1, (40, 2))
    ratio = fit_ratio(x, y, "quadratic")
    assert (ratio(x) > 3).all()
    assert (ratio(y) < -3).all()
    assert np.isfinite(ratio(np.array([[1e300, -1e300]]))).all()
    flat = fit_ratio(np.ones((20, 1)), np.ones((20, 1)), "linear")
    assert flat(np.ones((3, 1))) == pytest.approx(np.zeros(3), abs=1e-9)


def test_too_many_features_are_refused_with_the_remedy():
    with pytest.raises(
        InvalidInput,
        match=r"features must number at most a quarter .* 66 quadratic ones; use linear ones or more draws",
    ):
        fit_ratio(RNG.normal(size=(50, 10)), RNG.normal(size=(50, 10)), "quadratic")
