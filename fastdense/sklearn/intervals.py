"""How far targets are from an ensemble's predictions, by rows that networks have not seen."""

import numpy as np

LEAST = 0.01  # share of the squared errors that is noise at least


def deviations(outputs, known, left_out):
    """The noise, and deviations of rows in units of their standard deviations.

    Parameters
    ----------
    outputs : ndarray, shape (networks, n, outputs)
    known : ndarray, shape (n, outputs)
    left_out : ndarray of bool, shape (networks, n)
        Which rows each network has not seen.

    Returns
    -------
    noise : ndarray, shape (outputs,)
    deviations : ndarray, shape (rows, outputs)
        Of the rows that some network has not seen, ascending.
    """
    seen_by_all = ~left_out.any(axis=0)
    counts = np.where(seen_by_all, 1, left_out.sum(axis=0))
    means = np.einsum("kn,kno->no", left_out, outputs) / counts[:, np.newaxis]
    errors = (known - means)[~seen_by_all]
    between = outputs.var(axis=0)[~seen_by_all]
    squares = (errors**2).mean(axis=0)
    noise = np.sqrt(np.maximum(squares - between.mean(axis=0), LEAST * squares))
    scale = np.sqrt(between + noise**2)
    scaled = np.abs(errors) / np.where(scale > 0, scale, 1.0)
    return noise, np.sort(scaled, axis=0)


def width_for(deviations, coverage):
    """Standard deviations on either side that cover a new row so often, (outputs,).

    The order statistic of split conformal prediction: the new row is one more of its kind.
    """
    count = len(deviations)
    place = min(int(np.ceil((count + 1) * coverage)), count) - 1
    return deviations[max(place, 0)]
