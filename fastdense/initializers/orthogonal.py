"""Rows or columns orthonormal, uniformly distributed, times `gain`."""

import numpy as np

from fastdense.errors import FastdenseError
from fastdense.random import normal_quantile

SOURCE = "Saxe, McClelland, Ganguli (2013), arXiv:1312.6120."
HYPER = {"gain": 1.0}


def draw(uniform, fan_in, fan_out, hyper):
    if uniform.ndim == 1:
        raise FastdenseError(
            "orthogonal fills matrices only; choose another initializer for biases"
        )
    normal = normal_quantile(uniform)
    tall = normal if fan_in >= fan_out else normal.T
    return hyper["gain"] * (
        tall_orthonormal(tall) if fan_in >= fan_out else tall_orthonormal(tall).T
    )


def tall_orthonormal(columns):
    """Gram-Schmidt, twice over for accuracy, by sums in a fixed order: LAPACK's bits vary."""
    basis = columns.T.copy()
    for i, vector in enumerate(basis):
        for _ in range(2):
            for other in basis[:i]:
                vector -= np.add.reduce(other * vector) * other
        vector /= np.sqrt(np.add.reduce(vector * vector))
    return basis.T
