"""Style transfer: content and style losses of feature maps, and what the Gram matrix keeps."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from dualgap.claims import Evidence, Mutant, Refutation, claim
from dualgap.training.style import content_loss, gram, style_loss

TOPIC = "style transfer"
SLIDE = "lecture, Style Loss"


@st.composite
def _maps(draw, number=2):
    """Feature maps of N channels at M pixels, entries on the grid of quarters in [-2, 2]."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    entries = st.lists(st.integers(-8, 8), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
    return tuple(np.reshape(np.array(draw(entries)) / 4, shape) for _ in range(number))


def _gatys(first, second):
    return float(style_loss(first, second, normalisation="gatys"))


def _lecture(first, second):
    return float(style_loss(first, second, normalisation="lecture"))


@claim(
    topic=TOPIC,
    title="The Gram matrix does not see where a feature is",
    statement=r"$G_{ij} = \sum_k h_{ik} h_{jk}$ is $N \times N$, symmetric, positive semi-definite, and unchanged by "
    r"any permutation of the pixels: what is left is the style.",
    source=SLIDE,
    hypotheses=r"any feature maps; a permutation of the pixels",
    instances=_maps(1).flatmap(
        lambda maps: st.tuples(st.just(maps[0]), st.permutations(range(maps[0].shape[1])).map(list))
    ),
    mutants=[
        Mutant("the products of pixels, not of channels", {"matrix": lambda h: h.T @ h}),
        Mutant("neighbouring pixels multiplied", {"matrix": lambda h: h @ np.roll(h, 1, axis=1).T}),
    ],
)
def gram_forgets_place(instance, *, matrix=gram):
    maps, order = instance
    found = np.asarray(matrix(maps))
    entries = [
        [sum(maps[i, k] * maps[j, k] for k in range(maps.shape[1])) for j in range(len(maps))] for i in range(len(maps))
    ]
    # sixteenths of whole numbers: the sums are exact in any order
    yield Evidence(found, matrix(maps[:, order]), "==", 0.0, "Gram matrix after the permutation")
    yield Evidence(np.sum(entries), np.sum(found), "==", 0.0, "sum of its entries against the definition")
    yield Evidence(0.0, np.linalg.eigvalsh(found), ">=", 1e-12, "its eigenvalues")  # eigenvalues up to 96


@claim(
    topic=TOPIC,
    title="The content loss is half the squared distance of the features, 0 only when they agree",
    statement=r"$E_c = \frac12\sum_{ij}(h_{ij}(x) - h_{ij}(x_c))^2$, so that $E_c \ge \frac12\max_{ij}|h_{ij}(x) - "
    r"h_{ij}(x_c)|^2$ and $E_c = 0$ iff the features agree.",
    source="lecture, Content Loss",
    hypotheses=r"two feature maps of one shape",
    instances=_maps(),
    mutants=[
        Mutant("without the half", {"loss": lambda a, b: 2 * content_loss(a, b)}),
        Mutant("of the means", {"loss": lambda a, b: (a.mean() - b.mean()) ** 2 / 2}),
        Mutant("the style loss", {"loss": _gatys}),
    ],
)
def content_loss_is_squared_distance(pair, *, loss=content_loss):
    first, second = pair
    yield Evidence(np.linalg.norm(first - second) ** 2 / 2, float(loss(first, second)), "==", 1e-12, "content loss")
    yield Evidence(
        np.abs(first - second).max() ** 2 / 2, float(loss(first, second)), ">=", 1e-12, "content loss, from below"
    )
    yield Evidence(0.0, float(loss(first, first)), "==", 0.0, "content loss of equal features")


def _mmd_squared(first, second):
    """The biased squared maximum mean discrepancy of the columns, with the kernel (x'y)^2."""
    kernel = [[np.mean((a.T @ b) ** 2) for b in (first, second)] for a in (first, second)]
    return float(kernel[0][0] + kernel[1][1] - 2 * kernel[0][1])


@claim(
    topic=TOPIC,
    title="Gatys' style loss is a maximum mean discrepancy",
    statement=r"$\frac{1}{4 N^2 M^2}\sum_{ij}(G_{ij} - G^s_{ij})^2 = \frac{1}{4 N^2}\mathrm{MMD}^2$ of the two sets "
    r"of pixels' feature vectors, with the kernel $k(x, y) = (x^\top y)^2$: matching style is matching a "
    r"distribution.",
    source=f"{SLIDE}; gatys2016, li2017demystifying",
    hypotheses=r"feature maps of equal sizes; the biased estimate",
    instances=_maps(),
    mutants=[
        Mutant(
            "the linear kernel", {"discrepancy": lambda a, b: float(((a.mean(axis=1) - b.mean(axis=1)) ** 2).sum())}
        ),
        Mutant("the lecture's normalisation", {"loss": _lecture}),
    ],
)
def style_loss_is_mmd(pair, *, loss=_gatys, discrepancy=_mmd_squared):
    first, second = pair
    predicted = discrepancy(first, second) / (4 * len(first) ** 2)
    # the three means of the discrepancy are up to 256, and cancel
    yield Evidence(predicted, loss(first, second), "==", 1e-12, "style loss")


@claim(
    topic=TOPIC,
    title="Gatys' style loss does not change with the size of the image",
    statement=r"With $\frac{1}{4 N_\ell^2 M_\ell^2}$ in front, repeating both images $r$ times side by side leaves "
    r"$E_s$ as it is; with the printed $\frac{1}{4 N_\ell M_\ell}$ it grows by $r$, since $G$ grows with the number "
    r"of pixels.",
    source=SLIDE,
    hypotheses=r"any two feature maps of one shape, $1 \le r \le 4$",
    instances=_maps().flatmap(lambda pair: st.tuples(st.just(pair), st.integers(1, 4))),
    refutes=Refutation(
        stated=r"$E_s(x, x_s, \ell) = \frac{1}{4 N_\ell M_\ell}\sum_{ij}(G^{(\ell)}_{ij}(x) - G^{(\ell)}_{ij}(x_s))^2$",
        counterexample=r"one channel, one pixel, features 1 and 2: the loss is $\frac94$, and $\frac92$ once both "
        r"images are tiled twice, though the style is the same. Gatys' is $\frac{1}{4 N_\ell^2 M_\ell^2}$.",
        evidence=lambda: Evidence(
            _lecture(np.array([[1.0]]), np.array([[2.0]])),
            _lecture(np.ones((1, 2)), 2 * np.ones((1, 2))),
            "==",
            1e-12,
            "loss after tiling against before",
        ),
    ),
    mutants=[
        Mutant("the printed normalisation", {"loss": _lecture}),
        Mutant("no normalisation", {"loss": lambda a, b: float(((gram(a) - gram(b)) ** 2).sum())}),
    ],
)
def style_loss_and_size(instance, *, loss=_gatys):
    (first, second), times = instance
    tiled = loss(np.tile(first, times), np.tile(second, times))
    yield Evidence(loss(first, second), tiled, "==", 1e-12, "style loss after tiling")
    yield Evidence(
        times * _lecture(first, second),
        _lecture(np.tile(first, times), np.tile(second, times)),
        "==",
        1e-11,
        "the printed loss after tiling",
    )
