"""Seeds, and numbers that are drawn."""

import numpy as np

from fastdense.keras import randomness
from fastdense.keras.tensors import tensor


def set_seed(seed):
    """Let what is drawn here be a function of this; Python and NumPy have seeds of their own."""
    randomness.set_own_seed(seed)


set_random_seed = set_seed


def _generator(seed):
    return np.random.default_rng(randomness.next_seed() if seed is None else seed)


def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    return tensor(_generator(seed).normal(mean, stddev, shape).astype(dtype))


def uniform(shape, minval=0.0, maxval=1.0, dtype="float32", seed=None, name=None):
    kind = np.dtype(getattr(dtype, "name", dtype))
    if kind.kind == "i":
        return tensor(_generator(seed).integers(minval, maxval, shape).astype(kind))
    return tensor(_generator(seed).uniform(minval, maxval, shape).astype(kind))


def shuffle(value, seed=None, name=None):
    return tensor(_generator(seed).permutation(np.asarray(value)))
