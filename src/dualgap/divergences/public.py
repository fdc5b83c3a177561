"""The divergences as a user calls them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dualgap.bracket import Bracket
from dualgap.divergences.generators import FDivergence
from dualgap.divergences.tables import (
    CHI_SQUARED,
    F_DIVERGENCE,
    HELLINGER,
    JEFFREYS,
    JS,
    KL,
    RENYI,
    TOTAL_VARIATION,
)
from dualgap.errors import InvalidInput
from dualgap.validation import real

__all__ = ["chi_squared", "f_divergence", "hellinger", "jeffreys", "js", "kl", "renyi", "total_variation"]


@KL.public
def kl(p: Any, q: Any, *, method: str = "auto") -> Bracket:
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

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians (singular ones included, on their common affine subspace), named
        families on the line that have a closed form, and laws of which one misses mass of the other, where it is
        infinite and the reason says why. CERTIFIED for mixtures of normal and Laplace laws on the line, by the masses
        of cells. The value can be differentiated in torch, at p = q too (not between families of torch.distributions
        other than the normal one); at a mass that is 0 the slope is infinite, and the gradient given is the one along
        the other masses.

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
    return KL.compute(p, q, method=method)


@JS.public
def js(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The Jensen-Shannon divergence of p and q, in nats: the divergence itself, not its square root.

    .. math:: JS(p, q) = \\tfrac12 KL(p \\| m) + \\tfrac12 KL(q \\| m), \\qquad m = \\tfrac12 (p + q)

    Symmetric, between 0 (exactly when p = q) and ln 2 = 0.693 (exactly when p and q are mutually singular). Its square
    root is a metric. ``scipy.spatial.distance.jensenshannon`` is that square root; in bits, divide by ln 2.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(js, p, q)``.
    **options
        What the method takes beyond these: ``steps``, ``seed``, ``confidence`` and others of :func:`dualgap.duals.fit` for
        ``"neural"``.

    Returns
    -------
    Bracket
        CONFIDENCE for Samples: a lower bound from draws that the critic has not seen, below the trivial upper bound. EXACT
        for histograms, points, equal Gaussians and mutually singular laws. CERTIFIED between other Gaussians (to a
        millionth on the line or at equal covariance; by closed-form bounds, whose middle is the value, otherwise) and
        mixtures of normal and Laplace laws on the line. The value can be differentiated in torch, at p = q too.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.js([1.0, 0.0], [0.5, 0.5])), 12)
    0.215761554339
    >>> dg.js(dg.Points([[0.0, 0.0]]), dg.Gaussian([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]])).reason
    'the value for mutually singular laws because p is made of atoms, q is continuous'

    Reference: lin1991, endres2003
    """
    return JS.compute(p, q, method=method, **options)


@JEFFREYS.public
def jeffreys(p: Any, q: Any, *, method: str = "auto") -> Bracket:
    """The divergence of Jeffreys: KL in one direction plus KL in the other, in nats.

    .. math:: J(p, q) = KL(p \\| q) + KL(q \\| p) = \\int (p - q) \\ln \\frac{p}{q}

    Symmetric; infinite where either law has mass that the other misses. It is the sum of the two, not their mean.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(jeffreys, p, q)``.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch.

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
    return JEFFREYS.compute(p, q, method=method)


@TOTAL_VARIATION.public
def total_variation(p: Any, q: Any, *, method: str = "auto") -> Bracket:
    """The total variation distance, between 0 and 1.

    .. math:: V(p, q) = \\sup_A |p(A) - q(A)| = \\tfrac12 \\int |p - q|

    With the factor 1/2: the largest difference of probabilities, 1 exactly for mutually singular laws.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(total_variation, p, q)``.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians of equal covariance and singular laws; CERTIFIED between other
        Gaussians. Differentiable in torch wherever V is: not where masses are equal, where the gradient is 0.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> float(dg.total_variation([0.5, 0.5], [0.25, 0.75]))
    0.25

    Reference: cover2006
    """
    return TOTAL_VARIATION.compute(p, q, method=method)


@HELLINGER.public
def hellinger(p: Any, q: Any, *, method: str = "auto") -> Bracket:
    """The squared Hellinger distance, between 0 and 1.

    .. math:: H^2(p, q) = \\tfrac12 \\int (\\sqrt p - \\sqrt q)^2 = 1 - \\int \\sqrt{p q}

    The square, as the f-divergence that it is; its root is a metric. 1 exactly for mutually singular laws.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(hellinger, p, q)``.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.

    Raises
    ------
    InvalidInput
        When p or q is no distribution, the two do not fit together, or no method takes the pair.

    Examples
    --------
    >>> import dualgap as dg
    >>> round(float(dg.hellinger(dg.Gaussian(0.0, 1.0), dg.Gaussian(2.0, 1.0))), 12)
    0.393469340287

    Reference: hellinger1909
    """
    return HELLINGER.compute(p, q, method=method)


@CHI_SQUARED.public
def chi_squared(p: Any, q: Any, *, method: str = "auto") -> Bracket:
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

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.

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
    return CHI_SQUARED.compute(p, q, method=method)


@RENYI.public
def renyi(p: Any, q: Any, *, order: float, method: str = "auto") -> Bracket:
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

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.

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
    order = real(order, "order", above=0)
    if order == 1:
        return replace(KL.compute(p, q, method=method), quantity="renyi")
    return RENYI.compute(p, q, method=method, order=order)


@F_DIVERGENCE.public
def f_divergence(p: Any, q: Any, generator: FDivergence, *, method: str = "auto") -> Bracket:
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

    Returns
    -------
    Bracket
        EXACT for histograms, points and singular laws. CERTIFIED for mixtures of normal and Laplace laws on the line
        and Gaussians of equal covariance, for the generators of this package.

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
    return F_DIVERGENCE.compute(p, q, method=method, generator=generator)
