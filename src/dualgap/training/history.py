"""The metrics of a run over its seeds: as a table, as JSON lines, and for TensorBoard."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from dualgap.binomial import clopper_pearson
from dualgap.errors import InvalidInput
from dualgap.extras import require
from dualgap.games import Trajectory
from dualgap.validation import confidence_level, detached, real, unchecked
from dualgap.writing import write_text

__all__ = ["share_of_seeds", "summary", "write_json_lines", "write_tensorboard"]


def summary(run: Trajectory, *, low: float = 0.25, high: float = 0.75) -> list[dict[str, Any]]:
    """Each metric at each record: the median over the seeds that did not diverge, and two quantiles.

    Parameters
    ----------
    run : Trajectory
    low, high : float in [0, 1]
        Which quantiles.

    Returns
    -------
    list of dict
        One for each record: ``step``, ``diverged`` (how many seeds had), and for each metric ``median``, ``low`` and ``high``,
        nan where every seed has diverged.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> run = dg.training.recipes.ring(steps=2).train(seeds=range(3))
    >>> summary(run)[-1]["modes"]["median"] <= 8
    True
    """
    real(low, "low", at_least=0, at_most=1)
    real(high, "high", at_least=low, at_most=1)
    lost = np.atleast_1d(run.diverged_at)
    rows = []
    for k, step in enumerate(run.metric_steps):
        gone = (lost >= 0) & (lost <= step)
        row: dict[str, Any] = {"step": int(step), "diverged": int(gone.sum())}
        for name, value in run.metrics.items():
            left = np.atleast_1d(detached(value[k]))[~gone]
            marks = np.quantile(left, [0.5, low, high]) if left.size else [math.nan] * 3
            row[name] = dict(zip(("median", "low", "high"), map(float, marks), strict=True))
        rows.append(row)
    return rows


def share_of_seeds(succeeded: Any, *, confidence: float = 0.95) -> dict[str, float]:
    """The share of seeds that succeeded, with the exact interval of the share of all seeds.

    Parameters
    ----------
    succeeded : sequence or (K,) array of bools
    confidence : float in (0, 1)

    Returns
    -------
    dict
        ``share``, ``lower``, ``upper``, ``seeds``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> share_of_seeds([True] * 8)
    {'share': 1.0, 'lower': 0.63, 'upper': 1.0, 'seeds': 8}

    Reference: clopper1934
    """
    wins = unchecked(succeeded, "succeeded")
    if wins.ndim != 1 or wins.dtype != bool or not wins.size:
        raise InvalidInput(
            f"succeeded must be one True or False for each seed, got {succeeded!r}", argument="succeeded"
        )
    lower, upper = clopper_pearson(int(wins.sum()), wins.size, confidence_level(confidence))
    return {"share": float(wins.mean()), "lower": lower, "upper": upper, "seeds": wins.size}


def write_json_lines(run: Trajectory, path: Any) -> Path:
    """A line for each record, with the value of every metric for every seed; null for what is not finite.

    Parameters
    ----------
    run : Trajectory
    path : path

    Raises
    ------
    Unwritable

    Examples
    --------
    >>> import tempfile
    >>> import dualgap as dg
    >>> run = dg.training.recipes.ring(steps=2).train(seeds=[0, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json_lines(run, f"{folder}/run.jsonl").read_text().count("high_quality")
    3
    """
    lines = []
    for k, step in enumerate(run.metric_steps):
        values = {name: np.atleast_1d(detached(value[k])).tolist() for name, value in run.metrics.items()}
        finite = {name: [one if math.isfinite(one) else None for one in value] for name, value in values.items()}
        lines.append(json.dumps({"step": int(step), **finite}))
    return write_text(Path(path), "\n".join(lines) + "\n")


def write_tensorboard(run: Trajectory, folder: Any) -> Path:
    """The metrics for TensorBoard, a run for each seed.

    Parameters
    ----------
    run : Trajectory
    folder : path

    Raises
    ------
    InvalidInput
    MissingExtra
        When TensorBoard is not installed.

    Examples
    --------
    >>> import dualgap as dg
    >>> run = dg.training.recipes.ring(steps=2).train(seeds=[0, 1])
    >>> write_tensorboard(run, "logs")  # doctest: +SKIP
    PosixPath('logs')
    """
    if not isinstance(folder, str | os.PathLike):
        raise InvalidInput(f"folder must be a path, got {folder!r}", argument="folder")
    require("tensorboard", extra="experiments")
    from torch.utils.tensorboard import SummaryWriter

    for seed in range(run.diverged_at.size):
        with SummaryWriter(os.path.join(folder, f"copy-{seed}")) as writer:
            for name, value in run.metrics.items():
                for k, step in enumerate(run.metric_steps):
                    writer.add_scalar(name, float(np.atleast_1d(detached(value[k]))[seed]), int(step))
    return Path(folder)
