"""The largest and smallest curvature of a loss at a point: extreme eigenvalues of its Hessian."""

import numpy as np

from fastdense.model import Model

ROWS = 512  # of the data, at most
WORK = 5e7  # multiply-adds of one gradient, at most: fewer rows where there are many parameters
STEPS = 16
STEP = 1e-5  # of the differences, relative to the size of the parameters


def extremes(case, parameters):
    """The smallest and largest eigenvalue of the Hessian of a case's loss, about.

    The extreme Ritz values of Lanczos's method, with products of the Hessian and a vector by
    central differences of gradients in float64, on some of the rows. They lie within the spectrum.

    Parameters
    ----------
    case : Case
    parameters : ndarray, shape (size,)

    Returns
    -------
    (float, float)
        NaN where a gradient is not finite.
    """
    parameters = parameters.astype(float)
    rows = np.arange(len(case.given))
    most = max(8, min(ROWS, int(WORK / case.network.size)))
    if len(rows) > most:
        rows = np.random.default_rng(0).permutation(len(rows))[:most]
    data = case.data.inputs[rows].astype(float), case.data.targets[rows].astype(float)

    def gradient(at):
        return Model(case.network, at).loss_and_gradient(data, case.recipe.loss)[1]

    size = len(parameters)
    step = STEP * max(np.linalg.norm(parameters), 1e-3)
    basis = np.zeros((min(STEPS, size), size))
    vector = np.random.default_rng(1).normal(size=size)
    diagonal, beside = [], []
    with np.errstate(all="ignore"):
        for index in range(len(basis)):
            basis[index] = vector / np.linalg.norm(vector)
            ends = [gradient(parameters + sign * step * basis[index]) for sign in (1, -1)]
            product = (ends[0] - ends[1]) / (2 * step)
            if not np.isfinite(product).all():
                return np.nan, np.nan
            diagonal.append(float(basis[index] @ product))
            for _ in range(2):  # twice is enough for all to stay orthogonal
                product -= basis[: index + 1].T @ (basis[: index + 1] @ product)
            beside.append(float(np.linalg.norm(product)))
            if beside[-1] <= 1e-10 * max(map(abs, diagonal), default=0.0):
                break
            vector = product
    beside = beside[: len(diagonal) - 1]
    found = np.linalg.eigvalsh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return float(found[0]), float(found[-1])
