"""Pairs of laws whose divergences are known to all digits of a double: parameters and values."""

from __future__ import annotations

import math

__all__ = ["COUNTS", "DIRICHLETS", "GAUSSIANS", "HISTOGRAMS", "JENSEN_SHANNON", "LINES", "WISHARTS"]

#: Laws on the line: the family and parameters of p, those of q, and KL by 40-digit quadrature of p ln(p/q).
LINES: dict[str, tuple[str, tuple[float, ...], str, tuple[float, ...], float]] = {
    "norm_shift_1e-12": ("norm", (0.0, 1.0), "norm", (1.4142135623730952e-06, 1.0), 1.0000000000000002e-12),
    "norm_shift_1e-8": ("norm", (0.0, 1.0), "norm", (0.0001414213562373095, 1.0), 1e-08),
    "norm_scale_1e-9": ("norm", (0.0, 1.0), "norm", (0.0, 1.00003), 8.999550018209016e-10),
    "norm_shift_1e-4": ("norm", (0.0, 1.0), "norm", (0.01, 1.0), 5e-05),
    "norm_shift": ("norm", (0.0, 1.0), "norm", (1.0, 1.0), 0.5),
    "norm_shift_and_scale": ("norm", (0.0, 1.0), "norm", (1.0, 2.0), 0.4431471805599453),
    "norm_narrow_in_wide": ("norm", (0.0, 0.001), "norm", (0.0, 1.0), 6.407755778982137),
    "norm_wide_on_narrow": ("norm", (0.0, 4.0), "norm", (0.0, 1.0), 6.113705638880109),
    "norm_far_50": ("norm", (0.0, 1.0), "norm", (10.0, 1.0), 50.0),
    "norm_far_200": ("norm", (0.0, 1.0), "norm", (20.0, 1.0), 200.0),
    "laplace_shift": ("laplace", (0.0, 1.0), "laplace", (0.5, 2.0), 0.24641251041626203),
    "laplace_near": ("laplace", (0.0, 1.0), "laplace", (0.001, 1.0), 4.998333749916681e-07),
    "laplace_scale": ("laplace", (1.0, 0.25), "laplace", (1.0, 3.0), 1.5682399831213336),
    "laplace_far": ("laplace", (0.0, 1.0), "laplace", (30.0, 1.0), 29.000000000000092),
    "expon_scale": ("expon", (1.0,), "expon", (2.0,), 0.19314718055994531),
    "expon_near": ("expon", (1.0,), "expon", (1.000001,), 4.999993332518169e-13),
    "expon_wide_on_narrow": ("expon", (50.0,), "expon", (1.0,), 45.087976994571854),
    "gamma_shape": ("gamma", (2.0, 1.0), "gamma", (3.0, 1.0), 0.27036284546147815),
    "gamma_shape_and_scale": ("gamma", (0.5, 2.0), "gamma", (4.0, 0.5), 4.046502172898775),
    "gamma_near": ("gamma", (2.0, 1.0), "gamma", (2.0001, 1.0), 3.2246029840116955e-09),
    "gamma_large_shape": ("gamma", (80.0, 0.1), "gamma", (60.0, 0.15), 0.4192433111325369),
    "beta_flat_on_bell": ("beta", (1.0, 1.0), "beta", (3.0, 3.0), 0.5988026183378446),
    "beta_skew": ("beta", (2.0, 5.0), "beta", (5.0, 2.0), 3.25),
    "beta_near": ("beta", (2.0, 3.0), "beta", (2.0, 3.001), 8.678800560515492e-08),
    "beta_horns": ("beta", (0.5, 0.5), "beta", (1.0, 1.0), 0.24156447527049044),
    "vonmises_turn": ("vonmises", (2.0, 0.0), "vonmises", (2.0, 1.0), 0.641530802579404),
    "vonmises_flat": ("vonmises", (0.1, 0.0), "vonmises", (4.0, 0.5), 2.2521706349107675),
    "vonmises_peaked": ("vonmises", (30.0, 0.0), "vonmises", (20.0, 0.1), 0.13504159910523048),
    "cauchy_shift": ("cauchy", (0.0, 1.0), "cauchy", (1.0, 1.0), 0.22314355131420976),
    "cauchy_scale": ("cauchy", (0.0, 1.0), "cauchy", (0.0, 100.0), 3.2387764865745368),
    "cauchy_near": ("cauchy", (0.0, 1.0), "cauchy", (0.001, 1.0), 2.499999687500052e-07),
    "gumbel_shift": ("gumbel", (0.0, 1.0), "gumbel", (1.0, 1.0), 0.7182818284590452),
    "gumbel_scale": ("gumbel", (0.0, 1.0), "gumbel", (0.5, 2.0), 0.2924772453435525),
    "weibull_shape": ("weibull", (1.5, 1.0), "weibull", (2.5, 1.0), 0.3785603077532539),
    "weibull_scale": ("weibull", (2.0, 1.0), "weibull", (2.0, 3.0), 1.3083356884473305),
    "pareto_tail": ("pareto", (3.0, 1.0), "pareto", (2.0, 1.0), 0.07213177477483104),
    "pareto_inside": ("pareto", (2.0, 3.0), "pareto", (1.5, 1.0), 1.6856005054539456),
    "invgauss_mean": ("invgauss", (1.0, 2.0), "invgauss", (2.0, 2.0), 0.25),
    "invgauss_shape": ("invgauss", (1.0, 1.0), "invgauss", (1.5, 3.0), 0.6173605223326118),
    "t_on_norm": ("t", (5.0, 0.0, 1.0), "norm", (0.0, 1.0), 0.1247691941236101),
    "t_heavy_on_norm": ("t", (3.0, 0.0, 1.0), "norm", (0.5, 2.0), 0.2448581419013271),
    "norm_on_laplace": ("norm", (0.0, 1.0), "laplace", (0.5, 1.0), 0.16980176215788462),
    "laplace_on_norm": ("laplace", (0.0, 1.0), "norm", (0.5, 2.0), 0.20018853320467275),
    "norm_on_cauchy": ("norm", (0.0, 1.0), "cauchy", (0.0, 1.0), 0.25924453248886226),
    "lognorm_shape": ("lognorm", (0.5, 1.0), "lognorm", (1.0, 2.0), 0.558373687519046),
}

#: JS of some of them, by 40-digit quadrature.
JENSEN_SHANNON: dict[str, float] = {
    "norm_shift_1e-4": 1.2499843752604086e-05,
    "norm_shift": 0.11142148218473617,
    "norm_shift_and_scale": 0.128174973054398,
    "norm_wide_on_narrow": 0.2534713551347875,
}

#: Laws on the whole numbers: the family, the parameter of p and of q, and KL by summation.
COUNTS: dict[str, tuple[str, float, float, float]] = {
    "poisson_rates": ("poisson", 3.0, 5.0, 0.46752312870202795),
    "poisson_near": ("poisson", 10.0, 10.001, 4.9996666916591254e-08),
    "poisson_rare": ("poisson", 0.01, 2.0, 1.9370168263345195),
    "geom_success": ("geom", 0.5, 0.25, 0.2876820724517809),
    "geom_near": ("geom", 0.3, 0.3001, 7.935500458832472e-08),
    "geom_long": ("geom", 0.01, 0.5, 63.7145646205098),
}

#: N(0, s1 r1^|i-j|) and N(shift, s2 r2^|i-j|): the dimension, shift, r1, s1, r2, s2, and KL in 300-bit ball arithmetic.
GAUSSIANS: dict[str, tuple[int, float, float, float, float, float, float]] = {
    "gaussian_2": (2, 0.5, 0.3, 1.0, -0.2, 2.0, 0.4282248563687717),
    "gaussian_2_near": (2, 1e-05, 0.5, 1.0, 0.5, 1.0, 6.666666666666668e-11),
    "gaussian_3": (3, 1.0, 0.0, 1.0, 0.9, 1.0, 7.418216161599403),
    "gaussian_5": (5, 0.2, 0.5, 1.0, 0.25, 0.5, 0.8160858178952229),
    "gaussian_8": (8, 0.0, 0.1, 1.0, 0.1, 1.00001, 1.999973333659927e-10),
    "gaussian_16": (16, 0.5, 0.0, 1.0, 0.5, 1.5, 2.252771988143625),
    "gaussian_20_four_times_as_wide": (20, 0.0, 0.0, 4.0, 0.0, 1.0, 16.137056388801092),
    "gaussian_32": (32, 0.1, 0.75, 1.0, 0.5, 1.0, 3.2444457613566486),
    "gaussian_64": (64, 0.25, 0.0, 1.0, 0.25, 1.0, 3.379536584166508),
    "gaussian_128": (128, 0.125, 0.5, 1.0, 0.5, 2.0, 12.530690389169834),
    "gaussian_128_near": (128, 1e-06, 0.25, 1.0, 0.25, 1.0, 3.8599999999999995e-11),
    "gaussian_100_far": (100, 2.0, 0.0, 1.0, 0.0, 1.0, 200.0),
}

#: Parameters of p and of q, and KL.
DIRICHLETS: dict[str, tuple[tuple[float, ...], tuple[float, ...], float]] = {
    "dirichlet_3": ((1.0, 1.0, 1.0), (2.0, 3.0, 4.0), 1.5734509276026953),
    "dirichlet_4": ((0.5, 0.5, 0.5, 0.5), (5.0, 1.0, 1.0, 1.0), 6.681198864303075),
    "dirichlet_16": ((2.0,) * 16, (1.5,) * 16, 0.3350706198948527),
}

#: Degrees of freedom and scale of p and of q, and KL.
WISHARTS: dict[str, tuple[float, list[list[float]], float, list[list[float]], float]] = {
    "wishart_2": (4.0, [[1.0, 0.25], [0.25, 1.0]], 6.0, [[0.5, 0.0], [0.0, 2.0]], 1.8329535430037796),
}

#: Masses of p and of q (of the laws proportional to them), KL, JS and total variation.
HISTOGRAMS: dict[str, tuple[tuple[float, ...], tuple[float, ...], float, float, float]] = {
    "coin": ((0.5, 0.5), (0.25, 0.75), 0.14384103622589045, 0.03382207556860523, 0.25),
    "coin_near": (
        (0.5, 0.5),
        (0.5000002384185791, 0.4999997615814209),
        1.1368683772162895e-13,
        2.8421709430405894e-14,
        2.384185791015625e-07,
    ),
    "die": ((0.1, 0.1, 0.1, 0.1, 0.1, 0.5), (1 / 6,) * 6, 0.2938933324510595, 0.06465997358168782, 0.3333333333333333),
    "point_in_uniform": ((1.0, 0.0, 0.0, 0.0), (0.25, 0.25, 0.25, 0.25), 1.3862943611198906, 0.38039566584857787, 0.75),
    "missed_atom": ((0.5, 0.5, 0.0), (1.0, 0.0, 0.0), math.inf, 0.2157615543388357, 0.5),
    "disjoint_atoms": ((0.5, 0.5, 0.0, 0.0), (0.0, 0.0, 0.5, 0.5), math.inf, 0.6931471805599453, 1.0),
    "rare_atom": ((0.5, 0.5), (1e-300, 1.0), 344.6946167685469, 0.2157615543388357, 0.5),
}
