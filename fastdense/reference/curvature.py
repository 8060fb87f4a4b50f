"""The largest curvature of the loss: the Hessian's largest eigenvalue, by Lanczos's iteration."""

import numpy as np

from fastdense.dataset import weights_of
from fastdense.fusion import fused
from fastdense.numerics import streams
from fastdense.reference.backward import loss_and_gradient

STEP = 1e-4  # of the finite difference, over the norm of the parameters plus one
MAX_DIRECTIONS = 20  # in which the Hessian is looked at; all there are, of a small network


def largest_curvature(network, recipe, data, parameters):
    """The eigenvalue of largest size of the Hessian of the training loss at `parameters` (size,).

    A product of the Hessian with a vector is a central difference of gradients. Infinite if the
    parameters are not finite.
    """
    if not np.isfinite(parameters).all():
        return np.inf
    network, recipe = fused(network, recipe)
    at = parameters.astype(float)
    weights = weights_of(data, recipe)
    weights = np.ones(len(data)) if weights is None else weights
    rows = data.inputs.astype(float), data.targets.astype(float), weights
    step = STEP * (1 + np.linalg.norm(at))

    def gradient(point):
        return loss_and_gradient(network, recipe, point, *rows)[1]

    direction = streams.uniform(0, streams.DATA, 0, 0, at.shape) - 0.5
    directions, products = [], []
    for _ in range(min(MAX_DIRECTIONS, at.size)):
        direction = direction / np.linalg.norm(direction)
        product = (gradient(at + step * direction) - gradient(at - step * direction)) / (2 * step)
        directions.append(direction)
        products.append(product)
        known = np.array(directions)
        direction = product
        for _ in range(2):  # once leaves what rounding mixed in
            direction = direction - known.T @ (known @ direction)
        if np.linalg.norm(direction) <= 1e-7 * np.linalg.norm(product):
            break
    inside = np.array(directions) @ np.array(products).T
    if not np.isfinite(inside).all():
        return np.inf
    eigenvalues = np.linalg.eigvalsh((inside + inside.T) / 2)
    return float(max(eigenvalues, key=abs))
