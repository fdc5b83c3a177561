"""Hostile arguments: numbers at the ends of the floating-point line, shapes, types and layouts that a caller may hand over."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

__all__ = ["anything", "dressed", "finite", "histogram_pairs", "histograms", "point_clouds", "scalars", "snapshot"]

FINITE = [
    0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, 1e-16, 1 + 2**-52, 1 - 2**-53, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, 1e-160,
    1e-8, 1e8, 1e16, 1e150, 1e154, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308,
]  # fmt: skip
BAD = [math.nan, math.inf, -math.inf]
#: Finite numbers: the ends and the middle of the line, and any.
finite = st.one_of(st.sampled_from(FINITE), st.floats(-10, 10), st.floats(allow_nan=False, allow_infinity=False))
SHAPES = [(), (0,), (1,), (2,), (3,), (2, 2), (3, 1), (1, 3), (2, 0), (0, 2), (2, 1, 2)]
DTYPES = ["f8", "f4", "f2", "i8", "i1", "u1", "u8", "?", "c16", "O", "U3", ">f8", "M8[s]"]


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Arrays of any shape and type, with any numbers in them."""
    shape, dtype = draw(st.sampled_from(SHAPES)), draw(st.sampled_from(DTYPES))
    size = math.prod(shape)
    numbers = draw(st.lists(st.one_of(finite, st.sampled_from(BAD)), min_size=size, max_size=size))
    with np.errstate(all="ignore"):
        if dtype in ("f8", "f4", "f2", "c16", ">f8", "O"):
            values = np.array(numbers, dtype=np.float64).reshape(shape).astype(dtype)
        else:
            whole = np.array([int(abs(n)) % 100 if math.isfinite(n) else 0 for n in numbers], dtype=np.int64).reshape(
                shape
            )
            values = whole.astype(dtype)
    return draw(dressed(values))


@st.composite
def dressed(draw: st.DrawFn, values: np.ndarray) -> Any:
    """The same numbers in another layout: strided, reversed, read-only, broadcast, a list, a tensor that requires a gradient."""
    kind = draw(
        st.sampled_from(
            ["plain", "strided", "reversed", "fortran", "frozen", "list", "torch", "torch32", "grad", "other"]
        )
    )
    if kind == "strided" and values.ndim:
        doubled = np.repeat(values, 2, axis=-1)
        return doubled[..., ::2]
    if kind == "reversed" and values.ndim:
        return np.ascontiguousarray(values[::-1])[::-1]
    if kind == "fortran":
        return np.asfortranarray(values)
    if kind == "frozen":
        values = values.copy()
        values.flags.writeable = False
        return values
    if kind == "list":
        return values.tolist()
    if kind in ("torch", "torch32", "grad", "other") and values.dtype.kind in "iufb" and values.dtype.str[0] != ">":
        tensor = torch.tensor(values if values.dtype != np.uint64 else values.astype(np.int64))
        if kind == "torch32" and tensor.is_floating_point():
            tensor = tensor.to(torch.float32)
        if kind == "grad" and tensor.is_floating_point():
            tensor.requires_grad_()
        return tensor.to("meta") if kind == "other" else tensor
    return values


scalars = st.one_of(
    finite,
    st.sampled_from(
        [*BAD, 0, 1, 2, 10**400, True, None, "1", 1j, [], object(), np.float32(0.5), np.zeros(()), np.zeros(2)]
    ),
)
anything = st.one_of(
    arrays(),
    scalars,
    st.sampled_from([{}, set(), "text", b"bytes", [[1.0], [1.0, 2.0]], [None], np.ma.masked_array([1.0])]),
)


@st.composite
def histograms(draw: st.DrawFn, atoms: int) -> np.ndarray:
    """Masses that sum to 1 exactly, or to rounding with one of them at the edge of what a float can be."""
    tiny = draw(st.sampled_from([0.0, 5e-324, 1e-310, 1e-300, 1e-100, 1e-17, 2.0**-53]))
    cuts = sorted(draw(st.lists(st.integers(0, 64), min_size=atoms - 1, max_size=atoms - 1)))
    masses = np.diff([0, *cuts, 64]) / 64
    place = draw(st.integers(0, atoms - 1))
    if masses[place] == 0:
        masses[place] = tiny
    return masses


@st.composite
def histogram_pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two histograms on one support."""
    atoms = draw(st.integers(1, 4))
    return draw(dressed(draw(histograms(atoms)))), draw(dressed(draw(histograms(atoms))))


@st.composite
def point_clouds(draw: st.DrawFn, dimension: int, *, most: int = 4, least: int = 1) -> np.ndarray:
    """Points whose coordinates are any finite numbers, or all of one size."""
    n = draw(st.integers(least, most))
    kind = draw(st.sampled_from(["any", "small", "scaled"]))
    entry = finite if kind == "any" else st.integers(-8, 8).map(lambda k: k / 4)
    rows = draw(st.lists(st.lists(entry, min_size=dimension, max_size=dimension), min_size=n, max_size=n))
    cloud = np.array(rows, dtype=np.float64)
    if kind == "scaled":
        cloud = cloud * draw(st.sampled_from([1e-300, 1e-160, 1e-20, 1e20, 1e150, 1e300]))
    return cloud


def snapshot(value: Any) -> Any:
    """What an argument holds, to be compared with what it holds afterwards."""
    if isinstance(value, torch.Tensor):
        numbers = b"" if value.device.type == "meta" else value.detach().numpy().tobytes()
        return ("tensor", numbers, tuple(value.shape), value.requires_grad, value.grad is None)
    if isinstance(value, np.ndarray):
        content = repr(value.tolist()) if value.dtype.kind == "O" else value.tobytes()
        return ("array", content, value.shape, value.strides, value.flags.writeable, str(value.dtype))
    if isinstance(value, (list, tuple)):
        return [snapshot(one) for one in value]
    if isinstance(value, dict):
        return {name: snapshot(one) for name, one in value.items()}
    return repr(value)
