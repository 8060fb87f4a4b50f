"""Uniform with variance 1 / fan_in."""

import numpy as np

SOURCE = "LeCun, Bottou, Orr, Mueller (1998), Efficient BackProp."


def draw(uniform, fan_in, fan_out, hyper):
    return np.sqrt(3.0 / fan_in) * (2.0 * uniform - 1.0)
