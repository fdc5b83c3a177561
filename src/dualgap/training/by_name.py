"""Games and methods of the trainer by the names that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dualgap import duals, networks
from dualgap.games import methods
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.data import Grid, ParallelLines, Ring, Spiral, SwissRoll
from dualgap.training.datasets import digits_source
from dualgap.training.recipes import Recipe, named, names
from dualgap.validation import choice

__all__ = ["LAWS", "METHODS", "OBJECTIVES", "PROBLEMS", "REGULARISERS", "composed", "problem_named"]

#: Each law with the size of its points.
LAWS: dict[str, tuple[Callable[[], Any], float]] = {
    "ring": (Ring, 1.0),
    "grid": (Grid, 4.0),
    "spiral": (Spiral, 1.0),
    "swiss-roll": (SwissRoll, 1.0),
    "lines": (ParallelLines, 1.0),
    "digits": (digits_source, 1.0),
}
OBJECTIVES: dict[str, Callable[[], duals.Dual]] = {
    "js": duals.JensenShannon,
    "wasserstein": duals.KantorovichRubinstein,
    "least-squares": duals.LeastSquares,
    "hinge": duals.Hinge,
    "donsker-varadhan": duals.DonskerVaradhan,
}
#: Each for points of size 1; slopes are counted in their units.
REGULARISERS: dict[str, Callable[[float], duals.Regulariser | None]] = {
    "none": lambda unit: None,
    "r1": lambda unit: duals.R1(0.01 * unit**2),
    "r2": lambda unit: duals.R2(0.01 * unit**2),
    "r1-r2": lambda unit: duals.R1(0.01 * unit**2) + duals.R2(0.01 * unit**2),
    "gradient-penalty": lambda unit: duals.GradientPenalty(1.0),
    "one-sided-penalty": lambda unit: duals.GradientPenalty(1.0, one_sided=True),
    "clipping": lambda unit: duals.WeightClipping(0.1),
    "spectral": lambda unit: None,
}


def _five_of_the_critic(step: float, scaling: methods.Scaling) -> methods.Method:
    """Five updates of the critic to one of the generator; what fades with the updates fades by the end of the run for both."""
    longer = replace(scaling, steps=5 * scaling.steps) if isinstance(scaling, methods.Annealed) else scaling
    return methods.AlternatingGDA(step=step, first="y", steps_y=5, scaling_x=scaling, scaling_y=longer)


METHODS: dict[str, Callable[[float, methods.Scaling], methods.Method]] = {
    "alternating": lambda step, scaling: methods.AlternatingGDA(step=step, first="y", scaling=scaling),
    "alternating-5": _five_of_the_critic,
    "simultaneous": lambda step, scaling: methods.SimultaneousGDA(step=step, scaling=scaling),
    "extragradient": lambda step, scaling: methods.ExtraGradient(step=step, scaling=scaling),
    "past-extragradient": lambda step, scaling: methods.PastExtraGradient(step=step, scaling=scaling),
    "optimistic": lambda step, scaling: methods.OptimisticGDA(step=step, scaling=scaling),
    "consensus": lambda step, scaling: methods.ConsensusOptimization(step=step, weight=1.0, scaling=scaling),
    "unrolled": lambda step, scaling: methods.Unrolled(step=step, unroll=5, inner_step=0.05, scaling=scaling),
}
#: Laws, and the recipes whose names say more than a law's.
PROBLEMS = (*LAWS, *(name for name in names() if name not in LAWS))


def problem_named(name: str, *, steps: int | None) -> Recipe | None:
    """The recipe of a name; None for a law that has none.

    Raises
    ------
    InvalidInput
        For a name that is neither a law nor a recipe.

    Examples
    --------
    >>> problem_named("ring-gan", steps=5).steps, problem_named("spiral", steps=5)
    (5, None)
    """
    choice(name, "problem", PROBLEMS)
    return named(name, steps=steps) if name in names() else None


def composed(law: str, *, objective: str, regulariser: str, method: str, steps: int) -> Recipe:
    """A game put together from names: Adam with steps that fade, averaged weights, networks of three layers.

    Parameters
    ----------
    law, objective, regulariser, method : str
    steps : int

    Raises
    ------
    InvalidInput
        For a name that is none, with those that there are.

    Examples
    --------
    >>> composed("ring", objective="js", regulariser="r1", method="extragradient", steps=10).name
    'ring, js, r1, extragradient'
    """
    make, unit = LAWS[choice(law, "problem", LAWS)]
    dual = OBJECTIVES[choice(objective, "objective", OBJECTIVES)]()
    penalty = REGULARISERS[choice(regulariser, "regulariser", REGULARISERS)](unit)
    build = METHODS[choice(method, "method", METHODS)]
    generator, critic, latent = _players(law, unit, spectral=regulariser == "spectral")
    game = AdversarialGame(
        generator=generator,
        critic=critic,
        objective=dual,
        data=make(),
        latent=latent,
        batch_size=64 if law == "digits" else 128,
        saturating=False,
        regulariser=penalty,
    )
    scaling = methods.Annealed(scaling=methods.Adam(beta1=0.0, beta2=0.99), steps=steps)
    step = 1e-3 if law == "digits" else 3e-3
    averaged = methods.Averaged(method=build(step, scaling), points="iterates", decay=0.99)
    name = ", ".join((law, objective, regulariser, method))
    return Recipe(name=name, title=name, game=game, method=averaged, steps=steps)


def _players(law: str, unit: float, *, spectral: bool) -> tuple[networks.Network, networks.Network, int]:
    if law == "digits" and not spectral:
        return (
            networks.ConvolutionalGenerator(latent=16, channels=(32, 16), side=8),
            networks.ConvolutionalCritic(channels=(16, 32), side=8),
            16,
        )
    dimension, latent = (64, 16) if law == "digits" else (2, 2)
    generator = networks.MLP((latent, 64, 64, 64, dimension), activation="tanh")
    critic = networks.MLP((dimension, 64, 64, 64, 1), activation="leaky_relu", spectral=spectral)
    return (
        networks.Rescaled(network=generator, unit_out=unit),
        networks.Rescaled(network=critic, unit_in=unit),
        latent,
    )
