"""The seeds of everything that is drawn without one of its own."""

import random

import numpy as np

_generator = np.random.default_rng()


def set_seed(seed):
    """Let all that follows be a function of this."""
    global _generator
    random.seed(seed)
    np.random.seed(seed)
    _generator = np.random.default_rng(seed)


def next_seed():
    """A seed for something that draws."""
    return int(_generator.integers(1 << 31))
