"""Adversarial training as a game: the weights of a classifier against one perturbation for each sample."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import torch
from torch import Tensor
from torch.func import functional_call, vmap
from torch.nn.functional import cross_entropy

from dualgap.errors import InvalidInput
from dualgap.games.game import ZeroSum
from dualgap.games.streams import Streams
from dualgap.training.robust.attacks import check_problem, input_gradient
from dualgap.training.robust.balls import Box, project
from dualgap.training.robust.evaluating import evaluating
from dualgap.validation import count

__all__ = ["PerturbationGame"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class PerturbationGame(ZeroSum):
    """The weights minimise the mean loss that one perturbation for each sample maximises.

    .. math:: \\min_x \\max_{|y_i|_p \\le \\varepsilon,\\; s_i + y_i \\in box}
              \\frac1n \\sum_{i=1}^n L(f_x(s_i + y_i), c_i)

    with L the cross entropy. x is the vector of the model's weights and y that of all perturbations, so that every method of
    :mod:`dualgap.methods` plays it: alternating with K steps of y and the sign of its gradient is PGD-training,
    simultaneous is the free reuse of gradients, and ``RMSProp(beta=0.0, epsilon=1e-30)`` is the sign. With a
    ``batch_size``, a draw chooses the samples that a gradient sees.

    Parameters
    ----------
    model : torch.nn.Module from (n, ...) to (n, classes)
        Taken as a function of its weights, in evaluation mode; it stays as it is.
    inputs : (n, ...) float tensor
    labels : (n,) int tensor of classes 0, 1, ...
    radius : float, at least 0, in the unit of the inputs
    order : 1, 2 or infinity
    box : (lowest, highest), optional
    batch_size : int, at least 1, optional
        All samples at every gradient when omitted.

    Raises
    ------
    InvalidInput
        As :func:`~dualgap.training.robust.fgsm`.

    Examples
    --------
    >>> import dualgap as dg
    >>> inputs = torch.tensor([[-1.0], [-0.5], [0.5], [1.0]])
    >>> game = PerturbationGame(model=torch.nn.Linear(1, 2), inputs=inputs, labels=torch.tensor([0, 0, 1, 1]), radius=0.25)
    >>> game.sizes
    (4, 4)
    >>> sign = dg.methods.RMSProp(beta=0.0, epsilon=1e-30)
    >>> free = dg.methods.SimultaneousGDA(step_x=0.5, step_y=0.25, scaling_y=sign)
    >>> run = dg.simulate(game, free, start=game.start(), steps=200)
    >>> x, y = run.x[-1], run.y[-1]
    >>> y.tolist()
    [0.25, 0.25, -0.25, -0.25]

    Reference: madry2018, shafahi2019
    """

    model: torch.nn.Module
    inputs: Tensor
    labels: Tensor
    radius: float
    order: float = math.inf
    box: Box = None
    batch_size: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.model, torch.nn.Module):
            raise InvalidInput(f"model must be a torch.nn.Module, got {type(self.model).__name__}", argument="model")
        found = check_problem(self.inputs, self.labels, self.radius, self.order, self.box)
        for name, value in zip(("inputs", "labels", "radius", "order", "box"), found, strict=True):
            object.__setattr__(self, name, value)
        if self.batch_size is not None:
            count(self.batch_size, "batch_size")
        object.__setattr__(self, "model", copy.deepcopy(self.model).eval())
        if not list(self.model.parameters()):
            raise InvalidInput("model must have parameters to train, got none", argument="model")
        with evaluating(self.model):
            input_gradient(self.model, self.inputs, self.labels, None)

    @cached_property
    def sizes(self) -> tuple[int, int]:
        """The numbers of weights and of all coordinates of all samples."""
        return sum(weight.numel() for weight in self.model.parameters()), self.inputs.numel()

    def start(self) -> tuple[Tensor, Tensor]:
        """The weights that the model was given with, and no perturbation; float64."""
        weights = torch.cat([weight.detach().reshape(-1) for weight in self.model.parameters()]).double()
        return weights, torch.zeros(self.inputs.numel(), dtype=torch.float64, device=weights.device)

    def weights(self, x: Tensor) -> dict[str, Tensor]:
        """A vector of weights (P,) by the names of the model's parameters, as ``load_state_dict`` takes them."""
        shapes = {name: weight.shape for name, weight in self.model.named_parameters()}
        pieces = x.split([shape.numel() for shape in shapes.values()])
        return {name: piece.view(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}

    def perturbed(self, y: Tensor) -> Tensor:
        """The samples with their perturbations, (..., n, ...)."""
        return self.inputs.to(y) + y.unflatten(-1, self.inputs.shape)

    def draw(self, streams: Streams) -> Any:
        """The places of the samples of the next batch, (K, B), drawn with replacement; None without a ``batch_size``."""
        return None if self.batch_size is None else streams.integers(len(self.inputs), self.batch_size)

    def payoff(self, x: Tensor, y: Tensor, sample: Any) -> Tensor:
        """The mean cross entropy at the perturbed samples, shape (...)."""
        if x.ndim == y.ndim == 1:
            return self._mean_loss(x, y, sample)
        copies = torch.broadcast_shapes(x.shape[:-1], y.shape[:-1])
        first, second = (player.expand(*copies, -1).reshape(-1, player.shape[-1]) for player in (x, y))
        if sample is None:
            return vmap(lambda one, other: self._mean_loss(one, other, None))(first, second).view(copies)
        places = sample.expand(*copies, -1).reshape(-1, sample.shape[-1])
        return vmap(self._mean_loss)(first, second, places).view(copies)

    def project_y(self, y: Tensor) -> Tensor:
        """Every perturbation, brought back into its ball and the box."""
        rows = self.inputs.reshape(len(self.inputs), -1).to(y)
        moved = y.reshape(-1, *rows.shape)
        centre = rows.expand(moved.shape).reshape(-1, rows.shape[-1])
        found = project(
            centre + moved.reshape(centre.shape), centre, radius=self.radius, order=self.order, box=self.box
        )
        return (found - centre).view(y.shape)

    def _mean_loss(self, x: Tensor, y: Tensor, places: Tensor | None) -> Tensor:
        buffers = {
            name: value.to(x) if value.is_floating_point() else value for name, value in self.model.named_buffers()
        }
        points, labels = self.perturbed(y), self.labels
        if places is not None:
            points, labels = points[places], labels[places]
        outputs = functional_call(self.model, {**self.weights(x), **buffers}, (points,))
        return cross_entropy(outputs, labels.long())
