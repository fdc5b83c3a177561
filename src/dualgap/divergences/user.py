"""A generator given by its formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap import validation
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.kernels import AtomPair, constant
from dualgap.errors import InvalidInput

__all__ = ["Generator"]


@final
@dataclass(frozen=True, kw_only=True)
class Generator(FDivergence):
    """An f-divergence of your own.

    .. math:: D_f(p \\| q) = \\sum q\\, f(p / q)

    Parameters
    ----------
    formula : callable, array -> array
        f on [0, infinity): convex, f(1) = 0, made of operations that numpy arrays (and torch tensors, where they are
        used) have. It is taken to be right to 64 units in the last place of 1 + abs(f).
    at_zero : float or inf
        f(0).
    at_infinity : float or inf
        The limit of f(t) / t.
    slope : float
        f'(1), or a subgradient there.
    conjugate_formula : callable, optional
        f*; needed by dual objectives only.

    Raises
    ------
    InvalidInput
        When f(1) is not 0, f is not convex on a grid, or f lies below its tangent at 1.

    Examples
    --------
    >>> import dualgap as dg
    >>> triangle = dg.divergences.Generator(formula=lambda t: (t - 1) ** 2 / (t + 1), at_zero=1.0, at_infinity=1.0,
    ...                                     slope=0.0)
    >>> round(float(dg.f_divergence([0.5, 0.5], [0.25, 0.75], triangle)), 9)
    0.133333333
    """

    name = "f_divergence"
    formula: Callable[[Any], Any]
    at_zero: float
    at_infinity: float
    slope: float
    conjugate_formula: Callable[[Any], Any] | None = None
    noise = 64.0
    kinked = True

    def __post_init__(self) -> None:
        for name in ("formula", "conjugate_formula"):
            value = getattr(self, name)
            if not (callable(value) or (value is None and name == "conjugate_formula")):
                raise InvalidInput(f"{name} must be callable, got {type(value).__name__}", argument=name)
        validation.real(self.slope, "slope")
        for name in ("at_zero", "at_infinity"):
            value = getattr(self, name)
            if value != math.inf:
                validation.real(value, name)
        grid = np.exp(np.linspace(-6, 6, 193))
        values = self._evaluated(grid)
        if values.shape != grid.shape or not np.isfinite(values).all():
            raise InvalidInput("formula must give a finite number for every positive t", argument="formula")
        scale = 1e-9 * (1 + np.abs(values))
        if abs(values[96]) > scale[96]:
            raise InvalidInput(f"formula must be 0 at t = 1, got {values[96]:g}; subtract it", argument="formula")
        if (values < self.slope * (grid - 1) - scale).any():
            raise InvalidInput("formula must lie above its tangent of the given slope at t = 1", argument="formula")
        share = (grid[1:-1] - grid[:-2]) / (grid[2:] - grid[:-2])
        if (values[1:-1] > (1 - share) * values[:-2] + share * values[2:] + scale[1:-1]).any():
            raise InvalidInput("formula must be convex", argument="formula")
        self._require_limits()

    def _evaluated(self, t: np.ndarray) -> np.ndarray:
        try:
            return np.asarray(self.formula(t), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidInput(
                f"formula must take a numpy array and give one of its shape, got {type(error).__name__}: {error}",
                argument="formula",
            ) from error

    def _require_limits(self) -> None:
        """The two limits have to be those of the formula, as far as it can be followed towards them."""
        ends = np.array([1e-100, 1e100])
        with np.errstate(all="ignore"):
            near_zero, near_infinity = self._evaluated(ends) / [1.0, 1e100]
        for name, claimed, seen in (
            ("at_zero", self.at_zero, near_zero),
            ("at_infinity", self.at_infinity, near_infinity),
        ):
            if math.isfinite(claimed) and math.isfinite(seen) and abs(claimed - seen) > 1e-4 * (1 + abs(seen)):
                what = "the limit of f(t) at 0" if name == "at_zero" else "the limit of f(t) / t at infinity"
                raise InvalidInput(
                    f"{name} must be {what}, got {claimed:g} where the formula tends to {seen:.6g}", argument=name
                )

    def f(self, t: Any) -> Any:
        """The formula."""
        return self.formula(t)

    def conjugate(self, s: Any) -> Any:
        """The formula of f*.

        Raises
        ------
        InvalidInput
            When none was given.
        """
        if self.conjugate_formula is None:
            raise InvalidInput(
                "conjugate_formula must be given for a dual objective, got None", argument="conjugate_formula"
            )
        return self.conjugate_formula(s)

    def terms(self, atoms: AtomPair) -> Any:
        """q f(p/q) - f'(1) (p - q)."""
        xp = atoms.xp
        one = xp.ones_like(atoms.sum)
        p, q = (xp.where(atoms.shared, part, one) for part in (atoms.p, atoms.scaled))
        zero = self.at_zero if math.isfinite(self.at_zero) else 0.0
        infinity = self.at_infinity if math.isfinite(self.at_infinity) else 0.0
        ratio = constant(p) / constant(q)
        # Where no double holds the ratio, the smaller mass adds nothing to what the larger has alone.
        none, rest = ratio == 0, ratio == math.inf
        if bool(none.any()) or bool(rest.any()):
            p, q = (xp.where(none | rest, one, part) for part in (p, q))
        both = q * self.formula(p / q) - self.slope * (p - q)
        both = xp.where(none, (zero + self.slope) * atoms.scaled, both)
        both = xp.where(rest, (infinity - self.slope) * atoms.p, both)
        unknown = ~(abs(constant(both)) < math.inf)
        unknown = unknown | (none & (self.at_zero == math.inf)) | (rest & (self.at_infinity == math.inf))
        if bool(unknown.any()):
            raise InvalidInput(
                "formula must be a finite number at the ratio of any two masses, which it is not at one between "
                f"{float(ratio.min()):.3g} and {float(ratio.max()):.3g}; set masses that stand for 0 to 0",
                argument="generator",
            )
        alone = atoms.p * (infinity - self.slope) + atoms.scaled * (zero + self.slope)
        shown = xp.where(atoms.shared, both, xp.where(atoms.missed, atoms.p * (infinity - self.slope), alone))
        # Above its tangent, so what rounding leaves below 0 is 0.
        return xp.where(shown > 0, shown, xp.zeros_like(shown))

    def perspective(self, p: np.ndarray, q: np.ndarray) -> np.ndarray:
        """q f(p/q); by the limits of f where no double holds the ratio."""
        ratio = p / q
        none, rest = ratio == 0, ratio == math.inf
        value = q * self.formula(np.where(none | rest, 1.0, ratio))
        value[none], value[rest] = self.at_zero * q[none], self.at_infinity * p[rest]
        return value

    def remainder(self, u: np.ndarray) -> np.ndarray:
        """f(1 + u) - f'(1) u."""
        return self.formula(1 + u) - self.slope * u
