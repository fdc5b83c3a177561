"""Dual objectives: what a critic maximises, and what its supremum means.

An objective is a pair of functions of the critic's score. Over all critics f (or all 1-Lipschitz ones)

.. math:: S(p, q) = \\sup_f \\; E_p[\\mathrm{real}(f)] + E_q[\\mathrm{fake}(f)],

and a divergence is an increasing function of S. Any critic gives a lower bound. The same object serves the
estimators (:mod:`dualgap.duals`), the trainers (:mod:`dualgap.training`) and the Dirac-GAN
(:func:`dualgap.games.dirac_gan`).
"""

from __future__ import annotations

from dualgap.objectives.dual import Dual
from dualgap.objectives.margins import Hinge, LeastSquares
from dualgap.objectives.ratios import DonskerVaradhan, FDual, JensenShannon
from dualgap.objectives.transport import KantorovichRubinstein, SemiDual

__all__ = [
    "DonskerVaradhan",
    "Dual",
    "FDual",
    "Hinge",
    "JensenShannon",
    "KantorovichRubinstein",
    "LeastSquares",
    "SemiDual",
]
