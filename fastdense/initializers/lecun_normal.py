"""Normal with variance 1 / fan_in, not truncated."""

import numpy as np

SOURCE = "LeCun, Bottou, Orr, Mueller (1998), Efficient BackProp."
DISTRIBUTION = "normal"


def draw(normal, fan_in, fan_out, hyper):
    return np.sqrt(1.0 / fan_in) * normal
