"""Two laws of one family: which closed form they have, and their parameters as arrays of one kind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
from array_api_compat import array_namespace, device

from dualgap.divergences.families.against_normal import NORMAL_FORMS
from dualgap.divergences.families.circle import CIRCLE_FORMS
from dualgap.divergences.families.closed_form import ClosedForm, Values, agree
from dualgap.divergences.families.counts import COUNT_FORMS
from dualgap.divergences.families.extreme import EXTREME_FORMS
from dualgap.divergences.families.gamma import GAMMA_FORMS
from dualgap.divergences.families.location import LOCATION_FORMS
from dualgap.divergences.families.matrices import MATRIX_FORMS
from dualgap.divergences.families.positive import POSITIVE_FORMS
from dualgap.divergences.families.simplex import SIMPLEX_FORMS
from dualgap.errors import InvalidInput
from dualgap.measures.family import Family
from dualgap.validation import detached, is_torch

__all__ = ["FORMS", "FamilyPair", "family_pair", "readings"]

FORMS: dict[str, ClosedForm] = {
    **CIRCLE_FORMS,
    **COUNT_FORMS,
    **EXTREME_FORMS,
    **GAMMA_FORMS,
    **LOCATION_FORMS,
    **MATRIX_FORMS,
    **NORMAL_FORMS,
    **POSITIVE_FORMS,
    **SIMPLEX_FORMS,
}


def readings(law: Family) -> dict[str, Values]:
    """The closed forms that a law can be put into, best first, each with the parameters that the form names.

    An exponential law is a gamma law and a Weibull law as well; a Rayleigh law is the root of a gamma law.

    >>> list(readings(Family("expon", {"loc": 0.0, "scale": 2.0})))
    ['expon', 'gamma', 'weibull_min']
    """
    values, name = dict(law.parameters), law.name
    found = {name: values} if name in FORMS else {}
    if name in _SPECIAL:
        form, extra = _SPECIAL[name]
        found[form] = values | extra(values)
    if name in ("gamma", "erlang") and _is(values, "a", 1):
        found["expon"] = values
        if "scale" in values:
            found["weibull_min"] = values | {"c": 1.0}
    if name == "expon" and "scale" in values:
        found["weibull_min"] = values | {"c": 1.0}
    if name == "weibull_min" and _is(values, "c", 1):
        found |= {"expon": values, "gamma": values | {"a": 1.0}}
    if name == "beta" and _is(values, "a", 1) and _is(values, "b", 1):
        found["uniform"] = values
    if name == "t" and _is(values, "df", 1):
        found["cauchy"] = values
    return found


#: For other names: the form, and its parameters from those of the law.
_SPECIAL: dict[str, tuple[str, Any]] = {
    "chi": ("root_gamma", lambda v: {"a": v["df"] / 2}),
    "chi2": ("gamma", lambda v: {"a": v["df"] / 2, "scale": 2 * v["scale"]}),
    "erlang": ("gamma", lambda v: {}),
    "expon": ("gamma", lambda v: {"a": 1.0}),
    "halfnorm": ("root_gamma", lambda v: {"a": 0.5}),
    "invgamma": ("inverse_gamma", lambda v: {}),
    "maxwell": ("root_gamma", lambda v: {"a": 1.5}),
    "powerlaw": ("beta", lambda v: {"b": 1.0}),
    "rayleigh": ("root_gamma", lambda v: {"a": 1.0}),
    "uniform": ("beta", lambda v: {"a": 1.0, "b": 1.0}),
    "wald": ("invgauss", lambda v: {"mu": 1.0}),
}


def _is(values: Values, name: str, number: float) -> bool:
    """Whether a parameter is this number, and not one to be differentiated."""
    return not getattr(values[name], "requires_grad", False) and bool((detached(values[name]) == number).all())


@final
@dataclass(frozen=True, eq=False)
class FamilyPair:
    """Two laws that one closed form takes.

    Parameters
    ----------
    name : str
        Of the form.
    first, second : dict
        Parameters as they were given.
    """

    name: str
    first: Values
    second: Values

    @property
    def form(self) -> ClosedForm:
        """The closed form."""
        return FORMS[self.name]

    @cached_property
    def arrays(self) -> tuple[Values, Values]:
        """The parameters in float64, of one kind and on one device."""
        tensors = [value for one in (self.first, self.second) for value in one.values() if is_torch(value)]
        if len({str(tensor.device) for tensor in tensors}) > 1:
            raise InvalidInput(
                f"q must be on the device of p, got {' and '.join(sorted({str(t.device) for t in tensors}))}; move one of "
                "them",
                argument="q",
            )
        if not tensors:
            laws = tuple(
                {key: np.asarray(value, dtype=np.float64) for key, value in one.items()}
                for one in (self.first, self.second)
            )
            return laws  # pyright: ignore[reportReturnType]
        xp, place = array_namespace(tensors[0]), device(tensors[0])
        return tuple(
            {
                key: xp.astype(value, xp.float64, copy=False)
                if is_torch(value)
                else xp.asarray(value, dtype=xp.float64, device=place)
                for key, value in one.items()
            }
            for one in (self.first, self.second)
        )  # pyright: ignore[reportReturnType]

    @property
    def dtype(self) -> Any:
        """That of the value: single precision where all tensors have it."""
        tensors = [value for one in (self.first, self.second) for value in one.values() if is_torch(value)]
        if not tensors:
            return np.float64
        return array_namespace(tensors[0]).result_type(*tensors)

    @property
    def numbers(self) -> tuple[Values, Values]:
        """The parameters as float64 arrays of numpy, for certificates."""
        return tuple({k: detached(v) for k, v in one.items()} for one in (self.first, self.second))  # pyright: ignore[reportReturnType]

    def mirrored(self) -> FamilyPair:
        """The pair in the other order."""
        return FamilyPair(self.name, self.second, self.first)

    def ends(self) -> int:
        """Where the form allows different ends: 1 where p starts above q in some place, -1 below, 0 nowhere, 2 both."""
        if self.form.lost is None:
            return 0
        names = {"expon": "loc", "pareto": "scale"}
        first, second = (detached(one[names[self.name]]) for one in (self.first, self.second))
        above, below = bool((first > second).any()), bool((first < second).any())
        return 2 if above and below else int(above) - int(below)


def family_pair(p: Family | None, q: Family | None) -> FamilyPair | None:
    """The first closed form that takes both laws; None where there is none."""
    if p is None or q is None:
        return None
    second = readings(q)
    for name, values in readings(p).items():
        if name not in second or not all(agree(values, second[name], one) for one in FORMS[name].equal):
            continue
        if not FORMS[name].joint or _same_shapes(values, second[name]):
            return FamilyPair(name, values, second[name])
    for name, values in ({p.name: p.parameters} | readings(p)).items():
        if f"{name} from {q.name}" in FORMS:
            return FamilyPair(f"{name} from {q.name}", values, q.parameters)
    return None


def _same_shapes(p: Values, q: Values) -> bool:
    return all(np.shape(detached(p[key])) == np.shape(detached(q[key])) for key in p)
