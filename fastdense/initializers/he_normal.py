"""Normal with variance 2 / fan_in, not truncated."""

import numpy as np

from fastdense.numerics.streams import normal_quantile

SOURCE = "He, Zhang, Ren, Sun (2015), arXiv:1502.01852."
ALIASES = ("kaiming_normal_",)


def draw(uniform, fan_in, fan_out, hyper):
    return np.sqrt(2.0 / fan_in) * normal_quantile(uniform)
