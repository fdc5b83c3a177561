"""Balls about samples, cut to a box of valid values: the nearest point, the furthest one along a direction, a random one."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from dualgap.errors import InvalidInput
from dualgap.validation import real

__all__ = ["Box", "attack_order", "distances", "draw_in", "furthest", "norm_order", "project", "valid_box"]

#: The valid values of every coordinate, (lowest, highest), or None where every number is valid.
Box = tuple[float, float] | None
#: The orders whose balls attacks know: the projection onto others has no closed form.
ORDERS = (1.0, 2.0, math.inf)


def project(moved: Tensor, centre: Tensor, *, radius: float | Tensor, order: float, box: Box = None) -> Tensor:
    """The nearest points of the balls about the samples, cut to a box.

    .. math:: \\Pi(v) = \\arg\\min_z |z - v|_2 \\quad \\text{with} \\quad |z - x|_p \\le \\varepsilon,
              \\quad a \\le z_i \\le b

    With :math:`d = v - x` and m_i the room that the box leaves x_i in the direction of d_i, the answer is
    :math:`z = x + \\operatorname{sign}(d)\\, t`, where for one number s or lambda that is found by sorting

    .. math:: t_i = \\min(|d_i|, m_i, \\varepsilon), \\qquad t_i = \\min(s |d_i|, m_i), \\qquad
              t_i = \\min(\\max(|d_i| - \\lambda, 0), m_i)

    for p = infinity, 2 and 1: the conditions of Karush, Kuhn and Tucker, solved exactly.

    Parameters
    ----------
    moved, centre : (n, ...) float tensors
        v and x; the centres are in the box.
    radius : float or (n,) tensor, at least 0
    order : 1, 2 or infinity
    box : (lowest, highest), optional

    Returns
    -------
    (n, ...) tensor
        In the box, and in the ball up to the rounding of one subtraction.

    Examples
    --------
    >>> project(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2), radius=1.0, order=2)
    tensor([[0.6000, 0.8000]])
    >>> project(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2), radius=1.0, order=2, box=(0, 0.6))
    tensor([[0.6000, 0.6000]])

    Reference: duchi2008
    """
    rows, sizes = _rows(centre), _sizes(radius, centre)
    along = _rows(moved) - rows
    room = torch.minimum(_room(along, rows, box), sizes)
    wanted = along.abs()
    if order == math.inf:
        lengths = torch.minimum(wanted, room)
    elif order == 2:
        lengths = _scaled(wanted.double().log(), room, sizes, 2.0, wanted=wanted)
    else:
        lengths = _thresholded(wanted, room, sizes)
    return _placed(centre, along.sign() * lengths, box)


def furthest(direction: Tensor, centre: Tensor, *, radius: float | Tensor, order: float, box: Box = None) -> Tensor:
    """The points of the balls, cut to a box, that lie furthest along a direction: where a linear function is largest.

    .. math:: \\arg\\max_z g'z \\quad \\text{with} \\quad |z - x|_p \\le \\varepsilon, \\quad a \\le z_i \\le b

    With m_i the room in the direction of g_i, :math:`z = x + \\operatorname{sign}(g)\\, t` with
    :math:`t_i = \\min(s |g_i|^{q-1}, m_i)` and s as large as the ball allows, 1/p + 1/q = 1; for p = infinity
    :math:`t_i = \\min(\\varepsilon, m_i)`, the sign step, and for p = 1 the room is used up in the order of
    :math:`|g_i|`.

    Parameters
    ----------
    direction, centre : (n, ...) float tensors
        g and x; the centres are in the box. A coordinate with g_i = 0 stays.
    radius : float or (n,) tensor, at least 0
    order : float in [1, inf]
    box : (lowest, highest), optional

    Returns
    -------
    (n, ...) tensor
        In the box, and in the ball up to the rounding of one subtraction.

    Examples
    --------
    >>> furthest(torch.tensor([[3.0, -4.0]]), torch.zeros(1, 2), radius=1.0, order=1, box=(-0.75, 1))
    tensor([[ 0.2500, -0.7500]])

    Reference: goodfellow2015
    """
    rows, sizes, along = _rows(centre), _sizes(radius, centre), _rows(direction)
    room = torch.minimum(_room(along, rows, box), sizes)
    size = along.abs()
    if order == math.inf:
        lengths = room
    elif order == 1:
        ranks = size.argsort(stable=True, dim=-1, descending=True)
        rooms = room.gather(-1, ranks).double()
        left = (sizes.double() - rooms.cumsum(-1) + rooms).clamp_min(0)
        lengths = torch.empty_like(room).scatter(-1, ranks, torch.minimum(rooms, left).to(room))
    else:
        largest = size.amax(-1, keepdim=True)
        shares = (size / torch.where(largest > 0, largest, 1.0)).double()
        lengths = _scaled(shares.log() / (order - 1), room, sizes, order)
    return _placed(centre, along.sign() * lengths, box)


def draw_in(centre: Tensor, *, radius: float, order: float, box: Box, generator: torch.Generator) -> Tensor:
    """Points drawn uniformly from the balls, and brought into the box by :func:`project`.

    Parameters
    ----------
    centre : (n, ...) float tensor
    radius : float, at least 0
    order : 1, 2 or infinity
    box : (lowest, highest) or None
    generator : torch.Generator
        On the CPU; torch's global random state is neither read nor moved.

    Examples
    --------
    >>> drawn = draw_in(torch.zeros(5, 3), radius=0.5, order=1, box=None, generator=torch.Generator().manual_seed(0))
    >>> bool((drawn.abs().sum(-1) <= 0.5).all())
    True
    """
    n, d = _rows(centre).shape

    def uniform(*shape: int) -> Tensor:
        return torch.rand(shape, generator=generator, dtype=torch.float64)

    if order == math.inf:
        steps = 2 * uniform(n, d) - 1
    elif order == 2:
        steps = torch.randn((n, d), generator=generator, dtype=torch.float64)
        steps = steps / steps.norm(dim=-1, keepdim=True) * uniform(n, 1) ** (1 / d)
    else:
        # the first d of d + 1 exponential numbers over their sum are uniform on the corner simplex
        waits = -torch.log1p(-uniform(n, d + 1))
        signs = torch.where(uniform(n, d) < 0.5, -1.0, 1.0)
        steps = signs * waits[:, :d] / waits.sum(-1, keepdim=True)
    steps = (radius * steps).to(centre).view_as(centre)
    return project(centre + steps, centre, radius=radius, order=order, box=box)


def distances(points: Tensor, centre: Tensor, *, order: float) -> Tensor:
    """The distance of each sample from its centre in the l-p norm, (n,), in float64.

    Examples
    --------
    >>> distances(torch.tensor([[3.0, 4.0]]), torch.zeros(1, 2), order=2).tolist()
    [5.0]
    """
    apart = _rows(points).double() - _rows(centre).double()
    return torch.linalg.vector_norm(apart, ord=order, dim=-1)


def norm_order(order: Any) -> float:
    """The order of a norm, in [1, inf]."""
    if isinstance(order, float) and order == math.inf:
        return order
    return real(order, "order", at_least=1)


def attack_order(order: Any) -> float:
    """The order of a ball that can be projected onto: 1, 2 or infinity."""
    if norm_order(order) not in ORDERS:
        raise InvalidInput(f"order must be 1, 2 or math.inf, got {order!r}", argument="order")
    return float(order)


def valid_box(box: Any, inputs: Tensor | None = None, name: str = "inputs") -> Box:
    """A box of valid values, which the inputs must be in.

    Raises
    ------
    InvalidInput
    """
    if box is None:
        return None
    if not isinstance(box, (tuple, list)) or len(box) != 2:
        raise InvalidInput(f"box must be (lowest, highest) or None, got {box!r}", argument="box")
    lowest = real(box[0], "box[0]")
    highest = real(box[1], "box[1]", above=lowest)
    if inputs is not None:
        least, most = float(inputs.min()), float(inputs.max())
        if least < lowest or most > highest:
            raise InvalidInput(
                f"{name} must be in the box [{lowest:g}, {highest:g}], got values from {least:g} to {most:g}",
                argument=name,
            )
    return lowest, highest


def _rows(points: Tensor) -> Tensor:
    """Each sample as one row."""
    return points.reshape(len(points), -1)


def _sizes(radius: float | Tensor, centre: Tensor) -> Tensor:
    """The radius of each sample, (n, 1)."""
    return torch.as_tensor(radius, dtype=centre.dtype, device=centre.device).expand(centre.shape[0])[:, None]


def _room(along: Tensor, rows: Tensor, box: Box) -> Tensor:
    """How far each coordinate may go in its direction before it leaves the box."""
    if box is None:
        return torch.full_like(rows, math.inf)
    return torch.where(along > 0, box[1] - rows, rows - box[0])


def _scaled(logs: Tensor, room: Tensor, sizes: Tensor, order: float, *, wanted: Tensor | None = None) -> Tensor:
    """min(s w, m) with the largest s whose p-norm is at most the radius, by log w; at most w itself where that is wanted.

    As s grows the coordinates reach their room, which is at most the radius, in the order of m / w. While the first k of
    them have, s^p (sum of the other w^p) = radius^p - (sum of the first m^p). In logarithms, which no order near 1 or near
    infinity carries out of the range of floats.
    """
    scale = torch.where(sizes > 0, sizes, 1.0).double()
    m = room.double() / scale
    full, ranks = torch.where(logs == -math.inf, math.inf, m.log() - logs).sort(-1)
    used = (m.gather(-1, ranks) ** order).cumsum(-1)
    used = torch.cat([torch.zeros_like(used[:, :1]), used[:, :-1]], -1)
    free = (order * logs).gather(-1, ranks).flip(-1).logcumsumexp(-1).flip(-1)
    moving = free > -math.inf
    reached = (used + torch.where(moving, order * full + free, -math.inf).exp() >= 1) & moving
    first = reached.to(torch.uint8).argmax(-1, keepdim=True)
    left = (1 - used.gather(-1, first)).clamp_min(0).log() - free.gather(-1, first)
    s = torch.where(reached.any(-1, keepdim=True), left / order, math.inf)
    lengths = torch.where(logs == -math.inf, 0.0, torch.minimum((s + logs).exp(), m))
    if wanted is not None:
        # s is that of lengths in units of the radius
        lengths = torch.where(s + scale.log() >= 0, torch.minimum(wanted.double() / scale, m), lengths)
    # the sums are rounded: what is too long by that is shortened
    norm = torch.linalg.vector_norm(lengths, ord=order, dim=-1, keepdim=True)
    return (scale * lengths / norm.clamp_min(1.0)).to(room)


def _thresholded(wanted: Tensor, room: Tensor, sizes: Tensor) -> Tensor:
    """min(max(w - lambda, 0), m) with the least lambda whose sum is at most the radius; m is at most the radius.

    The sum is piecewise linear in lambda: every w is where a coordinate begins to move as lambda falls, every w - m where
    it stops.
    """
    w, m, total = wanted.double(), room.double(), sizes.double()
    places = torch.cat([w, w - m], -1)
    slopes = torch.cat([torch.ones_like(w), -torch.ones_like(w)], -1)
    places, ranks = places.sort(-1, descending=True)
    slopes = slopes.gather(-1, ranks)
    moving, weighted = slopes.cumsum(-1), (slopes * places).cumsum(-1)
    next_place = torch.cat([places[:, 1:], torch.zeros_like(places[:, :1])], -1).clamp_min(0)
    # lambda is not negative: places below 0 are not come to
    reached = (weighted - next_place * moving >= total) & (moving > 0) & (places > 0)
    first = reached.to(torch.uint8).argmax(-1, keepdim=True)
    level = (weighted.gather(-1, first) - total) / moving.gather(-1, first).clamp_min(1)
    level = torch.where(reached.any(-1, keepdim=True), level.clamp_min(0), 0.0)
    lengths = torch.minimum((w - level).clamp_min(0), m)
    # the sums are rounded: what is too long by that is shortened
    found = lengths.sum(-1, keepdim=True)
    return torch.where(found > total, lengths * (total / found.clamp_min(1e-300)), lengths).to(room)


def _placed(centre: Tensor, steps: Tensor, box: Box) -> Tensor:
    """The centres moved by the steps; where the sum is rounded away from the centre, its neighbour on the other side."""
    rows = _rows(centre)
    points = rows + steps
    points = torch.where((points - rows).abs() > steps.abs(), torch.nextafter(points, rows), points)
    return (points if box is None else points.clamp(*box)).view_as(centre)
