"""How the loss bends: products of its Hessian and a vector, and extreme eigenvalues."""

import numpy as np

from fastdense.dataset import weights_of
from fastdense.fusion import fused
from fastdense.numerics import streams
from fastdense.reference.backward import loss_and_gradient

TINY = 1e-30  # of the imaginary step; its square is nothing beside any number
MAX_DIRECTIONS = 20  # in which the Hessian is looked at; all there are, of a small network


def hessian_product(network, recipe, rows, parameters, vector):
    """The Hessian of the mean loss at `parameters` times `vector`, both (size,), in float64.

    Exact but for rounding: the gradient is taken at parameters + i h vector, and its imaginary part
    is h times the product, to first order in an h whose square vanishes (Squire and Trapp, SIAM
    Review 40, 110, 1998). Where the gradient jumps it is that of the side that the point is on.

    Parameters
    ----------
    rows : (inputs, targets, weights)
        (n, features), (n, outputs) and (n,).
    """
    network, recipe = fused(network, recipe)
    inputs, targets, weights = (np.asarray(part, float) for part in rows)
    point = parameters + 1j * TINY * vector
    gradient = loss_and_gradient(network, recipe, point, inputs, targets, weights)[1]
    return gradient.imag / TINY


def ritz_values(product, start, steps=MAX_DIRECTIONS):
    """Eigenvalues of a symmetric matrix within the space of `start`, its product and so on.

    By Lanczos's iteration, every direction orthogonal to all before it: the extreme ones approach
    those of the matrix from within.

    Parameters
    ----------
    product : callable
        `product(vector)`.
    start : ndarray, shape (size,)

    Returns
    -------
    ndarray
        In ascending order; one NaN where a product is not finite.
    """
    directions, products, direction = [], [], start
    for _ in range(min(steps, start.size)):
        direction = direction / np.linalg.norm(direction)
        found = product(direction)
        if not np.isfinite(found).all():
            return np.array([np.nan])
        directions.append(direction)
        products.append(found)
        known, direction = np.array(directions), found
        for _ in range(2):  # once leaves what rounding mixed in
            direction = direction - known.T @ (known @ direction)
        if np.linalg.norm(direction) <= 1e-7 * np.linalg.norm(found):
            break
    inside = np.array(directions) @ np.array(products).T
    return np.linalg.eigvalsh((inside + inside.T) / 2)


def largest_curvature(network, recipe, data, parameters):
    """The eigenvalue of largest size of the Hessian of the training loss at `parameters` (size,).

    Infinite if the parameters are not finite.
    """
    if not np.isfinite(parameters).all():
        return np.inf
    at = parameters.astype(float)
    weights = weights_of(data, recipe)
    rows = data.inputs, data.targets, np.ones(len(data)) if weights is None else weights
    start = streams.uniform(0, streams.DATA, 0, 0, at.shape) - 0.5
    found = ritz_values(lambda vector: hessian_product(network, recipe, rows, at, vector), start)
    return np.inf if np.isnan(found[0]) else float(max(found, key=abs))
