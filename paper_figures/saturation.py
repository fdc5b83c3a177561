"""A critic that becomes sure leaves the saturating generator nothing to follow, and the other one more and more."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import norm

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["LOSSES", "caption", "compute", "draw", "layout"]

#: The losses, in order: what they are called in the data, and in print.
LOSSES = {"saturating": "saturating", "non_saturating": "non-saturating"}

caption = (
    "(a) The derivative of both generator losses in the critic's logit a of a generated point. Where the critic is sure "
    "that it is generated (a far below 0), the saturating loss has none: 2·10⁻⁹ at a = −20; the non-saturating one has "
    "derivative 1. (b) Data N(0, s²), generated points N(3, s²), the optimal critic of these two laws. As the deviation s "
    "falls the critic sharpens, and the saturating gradient in the generator's mean vanishes, while the non-saturating one "
    "grows without bound."
)

layout = Layout(
    panels=(("logit", "sharpness"),),
    full_width=True,
    height=0.38,
    column=Layout(panels=(("logit",), ("sharpness",)), full_width=False, height=1.25),
    letters=("logit", "sharpness"),
)

#: The generator's mean; that of the data is 0.
APART = 3.0


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Differentiate both losses, in a logit and, through the optimal critic, in the generator's mean.

    Returns
    -------
    dict
        ``logits`` (k,); ``deviations`` (l,), s; for each loss ``<loss>_logit`` (k,), the derivative's modulus, and ``<loss>_mean`` (l,),
        that of the gradient in the mean, per unit. Nothing is random: the seed has no effect.
    """
    import torch

    nodes = {"quick": 4001, "paper": 40_001}[budget]
    gan = dg.duals.JensenShannon()
    losses = {"saturating": gan.saturating, "non_saturating": gan.non_saturating}
    # the saturating gradient comes from far in the tail, where both laws meet: a grid reaches there, draws do not
    grid = np.linspace(-12, 12, nodes)
    z, weights = torch.as_tensor(grid), torch.as_tensor(norm.pdf(grid) * (grid[1] - grid[0]))
    logits = torch.linspace(-20, 6, 105, dtype=torch.float64)
    deviations = np.geomspace(3.0, 0.3, 31)
    data = {"logits": logits.numpy(), "deviations": deviations}
    for name, loss in losses.items():
        at = logits.clone().requires_grad_()
        (slope,) = torch.autograd.grad(loss(at[:, None]).sum(), at)
        data[f"{name}_logit"] = slope.abs().numpy()
        gradients = []
        for s in deviations:
            mean = torch.tensor(APART, dtype=torch.float64, requires_grad=True)
            points = mean + s * z
            # log p / q of the two normal laws; the critic stays while the generator looks where to go
            scores = (APART**2 - 2 * APART * points) / (2 * s**2)
            gradients.append(abs(float(torch.autograd.grad(weights @ loss(scores[:, None]), mean)[0])))
        data[f"{name}_mean"] = np.array(gradients)
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """Both derivatives, on logarithmic scales."""
    for (name, title), colour, line in zip(LOSSES.items(), ("vermilion", "blue"), ("--", "-"), strict=True):
        axes["logit"].plot(data["logits"], data[f"{name}_logit"], line, color=COLOURS[colour], label=title)
        axes["sharpness"].plot(1 / data["deviations"], data[f"{name}_mean"], line, color=COLOURS[colour], label=title)
    panel = axes["logit"]
    panel.axvline(0, color=GREY, linewidth=0.4, zorder=0)
    panel.set(
        yscale="log", xlabel="a, logit of a generated point (nats)", ylabel="|d loss / da| (no unit)", ylim=(5e-10, 5)
    )
    panel.set_yticks([1e-9, 1e-6, 1e-3, 1])
    panel.legend(loc="center left", bbox_to_anchor=(0.0, 0.62))
    panel.text(-1, 1.5e-9, "surely generated ←", fontsize=6, color=GREY, ha="right")
    panel = axes["sharpness"]
    panel.set(yscale="log", xlabel="1/s, sharpness of the critic (1/unit)", ylabel="|d loss / d mean| (1/unit)")
