"""A claim: a statement of the mathematics, the instances it is tried on, and the check that could refute it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from dualgap.claims.evidence import Evidence
from dualgap.claims.instances import Instances, as_instances
from dualgap.errors import InvalidInput

__all__ = ["Claim", "Curve", "Mutant", "Picture", "Refutation", "Registry"]


@final
@dataclass(frozen=True)
class Mutant:
    """A wrong version of a claim, which its check must reject: what the check is worth.

    Parameters
    ----------
    name : str
        What is wrong with it, for example ``"forgets the factor 2"``.
    replace : mapping of str to object
        Keyword arguments of the check, the wrong formulas or methods in the place of the right ones.

    Examples
    --------
    >>> Mutant("forgets the factor 2", {"identity": lambda js: js}).name
    'forgets the factor 2'
    """

    name: str
    replace: Mapping[str, Any]


@final
@dataclass(frozen=True)
class Refutation:
    """A statement that is wrong as it stands in the source, and the counterexample.

    Parameters
    ----------
    stated : str
        The statement as the source has it, with LaTeX between dollar signs.
    counterexample : str
        In words and LaTeX: the instance at which it fails, and why.
    evidence : function of no argument to Evidence
        What the statement predicts at the counterexample, beside what is measured there. It must not hold.

    Examples
    --------
    >>> wrong = Refutation("$1 + 1 = 3$", "one apple and one apple",
    ...                    lambda: Evidence(predicted=3, measured=1 + 1, relation="==", tolerance=0))
    >>> wrong.evidence().holds
    False
    """

    stated: str
    counterexample: str
    evidence: Callable[[], Evidence]


@final
@dataclass(frozen=True)
class Curve:
    """One line of a picture: ``points`` marks single values instead of joining them."""

    label: str
    x: Any
    y: Any
    points: bool = False


@final
@dataclass(frozen=True, kw_only=True)
class Picture:
    """What a claim shows, as data: labelled axes and curves.

    Parameters
    ----------
    caption : str
    x_label, y_label : str
        With units, or "nats", or "(no unit)" where there is one to doubt.
    curves : sequence of Curve
    equal : bool
        Whether both axes have one scale, as in a phase portrait.
    logarithmic : bool
        Whether the vertical axis is logarithmic.
    """

    caption: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    equal: bool = False
    logarithmic: bool = False


Check = Callable[..., Evidence | Iterable[Evidence]]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """A statement that can be true or false, with what it takes to find out.

    Parameters
    ----------
    identifier : str
        Lower case, words joined by hyphens; unique in its registry.
    topic : str
        The part of the field it belongs to.
    title : str
        The statement in one line of plain text.
    statement : str
        The statement, LaTeX between dollar signs.
    source : str
        The place in the lecture, or the key of a paper.
    hypotheses : str
        Under which it holds, in words and LaTeX.
    instances : Hypothesis strategy, sequence, or Instances
        What it is tried on: draws that satisfy the hypotheses, a list, or the seeds of an experiment.
    check : function
        ``check(instance, **formulas) -> Evidence`` or several; for :class:`~dualgap.claims.Seeds`, ``check(seeds)`` with one entry of
        evidence a seed. The keyword arguments are the formulas and methods under test, so that a mutant can replace them.
    mutants : sequence of Mutant
        Wrong versions that the check must reject.
    refutes : Refutation, optional
        The statement as the source has it, where that is wrong.
    picture : function of no argument to Picture, optional

    Raises
    ------
    InvalidInput
        For a bad identifier, an empty text, or dollar signs that do not pair.

    Examples
    --------
    >>> from hypothesis import strategies as st
    >>> even = Claim(identifier="squares", topic="numbers", title="Squares are not negative", statement="$n^2 \\\\ge 0$",
    ...              source="school", hypotheses="n a whole number", instances=st.integers(-9, 9),
    ...              check=lambda n: Evidence(predicted=0, measured=n * n, relation=">=", tolerance=0))
    >>> even.evidence(3)
    (Evidence(9 >= 0, tolerance 0: True),)
    """

    identifier: str
    topic: str
    title: str
    statement: str
    source: str
    hypotheses: str
    instances: Any
    check: Check
    mutants: tuple[Mutant, ...] = ()
    refutes: Refutation | None = None
    picture: Callable[[], Picture] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.identifier, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.identifier):
            raise InvalidInput(
                f"identifier must be lower-case words joined by hyphens, got {self.identifier!r}", argument="identifier"
            )
        for name in ("topic", "title", "statement", "source", "hypotheses"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise InvalidInput(f"{name} must be a text, got {text!r}", argument=name)
            if text.count("$") % 2:
                raise InvalidInput(f"{name} must have its dollar signs in pairs, got {text!r}", argument=name)
        if not callable(self.check):
            raise InvalidInput(f"check must be a function of an instance, got {self.check!r}", argument="check")
        object.__setattr__(self, "instances", as_instances(self.instances))
        object.__setattr__(self, "mutants", tuple(self.mutants))

    def evidence(self, instance: Any, **replace: Any) -> tuple[Evidence, ...]:
        """What the check says about one instance, as a tuple of one or more pieces of evidence."""
        found = self.check(instance, **replace)
        several = tuple(found) if isinstance(found, Iterable) else ()
        pieces = (found,) if isinstance(found, Evidence) else several
        if not pieces or not all(isinstance(piece, Evidence) for piece in pieces):
            raise InvalidInput(
                f"check must return or yield Evidence, one piece or several, got {found!r}", argument="check"
            )
        return pieces

    def __repr__(self) -> str:
        return f"Claim({self.identifier}: {self.title})"


@final
@dataclass(eq=False)
class Registry:
    """A collection of claims, in the order in which they were made.

    Examples
    --------
    >>> mine = Registry()
    >>> @mine.claim(topic="numbers", title="Squares are not negative", statement="$n^2 \\\\ge 0$", source="school",
    ...             hypotheses="n a whole number", instances=range(-3, 4))
    ... def squares(n):
    ...     return Evidence(predicted=0, measured=n * n, relation=">=", tolerance=0)
    >>> [claim.identifier for claim in mine]
    ['squares']
    """

    claims: dict[str, Claim] = field(default_factory=dict)

    def add(self, claim: Claim) -> Claim:
        """Add one; an identifier is used once."""
        if claim.identifier in self.claims:
            raise InvalidInput(
                f"identifier must be new, got {claim.identifier!r} for a second time", argument="identifier"
            )
        self.claims[claim.identifier] = claim
        return claim

    def claim(
        self,
        *,
        topic: str,
        title: str,
        statement: str,
        source: str,
        hypotheses: str,
        instances: Instances | Any,
        identifier: str | None = None,
        mutants: Iterable[Mutant] = (),
        refutes: Refutation | None = None,
        picture: Callable[[], Picture] | None = None,
    ) -> Callable[[Check], Claim]:
        """Make the decorated check a claim of this registry; its identifier is the function's name, with hyphens.

        The parameters are those of :class:`Claim`. The name then means the claim, not the function.
        """

        def make(check: Check) -> Claim:
            name = identifier or getattr(check, "__name__", "").strip("_").replace("_", "-")
            return self.add(
                Claim(
                    identifier=name,
                    topic=topic,
                    title=title,
                    statement=statement,
                    source=source,
                    hypotheses=hypotheses,
                    instances=instances,
                    check=check,
                    mutants=tuple(mutants),
                    refutes=refutes,
                    picture=picture,
                )
            )

        return make

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics, in the order of their first claim."""
        return tuple(dict.fromkeys(claim.topic for claim in self))

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims.values())

    def __len__(self) -> int:
        return len(self.claims)
