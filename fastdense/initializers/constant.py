"""One value everywhere."""

import numpy as np

SOURCE = "Keras `Constant`."
RANDOM = False
HYPER = {"value": 0.0}


def draw(uniform, fan_in, fan_out, hyper):
    return np.full(uniform.shape, float(hyper["value"]))
