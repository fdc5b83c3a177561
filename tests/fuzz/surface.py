"""The rest of the public functions and classes: arguments that are as they should be, of which one or two are replaced by anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st

import dualgap as dg
from dualgap import divergences, duals, games, networks, training, transport
from tests.fuzz.hostile import anything, dressed, finite, scalars

__all__ = ["SURFACE", "spoiled"]

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 2)), RNG.normal(size=(4, 2)) + 1
LINE = RNG.normal(size=(12, 1)), RNG.normal(size=(12, 1)) + 0.5
TENSOR = torch.tensor(RNG.normal(size=(6, 2)))
XY, METHOD, ADAM = games.xy(), games.methods.ExtraGradient(step=0.1), games.methods.Adam()
SAMPLES = tuple(map(dg.Samples, LINE))
BRACKET = dg.wasserstein(X, Y, order=2)
MLP = networks.MLP((2, 3, 1))
PAIR, HALF, QUARTER = ([1.0], [0.5]), [0.5, 0.5], [0.25, 0.75]
STABLE = games.scalar_quadratic(monotonicity=0.5, coupling=1.0)
PERMUTED = divergences.permutation_test
#: A larger number of these would be done as it was asked for, for as long as it takes.
COUNTS = {
    *("steps", "starts", "projections", "permutations", "records", "resolution", "inner_steps", "size", "n", "m", "widths"),
    *("time", "dimension", "number", "kernels", "hidden", "modes", "side", "batch", "period", "groups", "channels", "latent", "neighbours"),
}  # fmt: skip
small = st.one_of(st.integers(-1, 4), st.sampled_from([0.5, np.nan, None, True, "2", [], 2.0, np.int64(2)]))


@st.composite
def spoiled(draw: st.DrawFn, valid: dict[str, Any]) -> tuple[dict[str, Any]]:
    """Arguments by name, up to two of which are hostile."""
    names = draw(st.lists(st.sampled_from(sorted(valid)), max_size=draw(st.sampled_from([1, 1, 1, 2])), unique=True))
    return ({**valid, **{name: draw(_instead_of(name, valid[name])) for name in names}},)


def _instead_of(name: str, value: Any) -> st.SearchStrategy[Any]:
    """Anything; of an array, also the same numbers in another layout."""
    if name in COUNTS:
        return small
    if isinstance(value, (list, np.ndarray, torch.Tensor)):
        return st.one_of(anything, scalars, dressed(np.asarray(value)))
    return st.one_of(anything, scalars, finite)


def _attack(name: str, function: Callable[..., Any], share: float, /, **valid: Any) -> tuple[Any, ...]:
    return name, spoiled(valid), lambda arguments: function(**arguments), share


def _estimate(quantity: Callable[..., Any]) -> Callable[..., Any]:
    """A function of two laws, which come by name."""
    return lambda p, q, **options: quantity(p, q, **options)


def _js(p: Any, q: Any, r: Any, weights: Any) -> Any:
    return dg.js(p, q, r, weights=weights)


def _flow(x: Any, y: Any, **options: Any) -> Any:
    return games.flow(XY, start=(x, y), tolerance=1e-6, **options)


def _simulate(x: Any, y: Any, **options: Any) -> Any:
    return dg.simulate(XY, METHOD, start=(x, y), **options)


def _methods() -> list[tuple[Any, ...]]:
    """Every update method, with what each takes beside its step."""
    found = []
    for name in games.methods.__all__:
        kind = getattr(games.methods, name)
        if not isinstance(kind, type) or not issubclass(kind, games.methods.Method) or kind is games.methods.Method:
            continue
        try:
            kind(step=0.1)
        except (TypeError, dg.errors.DualgapError):
            continue
        found.append(_attack(f"methods.{name}", kind, 0.1, step=0.1))
    return found


def _estimators() -> list[tuple[Any, ...]]:
    p, q = SAMPLES
    return [
        _attack("sliced_wasserstein", _estimate(dg.sliced_wasserstein), 0.5, p=X, q=Y, order=2, projections=4, seed=0, confidence=0.9),
        _attack("max_sliced_wasserstein", _estimate(dg.max_sliced_wasserstein), 0.2, p=X, q=Y, order=2, starts=2, steps=3, seed=0),
        _attack("sinkhorn_divergence", _estimate(dg.sinkhorn_divergence), 0.2, p=X, q=Y, regularisation=1.0, order=2, tolerance=1e-4),
        _attack("wasserstein by sparse", _estimate(dg.wasserstein), 0.5, p=X, q=Y, order=2, method="sparse", gap=1e-9, deadline=9.0),
        _attack("wasserstein by sinkhorn", _estimate(dg.wasserstein), 0.2, p=X, q=Y, order=1, method="sinkhorn", gap=0.1),
        _attack("wasserstein of a cost", _estimate(dg.wasserstein), 0.5, p=dg.Points(X), q=dg.Points(Y), cost=np.ones((5, 4)), order=1),
        _attack("wasserstein(Samples)", _estimate(dg.wasserstein), 0.1, p=p, q=q, order=1, method="plug_in"),
        _attack("mmd(Samples)", _estimate(dg.mmd), 0.3, p=p, q=q, bandwidth=1.0, confidence=0.95),
        _attack("energy_distance(Samples)", _estimate(dg.energy_distance), 0.3, p=p, q=q, method="u_statistic"),
        _attack("kl by neighbours", _estimate(dg.kl), 0.2, p=p, q=q, method="neighbours"),
        _attack("permutation_test", PERMUTED, 0.2, statistic=dg.energy_distance, x=LINE[0], y=LINE[1], permutations=3, seed=0),
        _attack("wasserstein_1d", dg.wasserstein_1d, 0.5, x=[0.0, 1.0], y=[1.0, 3.0], order=1, x_weights=HALF, y_weights=QUARTER),
        _attack("renyi", _estimate(dg.renyi), 0.5, p=HALF, q=QUARTER, order=2.0),
        _attack("js of several", _js, 0.5, p=HALF, q=QUARTER, r=[1.0, 0.0], weights=[0.25, 0.25, 0.5]),
        _attack("Power", divergences.Power, 0.2, order=0.5),
        _attack("SkewJensenShannon", divergences.SkewJensenShannon, 0.2, weight=0.5),
        _attack("Points(weighted)", dg.Points, 0.5, points=X, weights=np.full(5, 0.2)),
        _attack("Gaussian(mean, covariance)", dg.Gaussian, 0.5, mean=[0.0, 1.0], covariance=np.eye(2)),
        _attack("Density", dg.Density, 0.2, log_density=lambda x: -np.sum(x * x, axis=-1), dimension=1, sample=None, support=None),
        _attack("c_transform", transport.c_transform, 0.3, potential=[0.0, 1.0], cost=[[1.0, 2.0], [0.0, 3.0]]),
        _attack("displacement", transport.displacement, 0.2, bracket=BRACKET, time=0.5),
        _attack("mcshane_extension", transport.mcshane_extension, 0.2, points=X, potential=np.zeros(5), ground="euclidean"),
    ]  # fmt: skip


def _games() -> list[tuple[Any, ...]]:
    eye = np.eye(1)
    at = {"x": PAIR[0], "y": PAIR[1]}
    return [
        _attack("games.bilinear", games.bilinear, 0.3, matrix=[[1.0]], set_x=games.Box(-1.0, 1.0), set_y=games.Ball(1.0)),
        _attack("bilinear_with_singular_values", games.bilinear_with_singular_values, 0.2, values=[1.0, 2.0], size=3, seed=0),
        _attack("games.quadratic", games.quadratic, 0.3, p=eye, a=eye, q=eye),
        _attack("games.rotation", games.rotation, 0.2, size=1, monotonicity=0.1, speed=1.0),
        _attack("games.scalar_quadratic", games.scalar_quadratic, 0.2, monotonicity=0.1, coupling=1.0),
        _attack("games.random_matrix_game", games.random_matrix_game, 0.2, n=2, m=3, seed=0),
        _attack("games.random_quadratic", games.random_quadratic, 0.2, n=2, m=2, monotonicity=0.1, seed=0),
        _attack("games.kelly_auction", games.kelly_auction, 0.2, value_x=2.0, value_y=1.5, reserve=0.5, budget=2.0),
        _attack("games.lagrangian_program", games.lagrangian_program, 0.2, p=eye, c=[1.0], a=eye, b=[1.0]),
        _attack("games.robust_regression", games.robust_regression, 0.2, design=X, targets=np.ones(5), penalty=2.0),
        _attack("games.minimax_not_nash", games.minimax_not_nash, 0.2, curvature_x=-0.25, coupling=0.6, curvature_y=-1.0),
        _attack("games.xy", games.xy, 0.2, bound=1.0),
        _attack("games.dirac_gan", games.dirac_gan, 0.2, r1=0.1, gradient_penalty=0.0, target=1.0, noise=0.0, clip=None),
        _attack("simulate(options)", _simulate, 0.5, **at, steps=3, seeds=0, record=1, tolerance=None),
        _attack("flow", _flow, 0.2, **at, time=0.5, records=3),
        _attack("predict_rate(game, method)", dg.predict_rate, 0.1, game=XY, method=METHOD),
        _attack("largest_stable_step", games.largest_stable_step, 0.05, game=STABLE, method=METHOD),
        _attack("local_constants", games.local_constants, 0.1, game=XY),
        _attack("amplification", games.amplification, 0.1, method=METHOD, eigenvalues=[1j, 0.5]),
        _attack("spectrum", games.spectrum, 0.3, matrix=[[0.0, 1.0], [-1.0, 0.0]], uncertainty=0.0),
        _attack("natural_residual", games.natural_residual, 0.2, game=XY, step=1.0, **at),
        _attack("frank_wolfe_gap", games.frank_wolfe_gap, 0.2, game=games.matching_pennies(), x=[0.5, 0.5], y=[1.0, 0.0]),
        _attack("value_bounds", games.value_bounds, 0.3, game=games.matching_pennies(), x=[0.5, 0.5], y=[1.0, 0.0]),
        _attack("classify(options)", dg.classify, 0.2, game=XY, x=[0.0], y=[0.0], time_scale=1.0, tolerance=1e-6),
        _attack("Adam", games.methods.Adam, 0.2, beta1=0.9, beta2=0.999, epsilon=1e-8),
        _attack("RMSProp", games.methods.RMSProp, 0.2, beta=0.9, epsilon=1e-8),
        _attack("Momentum", games.methods.Momentum, 0.2, beta=0.9),
        _attack("Lookahead", games.methods.Lookahead, 0.2, method=METHOD, period=5, alpha=0.5),
        _attack("Averaged", games.methods.Averaged, 0.2, method=METHOD, points="iterates", power=0.0, decay=None),
        _attack("Annealed", games.methods.Annealed, 0.2, scaling=ADAM, steps=10, hold=0.5, end=0.0),
        _attack("Halpern", games.methods.Halpern, 0.1, method=METHOD),
    ]  # fmt: skip


def _learning() -> list[tuple[Any, ...]]:
    return [
        _attack("FDual", duals.FDual, 0.2, generator=divergences.KullbackLeibler()),
        _attack("SemiDual", duals.SemiDual, 0.2, order=2),
        _attack("GradientPenalty", duals.GradientPenalty, 0.2, weight=1.0, one_sided=False),
        _attack("R1", duals.R1, 0.2, weight=1.0),
        _attack("WeightClipping", duals.WeightClipping, 0.2, bound=0.01),
        _attack("duals.Training", duals.Training, 0.2, steps=3, batch_size=2, restarts=1, patience=8, deadline=None, device="cpu"),
        _attack("Dataset", duals.Dataset, 0.2, points=X, weights=None),
        _attack("MLP", networks.MLP, 0.2, widths=(2, 3, 1), activation="relu", spectral=False),
        _attack("LipschitzMLP", networks.LipschitzMLP, 0.2, widths=(2, 4, 1), layer="bjorck", groups=2),
        _attack("Cones", networks.Cones, 0.2, dimension=2, number=3, rank=None, sign=1),
        _attack("Rescaled", networks.Rescaled, 0.1, network=MLP, unit_in=1.0, unit_out=1.0),
        _attack("MixtureCritic", networks.MixtureCritic, 0.1, networks=(MLP, MLP), combine="min"),
        _attack("MinibatchDiscrimination", networks.MinibatchDiscrimination, 0.1, features=MLP, head=MLP, kernels=2, dimension=2),
        _attack("group_sort", networks.group_sort, 0.1, hidden=TENSOR, groups=1),
        _attack("ConvolutionalCritic", networks.ConvolutionalCritic, 0.1, channels=(2, 3), side=8, colours=1),
        _attack("ConvolutionalGenerator", networks.ConvolutionalGenerator, 0.1, latent=2, channels=(2, 3), side=8, colours=1),
        _attack("Ring", training.Ring, 0.1, modes=8, radius=1.0, spread=0.05),
        _attack("Grid", training.Grid, 0.1, side=3, spacing=2.0, spread=0.05),
        _attack("Spiral", training.Spiral, 0.1, turns=2.0, spread=0.02),
        _attack("ParallelLines", training.ParallelLines, 0.1, offset=0.5),
        _attack("InstanceNoise", training.InstanceNoise, 0.1, deviation=0.1, until=10),
        _attack("Checkpoint", training.Checkpoint, 0.1, path="run.safetensors", every=2),
        _attack("as_source", training.as_source, 0.2, data=X),
        _attack("mode_coverage", training.mode_coverage, 0.2, points=TENSOR[None], centres=TENSOR[:2], spread=0.5),
        _attack("mmd_squared", training.mmd_squared, 0.2, points=TENSOR[None], data=TENSOR),
        _attack("manifold_coverage", training.manifold_coverage, 0.2, points=TENSOR[None], data=TENSOR, neighbours=2),
        _attack("wasserstein_brackets", training.wasserstein_brackets, 0.2, points=TENSOR[None], data=TENSOR, order=2),
        _attack("share_of_seeds", training.share_of_seeds, 0.2, succeeded=[True, False], confidence=0.95),
        _attack("verify", dg.verify, 0.05, topic="divergences", only="kl-nonnegative", budget="quick", seed=0),
    ]  # fmt: skip


#: Name, arguments, function and share of each.
SURFACE = [*_estimators(), *_games(), *_methods(), *_learning()]
