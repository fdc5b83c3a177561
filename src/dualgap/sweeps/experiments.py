"""The functions that a file may name: what the command ``dualgap sweep`` can do without any code of the user's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dualgap.errors import InvalidInput
from dualgap.validation import choice, count, real

__all__ = ["EXPERIMENTS", "estimate", "play", "train"]

#: Training of a GAN on a ring of 8: what the two duals need beside themselves.
DUALS = ("js", "wasserstein")
#: Quantities between two normal laws whose true value is a closed form, from draws.
QUANTITIES = ("kl", "js", "total_variation", "hellinger", "energy_distance", "wasserstein")


def play(*, game: str, method: str, step: float, steps: int = 1000, seed: int = 0) -> dict[str, Any]:
    """A game of the catalogue played by a method: how far it comes, and the rate that was predicted.

    Parameters
    ----------
    game, method : str
        By the names that ``dualgap play --list`` shows.
    step : float, above 0
    steps : int
    seed : int

    Returns
    -------
    dict
        ``distance`` to the equilibrium at the end and ``progress``, its share of that at the start (nan where the game has no known
        equilibrium), ``predicted_rate`` and ``measured_rate`` (None where there is none), ``diverged`` and ``ending``.

    Raises
    ------
    InvalidInput
        For names that are none.

    Examples
    --------
    >>> found = play(game="xy", method="extragradient", step=0.1, steps=200)
    >>> round(found["predicted_rate"], 6), found["diverged"]
    (0.995038, False)
    """
    from dualgap.games import predict_rate, simulate
    from dualgap.games.by_name import example_named, method_named

    example, chosen = example_named(game), method_named(method, step)
    played = example.make()
    run = simulate(
        played, chosen, start=example.start, steps=count(steps, "steps"), seeds=count(seed, "seed", at_least=0)
    )
    found: dict[str, Any] = {"diverged": bool((run.diverged_at >= 0).any()), "ending": run.status.name}
    first, last = (np.concatenate([np.asarray(run.x[k]).ravel(), np.asarray(run.y[k]).ravel()]) for k in (0, -1))
    found["distance"] = found["progress"] = float("nan")
    for name, rate in (("predicted_rate", lambda: predict_rate(played, chosen)), ("measured_rate", run.measured_rate)):
        try:
            found[name] = float(rate()) if played.equilibrium is not None else None
        except InvalidInput:  # no rate: the game is not smooth there, or the path too short
            found[name] = None
    if played.equilibrium is not None:
        centre = np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in played.equilibrium])
        found["distance"] = float(np.linalg.norm(last - centre))
        found["progress"] = found["distance"] / (float(np.linalg.norm(first - centre)) or 1.0)
    return found


def estimate(
    *, quantity: str, n: int, method: str = "auto", shift: float = 1.0, dimension: int = 1, seed: int = 0
) -> dict[str, Any]:
    """An estimate from draws of two normal laws, beside the truth.

    .. math:: P = N(0, I_d), \\qquad Q = N(m e_1, I_d)

    Parameters
    ----------
    quantity : str
        ``kl``, ``js``, ``total_variation``, ``hellinger``, ``energy_distance`` or ``wasserstein``.
    n : int
        Draws of each law.
    method : str
        Of the quantity, for samples.
    shift : float
        The m of the formula.
    dimension : int
    seed : int

    Returns
    -------
    dict
        The bracket, ``truth`` (the middle of a proved bracket for the laws themselves) and ``error``, the value less the truth.

    Raises
    ------
    InvalidInput
        For a quantity or a method that there is not.

    Examples
    --------
    >>> found = estimate(quantity="energy_distance", n=200, method="u_statistic")
    >>> found["difference"] == float(found["estimate"]) - found["truth"]
    True
    """
    import dualgap as dg

    choice(quantity, "quantity", QUANTITIES)
    mean = np.zeros(count(dimension, "dimension"))
    mean[0] = real(shift, "shift")
    laws = dg.Gaussian(np.zeros(dimension), np.eye(dimension)), dg.Gaussian(mean, np.eye(dimension))
    function = getattr(dg, quantity)
    truth = float(function(*laws))
    rng = np.random.default_rng(count(seed, "seed", at_least=0))
    x, y = (rng.normal(size=(count(n, "n"), dimension)) + centre for centre in (0.0, mean))
    bracket = function(dg.Samples(x), dg.Samples(y), method=method)
    return {"estimate": bracket, "truth": truth, "difference": float(bracket) - truth}


def train(*, objective: str, steps: int, step: float = 5e-3, width: int = 64, seed: int = 0) -> dict[str, Any]:
    """A GAN on a ring of 8 normal laws: what it covers at the end.

    Parameters
    ----------
    objective : "js" or "wasserstein"
        With R1, or with a gradient penalty.
    steps : int
    step : float
    width : int
        Of the two layers of both networks.
    seed : int

    Returns
    -------
    dict
        ``modes`` of 8, ``high_quality`` (the share of points near a mode), ``reverse_kl``, ``dual`` and ``diverged``.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> 0 <= train(objective="js", steps=3, width=8)["modes"] <= 8
    True
    """
    import dualgap as dg

    choice(objective, "objective", DUALS)
    dual, regulariser = {
        "js": (dg.duals.JensenShannon(), dg.duals.R1(0.05)),
        "wasserstein": (dg.duals.KantorovichRubinstein(), dg.duals.GradientPenalty(1.0)),
    }[objective]
    width = count(width, "width")
    gan = dg.training.AdversarialGame(
        generator=dg.networks.MLP((2, width, width, 2)),
        critic=dg.networks.MLP((2, width, width, 1)),
        objective=dual,
        data=dg.training.Ring(spread=0.05),
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=regulariser,
    )
    method = dg.methods.AlternatingGDA(step=step, first="y", scaling=dg.methods.Adam(beta1=0.0))
    run = dg.training.train(
        gan, method, seeds=[count(seed, "seed", at_least=0)], steps=steps, record=count(steps, "steps")
    )
    found: dict[str, Any] = {name: float(values[-1][0]) for name, values in run.metrics.items()}
    return {**found, "diverged": bool((run.diverged_at >= 0).any())}


#: By the name that a file gives them.
EXPERIMENTS: dict[str, Callable[..., Any]] = {"play": play, "estimate": estimate, "train": train}
