"""Normal with variance 2 / fan_in, not truncated."""

import numpy as np

SOURCE = "He, Zhang, Ren, Sun (2015), arXiv:1502.01852."
DISTRIBUTION = "normal"
ALIASES = ("kaiming_normal_",)


def draw(normal, fan_in, fan_out, hyper):
    return np.sqrt(2.0 / fan_in) * normal
