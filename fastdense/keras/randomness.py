"""The seeds of everything that is drawn without one of its own."""

import random

import numpy as np

_generator = np.random.default_rng()
_seed = None  # that a program has set


def set_seed(seed):
    """Let all that follows be a function of this: in Python, NumPy and here."""
    random.seed(seed)
    np.random.seed(seed)
    set_own_seed(seed)


def set_own_seed(seed):
    """Let all that is drawn here be a function of this."""
    global _generator, _seed
    _generator, _seed = np.random.default_rng(seed), seed


def order_of(count):
    """The order (1, count) in which every epoch of every fit visits the rows; None: each its own.

    Keras on TensorFlow draws one for each epoch, but from where the seed begins, if a program has
    set one: so all epochs have the same.
    """
    if _seed is None:
        return None
    return np.random.default_rng([_seed, count]).permutation(count)[np.newaxis]


def next_seed():
    """A seed for something that draws."""
    return int(_generator.integers(1 << 31))
