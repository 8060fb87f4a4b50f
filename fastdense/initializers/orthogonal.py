"""Rows or columns orthonormal, uniformly distributed, times `gain`."""

import numpy as np

from fastdense.arrays.chunks import blocks
from fastdense.errors import FastdenseError

SOURCE = "Saxe, McClelland, Ganguli (2013), arXiv:1312.6120; drawn as Stewart (1980) does."
DISTRIBUTION = "normal"
HYPER = {"gain": 1.0}
ELEMENTWISE = False
ALIASES = ("OrthogonalInitializer",)


def draw(normal, fan_in, fan_out, hyper):
    if normal.ndim == 1:
        raise FastdenseError(
            "orthogonal fills matrices only; choose another initializer for biases"
        )
    tall = normal if fan_in >= fan_out else normal.T
    return hyper["gain"] * (
        tall_orthonormal(tall) if fan_in >= fan_out else tall_orthonormal(tall).T
    )


def tall_orthonormal(normal):
    """Orthonormal columns (n, m), n >= m, of independent normal numbers (n, m).

    A product of reflections that take the normal vectors of n, n - 1, ... numbers to an axis:
    Stewart (1980), SIAM Journal on Numerical Analysis 17, 403. Sums are in a fixed order, for
    LAPACK's bits vary.
    """
    rows, columns = normal.shape
    basis = np.eye(columns, rows)  # the transposed result
    for k in reversed(range(columns)):
        vector = normal[k:, k].copy()
        side = 1.0 if vector[0] > 0 else -1.0
        vector[0] += side * np.sqrt(np.add.reduce(vector * vector))
        vector *= np.sqrt(2.0 / np.add.reduce(vector * vector))
        rest = basis[k:, k:]
        for block in blocks(*rest.shape):
            along = np.add.reduce(rest[block] * vector, axis=1)
            rest[block] -= along[:, np.newaxis] * vector
        basis[k, k:] *= -side  # a reflection mixes no row of `basis` with another
    return basis.T
