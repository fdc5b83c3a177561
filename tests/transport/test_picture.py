"""Pictures of plans show what the plan says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

import dualgap as dg
from dualgap.errors import InvalidInput
from dualgap.transport.picture import plan_segments, plot_plan


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("method", ["auto", "exact", "sinkhorn"])
def test_the_segments_carry_the_mass_over_the_distance_of_the_plan(d, method):
    rng = np.random.default_rng(0)
    b = dg.wasserstein(rng.normal(size=(6, d)), rng.normal(size=(4, d)), method=method)
    segments, mass = plan_segments(b)
    difference = segments[:, 0] - segments[:, 1]
    lengths = np.abs(difference[:, 0]) if d == 1 else np.linalg.norm(difference, axis=1)
    assert mass.sum() == pytest.approx(1, rel=1e-13)
    assert mass @ lengths == pytest.approx(b.value, rel=1e-12)


def test_the_widest_line_is_as_wide_as_asked_and_the_others_in_proportion():
    axes = Figure().add_subplot()
    b = dg.wasserstein(dg.Points([[0.0, 0.0], [5.0, 5.0]], [0.25, 0.75]), [[1.0, 0.0]])
    lines = plot_plan(b, axes, width=6)
    np.testing.assert_allclose(lines.get_linewidths(), [2, 6])
    assert len(axes.collections) == 3


def test_what_has_no_plan_in_the_plane_is_refused():
    axes = Figure().add_subplot()
    x = np.zeros((2, 3))
    for bad in (dg.wasserstein(x, x), dg.kl([0.5, 0.5], [0.5, 0.5]), 3.0):
        with pytest.raises(InvalidInput, match=r"^bracket"):
            plot_plan(bad, axes)
    with pytest.raises(InvalidInput, match=r"^width"):
        plot_plan(dg.wasserstein([0.0], [1.0]), axes, width=0)
