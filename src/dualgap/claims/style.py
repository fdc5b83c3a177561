"""Style transfer: content and style losses of feature maps, and what the Gram matrix keeps."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st

from dualgap.claims import Evidence, Listed, Mutant, Refutation, claim
from dualgap.claims.instances import Drawn
from dualgap.training.style import RandomConvolutions, SlicedLoss, content_loss, gram, style_loss, style_transfer
from dualgap.transport.sliced import directions

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
    title="The Gram matrix holds second moments: scales and means as well as correlations",
    statement=r"$G = M (C + m m^\top)$ with the means $m_i = \frac1M\sum_k h_{ik}$ and the covariances $C$ of the channels over "
    r"the $M$ pixels. A channel times $c$ has its row and its column times $c$; the correlations $C_{ij} / \sqrt{C_{ii} C_{jj}}$ "
    r"do not change by that.",
    source=SLIDE,
    hypotheses=r"any feature maps; $c$ from 2 to 5",
    instances=st.tuples(_maps(1), st.integers(2, 5)),
    refutes=Refutation(
        stated=r"$G_{ij} = [x^{(i)}]^\top x^{(j)}$, hence $G$ measures the *correlations* or *similarities* amongst different data vectors",
        counterexample=r"Read as correlations, which lie in $[-1, 1]$ and are 1 between a channel and twice itself: of $(1, 0)$ and "
        r"$(3, 0)$ the Gram matrix has 3, and of the constant channels $(1, 1)$ and $(1, 1)$, of which no correlation is defined, 2. "
        r"True of uncentred and unscaled second moments.",
        evidence=lambda: Evidence(
            1.0, float(gram(np.array([[1.0, 0.0], [3.0, 0.0]]))[0, 1]), "<=", 0.0, "entry of the Gram matrix"
        ),
    ),
    mutants=[
        Mutant("covariances alone", {"moments": lambda h: np.cov(h, bias=True).reshape(len(h), len(h))}),
        Mutant("the product of the means", {"moments": lambda h: np.outer(h.mean(axis=1), h.mean(axis=1))}),
        Mutant("the divisor of an unbiased estimate", {"moments": lambda h: h @ h.T / (h.shape[1] + 1)}),
    ],
)
def gram_is_no_correlation(
    instance,
    *,
    moments=lambda h: np.cov(h, bias=True).reshape(len(h), len(h)) + np.outer(h.mean(axis=1), h.mean(axis=1)),
):
    (maps,), factor = instance
    # entries up to 2, of at most 6 terms: rounding of a few units of 1e-16 times 24
    yield Evidence(maps.shape[1] * moments(maps), np.asarray(gram(maps)), "==", 1e-13, "Gram matrix")
    scaled = maps.copy()
    scaled[0] *= factor
    row = factor * np.asarray(gram(maps))[0]
    row[0] *= factor  # the channel meets itself
    yield Evidence(row, np.asarray(gram(scaled))[0], "==", 0.0, "row of the scaled channel")


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


def _projected_distance(first, second, theta):
    """W_2^2 of the two sets of projected pixels, by trying every matching."""
    x, y = theta @ first, theta @ second
    return min(float(((x - y[list(order)]) ** 2).mean()) for order in itertools.permutations(range(len(y))))


SLICES = SlicedLoss(projections=3, seed=0)


@claim(
    topic=TOPIC,
    title="The sliced Wasserstein style matches every projected marginal",
    statement=r"$\frac1L \sum_l W_2^2(\theta_l^\top h, \theta_l^\top h^s)$ is the mean over directions of the least mean "
    r"square over all matchings of the pixels, so that each projected marginal is off by at most $L$ times the loss, and "
    r"the loss is 0 when the pixels of one picture are those of the other in another order.",
    source="heitz2021, bonneel2015",
    hypotheses=r"feature maps of equal sizes, at most 6 pixels; 3 directions",
    instances=Drawn(_maps(), quick=40, full=300),
    mutants=[
        Mutant("pixels matched in place", {"loss": lambda a, b: float(((_slices(a) - _slices(b)) ** 2).mean())}),
        Mutant("the means of the projections", {"loss": lambda a, b: float(_mean_gaps(a, b).mean())}),
        Mutant("Gatys' loss", {"loss": _gatys}),
    ],
)
def sliced_style_matches_marginals(pair, *, loss=SLICES):
    first, second = pair
    gaps = np.array([_projected_distance(first, second, theta) for theta in directions(len(first), 3, 0)])
    # projections of up to 4 are rounded, and their squares averaged
    yield Evidence(gaps.mean(), float(loss(first, second)), "==", 1e-12, "sliced loss")
    yield Evidence(
        3 * float(loss(first, second)) * np.ones(3), gaps, "<=", 1e-12, "distance of each projected marginal"
    )
    yield Evidence(0.0, float(loss(first[:, ::-1], first)), "==", 1e-12, "sliced loss of the pixels in reverse")


def _slices(maps):
    return directions(len(maps), 3, 0) @ maps


def _mean_gaps(first, second):
    return (_slices(first).mean(axis=1) - _slices(second).mean(axis=1)) ** 2


def _hills(side):
    """A sun over two hills."""
    down, right = np.mgrid[0:side, 0:side] / side
    scene = np.stack([0.5 + 0.3 * down, 0.7 + 0.1 * down, 0.95 - 0.2 * down], axis=-1)
    scene[(down - 0.25) ** 2 + (right - 0.7) ** 2 < 0.02] = (1.0, 0.9, 0.4)
    scene[down > 0.6 + 0.15 * np.sin(5 * right)] = (0.3, 0.5, 0.25)
    scene[down > 0.8 - 0.1 * np.sin(7 * right)] = (0.2, 0.35, 0.15)
    return scene


def _pattern(name, side):
    """Red tiles with white joints, or stripes of blue paint."""
    down, right = np.mgrid[0:side, 0:side]
    if name == "tiles":
        inside = (down % 8 > 0) & ((right + 4 * (down // 8 % 2)) % 12 > 0)
        return np.where(inside[..., None], (0.7, 0.25, 0.15), (0.95, 0.93, 0.9))
    wave = np.sin((down + 3 * np.sin(right / 5)) * 0.9)[..., None] / 2 + 0.5
    return wave * np.array([0.1, 0.3, 0.8]) + (1 - wave) * np.array([0.9, 0.85, 0.7])


def _style_distance(image, style):
    """The mean sliced distance over layers that were not trained on: other filters, other directions."""
    import torch

    features, loss = RandomConvolutions(seed=17, levels=2), SlicedLoss(seed=17)
    maps, target = (features(torch.tensor(one).permute(2, 0, 1).double()) for one in (image, style))
    return float(np.mean([float(loss(maps[name], target[name])) for name in features.style_layers]))


def _transferred(content, style, **options):
    chosen = {
        "features": RandomConvolutions(levels=2),
        "steps": 20,
        "smoothness": 0.05,
        "scales": 1,
        "start": "content",
        **options,
    }
    return style_transfer(content, style, **chosen)


@claim(
    topic=TOPIC,
    title="Style transfer halves the distance to the style and keeps the content",
    statement=r"From the content, 20 steps of L-BFGS bring the mean sliced Wasserstein distance to the style down by a factor "
    r"of 2 or more, seen through filters and along directions that the descent did not use, and the content loss stays "
    r"below half that of an image without any detail; each step lowers the objective.",
    source="heitz2021, gatys2016 (the method)",
    hypotheses=r"hills under a sun, $64 \times 64$; tiles and stripes; random convolutions at two levels, $\gamma = 0.05$",
    instances=Listed(("tiles", "stripes")),
    mutants=[
        Mutant("the style has no weight", {"transfer": lambda c, s: _transferred(c, s, style_weight=0.0)}),
        Mutant("the content's own style", {"transfer": lambda c, s: _transferred(c, c)}),
        Mutant("the content has no weight", {"transfer": lambda c, s: _transferred(c, s, content_weight=0.0, start=s)}),
    ],
)
def transfer_lowers_the_loss(name, *, transfer=_transferred):
    content, style = _hills(64), _pattern(name, 64)
    found = transfer(content, style)
    before, after = _style_distance(content, style), _style_distance(found.image, style)
    yield Evidence(before / 2, after, "<=", 0.0, "distance to the style through other filters")
    yield Evidence(0.5, found.content_loss[-1], "<", 0.0, "content loss")
    yield Evidence(0.0, np.diff(found.objective), "<=", 0.0, "change of the objective")
