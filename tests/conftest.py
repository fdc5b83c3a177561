"""Settings that every test shares: one thread for torch, and Hypothesis without a memory.

Profiles, chosen by the variable HYPOTHESIS_PROFILE: ``ci`` (the default) draws the same examples on every run, so
that a failure is a failure of the change under test; ``explore`` draws new ones, ten times as many.
"""

from __future__ import annotations

import os

import torch
from hypothesis import HealthCheck, settings

# The sums of a matrix product depend on how many threads share it; on one thread a seed fixes every digit.
torch.set_num_threads(1)

settings.register_profile(
    "ci",
    deadline=None,  # a shared machine is slow now and then, and that is no fault of the code
    derandomize=True,
    database=None,  # nothing is written into the tree
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", parent=settings.get_profile("ci"), derandomize=False, max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
