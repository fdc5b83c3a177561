"""Whether two samples are of one law: a p-value that holds at every sample size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dualgap.divergences.kernel_samples import Kernel, exceeding_permutations
from dualgap.errors import InvalidInput
from dualgap.measures import Samples
from dualgap.validation import count, detached, points_array, real, same_length

__all__ = ["PermutationTest", "by_kernel", "permutation_test"]

_KERNELS: dict[Callable[..., Any], Callable[..., Kernel]] = {}


@final
@dataclass(frozen=True, kw_only=True)
class PermutationTest:
    """What :func:`permutation_test` returns.

    Parameters
    ----------
    statistic : float
        On the samples as they are.
    p_value : float in (0, 1]
        (1 + ``as_large``) / (1 + ``permutations``).
    as_large : int
        Permutations with a value at least as large.
    permutations : int
    """

    statistic: float
    p_value: float
    as_large: int
    permutations: int


def by_kernel(function: Callable[..., Any], kernel: Callable[..., Kernel]) -> None:
    """Say that a public distance is that of mean embeddings, with the kernel that its options give."""
    _KERNELS[function] = kernel


def permutation_test(statistic: Callable[..., Any], x: Any, y: Any, *, permutations: int = 999, seed: int = 0,
                     **options: Any) -> PermutationTest:  # fmt: skip
    """Test the hypothesis that two samples are independent draws of one law.

    .. math:: \\text{p-value} = \\frac{1 + \\#\\{b : T_b \\ge T\\}}{1 + B}

    with the statistic T of the samples and T_b of all draws divided anew at random into samples of the same sizes. Under the
    hypothesis the draws can be exchanged, so that the p-value is at most u with probability at most u, for every u, law and
    sample size.

    Parameters
    ----------
    statistic : callable
        ``dualgap.mmd`` or ``dualgap.energy_distance``, whose kernel is then computed once; or your own function of two
        (n, d) arrays that gives a number, larger for samples that differ more.
    x, y : (n, d) and (m, d) arrays, or Samples
        At least two draws each.
    permutations : int
        B.
    seed : int
    **options
        Of the statistic, such as ``bandwidth`` for ``dualgap.mmd``.

    Returns
    -------
    PermutationTest

    Raises
    ------
    InvalidInput
        When the statistic is no function or gives no finite number, or the samples do not fit together.

    Examples
    --------
    >>> import numpy as np, dualgap as dg
    >>> rng = np.random.default_rng(0)
    >>> x, y = rng.normal(size=(100, 2)), rng.normal(size=(80, 2)) + [1.0, 0.0]
    >>> dg.divergences.permutation_test(dg.energy_distance, x, y, permutations=99).p_value
    0.01
    >>> dg.divergences.permutation_test(lambda a, b: abs(a.mean() - b.mean()), x[:50], x[50:], permutations=99).p_value > 0.05
    True

    Reference: gretton2012, szekely2013
    """
    if not callable(statistic):
        raise InvalidInput(
            f"statistic must be dualgap.mmd, dualgap.energy_distance or a function of two arrays, got {statistic!r}",
            argument="statistic",
        )
    first, second = (_draws(value, name) for value, name in ((x, "x"), (y, "y")))
    same_length(first.shape[1], second.shape[1], ("x", "y"), "dimension")
    permutations, seed = count(permutations, "permutations"), count(seed, "seed", at_least=0)
    if statistic in _KERNELS:
        value = float(statistic(first, second, **options))
        kernel = _KERNELS[statistic](**options)
        as_large = exceeding_permutations(first, second, kernel, permutations, seed)
    else:
        value = real(statistic(first, second, **options), "statistic")
        everything, n, rng = np.concatenate([first, second]), len(first), np.random.default_rng(seed)
        as_large = 0
        for _ in range(permutations):
            mixed = everything[rng.permutation(len(everything))]
            as_large += real(statistic(mixed[:n], mixed[n:], **options), "statistic") >= value - 1e-12 * abs(value)
    return PermutationTest(
        statistic=value, p_value=(1 + as_large) / (1 + permutations), as_large=as_large, permutations=permutations
    )


def _draws(value: Any, name: str) -> np.ndarray:
    points = detached(value.points if isinstance(value, Samples) else points_array(value, name))
    if len(points) < 2:
        raise InvalidInput(f"{name} must hold at least 2 draws, got {len(points)}", argument=name)
    return points
