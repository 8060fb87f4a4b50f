"""Normal with variance 2 / (fan_in + fan_out), not truncated."""

import numpy as np

SOURCE = "Glorot, Bengio (2010), Understanding the difficulty of training deep networks."
DISTRIBUTION = "normal"
ALIASES = ("xavier_normal_",)


def draw(normal, fan_in, fan_out, hyper):
    return np.sqrt(2.0 / (fan_in + fan_out)) * normal
