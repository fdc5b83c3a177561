"""The divergences that are bounded whatever the laws, as a user calls them: at most ln 2, or 1."""

from __future__ import annotations

from typing import Any

from dualgap.bracket import Bracket
from dualgap.divergences.several import js_of_several
from dualgap.divergences.tables import HELLINGER, JS, TOTAL_VARIATION

__all__ = ["hellinger", "js", "total_variation"]


@JS.public
def js(p: Any, q: Any, *more: Any, weights: Any = None, method: str = "auto", **options: Any) -> Bracket:
    """The Jensen-Shannon divergence of two laws or more, in nats: the divergence itself, not its square root.

    .. math:: JS_w(p_1, \\dots, p_k) = \\sum_i w_i KL(p_i \\| m), \\qquad m = \\sum_i w_i p_i, \\qquad
              JS(p, q) = \\tfrac12 KL(p \\| m) + \\tfrac12 KL(q \\| m)

    Between 0 (exactly when all laws are equal) and the entropy of the weights, ln 2 = 0.693 for two laws (exactly when
    they are mutually singular): what a draw of m tells about which law it came from. For two laws of equal weight it is
    symmetric, and its square root is a metric. ``scipy.spatial.distance.jensenshannon`` is that square root; in bits, divide by ln 2.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    *more : further measures on the same space
    weights : (k,) array, optional
        One for each law, non-negative and summing to 1; constants, through which nothing is differentiated. Equal when
        omitted.
    method : str
        ``"auto"`` or a name from ``methods_for(js, p, q)``; with weights, a name from
        ``methods_for(f_divergence, p, q, generator=SkewJensenShannon(weights[0]))``, which is also how several laws are
        merged one after another.
    **options
        What the method takes beyond these: as for :func:`kl`, and ``steps`` and others of :func:`dualgap.duals.fit` for
        ``"neural"``.

    Returns
    -------
    Bracket
        CONFIDENCE for Samples: a lower bound from draws that the critic has not seen, below the trivial upper bound, by
        ``"held_out"`` and ``"neural"``, and from the accuracy alone by ``"accuracy"``; ASYMPTOTIC by ``"classifier"`` (for
        its regime see :func:`kl`). EXACT for histograms, points, equal Gaussians and mutually singular laws. CERTIFIED
        between other Gaussians (to a millionth on the line or at equal covariance; by closed-form bounds, whose middle is
        the value, otherwise) and mixtures of normal and Laplace laws on the line. The value can be differentiated in torch,
        at p = q too.

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
    >>> round(float(dg.js([1.0, 0.0], [0.5, 0.5], [0.0, 1.0], weights=[0.25, 0.5, 0.25])), 12)
    0.34657359028

    Reference: lin1991, endres2003
    """
    if weights is None and not more:
        return JS.compute(p, q, method=method, **options)
    return js_of_several((p, q, *more), weights, method=method, **options)


@TOTAL_VARIATION.public
def total_variation(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The total variation distance, between 0 and 1.

    .. math:: V(p, q) = \\sup_A |p(A) - q(A)| = \\tfrac12 \\int |p - q|

    With the factor 1/2: the largest difference of probabilities, 1 exactly for mutually singular laws.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(total_variation, p, q)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians of equal covariance and singular laws; CERTIFIED between other
        Gaussians. Differentiable in torch wherever V is: not where masses are equal, where the gradient is 0.
        For Samples CONFIDENCE, a lower bound from the hits of a classifier on draws that it has not seen, by ``"held_out"``
        and, with an exact binomial interval, by ``"accuracy"``.

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
    return TOTAL_VARIATION.compute(p, q, method=method, **options)


@HELLINGER.public
def hellinger(p: Any, q: Any, *, method: str = "auto", **options: Any) -> Bracket:
    """The squared Hellinger distance, between 0 and 1.

    .. math:: H^2(p, q) = \\tfrac12 \\int (\\sqrt p - \\sqrt q)^2 = 1 - \\int \\sqrt{p q}

    The square, as the f-divergence that it is; its root is a metric. 1 exactly for mutually singular laws.

    Parameters
    ----------
    p, q : measures on the same space, or what stands for them
        As for :func:`kl`.
    method : str
        ``"auto"`` or a name from ``methods_for(hellinger, p, q)``.
    **options
        What the method takes beyond these, as for :func:`kl`.

    Returns
    -------
    Bracket
        EXACT for histograms, points, Gaussians and singular laws. Differentiable in torch, at p = q too.
        For Samples CONFIDENCE by ``"held_out"``, ASYMPTOTIC by ``"classifier"`` and ``"neighbours"`` (5 unless told), as for
        :func:`kl`.

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
    return HELLINGER.compute(p, q, method=method, **options)
