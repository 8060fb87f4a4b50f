"""Uniform with variance 2 / fan_in."""

import numpy as np

SOURCE = "He, Zhang, Ren, Sun (2015), arXiv:1502.01852."
ALIASES = ("kaiming_uniform_",)


def draw(uniform, fan_in, fan_out, hyper):
    return np.sqrt(6.0 / fan_in) * (2.0 * uniform - 1.0)
