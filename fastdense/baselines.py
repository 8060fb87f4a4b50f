"""Losses that a training is measured against: of the best constant, and of the best function."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fastdense.arrays.chunks import average, blocks, ones
from fastdense.arrays.duplicates import equal_rows
from fastdense.dataset import weights_of

ROUNDING_ULPS = 8  # predictions this close to their targets cannot be told from them
SMALL = 1 << 14  # bytes of an array whose baselines are remembered
REMEMBERED = 64  # data sets


@dataclass(frozen=True)
class Baselines:
    """Losses that a curve is measured against.

    Parameters
    ----------
    constant : float
        Of the best prediction that ignores the inputs.
    irreducible : float
        The least that any function of the inputs reaches: above zero where equal inputs have
        different targets.
    rounding : float
        A gap that the dtype cannot resolve.
    """

    constant: float
    irreducible: float
    rounding: float


def baselines(data, recipe, outputs=None):
    """The `Baselines` of data, as they are now, under a recipe's loss and weights.

    `outputs` is the number of classes that labels may name; those that they do, if not given.
    """
    weights = weights_of(data, recipe)
    arrays = (data.inputs, data.targets, *([] if weights is None else [weights]))
    about = recipe.loss, recipe.dtype, outputs
    if all(array.nbytes <= SMALL and array.flags.c_contiguous for array in arrays):
        return _of_bits(*about, *((a.tobytes(), a.shape, a.dtype) for a in arrays))
    return _of_arrays(*about, *arrays)


@lru_cache(REMEMBERED)
def _of_bits(loss, dtype, outputs, *arrays):
    """`_of_arrays` of what small arrays hold, which is remembered whatever becomes of them."""
    arrays = (np.ndarray(shape, kind, bits) for bits, shape, kind in arrays)
    return _of_arrays(loss, dtype, outputs, *arrays)


@np.errstate(over="ignore", invalid="ignore")
def _of_arrays(loss, dtype, outputs, inputs, targets, weights=None):
    entry, hyper = loss.entry, loss.values
    y = np.asarray(targets, dtype)
    alike = ones(len(y))
    weights = alike if weights is None else weights
    mass = weights.sum() / len(y)  # losses are sum(w * loss) / n

    def least(y, weights):
        if entry.targets == "label":
            y, weights = _by_class(y, weights, outputs)
        return entry.constant(y, weights, hyper)

    # In the recipe's dtype, since inputs that differ in float64 may be the same there.
    groups, lone = equal_rows(inputs, dtype)
    irreducible = 0.0
    for rows in groups:
        total = weights[rows].sum()
        if total > 0:
            irreducible += total * least(y[rows], weights[rows])
    if entry.targets != "real":  # cross-entropy with a soft target, or clipped, is never zero
        axis = 0 if y.shape[1] > 1 else None  # much faster for one column
        for block in blocks(*y.shape):
            rows = lone[block]
            distinct, which = np.unique(y[block][rows], axis=axis, return_inverse=True)
            masses = np.bincount(which.ravel(), weights[block][rows], len(distinct))
            for target, total in zip(distinct, masses, strict=True):
                irreducible += total * least(np.atleast_2d(target), np.ones(1))
    epsilon = ROUNDING_ULPS * np.finfo(dtype).eps
    largest = max(abs(float(y.min())), abs(float(y.max())))
    if entry.targets == "real":
        shift = epsilon * largest
        rounding = float(average(lambda y: entry.spec(y + shift, y, hyper)[0], y, alike))
    elif entry.targets == "nonnegative":
        rounding = epsilon * max(largest, 1.0)
    else:
        rounding = float(epsilon)
    return Baselines(
        constant=float(mass * least(y, weights)),
        irreducible=float(irreducible / len(y)),
        rounding=float(mass * rounding),
    )


def _by_class(labels, weights, outputs):
    """One one-hot row for each class that labels (n, 1) name, and the weight of its rows."""
    masses = np.zeros(outputs or int(labels.max()) + 1)
    for block in blocks(len(labels)):
        classes = labels[block, 0].astype(np.int64)
        masses += np.bincount(classes, weights[block], len(masses))
    (named,) = np.nonzero(masses)
    rows = np.zeros((len(named), len(masses)), bool)
    rows[np.arange(len(named)), named] = True
    return rows, masses[named]
