"""Normal with variance 1 / fan_in, not truncated."""

import numpy as np

from fastdense.numerics.streams import normal_quantile

SOURCE = "LeCun, Bottou, Orr, Mueller (1998), Efficient BackProp."


def draw(uniform, fan_in, fan_out, hyper):
    return np.sqrt(1.0 / fan_in) * normal_quantile(uniform)
