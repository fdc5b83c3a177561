"""The share of a law that withstands every attack: what an attack leaves above, what is proved below."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from dualgap.binomial import clopper_pearson
from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError, InvalidInput
from dualgap.training.robust.attacks import check_problem, input_gradient
from dualgap.training.robust.balls import Box, distances
from dualgap.training.robust.evaluating import evaluating
from dualgap.training.robust.layers import forward
from dualgap.training.robust.network_certificate import NetworkCertificate
from dualgap.training.robust.region import rounding_of
from dualgap.training.robust.robust_loss import Bounds, attacked, certify, read_problem
from dualgap.training.robust.sample_losses import margin_loss, outputs_of
from dualgap.validation import choice, confidence_level, count

__all__ = ["RobustOutcomes", "robust_accuracy"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class RobustOutcomes(Certificate):
    """Which samples are proved to withstand every attack, and which withstood one.

    Parameters
    ----------
    withstood : (n,) bool array
        Whether the attack failed; counted again from the network's outputs where there is ``network``.
    network : NetworkCertificate or None
        None where nothing is proved of the model.
    confidence : float or None
        Of the interval for the law; None for the share of these samples.
    """

    withstood: np.ndarray
    network: NetworkCertificate | None
    confidence: float | None

    def counts(self) -> tuple[int, int, int]:
        """The samples that are proved to withstand, those that withstood, and all of them."""
        if self.withstood.dtype != np.bool_ or self.withstood.ndim != 1 or self.withstood.size == 0:
            raise CertificateError(f"outcomes must be true or false, one a sample, got {self.withstood!r}")
        proved, withstood = np.zeros_like(self.withstood), self.withstood
        if self.network is not None:
            proved = self.network.everywhere().max(-1) < 0
            withstood = ~(self.network.at_points().max(-1) >= 0)
        return int(proved.sum()), int(withstood.sum()), len(withstood)

    def bounds(self) -> tuple[float, float]:
        """The ends of Clopper and Pearson's intervals for the two counts, or the two shares."""
        proved, withstood, n = self.counts()
        if self.confidence is None:
            return proved / n, withstood / n
        return clopper_pearson(proved, n, self.confidence)[0], clopper_pearson(withstood, n, self.confidence)[1]


@torch.inference_mode(False)
def robust_accuracy(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    radius: float,
    confidence: float | None,
    order: float = math.inf,
    box: Box = None,
    method: Bounds = "linear",
    steps: int = 20,
    restarts: int = 1,
    seed: int = 0,
) -> Bracket:
    """The share of samples whose label wins everywhere in a ball: between what is proved and what an attack leaves.

    .. math:: \\frac1n \\#\\{i : u_i < 0\\} \\;\\le\\; \\frac1n \\#\\{i : f_y > f_j \\text{ on the ball for all } j \\ne y\\}
              \\;\\le\\; \\frac1n \\#\\{i : f_y(z_i) > f_j(z_i)\\}

    with u_i an upper bound of the margin (see :func:`robust_loss`) and z_i what :func:`pgd` finds, once for the cross
    entropy and once for the margin. The number of robust samples is between the two counts, and the ends of a binomial
    interval grow with the count: the lower end for the one and the upper end for the other cover the law's share.

    Parameters
    ----------
    model : torch.nn.Module
        Evaluated in evaluation mode. For a network of layers that :func:`robust_loss` does not know nothing is proved,
        and the lower count is 0.
    inputs, labels, radius, order, box, method, steps, restarts, seed
        As for :func:`robust_loss`. The model must not have been chosen by these samples.
    confidence : float in (0, 1), or None
        Of the interval for the law that the samples are drawn from; None asks for the share of these very samples.

    Returns
    -------
    Bracket
        CONFIDENCE, or CERTIFIED without a confidence; the value is the share that withstood the attack.

    Raises
    ------
    InvalidInput
        Before any work, as for :func:`fgsm`.

    Examples
    --------
    >>> model = torch.nn.Linear(1, 2, bias=False)
    >>> _ = model.weight.data.copy_(torch.tensor([[-1.0], [1.0]]))
    >>> x, y = torch.tensor([[-3.0], [-0.5], [1.0], [4.0]]), torch.tensor([0, 0, 1, 1])
    >>> robust_accuracy(model, x, y, radius=0.75, confidence=None)
    Bracket(robust accuracy at radius 0.75 0.75 in [0.75, 0.75], CERTIFIED, linear)
    >>> robust_accuracy(model, x, y, radius=0.75, confidence=0.95)
    Bracket(robust accuracy at radius 0.75 0.75 in [0.19412, 0.993691], CONFIDENCE 95%, linear)

    Reference: clopper1934, wong2018
    """
    level = None if confidence is None else confidence_level(confidence)
    choice(method, "method", ("interval", "linear"))
    options: dict[str, Any] = {"steps": count(steps, "steps"), "restarts": count(restarts, "restarts")}
    options |= {"seed": count(seed, "seed", at_least=0)}
    with evaluating(model):
        outcomes, reason = _outcomes(model, inputs, labels, (radius, order, box), method, options, level)
    lower, upper = outcomes.bounds()
    _, withstood, n = outcomes.counts()
    return Bracket(
        value=withstood / n,
        lower=lower,
        upper=upper,
        guarantee=Guarantee.CERTIFIED if level is None else Guarantee.CONFIDENCE,
        method=method,
        certificate=RobustOutcomes(
            lower=lower, upper=upper, withstood=outcomes.withstood, network=outcomes.network, confidence=level
        ),
        confidence=level,
        reason=reason,
        quantity=f"robust accuracy at radius {float(radius):g}",
    )


def _outcomes(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    ball: tuple[Any, Any, Any],
    method: str,
    options: dict[str, Any],
    level: float | None,
) -> tuple[RobustOutcomes, str]:
    """The outcomes, and why nothing is proved where that is so."""
    points, labels, radius, order, box = check_problem(inputs, labels, *ball)
    options = {**options, "radius": radius, "order": order, "box": box}
    try:
        rows, classes, _, _, _, layers = read_problem(model, points, labels, radius, order, box)
    except InvalidInput as error:
        if error.argument != "model":
            raise
        found = _strongest(model, points, labels, **options)
        with torch.no_grad():
            right = margin_loss(outputs_of(model, found), labels) < 0
        withstood = (right | ~_inside(found, points, radius, order, box)).cpu().numpy()
        outcomes = RobustOutcomes(lower=0.0, upper=1.0, withstood=withstood, network=None, confidence=level)
        return outcomes, f"nothing is proved of the model, so that the lower count is 0: {error}"
    found = _strongest(lambda z: forward(layers, z), rows, classes, **options)
    network = certify(
        layers, rows, classes, radius=radius, order=order, box=box, points=found, linear=method == "linear"
    )
    withstood = ~(network.at_points().max(-1) >= 0)
    return RobustOutcomes(lower=0.0, upper=1.0, withstood=withstood, network=network, confidence=level), ""


def _inside(found: Tensor, points: Tensor, radius: float, order: float, box: Box) -> Tensor:
    """Which attacked points are proved to be in ball and box, in float64: no other can show that a sample fails."""
    far = distances(found, points, order=order) * (1 + rounding_of(points[0].numel()))
    inside = far <= radius
    if box is not None:
        rows = found.reshape(len(found), -1).double()
        inside &= ((rows >= box[0]) & (rows <= box[1])).all(-1)
    return inside


def _strongest(model: Callable[[Tensor], Tensor], points: Tensor, labels: Tensor, **options: Any) -> Tensor:
    """What attacks on the cross entropy and on the margin find; what one has got wrong is left to the next as it is.

    The first of each attack's ascents comes before the restarts, which are for what has withstood.
    """
    input_gradient(model, points, labels, None)  # one that reaches the inputs, also where there is nothing to attack
    found = points
    for restarts in sorted({1, options["restarts"]}):
        for loss in (None, margin_loss):
            with torch.no_grad():
                left = margin_loss(outputs_of(model, found), labels) < 0
            if bool(left.any()):
                tried = attacked(model, points[left], labels[left], loss=loss, **{**options, "restarts": restarts})
                found = found.clone()
                found[left] = tried
    return found
