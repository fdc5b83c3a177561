"""Independent oracles for divergences: 60-digit arithmetic, straight from the definitions."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest


class Oracle:
    """D(p / P, q / Q) in 60 digits for weights as they are stored, and for Gaussians."""

    def __init__(self) -> None:
        self.mp = mpmath.MPContext()
        self.mp.dps = 60

    def _laws(self, p, q):
        laws = []
        for weights in (p, q):
            masses = [self.mp.mpf(float(w)) for w in np.asarray(weights, dtype=np.float64)]
            total = self.mp.fsum(masses)
            laws.append([mass / total for mass in masses])
        return laws

    def kl(self, p, q):
        return self.mp.fsum(
            a * self.mp.log(a / b) if b > 0 else self.mp.inf for a, b in zip(*self._laws(p, q), strict=True) if a > 0
        )

    def js(self, p, q):
        first, second = self._laws(p, q)
        middle = [(a + b) / 2 for a, b in zip(first, second, strict=True)]
        return self.mp.fsum(
            a * self.mp.log(a / m) / 2 for law in (first, second) for a, m in zip(law, middle, strict=True) if a > 0
        )

    def jeffreys(self, p, q):
        return self.kl(p, q) + self.kl(q, p)

    def total_variation(self, p, q):
        return self.mp.fsum(abs(a - b) for a, b in zip(*self._laws(p, q), strict=True)) / 2

    def hellinger(self, p, q):
        roots = (self.mp.sqrt(a) - self.mp.sqrt(b) for a, b in zip(*self._laws(p, q), strict=True))
        return self.mp.fsum(root**2 for root in roots) / 2

    def chi_squared(self, p, q):
        pairs = [(a, b) for a, b in zip(*self._laws(p, q), strict=True) if a > 0 or b > 0]
        return self.mp.fsum((a - b) ** 2 / b if b > 0 else self.mp.inf for a, b in pairs)

    def renyi(self, p, q, order):
        order = self.mp.mpf(order)
        pairs = [(a, b) for a, b in zip(*self._laws(p, q), strict=True) if a > 0]
        if order > 1 and any(b == 0 for _, b in pairs):
            return self.mp.inf
        total = self.mp.fsum(a**order * b ** (1 - order) for a, b in pairs if b > 0)
        return self.mp.log(total) / (order - 1) if total > 0 else self.mp.inf

    def gaussian_renyi(self, m1, s1, m2, s2, order):
        first, second = (self.mp.matrix(np.atleast_2d(s).tolist()) for s in (s1, s2))
        ours, theirs = (self.mp.matrix(np.atleast_1d(m).tolist()) for m in (m1, m2))
        order = self.mp.mpf(order)
        inner, shift = order * second + (1 - order) * first, ours - theirs
        dets = [self.mp.det(s) for s in (inner, first, second)]
        logs = self.mp.log(dets[0]) - (1 - order) * self.mp.log(dets[1]) - order * self.mp.log(dets[2])
        return order / 2 * (shift.T * inner**-1 * shift)[0] - logs / (2 * (order - 1))

    def gaussian_kl(self, m1, s1, m2, s2):
        """By the inverse and the determinants, as it stands in every textbook."""
        first, second = (self.mp.matrix(np.atleast_2d(s).tolist()) for s in (s1, s2))
        ours, theirs = (self.mp.matrix(np.atleast_1d(m).tolist()) for m in (m1, m2))
        inverse, shift = second**-1, ours - theirs
        product = inverse * first
        trace = self.mp.fsum(product[i, i] for i in range(first.rows))
        logs = self.mp.log(self.mp.det(first) / self.mp.det(second))
        return (trace - first.rows - logs + (shift.T * inverse * shift)[0]) / 2


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle()
