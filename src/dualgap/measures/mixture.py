"""Convex combinations of laws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

from dualgap import validation
from dualgap.errors import InvalidInput
from dualgap.measures.convert import as_law
from dualgap.measures.measure import Measure

__all__ = ["Mixture"]


@final
@dataclass(frozen=True, eq=False)
class Mixture(Measure):
    """The law that draws component k with probability ``weights[k]``, then a point from it.

    .. math:: p = \\sum_k w_k p_k

    Parameters
    ----------
    weights : (k,) array
        Non-negative, summing to 1.
    components : sequence of k measures
        All on the same R^d; laws of scipy.stats and torch.distributions are taken as they are.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.Mixture([0.5, 0.5], [dg.Gaussian(0.0, 1.0), dg.Gaussian(4.0, 1.0)]).dimension
    1
    """

    weights: Any
    components: Sequence[Measure]

    def __post_init__(self) -> None:
        weights = validation.probabilities(self.weights, "weights")
        if weights.ndim != 1:
            raise InvalidInput(f"weights must have shape (k,), got {tuple(weights.shape)}", argument="weights")
        if not isinstance(self.components, Iterable):
            raise InvalidInput(
                f"components must be a sequence of measures, got {type(self.components).__name__}",
                argument="components",
            )
        components = tuple(self.components)
        validation.same_length(len(weights), len(components), ("weights", "components"), "length")
        components = tuple(as_law(component, "components") or component for component in components)
        for component in components:
            if not isinstance(component, Measure) or component.dimension is None:
                raise InvalidInput(
                    f"components must be measures on R^d, got {type(component).__name__}; write dg.Points(array) for "
                    "positions, dg.Gaussian(mean, covariance) for a normal law",
                    argument="components",
                )
        dimensions = [int(component.dimension or 0) for component in components]
        if len(set(dimensions)) > 1:
            raise InvalidInput(f"components must have the same dimension, got {dimensions}", argument="components")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "components", components)

    @property
    def dimension(self) -> int:
        """The d of R^d."""
        return int(self.components[0].dimension or 0)
