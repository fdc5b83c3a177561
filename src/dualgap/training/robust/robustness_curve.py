"""The accuracy of a classifier under attacks and with proof, over the radius."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket
from dualgap.errors import InvalidInput
from dualgap.progress import Progress, resolve
from dualgap.training.robust.adversarial import attacked_accuracy, clean_accuracy
from dualgap.training.robust.balls import Box
from dualgap.training.robust.evaluating import evaluating
from dualgap.training.robust.robust_accuracy import robust_accuracy
from dualgap.validation import real

__all__ = ["RobustnessCurve", "robustness_curve"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class RobustnessCurve:
    """Shares of the test samples, and a bracket of the law's robust accuracy at each radius.

    Parameters
    ----------
    radii : (m,) float64 array, in the unit of the inputs
    clean : float
        Right without an attack.
    fgsm, pgd, certified : (m,) float64 arrays
        Right after FGSM, right after PGD on the cross entropy and on the margin, and proved to be right in the whole ball.
    brackets : tuple of m Bracket
        See :func:`robust_accuracy`.

    Examples
    --------
    >>> one = robust_accuracy(torch.nn.Linear(1, 2), torch.ones(1, 1), torch.tensor([0]), radius=0.0, confidence=0.9)
    >>> share = np.array([float(one)])
    >>> RobustnessCurve(radii=np.array([0.0]), clean=float(one), fgsm=share, pgd=share, certified=share,
    ...                 brackets=(one,)).as_data()["confidence"]
    0.9
    """

    radii: np.ndarray
    clean: float
    fgsm: np.ndarray
    pgd: np.ndarray
    certified: np.ndarray
    brackets: tuple[Bracket, ...]

    def as_data(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        return {
            "radii": self.radii.tolist(),
            "clean": self.clean,
            "fgsm": self.fgsm.tolist(),
            "pgd": self.pgd.tolist(),
            "certified": self.certified.tolist(),
            "lower": [float(bracket.lower) for bracket in self.brackets],
            "upper": [float(bracket.upper) for bracket in self.brackets],
            "confidence": self.brackets[0].confidence,
        }


@torch.inference_mode(False)
def robustness_curve(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    radii: Sequence[float],
    confidence: float,
    order: float = math.inf,
    box: Box = None,
    steps: int = 20,
    restarts: int = 1,
    seed: int = 0,
    progress: Progress | None = None,
) -> RobustnessCurve:
    """Clean, FGSM, PGD and certified accuracy at several radii.

    At each radius, certified is at most PGD, and PGD at most FGSM, as shares of the same samples.

    Parameters
    ----------
    model, inputs, labels, order, box, steps, restarts, seed
        As for :func:`robust_accuracy`.
    radii : sequence of float, at least 0
    confidence : float in (0, 1)
        Of each bracket by itself.
    progress : Progress, optional

    Returns
    -------
    RobustnessCurve

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> model = torch.nn.Linear(1, 2, bias=False)
    >>> _ = model.weight.data.copy_(torch.tensor([[-1.0], [1.0]]))
    >>> x, y = torch.tensor([[-3.0], [-0.5], [1.0], [4.0]]), torch.tensor([0, 0, 1, 1])
    >>> robustness_curve(model, x, y, radii=[0.0, 0.75, 2.0], confidence=0.95).certified.tolist()
    [1.0, 0.75, 0.5]

    Reference: madry2018
    """
    sizes = [real(radius, "radii", at_least=0) for radius in radii]
    if not sizes:
        raise InvalidInput("radii must not be empty", argument="radii")
    ball: dict[str, Any] = {"order": order, "box": box}
    brackets, singles = [], []
    bar = resolve(progress)
    bar.start(len(sizes), "attacking")
    try:
        for radius in sizes:
            attack: dict[str, Any] = {"steps": steps, "restarts": restarts, "seed": seed}
            brackets.append(
                robust_accuracy(model, inputs, labels, radius=radius, confidence=confidence, **ball, **attack)
            )
            with evaluating(model):
                single = attacked_accuracy(model, inputs, labels, radius=radius, confidence=confidence, **ball)
            singles.append(float(single))
            bar.advance(radius=radius)
    finally:
        bar.stop()
    with evaluating(model):
        clean = float(clean_accuracy(model, inputs, labels, confidence=confidence))
    n = len(labels)
    # what FGSM finds, PGD has tried as well; a sample at a tie may differ by the rounding of float32
    pgd = np.minimum([float(bracket.value) for bracket in brackets], singles)
    certified = np.array([bracket.certificate.counts()[0] / n for bracket in brackets])
    return RobustnessCurve(
        radii=np.array(sizes),
        clean=clean,
        fgsm=np.array(singles),
        pgd=pgd,
        certified=certified,
        brackets=tuple(brackets),
    )
