"""Matrices and their exponentials: the data of SimpleChains.jl's benchmark."""

import numpy as np

TERMS = 12  # of the series; at a norm below one half the next is below 1e-13


def expm(matrices):
    """Exponentials of matrices (n, k, k), float64, by scaling and squaring of the power series."""
    norm = np.abs(matrices).sum(axis=2).max()
    squarings = max(0, int(np.ceil(np.log2(norm))) + 1)
    scaled = matrices / 2.0**squarings
    result = term = np.broadcast_to(np.eye(matrices.shape[1]), matrices.shape)
    for power in range(1, TERMS + 1):
        term = term @ scaled / power
        result = result + term
    for _ in range(squarings):
        result = result @ result
    return result


def draw(generator, samples):
    """Random 2 x 2 matrices and their exponentials, both (samples, 4) float32."""
    matrices = generator.standard_normal((samples, 2, 2))
    flat = (samples, 4)
    return (
        matrices.reshape(flat).astype(np.float32),
        expm(matrices).reshape(flat).astype(np.float32),
    )
