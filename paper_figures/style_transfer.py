"""Contents by styles, and how the loss of each layer comes down."""

from __future__ import annotations

from typing import Any

import numpy as np

import dualgap as dg
from dualgap.extras import require
from paper_figures.layout import Layout
from paper_figures.palette import COLOURS, GREY

__all__ = ["caption", "compute", "draw", "layout", "picture"]

CONTENTS = ("astronaut", "chelsea")
STYLES = ("coffee", "immunohistochemistry", "brick")
#: The colour and the line of each kind of layer.
KINDS = {"colour": ("orange", "-."), "texture3": ("blue", "-"), "texture7": ("green", ":")}

caption = (
    "Style transfer on random convolutions with the sliced Wasserstein loss; nothing is downloaded, nothing is trained. "
    "Pictures: each content (first column) in each style (first row). Curves: the style loss of every layer, in units of its value at "
    "the start, for the first content in the first style, at half the size and then (from the dotted line) at the full one; "
    "thinner lines are coarser levels. The mean over layers (black) falls below a fifth for every pair, while the content loss "
    "(grey, dashed) stays below that of an image without detail, 1."
)

GRID = (
    ("corner", *(f"style{j}" for j in range(3))),
    *((f"content{i}", *(f"picture{i}{j}" for j in range(3))) for i in range(2)),
)

layout = Layout(
    panels=tuple((*(name for name in row for _ in range(3)), *("loss",) * 5) for row in GRID),
    full_width=True,
    height=0.46,
    column=Layout(panels=(*GRID, ("loss",) * 4), full_width=False, height=1.35, height_ratios=(1.0, 1.0, 1.0, 1.6)),
)


def compute(*, seed: int, budget: str) -> dict[str, np.ndarray]:
    """Transfer each style to each content at the defaults of the library.

    Returns
    -------
    dict
        ``contents`` (2, S, S, 3), ``styles`` (3, S, S, 3) and ``pictures`` (2, 3, S, S, 3) uint8; ``style_loss`` and
        ``content_loss`` (2, 3), at the end; ``layers`` (n,) names; ``layer_losses`` (records, n), ``mean_loss``,
        ``content_path`` and ``scale`` (records,) of the first pair.
    """
    side, steps = {"quick": (72, 25), "paper": (256, 60)}[budget]
    contents, styles = ([picture(name, side) for name in names] for names in (CONTENTS, STYLES))
    runs = [
        [dg.training.style_transfer(content, style, steps=steps, seed=seed) for style in styles] for content in contents
    ]
    first = runs[0][0]
    layers = [name for name in first.layer_losses if not name.startswith("outline")]
    return {
        "contents": np.stack(contents),
        "styles": np.stack(styles),
        "pictures": np.stack([[np.round(255 * run.image).astype(np.uint8) for run in row] for row in runs]),
        "style_loss": np.array([[run.style_loss[-1] for run in row] for row in runs]),
        "content_loss": np.array([[run.content_loss[-1] for run in row] for row in runs]),
        "layers": np.array(layers),
        "layer_losses": np.stack([first.layer_losses[name] for name in layers], axis=-1),
        "mean_loss": first.style_loss,
        "content_path": first.content_loss,
        "scale": first.scale,
    }


def draw(data: dict[str, np.ndarray], axes: dict[str, Any]) -> None:
    """The grid of pictures, and one curve a layer."""
    axes["corner"].set_axis_off()
    _show(axes["corner"], None, "content \\ style")
    for j, style in enumerate(data["styles"]):
        _show(axes[f"style{j}"], style)
    for i, content in enumerate(data["contents"]):
        _show(axes[f"content{i}"], content)
        for j in range(len(data["styles"])):
            _show(axes[f"picture{i}{j}"], data["pictures"][i, j])
    panel = axes["loss"]
    steps = np.arange(len(data["scale"]))
    for name, losses in zip(data["layers"], data["layer_losses"].T, strict=True):
        kind, _, level = str(name).partition("/")
        colour, line = KINDS[kind]
        panel.semilogy(steps, losses, line, color=COLOURS[colour], linewidth=1.2 - 0.35 * int(level))
    panel.semilogy(steps, data["mean_loss"], color="black", linewidth=1.6)
    panel.semilogy(steps[1:], data["content_path"][1:], color=GREY, linewidth=1.0, linestyle="--")
    finer = int(np.argmax(data["scale"] == 0))
    panel.axvline(finer - 0.5, ymax=0.66, color=GREY, linewidth=0.6, linestyle=":")
    for kind, (colour, line) in KINDS.items():
        label = {"colour": "colours", "texture3": "3 x 3 filters", "texture7": "7 x 7 filters"}[kind]
        panel.plot([], [], line, color=COLOURS[colour], label=label)
    panel.plot([], [], color="black", linewidth=1.6, label="mean of layers")
    panel.plot([], [], color=GREY, linestyle="--", label="content loss")
    panel.set(xlabel="step", ylabel="loss (share of its unit)")
    panel.set_ylim(top=60)  # room for the legend above the jump
    panel.legend(fontsize=5.5, loc="upper right", borderaxespad=0.1, handlelength=1.4)


def picture(name: str, side: int) -> np.ndarray:
    """The middle square of one of scikit-image's pictures, reduced."""
    data = require("skimage.data", extra="experiments")
    resize = require("skimage.transform", extra="experiments").resize
    pixels = getattr(data, name)()
    pixels = pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=-1)
    height, width = pixels.shape[:2]
    short = min(height, width)
    top, left = (height - short) // 2, (width - short) // 2
    square = pixels[top : top + short, left : left + short] / 255
    return np.round(255 * resize(square, (side, side), anti_aliasing=True)).astype(np.uint8)


def _show(panel: Any, pixels: np.ndarray | None, words: str = "") -> None:
    panel.set(xticks=[], yticks=[])
    for side in panel.spines.values():
        side.set_visible(False)
    if pixels is None:
        panel.text(0.5, 0.5, words, ha="center", va="center", fontsize=6, transform=panel.transAxes)
    else:
        panel.imshow(pixels, interpolation="lanczos")
