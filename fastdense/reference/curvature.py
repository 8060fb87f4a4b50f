"""The largest curvature of the loss: the Hessian's largest eigenvalue, by power iteration."""

import numpy as np

from fastdense import random
from fastdense.dataset import weights_of
from fastdense.reference.backward import loss_and_gradient

STEP = 1e-4  # of the finite difference, over the norm of the parameters plus one
MOST_ITERATIONS = 50
TOLERANCE = 1e-3  # relative change of the eigenvalue at which the iteration ends


def largest_curvature(network, recipe, data, parameters):
    """The eigenvalue of largest size of the Hessian of the training loss at `parameters` (size,).

    A product of the Hessian with a vector is a central difference of gradients. Infinite if the
    parameters are not finite.
    """
    if not np.isfinite(parameters).all():
        return np.inf
    at = parameters.astype(float)
    weights = weights_of(data, recipe)
    weights = np.ones(len(data)) if weights is None else weights
    rows = data.inputs.astype(float), data.targets.astype(float), weights
    step = STEP * (1 + np.linalg.norm(at))

    def gradient(point):
        return loss_and_gradient(network, recipe, point, *rows)[1]

    direction = random.uniform(0, random.DATA, 0, 0, at.shape) - 0.5
    found = 0.0
    for _ in range(MOST_ITERATIONS):
        direction /= np.linalg.norm(direction)
        product = (gradient(at + step * direction) - gradient(at - step * direction)) / (2 * step)
        before, found = found, float(direction @ product)
        if abs(found - before) <= TOLERANCE * abs(found) or not product.any():
            break
        direction = product
    return found
