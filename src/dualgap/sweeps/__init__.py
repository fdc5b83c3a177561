"""Sweeps: a function over a grid of configurations and seeds, on the cores here or on a cluster, through faults.

The results are a table, in memory or in a folder that a killed sweep leaves whole and that the same call completes.
"""

from __future__ import annotations

from dualgap.sweeps.sweep import Sweep, sweep
from dualgap.sweeps.workers import workers

__all__ = ["Sweep", "sweep", "workers"]
