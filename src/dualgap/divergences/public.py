"""The divergences as a user calls them."""

from __future__ import annotations

from typing import Any

from dualgap.bracket import Bracket
from dualgap.divergences.tables import JS, KL

__all__ = ["js", "kl"]


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
        EXACT for histograms, points, Gaussians (singular ones included, on their common affine subspace) and for laws
        that are singular, where it is infinite and the reason says why. The value can be differentiated in torch, at
        p = q too; at a mass that is 0 the slope is infinite, and the gradient given is the one along the other masses.

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

    References
    ----------
    kullback1951
    """
    return KL.compute(p, q, method=method)


@JS.public
def js(p: Any, q: Any, *, method: str = "auto") -> Bracket:
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

    Returns
    -------
    Bracket
        EXACT for histograms, points, equal Gaussians and mutually singular laws; CERTIFIED between other Gaussians. The
        value can be differentiated in torch, at p = q too.

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

    References
    ----------
    lin1991, endres2003
    """
    return JS.compute(p, q, method=method)
