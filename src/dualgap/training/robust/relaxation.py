"""Bounds of what a ReLU network gives on a region: by intervals, and by linear functions pulled back through its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from dualgap.training.robust.layers import Affine, Layer
from dualgap.training.robust.region import TINIEST, UNIT, Region, rounding_of

__all__ = ["Relaxation", "relaxed", "through"]

#: Bounds of units are widened by this share of the sizes that are added, so that another order of additions finds them true.
WIDENED = 1e-10

Interval = tuple[Tensor, Tensor]


@final
@dataclass(frozen=True, eq=False)
class Relaxation:
    """Bounds of every layer's inputs on a region, and what they make of a linear function of the outputs.

    Parameters
    ----------
    layers : tuple of Layer
    region : Region
    inputs : list of pairs of (n, width) float64 tensors
        Between which each layer's inputs lie; one more than there are layers, for the outputs.
    linear : bool
        Whether functions are pulled back through the layers; by intervals alone otherwise.
    """

    layers: tuple[Layer, ...]
    region: Region
    inputs: list[Interval]
    linear: bool

    def largest(self, rows: Tensor, depth: int | None = None) -> Tensor:
        """An upper bound of rows' h over the region, h being what the first ``depth`` layers give; (n, rows).

        .. math:: \\max(h, 0) \\le \\tfrac{u}{u - l}(h - l), \\qquad \\max(h, 0) \\ge \\alpha h \\quad (l \\le h \\le u)

        The rows are pulled back layer by layer: an affine layer is put in, a positive entry at a rectifier takes the upper
        line and a negative one the lower, with alpha 1 where u > -l and 0 elsewhere; the bounds of a layer's inputs bound
        what has come there as well, and the least of all is kept. What rounding can lose on the way is added at each layer.

        Reference: zhang2018, weng2018
        """
        depth = len(self.layers) if depth is None else depth
        best = _interval_product(rows, self.inputs[depth])
        constant, size = torch.zeros_like(best), torch.zeros_like(best)  # size: of what is added, for its rounding
        for place in reversed(range(depth)):
            layer, (low, high) = self.layers[place], self.inputs[place]
            reach = torch.maximum(low.abs(), high.abs())
            if isinstance(layer, Affine):
                terms = layer.weight.shape[0]
                bias = layer.bias.expand(len(low), -1)
                lost = rounding_of(terms) * _times(rows.abs(), reach @ layer.weight.abs().T)
                shift, added = _times(rows, bias), _times(rows.abs(), bias.abs())
                rows = rows @ layer.weight
            else:
                by_intervals = _interval_product(rows, self.inputs[place + 1]) + constant
                best = torch.minimum(best, by_intervals + rounding_of(2 * depth) * constant.abs())
                if not self.linear:
                    return best
                terms = rows.shape[-1]
                slope, lift, below = rectifier_lines(low, high)
                upper, lower = rows.clamp_min(0), rows.clamp_max(0)
                shift = added = _times(upper, lift)
                rows = upper * slope[:, None] + lower * below[:, None]
                lost = 4 * UNIT * _times(rows.abs(), reach)
            size = size + added
            constant = constant + shift + lost * (1 + 1e-9) + rounding_of(terms + 2 * depth) * size + TINIEST
        return torch.minimum(best, self.region.largest(rows) + constant + rounding_of(2 * depth) * constant.abs())


def relaxed(layers: tuple[Layer, ...], region: Region, *, linear: bool) -> Relaxation:
    """Bounds of every layer's inputs, from the first to the outputs.

    Parameters
    ----------
    layers : tuple of Layer
    region : Region
    linear : bool
        Whether the inputs of rectifiers are bounded by pulling back too, which is slower and tighter.

    Examples
    --------
    >>> layers = (Affine(torch.tensor([[1.0], [-1.0]], dtype=torch.float64), torch.zeros(2, dtype=torch.float64)),)
    >>> region = Region(torch.zeros(1, 1, dtype=torch.float64), torch.ones(1, dtype=torch.float64), 2.0, None)
    >>> found = relaxed(layers, region, linear=True)
    >>> rows = torch.tensor([[[1.0, 1.0]]], dtype=torch.float64)
    >>> bool(found.largest(rows) < 1e-12), float(through(layers, region.hull())[1].sum()) > 1.9
    (True, True)
    """
    found = Relaxation(layers, region, [region.hull()], linear)
    for depth, layer in enumerate(layers, 1):
        low, high = through((layer,), found.inputs[-1])
        found.inputs.append((low, high))
        followed = depth < len(layers) and not isinstance(layers[depth], Affine)
        if not isinstance(layer, Affine):
            continue
        size = torch.maximum(*(end.abs() for end in found.inputs[-2])) @ layer.weight.abs().T + layer.bias.abs()
        if followed and (depth == 1 or linear):
            pulled = Relaxation(layers, region, found.inputs, True)
            unit = torch.eye(low.shape[-1], dtype=torch.float64)[None]
            high = torch.minimum(high, pulled.largest(unit, depth))
            low = torch.maximum(low, -pulled.largest(-unit, depth))
        found.inputs[-1] = (low - WIDENED * size - TINIEST, high + WIDENED * size + TINIEST)
    return found


def through(layers: tuple[Layer, ...], interval: Interval) -> Interval:
    """Between which numbers the outputs lie when the inputs lie between two others, rounded outwards."""
    low, high = interval
    for layer in layers:
        if isinstance(layer, Affine):
            up, down = layer.weight.clamp_min(0), layer.weight.clamp_max(0)
            size = torch.maximum(low.abs(), high.abs()) @ layer.weight.abs().T + layer.bias.abs()
            lost = rounding_of(low.shape[-1]) * size + TINIEST
            low, high = (
                low @ up.T + high @ down.T + layer.bias - lost,
                high @ up.T + low @ down.T + layer.bias + lost,
            )
        else:
            low, high = low.clamp_min(0), high.clamp_min(0)
    return low, high


def rectifier_lines(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The upper line's slope and height at 0, and the lower line's slope, for inputs of rectifiers between two numbers.

    A line is above the convex function max(h, 0) on an interval as soon as it is at both ends, whatever its slope was
    rounded to: its height is the least with which it is, rounded upwards.
    """
    width = (high - low).clamp_min(1e-300)
    slope = torch.where(low >= 0, 1.0, torch.where(high <= 0, 0.0, high / width)).clamp(0, 1)
    needed = torch.maximum(-slope * low, high.clamp_min(0) - slope * high)
    lift = torch.where((low >= 0) | (high <= 0), 0.0, needed.clamp_min(0) + 8 * UNIT * (slope * low.abs() + high.abs()))
    below = torch.where(high > -low, 1.0, 0.0)
    below = torch.where(low >= 0, 1.0, torch.where(high <= 0, 0.0, below))
    return slope, lift, below.to(slope)


def _interval_product(rows: Tensor, interval: Interval) -> Tensor:
    """An upper bound of rows' h for h in an interval."""
    low, high = interval
    value = _times(rows.clamp_min(0), high) + _times(rows.clamp_max(0), low)
    size = _times(rows.abs(), torch.maximum(low.abs(), high.abs()))
    return value + rounding_of(2 * low.shape[-1]) * size + TINIEST


def _times(rows: Tensor, points: Tensor) -> Tensor:
    """rows' points, (n, rows)."""
    return (rows @ points[..., None])[..., 0]
