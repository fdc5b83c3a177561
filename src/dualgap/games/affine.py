"""Whether a step is an affine map of the players and the memory: read off the operations that it runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, final

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from dualgap.games.game import Game
from dualgap.games.methods.method import SIZES, Method, State, no_sample

__all__ = ["AffineMap", "affine_step", "is_affine", "rescaled", "step_shapes"]

LINEAR_NAMES = """
    add sub rsub neg sum mean cat stack view _unsafe_view reshape expand permute transpose t unsqueeze squeeze select slice split
    split_with_sizes unbind clone copy_ detach alias _to_copy movedim narrow index_select diagonal slice_backward
    select_backward select_scatter slice_scatter cumsum flip roll _reshape_alias contiguous lift_fresh positive
"""
CONSTANT_NAMES = """
    zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty new_empty_strided zero_ fill_ is_same_size
"""
#: Operations that are linear in all their tensors together: whatever depends on w may stand anywhere.
LINEAR = frozenset(LINEAR_NAMES.split())
#: Operations whose result does not depend on the values of their tensors.
CONSTANT = frozenset(CONSTANT_NAMES.split())
#: Operations that are linear in one operand while the others do not depend on w, by the places of those that may.
MULTILINEAR = {
    "mul": (0, 1),
    "div": (0,),
    "mm": (0, 1),
    "bmm": (0, 1),
    "mv": (0, 1),
    "dot": (0, 1),
    "vdot": (0, 1),
    "linalg_vecdot": (0, 1),
    "_linalg_solve_ex": (1,),
    "linalg_solve_triangular": (1,),
    "linalg_lu_solve": (2,),
}
#: Sums of a term and a product of two others.
SUM_AND_PRODUCT = frozenset(("addmm", "addmv", "addbmm", "baddbmm", "addcmul", "addr"))
#: How far a random point may lie from the map that the others give: the rounding of a step, and no more.
AGREEMENT = 1e-10


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AffineMap:
    """One step as :math:`w' = M w + c`, w being both players and the memory.

    Parameters
    ----------
    matrix : (*sizes, k, k) float64 array
        M, for each step size; ``sizes`` is empty where the method has one.
    offset : (*sizes, k) float64 array
    """

    matrix: np.ndarray
    offset: np.ndarray


def is_affine(function: Callable[..., Any], *arguments: Tensor) -> bool:
    """Whether a function of tensors is affine in all of them together, by the operations that it runs on these.

    Every operation of torch that the function runs, those of its differentiations included, is looked at: one that is
    linear leaves the answer open, a product of two things that both depend on the arguments, a function that is not
    linear, and a look at a value (a branch, a ``float``) settle it. What is not known to be linear counts as not.

    Parameters
    ----------
    function : callable
    *arguments : tensors

    Returns
    -------
    bool
        True only where it is; False also where it may be by operations that are not on the list.

    Examples
    --------
    >>> z = torch.ones(2)
    >>> is_affine(lambda z: 3 * z.sum(-1) - 1, z), is_affine(lambda z: z * z, z), is_affine(torch.relu, z)
    (True, False, False)
    """
    watch = _Watch(arguments)
    with watch:
        function(*arguments)
    return watch.affine


def affine_step(game: Game, method: Method, x: Tensor, y: Tensor, state: State) -> AffineMap | None:
    """The method's step on this game as an affine map, or None where it is not known to be one.

    The game has to say that its field is affine and always the same (:attr:`Game.affine`); that the method's step is
    then affine is read off its operations, and checked on points on which nothing was fitted.

    Parameters
    ----------
    game : Game
    method : Method
    x, y : (..., n) and (..., m) tensors
    state : State
        The method's memory; it is a part of w where every entry of it is (..., j).
    """
    parts = {"x": x, "y": y, **{f"state.{name}": state[name] for name in sorted(state)}}
    copies = x.shape[:-1]
    plain = all(one.device.type == "cpu" and one.dtype == torch.float64 for one in parts.values())
    if not game.affine or not plain or any(one.ndim != x.ndim or one.shape[:-1] != copies for one in parts.values()):
        return None
    widths = [one.shape[-1] for one in parts.values()]
    sizes = np.broadcast_shapes(*step_shapes(method))
    k = sum(widths)
    generator = torch.Generator().manual_seed(0)
    trials = torch.randn(3, k, generator=generator, dtype=torch.float64) * torch.tensor([[1e-3], [1.0], [1e3]])
    points = torch.cat([torch.zeros(1, k, dtype=torch.float64), torch.eye(k, dtype=torch.float64), trials])
    points = points.reshape(len(points), *(1 for _ in sizes), k).expand(len(points), *sizes, k).contiguous()
    images: list[Tensor] = []

    def one_step(w: Tensor) -> None:
        pieces = dict(zip(parts, w.split(widths, -1), strict=True))
        memory = {name: pieces[f"state.{name}"] for name in state}
        new_x, new_y, new = method.step(game, pieces["x"], pieces["y"], memory, no_sample)
        images.append(torch.cat([new_x, new_y, *(new[name] for name in sorted(state))], -1))

    with torch.no_grad():
        if not is_affine(one_step, points):
            return None
    image = images[0].numpy()
    offset = image[0]
    matrix = np.moveaxis(image[1 : k + 1] - offset, 0, -1)
    expected = np.einsum("...ij,t...j->t...i", matrix, points[k + 1 :].numpy()) + offset
    scale = np.abs(expected).max(axis=-1, keepdims=True, initial=0.0) + np.abs(offset).max(initial=0.0)
    if not (np.abs(image[k + 1 :] - expected) <= AGREEMENT * (scale + 1e-3)).all():
        return None
    return AffineMap(matrix=matrix, offset=offset)


def step_shapes(method: Method) -> Iterator[tuple[int, ...]]:
    """The shapes of all the method's settings that are tensors, those of a method that it wraps included.

    Examples
    --------
    >>> import dualgap as dg
    >>> inner = dg.methods.ExtraGradient(step=torch.tensor([0.1, 0.2]))
    >>> list(step_shapes(dg.methods.Lookahead(method=inner, period=5, alpha=0.5)))
    [torch.Size([2]), torch.Size([2])]
    """
    for value in _settings(method).values():
        if isinstance(value, Tensor):
            yield value.shape
        elif isinstance(value, Method):
            yield from step_shapes(value)


def rescaled(method: Method, factor: Tensor) -> Method:
    """The method with its step sizes, and those of a method that it wraps, multiplied by a number (a 0-dim tensor).

    Unlike a constructor's, the result may be differentiated in the factor, and the factor may be zero.
    """
    found = copy.copy(method)
    for name, value in _settings(method).items():
        if name.rpartition("_")[0] in SIZES and value is not None:
            object.__setattr__(found, name, factor * value)
        elif isinstance(value, Method):
            object.__setattr__(found, name, rescaled(value, factor))
    return found


def _settings(method: Method) -> dict[str, Any]:
    return {one.name: getattr(method, one.name) for one in fields(method)} if is_dataclass(method) else vars(method)


class _Watch(TorchDispatchMode):
    """Follows what depends on some tensors through every operation, by the memory that it lies in."""

    def __init__(self, tensors: tuple[Tensor, ...]) -> None:
        super().__init__()
        self.affine = True
        # The tensors are kept, so that their memory is not given to another one while this looks.
        self._dependent: dict[int, Tensor] = {}
        self._dtype = tensors[0].dtype
        self._mark(tensors)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: wrapping this class for torch's compiler would load the compiler, for seconds."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        depends = [any(self._depends(one) for one in tree_leaves(argument)) for argument in args]
        depends_elsewhere = any(self._depends(one) for one in tree_leaves(kwargs))
        result = func(*args, **kwargs)
        if depends_elsewhere or any(depends):
            name = func._schema.name.removeprefix("aten::")
            name = name if name in LINEAR or name in CONSTANT else name.removesuffix("_")
            if name not in CONSTANT:
                # a solution depends on the right side; the factors that come with it do not
                found = tree_leaves(result[0] if name == "_linalg_solve_ex" else result)
                rounded = kwargs.get("rounding_mode") is not None or any(
                    not isinstance(one, Tensor) or one.dtype != self._dtype for one in found
                )
                self.affine = self.affine and not depends_elsewhere and not rounded and _is_linear(name, depends)
                self._mark(found)
        return result

    def _depends(self, value: Any) -> bool:
        return isinstance(value, Tensor) and value.untyped_storage().data_ptr() in self._dependent

    def _mark(self, tensors: Any) -> None:
        for one in tensors:
            if isinstance(one, Tensor) and one.numel():
                self._dependent[one.untyped_storage().data_ptr()] = one


def _is_linear(name: str, depends: list[bool]) -> bool:
    """Whether an operation is affine in w, given which of its arguments depend on w."""
    if name in LINEAR:
        return True
    if name in SUM_AND_PRODUCT:
        return not (depends[1] and depends[2])
    if name == "lerp":
        return not depends[2]
    return name in MULTILINEAR and sum(depends) == 1 and depends.index(True) in MULTILINEAR[name]
