"""What a style transfer gives: a picture, and how the losses came down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.errors import NotConverged
from dualgap.games.trajectory import Status

__all__ = ["StyleTransfer"]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class StyleTransfer:
    """A picture, or K of them for K pairs of weights, and how the losses came down.

    Parameters
    ----------
    image : (H, W, 3) or (K, H, W, 3) array
        In [0, 1]; of the kind of the content image.
    content_loss, style_loss, objective : (records,) or (records, K) float64 arrays
        At each size before the first step and after each; scaled as :func:`style_transfer` states it.
    layer_losses : mapping of layer to (records,) or (records, K) float64 array
        What the two losses are the means of.
    scale : (records,) int array
        How often the picture was halved at that record; 0 at the end.
    status : Status
        That of the final size, the worst of all copies. DIVERGED when a loss was no longer finite: the image is then the
        last good one.

    Examples
    --------
    >>> StyleTransfer(image=np.zeros((4, 6, 3)), content_loss=np.array([0.0, 0.2]), style_loss=np.array([1.0, 0.1]),
    ...               objective=np.array([1.0, 0.11]), layer_losses={}, scale=np.array([0, 0]),
    ...               status=Status.BUDGET).require()
    StyleTransfer(BUDGET after 1 step, 6 x 4, content loss 0.2, style loss 1 -> 0.1)
    """

    image: Any
    content_loss: np.ndarray
    style_loss: np.ndarray
    objective: np.ndarray
    layer_losses: Mapping[str, np.ndarray]
    scale: np.ndarray
    status: Status

    @property
    def steps(self) -> int:
        """The steps that were taken, at all sizes."""
        return len(self.objective) - len(np.unique(self.scale))

    def require(self) -> StyleTransfer:
        """This result, unless the losses diverged.

        Raises
        ------
        NotConverged
            When they did; ``partial`` is this result.
        """
        if self.status is Status.DIVERGED:
            raise NotConverged(
                f"a loss was not finite after step {self.steps}; use a smaller style_weight or other features",
                partial=self,
            )
        return self

    def __repr__(self) -> str:
        height, width = self.image.shape[-3:-1]
        copies = f"{len(self.image)} pictures, " if len(self.image.shape) == 4 else ""
        return (
            f"StyleTransfer({self.status.name} after {self.steps} step{'s' if self.steps != 1 else ''}, {copies}"
            f"{width} x {height}, content loss {_span(self.content_loss[-1:])}, "
            f"style loss {_span(self.style_loss[:1])} -> {_span(self.style_loss[-1:])})"
        )


def _span(values: np.ndarray) -> str:
    """One number, or the least and the largest of several."""
    least, most = float(np.min(values)), float(np.max(values))
    return f"{least:.3g}" if np.size(values) == 1 else f"{least:.3g} to {most:.3g}"
