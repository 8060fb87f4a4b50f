"""The largest and smallest curvature of a loss at a point: extreme eigenvalues of its Hessian."""

import numpy as np

from fastdense.reference.curvature import hessian_product, ritz_values

ROWS = 512  # of the data, at most
WORK = 1e7  # multiply-adds of one gradient, at most: fewer rows where there are many parameters
STEPS = 16


def extremes(case, parameters):
    """The smallest and largest eigenvalue of the Hessian of a case's loss, about.

    On some of the rows, without their weights; they lie within the spectrum.

    Parameters
    ----------
    case : Case
    parameters : ndarray, shape (size,)

    Returns
    -------
    (float, float)
        NaN where a gradient is not finite.
    """
    at = parameters.astype(float)
    chosen = np.arange(len(case.given))
    most = max(8, min(ROWS, int(WORK / case.network.products)))
    if len(chosen) > most:
        chosen = np.random.default_rng(0).permutation(len(chosen))[:most]
    rows = case.data.inputs[chosen], case.data.targets[chosen], np.ones(len(chosen))

    def product(vector):
        return hessian_product(case.network, case.recipe, rows, at, vector)

    with np.errstate(all="ignore"):
        found = ritz_values(product, np.random.default_rng(1).normal(size=at.size), STEPS)
    return float(found[0]), float(found[-1])
