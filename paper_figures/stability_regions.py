"""Where in the complex plane each method is stable: rotations lie on the imaginary axis, where plain descent never is."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["METHODS", "caption", "compute", "draw", "layout"]

#: The panels, in order: what they are called in the data, and in print.
METHODS = {
    "simultaneous": "Simultaneous",
    "momentum": "Momentum −0.5",
    "optimistic": "Optimistic",
    "extragradient": "Extragradient",
    "lookahead": "Lookahead",
    "proximal": "Proximal point",
}

caption = (
    "Stability in the complex plane of step times eigenvalue of the field: where a step shrinks deviations (filled; darker where "
    "to below 3/4 and 1/2), by the Jacobian of the method's own step. Eigenvalues of a rotation such as xy lie on the imaginary "
    "axis, those of a descent on the real axis. Bars on the axes: how far from 0 the method is stable. Simultaneous "
    "descent-ascent, with momentum or without, is stable at no rotation; optimistic descent-ascent up to 1/√3, "
    "extragradient up to 1; the proximal point outside a disc, so that it can also be drawn to what repels."
)

layout = Layout(panels=(tuple(METHODS)[:3], tuple(METHODS)[3:]), full_width=True, height=0.72)

#: Of the plane; the proximal point has a pole at -1, which is no point of the grid.
REAL, IMAGINARY = (-1.05, 3.05), (-2.2, 2.2)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """The factor of a step over the plane, and the limits along both axes.

    Returns
    -------
    dict
        ``real`` (k,), ``imaginary`` (k,); for each method ``<method>_modulus`` (k, k), ``<method>_limits`` (2,): on the real and on
        the imaginary axis, infinite where there is none. Nothing is random: the seed has no effect.
    """
    resolution = {"quick": 121, "paper": 401}[budget]
    data: dict[str, np.ndarray] = {}
    for name, method in _methods().items():
        found = dg.games.stability_region(method, real=REAL, imaginary=IMAGINARY, resolution=resolution)
        data["real"], data["imaginary"] = found.real, found.imaginary
        data[f"{name}_modulus"] = found.modulus.astype(np.float32)
        data[f"{name}_limits"] = dg.games.stability_boundary(method, [0.0, np.pi / 2])
    return data


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """A panel a method, all on one scale."""
    for name, title in METHODS.items():
        panel, modulus = axes[name], data[f"{name}_modulus"]
        at = data["real"], data["imaginary"], modulus
        panel.contourf(*at, levels=[0, 0.5, 0.75, 1], colors=["#4FA3D1", "#94C9E6", "#CFE7F5"])
        panel.contour(*at, levels=[1], colors=[COLOURS["blue"]], linewidths=1.0)
        panel.axhline(0, color=GREY, linewidth=0.4)
        panel.axvline(0, color=GREY, linewidth=0.4)
        real, imaginary = (float(limit) for limit in data[f"{name}_limits"])
        # a limit beyond the picture is drawn to its edge
        panel.plot([0, min(real, REAL[1])], [0, 0], color=COLOURS["vermilion"], linewidth=1.8, solid_capstyle="butt")
        if imaginary > 0:
            end = min(imaginary, IMAGINARY[1])
            panel.plot([0, 0], [-end, end], color="black", linewidth=1.8, solid_capstyle="butt")
        shown = ["∞" if np.isinf(limit) else f"{limit:.3g}" for limit in (real, imaginary)]
        panel.set_title(f"{title}\nreal {shown[0]}, imaginary {shown[1]}", fontsize=6.5, linespacing=1.15, pad=3)
        panel.set(
            xlabel="real part (no unit)", ylabel="imaginary part (no unit)", xlim=REAL, ylim=IMAGINARY, aspect="equal"
        )
        panel.set_xticks([-1, 0, 1, 2, 3])
        panel.set_yticks([-2, -1, 0, 1, 2])


def _methods() -> dict[str, dg.methods.Method]:
    """Of step 1, so that the plane is that of step times eigenvalue."""
    methods = dg.methods
    return {
        "simultaneous": methods.SimultaneousGDA(step=1.0),
        "momentum": methods.SimultaneousGDA(step=1.0, scaling=methods.Momentum(beta=-0.5)),
        "optimistic": methods.OptimisticGDA(step=1.0),
        "extragradient": methods.ExtraGradient(step=1.0),
        "lookahead": methods.Lookahead(method=methods.SimultaneousGDA(step=1.0), period=5, alpha=0.5),
        "proximal": methods.ProximalPoint(step=1.0),
    }
