"""The divergences as a user calls them; those that are bounded are in :mod:`dualgap.divergences.bounded`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dualgap.bracket import Bracket
from dualgap.divergences.generators import LARGEST_ORDER, FDivergence
from dualgap.divergences.tables import (
    CHI_SQUARED,
    F_DIVERGENCE,
    JEFFREYS,
    KL,
    RENYI,
)
from dualgap.errors import InvalidInput
from dualgap.validation import real

__all__ = ["chi_squared", "f_divergence", "jeffreys", "kl", "renyi"]


@KL.public
def kl(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The Kullback-Leibler divergence of p from q, in nats.

    .. math:: KL(p \\| q) = \\int p \\ln \\frac{p}{q}

    Zero exactly when p = q; infinite exactly when p has mass where q has none. Not symmetric: p is the law that the
    expectation is taken under.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        A bare (..., n) array is a Histogram (leading axes are independent pairs, and broadcast); Points are matched by
        exact equality of their coordinates; Gaussian, scipy.stats and torch.distributions laws as they are. Weights
        whose sums differ from 1 by rounding stand for the law that is proportional to them, so that the divergence of
        nearly equal histograms keeps its relative accuracy (1e-14 for differences down to 1e-13).
    method : str
        ``"auto"`` or a name from ``methods_for(kl, p, q)``.
    **options
        What the method takes beyond these. For Samples: ``confidence`` (0.95) and ``seed`` (0); for ``"held_out"`` a
        ``critic`` of your own, fixed before the draws were seen, (n, d) array -> (n,) estimates of ln p/q; for it and
        ``"classifier"`` the ``features`` of a logistic regression, ``"quadratic"`` or ``"linear"``; for ``"neighbours"``
        their number ``neighbours`` (1), the ``dimension`` of a curved set that both laws live on, and ``subsamples`` (48).
        An option chooses the best method that takes it.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians (singular ones included, on their common affine subspace), laws of which
        one misses mass of the other, where it is infinite and the reason says why, and two laws of one family: Laplace,
        exponential, gamma (chi-squared, Erlang), inverse gamma, Rayleigh, Maxwell, chi, half-normal, beta, Dirichlet,
        von Mises, Cauchy, Gumbel, Weibull, Pareto, lognormal, inverse Gaussian, uniform, Wishart, Poisson, geometric,
        negative binomial, and products of them. Also of Student's, Laplace, logistic, gamma, beta, Gumbel, Weibull,
        Pareto, lognormal and uniform laws from a normal law (infinite without a variance), and of a normal law from a
        Laplace law; the other way round nothing is closed. CERTIFIED for mixtures of normal and Laplace laws on the
        line, by the masses of cells. The value can be differentiated in torch, at p = q too; at a mass that is 0 the
        slope is infinite, and the gradient given is the one along the other masses.

        For Samples, ``"held_out"`` is CONFIDENCE, at every sample size and for all laws: a lower bound from the half of the
        draws that the critic has not seen, at most about the logarithm of their number, below the trivial upper bound.
        ``"classifier"`` is ASYMPTOTIC where ln p/q is a polynomial of its features (quadratic ones: two Gaussian laws), and
        an interval of a lower bound elsewhere. ``"neighbours"`` is ASYMPTOTIC where the bias is small next to the spread:
        one neighbour, 1 to 3 dimensions, coordinates of comparable scale, densities without heavy tails and
        KL up to 1/2. There both cover within 3 points of their level at n = 2,000. Nearest neighbours fail, mostly by
        showing too little, in high dimension, with more neighbours, for larger and for infinite KL (draws of Cauchy's law
        against normal ones give about 1); where the estimate is one that no divergence has, the guarantee is NONE. They
        refuse draws that coincide, as rounded ones do.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.kl([0.5, 0.5], [0.25, 0.75])), 12)
    0.143841036226
    >>> print(dg.kl([0.5, 0.5], [1.0, 0.0]).reason)
    infinite because q has no mass on atom 1, where p has 0.5: p is not absolutely continuous with respect to q
    >>> float(dg.kl(dg.Gaussian(1.0, 1.0), dg.Gaussian(0.0, 1.0)))
    0.5

    Reference: kullback1951
    """
    return KL.compute(p, q, method=method, **options)


@JEFFREYS.public
def jeffreys(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The divergence of Jeffreys: KL in one direction plus KL in the other, in nats.

    .. math:: J(p, q) = KL(p \\| q) + KL(q \\| p) = \\int (p - q) \\ln \\frac{p}{q}

    Symmetric; infinite where either law has mass that the other misses. It is the sum of the two, not their mean.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(jeffreys, p, q)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch. For Samples CONFIDENCE by
        ``"held_out"`` and ASYMPTOTIC by ``"neighbours"``, as for :func:`kl`.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.jeffreys(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0))), 12)
    1.0

    Reference: jeffreys1946
    """
    return JEFFREYS.compute(p, q, method=method, **options)


@CHI_SQUARED.public
def chi_squared(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The chi-squared divergence of Pearson.

    .. math:: \\chi^2(p \\| q) = \\int \\frac{(p - q)^2}{q}

    Not symmetric; infinite where q misses mass of p, and where p is too wide for q (for Gaussians unless twice the
    covariance of q exceeds that of p).

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(chi_squared, p, q)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.
        For Samples CONFIDENCE by ``"held_out"``, as for :func:`kl`.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> float(dg.chi_squared([0.5, 0.5], [0.25, 0.75]))
    0.3333333333333333

    Reference: pearson1900
    """
    return CHI_SQUARED.compute(p, q, method=method, **options)


@RENYI.public
def renyi(p: Any, q: Any, *, order: float, method: str = "auto", **options: Any) -> Bracket:
    """The Renyi divergence of an order, in nats.

    .. math:: D_a(p \\| q) = \\frac{1}{a - 1} \\ln \\int p^a q^{1 - a}

    Increasing in its order; order 1 is KL, order 1/2 is -2 ln of the Bhattacharyya coefficient, order 2 is
    ln(1 + chi squared). Infinite where q misses mass of p (for orders from 1), or the laws are singular.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    order : float
        Above 0 and finite.
    method : str
        ``"auto"`` or a name from ``methods_for(renyi, p, q, order=order)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.
        For Samples CONFIDENCE by ``"held_out"`` and ASYMPTOTIC by ``"neighbours"`` (5 unless told; more than 2 abs(order - 1)
        of them), as for :func:`kl`: at n = 2,000 on the line within 3 points of its level for orders from 1/2 to 1, and
        below it for larger ones (91% for 95% at order 3/2).

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.renyi(dg.Gaussian(0.0, 1.0), dg.Gaussian(1.0, 1.0), order=3.0)), 12)
    1.5

    Reference: renyi1961, vanerven2014
    """
    order = real(order, "order", above=0, at_most=LARGEST_ORDER)
    if order == 1:
        return replace(KL.compute(p, q, method=method, **options), quantity="renyi")
    return RENYI.compute(p, q, method=method, order=order, **options)


@F_DIVERGENCE.public
def f_divergence(p: Any, q: Any, generator: FDivergence, *, method: str = "auto", **options: Any) -> Bracket:
    """The f-divergence of a convex generator.

    .. math:: D_f(p \\| q) = \\int q\\, f(p / q), \\qquad f \\text{ convex}, \\quad f(1) = 0

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    generator : FDivergence
        One of :mod:`dualgap.divergences`, or your own formula as a :class:`dualgap.divergences.Generator`.
    method : str
        ``"auto"`` or a name from ``methods_for(f_divergence, p, q, generator=generator)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points and singular laws. CERTIFIED for mixtures of normal and Laplace laws on the line
        and Gaussians of equal covariance, for the generators of this package; for these CONFIDENCE for Samples by
        ``"held_out"``, as for :func:`kl`.

    Raises
    ------
    InvalidInput
        When the generator is none, p or q is no distribution, the two do not fit together, or no method takes the
        pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> float(dg.f_divergence([0.5, 0.5], [0.25, 0.75], dg.divergences.TotalVariation()))
    0.25

    Reference: csiszar1967
    """
    if not isinstance(generator, FDivergence):
        raise InvalidInput(
            f"generator must be an FDivergence, got {type(generator).__name__}; wrap a formula in "
            "dualgap.divergences.Generator",
            argument="generator",
        )
    return F_DIVERGENCE.compute(p, q, method=method, generator=generator, **options)
