"""Uniform with variance 2 / (fan_in + fan_out)."""

import numpy as np

SOURCE = "Glorot, Bengio (2010), Understanding the difficulty of training deep networks."
ALIASES = ("xavier_uniform_",)


def draw(uniform, fan_in, fan_out, hyper):
    return np.sqrt(6.0 / (fan_in + fan_out)) * (2.0 * uniform - 1.0)
