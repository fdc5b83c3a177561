"""Certificates of closed forms: the two parameter sets, from which the divergence is computed again in 100 digits and more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

import numpy as np

from dualgap.bracket import Certificate
from dualgap.divergences.families.closed_form import ClosedForm, Values, agree
from dualgap.divergences.families.pair import FORMS
from dualgap.errors import CertificateError

__all__ = ["FamilyRecomputed"]

#: The largest double.
LARGEST = float(np.finfo(np.float64).max)


@final
@dataclass(frozen=True, kw_only=True)
class FamilyRecomputed(Certificate):
    """The parameters of two laws, and the formulas of the textbook in many digits: the interval has to hold their value.

    Parameters
    ----------
    form : str
        The name of the closed form.
    p, q : dict of str to array
        Parameters; one number for each coordinate of a product of laws.
    order : float or None
        That of the Renyi divergence D; None for KL.
    scale : float or None
        With it, what is bounded is scale (e^((a-1) D) - 1) / (a - 1).
    back : str
        The form of the divergence in the other direction, where that is added.
    """

    form: str
    p: Values
    q: Values
    order: float | None = None
    scale: float | None = None
    back: str = ""

    def bounds(self) -> tuple[float, float]:
        """The value, twice.

        Raises
        ------
        CertificateError
            When there is no such form, a parameter is missing, or one is not the same in both laws that has to be.
        """
        if (
            self.form not in FORMS
            or (self.back or self.form) not in FORMS
            or any(not np.isfinite(v).all() for one in (self.p, self.q) for v in one.values())
        ):
            raise CertificateError(f"there is no closed form {self.form!r} for these parameters")
        if not all(agree(self.p, self.q, name) for name in FORMS[self.form].equal):
            raise CertificateError(f"the laws differ in a parameter that the closed form {self.form!r} wants equal")
        value, digits = self._value(100), 100
        while value != 0 and abs(value) < 10.0 ** -min(digits - 60, 300) and digits < 1600:
            digits *= 4
            value = self._value(digits)
        if value > LARGEST:
            return (math.inf if value == math.inf else LARGEST), math.inf
        return max(float(value), 0.0), max(float(value), 0.0)

    def _value(self, digits: int) -> Any:
        mp = _arithmetic(digits)
        value = self._divergence(mp, self.form, self.p, self.q)
        if self.back:
            value += self._divergence(mp, self.back, self.q, self.p)
        if self.scale is None or self.order is None:
            return value
        slope = mp.mpf(self.order) - 1
        if value == mp.inf:
            return mp.inf if slope > 0 else -self.scale / slope
        return self.scale * mp.expm1(slope * value) / slope

    def _divergence(self, mp: Any, name: str, p: Values, q: Values) -> Any:
        form = FORMS[name]
        if form.joint:
            return self._of_line(mp, form, _exact(mp, p), _exact(mp, q))
        shape = np.broadcast_shapes(*(np.shape(value) for one in (p, q) for value in one.values()))
        total = mp.mpf(0)
        for place in np.ndindex(*shape):
            first, second = ({k: np.broadcast_to(v, shape)[place] for k, v in one.items()} for one in (p, q))
            total += self._of_line(mp, form, _exact(mp, first), _exact(mp, second))
        return total

    def _of_line(self, mp: Any, form: ClosedForm, p: Values, q: Values) -> Any:
        if p == q:
            return mp.mpf(0)
        if self.order is None:
            return form.textbook(mp, p, q)
        if form.log_power is None:
            raise CertificateError(f"there is no formula of the Renyi divergence for {self.form!r}")
        order = mp.mpf(self.order)
        power = form.log_power(mp, p, q, order)
        return mp.inf if power == mp.inf else power / (order - 1)


def _exact(mp: Any, values: Values) -> Values:
    """The doubles as numbers of mpmath."""
    return {key: _number(mp, np.asarray(value).tolist()) for key, value in values.items()}


def _number(mp: Any, value: Any) -> Any:
    return [_number(mp, one) for one in value] if isinstance(value, list) else mp.mpf(value)


@lru_cache(maxsize=4)
def _arithmetic(digits: int) -> Any:
    import mpmath

    context = mpmath.MPContext()
    context.dps = digits
    return context
