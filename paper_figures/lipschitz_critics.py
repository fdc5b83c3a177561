"""Which 1-Lipschitz critic proves most of a known Wasserstein distance, as the dimension grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

import dualgap as dg
from dualgap.networks import MLP, Cones, LipschitzMLP, MixtureCritic, Network
from dualgap.testing import known_distances
from dualgap.testing.known_distances import KnownDistance
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY, MARKS

__all__ = ["CRITICS", "PROBLEMS", "Effort", "Proof", "caption", "compute", "draw", "layout", "proofs", "table"]

caption = (
    "The share of a known W₁ that critics prove, each 1-Lipschitz for every vector of weights and trained alike: 95% "
    "lower bounds from fresh draws, mean of the seeds, bars from the least to the greatest. (a) Funnels, whose "
    "potential is an envelope of 16 cones. (b) A normal law drawn halfway to a circle. No bound exceeds the truth "
    "(dotted)."
)

layout = Layout(
    panels=(("key", "key"), ("funnel", "circle")),
    full_width=True,
    height=0.44,
    height_ratios=(0.08, 1.0),
    column=Layout(
        panels=(("key",), ("funnel",), ("circle",)), full_width=False, height=1.5, height_ratios=(0.16, 1.0, 1.0)
    ),
    letters=("funnel", "circle"),
)

#: Units of a hidden layer, of which there are two; and cones.
WIDTH, CONES = 64, 256


def _cones(d: int) -> list[Network]:
    return [Cones(d, CONES, sign=-1), Cones(d, CONES)]


def _mixture(d: int) -> Network:
    return MixtureCritic(
        (Cones(d, CONES, sign=-1), Cones(d, CONES), LipschitzMLP((d, WIDTH, WIDTH, 1), layer="cayley")),
        combine="convex",
    )


#: By name: the critic, or those of which the better on validation draws is kept.
CRITICS: dict[str, Callable[[int], Network | list[Network]]] = {
    "cones": _cones,
    "mixture": _mixture,
    "Cayley": lambda d: LipschitzMLP((d, WIDTH, WIDTH, 1), layer="cayley"),
    "Björck": lambda d: LipschitzMLP((d, WIDTH, WIDTH, 1), layer="bjorck"),
    "SLL": lambda d: LipschitzMLP((d, WIDTH, WIDTH, 1), layer="sll"),
    "AOL": lambda d: LipschitzMLP((d, WIDTH, WIDTH, 1), layer="aol"),
    "spectral": lambda d: MLP((d, WIDTH, WIDTH, 1), spectral=True),
}

#: By name: the problem of a dimension.
PROBLEMS: dict[str, Callable[[int], KnownDistance]] = {
    "funnel": lambda d: known_distances.min_funnel(d, 16),
    "circle": lambda d: known_distances.nearest_point(d, known_distances.Circle(1.0)),
}


@final
@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is spent on the comparison.

    Parameters
    ----------
    dimensions : tuple of int
    seeds, steps, batch_size : int
    draws : int
        That the bounds come from.
    """

    dimensions: tuple[int, ...]
    seeds: int
    steps: int
    batch_size: int
    draws: int


EFFORTS = {
    "quick": Effort(dimensions=(2, 8, 32), seeds=2, steps=8, batch_size=64, draws=1000),
    "paper": Effort(dimensions=(2, 8, 32), seeds=3, steps=200, batch_size=128, draws=6000),
}


@final
@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a critic of one kind, trained with one seed, says about a problem.

    Parameters
    ----------
    problem, critic : str
    dimension, seed : int
    truth, truth_error : float
        W_1 and its standard error.
    lower, value : float
        The 95% bound, and the dual's value on the same draws.
    lipschitz_bound : float
        Of the network's constant, by singular values in float64.
    seconds : float
        Of the processor.
    """

    problem: str
    critic: str
    dimension: int
    seed: int
    truth: float
    truth_error: float
    lower: float
    value: float
    lipschitz_bound: float
    seconds: float


def proofs(effort: Effort, *, seed: int) -> Iterator[Proof]:
    """Every critic on every problem, with every seed."""
    for name, problem_of in PROBLEMS.items():
        for dimension in effort.dimensions:
            problem = problem_of(dimension)
            for critic in CRITICS:
                for number in range(effort.seeds):
                    yield _proof(name, problem, critic, effort, seed * 1000 + number)


def _proof(name: str, problem: KnownDistance, critic: str, effort: Effort, seed: int) -> Proof:
    start = time.process_time()
    fitted = dg.duals.fit(
        dg.duals.KantorovichRubinstein(),
        *(_law(problem, side) for side in (0, 1)),
        critic=CRITICS[critic](problem.dimension),
        steps=effort.steps,
        batch_size=effort.batch_size,
        draws=effort.draws,
        seed=seed,
    )
    seconds = time.process_time() - start
    trained = fitted.trained
    return Proof(
        problem=name,
        critic=critic,
        dimension=problem.dimension,
        seed=seed,
        truth=problem.value,
        truth_error=problem.standard_error,
        lower=fitted.bracket.lower,
        value=fitted.bracket.value,
        lipschitz_bound=float(trained.network.lipschitz_bound(trained.weights)),
        seconds=seconds,
    )


def _law(problem: KnownDistance, side: int) -> Any:
    return dg.duals.Sampler(lambda n, rng: problem.pairing(n, rng)[side], problem.dimension)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Train every critic on both problems, in every dimension, with every seed.

    Returns
    -------
    dict
        ``critics`` (C,) and ``problems`` (P,) by name, ``dimensions`` (D,); ``truth`` and its standard error ``truth_error``
        (P, D); ``lower``, ``value`` and ``lipschitz_bound`` (P, D, C, seeds); of the shares of the truth that the bounds are,
        the mean ``share`` and the ``least`` and ``greatest`` (P, D, C) of the seeds.
    """
    effort = EFFORTS[budget]
    return table(list(proofs(effort, seed=seed)), effort)


def table(found: list[Proof], effort: Effort) -> dict[str, np.ndarray]:
    """The proofs, in the order in which they are made, as arrays."""
    shape = (len(PROBLEMS), len(effort.dimensions), len(CRITICS), effort.seeds)

    def grid(field: str) -> np.ndarray:
        return np.array([getattr(proof, field) for proof in found]).reshape(shape)

    shares = grid("lower") / grid("truth")
    return {
        "problems": np.array(list(PROBLEMS)),
        "critics": np.array(list(CRITICS)),
        "dimensions": np.array(effort.dimensions),
        "truth": grid("truth")[..., 0, 0],
        "truth_error": grid("truth_error")[..., 0, 0],
        **{field: grid(field) for field in ("lower", "value", "lipschitz_bound")},
        "share": shares.mean(-1),
        "least": shares.min(-1),
        "greatest": shares.max(-1),
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """One panel a problem: the bounds as shares of the truth over the dimension, a mark for each critic."""
    dimensions, critics = data["dimensions"], [str(name) for name in data["critics"]]
    styles = list(zip([*COLOURS.values(), GREY], [*MARKS, "X"], strict=True))
    for row, name in enumerate(data["problems"]):
        panel = axes[str(name)]
        for k, critic in enumerate(critics):
            colour, mark = styles[k]
            places = dimensions * 2.0 ** (0.16 * (k - (len(critics) - 1) / 2))
            middle, least, greatest = (data[one][row, :, k] for one in ("share", "least", "greatest"))
            panel.errorbar(
                places,
                middle,
                yerr=(middle - least, greatest - middle),
                color=colour,
                marker=mark,
                markersize=3.2,
                linewidth=0.5,
                elinewidth=0.8,
                capsize=1.4,
                capthick=0.6,
                label=critic,
            )
        panel.axhline(1.0, color="black", linewidth=0.6, linestyle=":")
        panel.set_xscale("log", base=2)
        panel.set_xticks(dimensions, [str(d) for d in dimensions])
        panel.minorticks_off()
        panel.set(xlabel="dimension", ylim=(-0.05, 1.08), title=_title(str(name)))
        panel.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "¼", "½", "¾", "1"])
        if panel.get_subplotspec().is_first_col():
            panel.set_ylabel("certified share of W₁")
    key, (lines, names) = axes["key"], axes[str(data["problems"][0])].get_legend_handles_labels()
    key.set(xticks=[], yticks=[])
    key.set_axis_off()
    in_one_column = axes[str(data["problems"][1])].get_subplotspec().is_first_col()
    key.legend(
        lines,
        names,
        loc="center",
        fontsize=6,
        ncols=4 if in_one_column else len(names),
        handlelength=1.2,
        columnspacing=1.0,
    )


def _title(problem: str) -> str:
    return {"funnel": "envelope of 16 cones", "circle": "halfway to a circle"}[problem]
