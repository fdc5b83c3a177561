"""How far a sample is from the nearest one that a ReLU network gets wrong: what is proved below, an example above."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import torch
from torch import Tensor

from dualgap.bracket import Bracket, Certificate, Guarantee
from dualgap.errors import CertificateError
from dualgap.training.robust.balls import Box, distances
from dualgap.training.robust.layers import Layer, forward
from dualgap.training.robust.network_certificate import NetworkCertificate
from dualgap.training.robust.robust_loss import Bounds, attacked, between, certify, read_problem
from dualgap.training.robust.sample_losses import margin_loss
from dualgap.validation import choice, count, real

__all__ = ["RadiusCertificate", "robust_radius"]

#: Halvings of the interval of radii, and of the segment between a sample and an example.
HALVINGS = 20
#: Attacks look in balls of the largest radius, half of it, and so on.
BALLS = 6


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class RadiusCertificate(Certificate):
    """A network certificate on the balls of the lower bounds, and examples at the distances of the upper ones.

    Parameters
    ----------
    network : NetworkCertificate
        Its radii are the lower bounds, its points the examples; the samples themselves where there is none.
    found : (n,) bool array
        Whether there is an example.
    """

    network: NetworkCertificate
    found: np.ndarray

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The radii where the label is proved to win, 0 where it does not; the distances of the examples."""
        network = self.network
        proved = network.everywhere().max(-1) < 0
        apart = np.abs(network.points - network.centre)
        far = apart.max(-1) if network.order == math.inf else np.linalg.norm(apart, ord=network.order, axis=-1)
        far = far * (1 + 4 * (apart.shape[1] + 8) * 2.0**-53)
        wrong = replace(network, radius=far).at_points().max(-1) >= 0
        if not wrong[self.found].all():
            raise CertificateError("an example is not one that the network gets wrong")
        return np.where(proved, network.radius, 0.0), np.where(self.found, far, math.inf)


@torch.inference_mode(False)
def robust_radius(
    model: torch.nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    largest: float,
    order: float = math.inf,
    box: Box = None,
    method: Bounds = "linear",
    steps: int = 20,
    restarts: int = 1,
    seed: int = 0,
) -> Bracket:
    """The distance of each sample to the nearest point that the network does not give its label.

    .. math:: \\rho(x) = \\inf \\{|z - x|_p : z \\in box,\\, f_j(z) \\ge f_y(z) \\text{ for some } j \\ne y\\}

    From below by the largest radius at which the margins are proved to be negative, found by halving; from above by the
    nearest example that attacks find, drawn back along the segment to the sample.

    Parameters
    ----------
    model, inputs, labels, order, box, method, steps, restarts, seed
        As for :func:`robust_loss`.
    largest : float, above 0, in the unit of the inputs
        No lower bound exceeds it, and examples are looked for up to it.

    Returns
    -------
    Bracket
        CERTIFIED, of shape (n,), in the unit of the inputs; 0 for a sample that is wrong itself. The upper bound and the
        value are infinite and the lower bound where no example was found.

    Raises
    ------
    InvalidInput
        As :func:`robust_loss`.

    Examples
    --------
    >>> model = torch.nn.Linear(1, 2, bias=False)
    >>> _ = model.weight.data.copy_(torch.tensor([[-1.0], [1.0]]))
    >>> found = robust_radius(model, torch.tensor([[0.75], [-0.5]]), torch.tensor([1, 1]), largest=1.0)
    >>> found.lower.round(5).tolist(), found.upper.round(5).tolist()
    ([0.75, 0.0], [0.75, 0.0])

    Reference: zhang2018
    """
    choice(method, "method", ("interval", "linear"))
    largest = real(largest, "largest", above=0)
    rows, classes, _, order, box, layers = read_problem(model, inputs, labels, largest, order, box)
    options = {
        "order": order,
        "box": box,
        "steps": count(steps, "steps"),
        "restarts": count(restarts, "restarts"),
        "seed": count(seed, "seed", at_least=0),
    }
    points, found = _nearest(layers, rows, classes, largest, options)
    low, high = torch.zeros(len(rows), dtype=torch.float64), distances(points, rows, order=order)
    high = torch.where(found, high, largest)

    def network(radius: Tensor) -> NetworkCertificate:
        return certify(
            layers, rows, classes, radius=radius, order=order, box=box, points=points, linear=method == "linear"
        )

    for halving in range(HALVINGS):
        radius = high if halving == 0 else (low + high) / 2
        proved = torch.as_tensor(network(radius).everywhere().max(-1) < 0)
        low, high = torch.where(proved, radius, low), torch.where(proved, high, radius)
    certificate = RadiusCertificate(
        lower=np.zeros(len(rows)), upper=np.full(len(rows), math.inf), network=network(low), found=found.numpy()
    ).claiming()
    value = np.where(np.isfinite(certificate.upper), certificate.upper, certificate.lower)
    return Bracket(
        value=between(value, certificate.lower, certificate.upper, inputs),
        lower=certificate.lower,
        upper=certificate.upper,
        guarantee=Guarantee.CERTIFIED,
        method=method,
        certificate=certificate,
        quantity="distance to the nearest error",
    )


def _nearest(
    layers: tuple[Layer, ...], rows: Tensor, labels: Tensor, largest: float, options: dict
) -> tuple[Tensor, Tensor]:
    """The nearest wrong points that are found, the samples themselves where none is; and where one is."""

    def wrong(points: Tensor) -> Tensor:
        # clear of a tie by more than the rounding of the outputs, so that the certificate sees it too
        outputs = forward(layers, points)
        return margin_loss(outputs, labels) > 1e-9 * (1 + outputs.abs().amax(-1))

    with torch.no_grad():
        found, nearest = wrong(rows), rows.clone()
    best = torch.where(found, 0.0, math.inf)
    for halving in range(BALLS):
        ends = attacked(
            lambda z: forward(layers, z), rows, labels, radius=largest / 2**halving, loss=margin_loss, **options
        )
        with torch.no_grad():
            right, left = wrong(ends), torch.zeros(len(rows), 1, dtype=torch.float64)
            share = torch.ones_like(left)
            for _ in range(HALVINGS):
                half = (left + share) / 2
                there = wrong(rows + half * (ends - rows))[:, None]
                left, share = torch.where(there, left, half), torch.where(there, half, share)
            points = rows + share * (ends - rows)
            # the sum is rounded: it may be a unit beyond the end of the box
            points = points if options["box"] is None else points.clamp(*options["box"])
            far = torch.where(right & wrong(points), distances(points, rows, order=options["order"]), math.inf)
            closer = far < best
            best, nearest = torch.where(closer, far, best), torch.where(closer[:, None], points, nearest)
    return nearest, torch.isfinite(best)
