"""Uniform within 1 / sqrt(fan_in): what PyTorch gives weights and biases of `Linear`."""

import numpy as np

SOURCE = "PyTorch `nn.Linear.reset_parameters` (Kaiming uniform with a = sqrt 5)."


def draw(uniform, fan_in, fan_out, hyper):
    return (2.0 * uniform - 1.0) / np.sqrt(fan_in)
