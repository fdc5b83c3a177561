"""Recipes that are known to work, and the baselines beside them, on the toy benchmarks' ring and grid.

A recipe is a game, a method and a number of steps. Those for the ring and the grid join the non-saturating loss with R1, noise on
whatever the critic is shown that fades in the first part of the run, steps that fade until its end, and the exponential average of
the weights. The generator has saturating units: between two modes it must be steep, and on each of them flat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from dualgap import duals, networks
from dualgap.games import Trajectory, methods
from dualgap.training.adversarial_game import AdversarialGame
from dualgap.training.data import Grid, Ring
from dualgap.training.instance_noise import InstanceNoise
from dualgap.training.train import train
from dualgap.validation import choice, count

__all__ = ["Recipe", "baseline", "grid", "named", "names", "ring"]

LAWS = {"ring": Ring(), "grid": Grid()}
#: The size of the points of each law, which the networks are told.
UNITS = {"ring": 1.0, "grid": 4.0}


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe:
    """A game, how it is played, and for how long.

    Parameters
    ----------
    name : str
    title : str
        What it is, in a line.
    game : AdversarialGame
    method : Method
    steps : int

    Examples
    --------
    >>> import dualgap as dg
    >>> recipe = dg.training.recipes.ring(steps=10)
    >>> recipe.train(seeds=range(2)).metrics["modes"].shape
    torch.Size([11, 2])
    """

    name: str
    title: str
    game: AdversarialGame
    method: methods.Method
    steps: int

    def train(self, *, seeds: int | Sequence[int], **options: Any) -> Trajectory:
        """The run of some seeds; the options are those of :func:`dualgap.training.train`."""
        return train(self.game, self.method, seeds=seeds, steps=self.steps, **options)


def ring(*, steps: int = 6000) -> Recipe:
    """Eight Gaussians on a circle, by the protocol of PacGAN: 8 of 8 modes, high quality 97% and more.

    .. math:: \\min_x -E \\log D_y(G_x(z) + \\sigma_t \\xi), \\qquad
              \\max_y E \\log D_y(x + \\sigma_t \\xi) + E \\log(1 - D_y(G_x(z) + \\sigma_t \\xi)) - \\tfrac{\\gamma}{2} E |\\nabla a_y|^2

    Parameters
    ----------
    steps : int
        The noise and the steps fade in proportion.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.training.recipes.ring().steps
    6000

    Reference: lin2018pacgan
    """
    steps = count(steps, "steps")
    game = AdversarialGame(
        generator=networks.MLP((2, 64, 64, 64, 2), activation="tanh"),
        critic=networks.MLP((2, 64, 64, 64, 1), activation="leaky_relu"),
        objective=duals.JensenShannon(),
        data=LAWS["ring"],
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=duals.R1(0.002),
        noise=InstanceNoise(0.2, until=_samples(0.3, steps)),
    )
    return Recipe(
        name="ring",
        title="ring of 8: R1, noise that fades, steps that fade, averaged weights",
        game=game,
        method=_faded(4e-3, 3e-3, steps, hold=0.2, end=0.0, decay=0.995),
        steps=steps,
    )


def grid(*, steps: int = 24_000) -> Recipe:
    """Twenty-five Gaussians on a square lattice, by the protocol of PacGAN.

    As :func:`ring`, with a larger critic, more steps, and networks that are told that the points are 4 units large. The steps
    fade to a tenth and not to nothing: among 25 modes a generator whose critic no longer moves drifts off them. Its weights are
    averaged over about 500 steps.

    Parameters
    ----------
    steps : int

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.training.recipes.grid(steps=100).game.critic.inputs
    2

    Reference: lin2018pacgan
    """
    steps = count(steps, "steps")
    unit = UNITS["grid"]
    game = AdversarialGame(
        generator=networks.Rescaled(network=networks.MLP((2, 64, 64, 64, 2), activation="tanh"), unit_out=unit),
        critic=networks.Rescaled(network=networks.MLP((2, 128, 128, 128, 1), activation="leaky_relu"), unit_in=unit),
        objective=duals.JensenShannon(),
        data=LAWS["grid"],
        latent=2,
        batch_size=128,
        saturating=False,
        regulariser=duals.R1(0.01 * unit**2),
        noise=InstanceNoise(0.5, until=_samples(0.15, steps)),
    )
    return Recipe(
        name="grid",
        title="grid of 25: R1, noise that fades, steps that fade, averaged weights",
        game=game,
        method=_faded(4e-3, 1.5e-3, steps, hold=0.4, end=0.1, decay=0.998),
        steps=steps,
    )


def baseline(variant: str, *, law: str, steps: int | None = None) -> Recipe:
    """What the recipes are compared with: the same networks, batch and number of steps, one idea each.

    Parameters
    ----------
    variant : str
        ``"gan"`` (the non-saturating GAN and nothing else), ``"saturating"``, ``"least-squares"``, ``"hinge"``, ``"wgan-clipping"``,
        ``"wgan-gp"``, ``"packing-2"``, ``"packing-4"``, ``"unrolled"``, ``"variance"``, ``"deviation"``, ``"pairwise"`` (statistics
        of the minibatch), ``"discrimination"`` (learnt ones), ``"r1"``, ``"extragradient"`` or ``"consensus"``.
    law : "ring" or "grid"
    steps : int, optional
        Those of the recipe when omitted.

    Returns
    -------
    Recipe

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> import dualgap as dg
    >>> dg.training.recipes.baseline("packing-2", law="ring", steps=100).game.packing
    2

    Reference: lin2018pacgan
    """
    change = VARIANTS[choice(variant, "variant", VARIANTS)]
    recipe = ring() if choice(law, "law", LAWS) == "ring" else grid()
    steps = recipe.steps if steps is None else count(steps, "steps")
    plain = replace(recipe.game, regulariser=None, noise=None)
    method = methods.AlternatingGDA(step=STEP, first="y", scaling=ADAM)
    title, game, method = change(plain, method)
    return Recipe(name=f"{law}-{variant}", title=title, game=game, method=method, steps=steps)


def names() -> tuple[str, ...]:
    """Every recipe's name.

    Examples
    --------
    >>> names()[:3]
    ('ring', 'grid', 'ring-gan')
    """
    return (*LAWS, *(f"{law}-{variant}" for law in LAWS for variant in VARIANTS))


def named(name: str, *, steps: int | None = None) -> Recipe:
    """The recipe of a name, for another number of steps where one is given.

    Raises
    ------
    InvalidInput
        For a name that is none, with those that there are.

    Examples
    --------
    >>> named("ring-gan", steps=10).title
    'the non-saturating GAN'
    """
    choice(name, "name", names())
    if name in LAWS:
        make = ring if name == "ring" else grid
        return make() if steps is None else make(steps=steps)
    law, _, variant = name.partition("-")
    return baseline(variant, law=law, steps=steps)


STEP = 1e-3
ADAM = methods.Adam(beta1=0.5, beta2=0.99)
Changed = tuple[str, AdversarialGame, methods.Method]


def _samples(share: float, steps: int) -> int:
    """How many samples a share of the run draws: two a step."""
    return max(1, round(2 * share * steps))


def _faded(step_x: float, step_y: float, steps: int, *, hold: float, end: float, decay: float) -> methods.Method:
    """Alternating Adam whose steps fade, and the average of its weights."""
    scaling = methods.Annealed(scaling=methods.Adam(beta1=0.0, beta2=0.99), steps=steps, hold=hold, end=end)
    inner = methods.AlternatingGDA(step_x=step_x, step_y=step_y, first="y", scaling=scaling)
    return methods.Averaged(method=inner, points="iterates", decay=decay)


def _critic(game: AdversarialGame, wrap: Callable[[int], networks.Network]) -> networks.Network:
    """Another critic in the units of the game's own; ``wrap`` is given the dimension of what it is shown."""
    unit = UNITS["ring" if isinstance(game.data, Ring) else "grid"]
    return networks.Rescaled(network=wrap(game.data.dimension), unit_in=unit)


def _hidden(game: AdversarialGame, inputs: int) -> networks.MLP:
    width = 64 if isinstance(game.data, Ring) else 128
    return networks.MLP((inputs, width, width, width, 1), activation="leaky_relu")


def _regularised(title: str, **changes: Any) -> Callable[[AdversarialGame, methods.Method], Changed]:
    return lambda game, method: (title, replace(game, **changes), method)


def _packed(number: int) -> Callable[[AdversarialGame, methods.Method], Changed]:
    def change(game: AdversarialGame, method: methods.Method) -> Changed:
        critic = _critic(game, lambda d: _hidden(game, number * d))
        return f"PacGAN: a critic of {number} points at once", replace(game, packing=number, critic=critic), method

    return change


def _with_statistic(statistic: str) -> Callable[[AdversarialGame, methods.Method], Changed]:
    def change(game: AdversarialGame, method: methods.Method) -> Changed:
        critic = _critic(game, lambda d: networks.WithStatistic(_hidden(game, d + 1), statistic))
        return f"a critic that sees the minibatch's {statistic}", replace(game, critic=critic), method

    return change


def _discrimination(game: AdversarialGame, method: methods.Method) -> Changed:
    def wrap(dimension: int) -> networks.Network:
        features = networks.MLP((dimension, 64, 64), activation="leaky_relu")
        head = networks.MLP((64 + 16, 64, 1), activation="leaky_relu")
        return networks.MinibatchDiscrimination(features, head, kernels=16, dimension=4)

    return "minibatch discrimination", replace(game, critic=_critic(game, wrap)), method


def _wasserstein(title: str, regulariser: duals.Regulariser, scaling: methods.Scaling) -> Any:
    def change(game: AdversarialGame, method: methods.Method) -> Changed:
        return (
            title,
            replace(game, objective=duals.KantorovichRubinstein(), regulariser=regulariser),
            methods.AlternatingGDA(step=STEP, first="y", steps_y=5, scaling=scaling),
        )

    return change


def _unrolled(game: AdversarialGame, method: methods.Method) -> Changed:
    return (
        "unrolled: 5 steps of the critic differentiated through",
        game,
        methods.Unrolled(step=STEP, unroll=5, inner_step=0.05, scaling=ADAM),
    )


VARIANTS: dict[str, Callable[[AdversarialGame, methods.Method], Changed]] = {
    "gan": lambda game, method: ("the non-saturating GAN", game, method),
    "saturating": _regularised("the GAN as written, with the saturating loss", saturating=True),
    "least-squares": _regularised("least squares", objective=duals.LeastSquares()),
    "hinge": _regularised("hinge", objective=duals.Hinge()),
    "wgan-clipping": _wasserstein("WGAN, weights clipped", duals.WeightClipping(0.1), methods.RMSProp()),
    "wgan-gp": _wasserstein("WGAN with a gradient penalty", duals.GradientPenalty(1.0), ADAM),
    "packing-2": _packed(2),
    "packing-4": _packed(4),
    "unrolled": _unrolled,
    "variance": _with_statistic("variance"),
    "deviation": _with_statistic("deviation"),
    "pairwise": _with_statistic("pairwise"),
    "discrimination": _discrimination,
    "r1": _regularised("R1", regulariser=duals.R1(0.1)),
    "extragradient": lambda game, method: ("extra-Adam", game, methods.ExtraGradient(step=STEP, scaling=ADAM)),
    "consensus": lambda game, method: (
        "consensus optimisation",
        game,
        methods.ConsensusOptimization(step=STEP, weight=1.0, scaling=ADAM),
    ),
}
