"""The threads of a grid, as `compiling` gives them to kernels; here those of a grid of one."""

import numpy as np

from fastdense.devices.cuda.layout import makes_view


def block():
    """The number of this thread's block."""
    return 0


def blocks():
    """How many blocks there are."""
    return 1


def thread():
    """The number of this thread in its block."""
    return 0


def meet():
    """Returns when all threads of the block have called it."""


def wait():
    """Returns when all threads of the grid have called it."""


def add(array, place, number):
    """Add to a number that other threads add to at the same time."""
    array[place] += number


@makes_view
def own_number():
    """An array of one number that this thread has for itself."""
    return np.zeros(1)
