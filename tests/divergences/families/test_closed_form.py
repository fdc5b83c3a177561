from __future__ import annotations

import numpy as np
import pytest
import torch

from dualgap.divergences.families.closed_form import agree, excess, largest, log_ratio, ratio, scale_of


def _laws(**values):
    return {key: np.asarray(value) for key, value in values.items()}


def test_a_scale_is_read_from_a_rate_without_losing_the_difference():
    p, q = _laws(rate=2.0), _laws(rate=2.0 * (1 + 2**-40))
    assert float(scale_of(p)) == 0.5
    assert float(excess(p, q)) == 2**-40
    assert float(ratio(p, q)) == 1 + 2**-40
    assert float(excess(_laws(scale=0.5), p)) == 0
    assert float(excess(_laws(b=3.0), _laws(b=2.0), "b")) == 0.5


@pytest.mark.parametrize("r", [1e-300, 0.3, 1 - 1e-12, 1.0, 1 + 1e-9, 5.0, 1e300])
def test_the_logarithm_of_a_ratio_keeps_its_digits(r):
    assert float(log_ratio(_laws(scale=r), _laws(scale=1.0))) == pytest.approx(
        float(np.log1p(r - 1) if 0.5 < r < 2 else np.log(r)), rel=1e-14, abs=0
    )


def test_parameters_agree_only_where_all_of_them_do():
    assert agree(_laws(loc=[1.0, 2.0]), _laws(loc=[1.0, 2.0]), "loc")
    assert not agree(_laws(loc=[1.0, 2.0]), _laws(loc=[1.0, 3.0]), "loc")
    assert agree({"loc": torch.tensor(1.0)}, {"loc": 1.0}, "loc")
    assert largest(np.array([1.0, -3.0]), 2.0) == 3
