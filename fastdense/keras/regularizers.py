"""Penalties on weights, which are a part of the loss."""

import numpy as np

from fastdense.keras.configured import Configured, Directory


class Regularizer(Configured):
    """`l1 * sum|w| + l2 * sum w^2`."""

    module = "regularizers"
    l1 = l2 = 0.0

    def __call__(self, x):
        x = np.asarray(x, float)
        return float(self.l1 * np.abs(x).sum() + self.l2 * np.square(x).sum())


class L1(Regularizer):
    """`l1 * sum|w|`."""

    def __init__(self, l1=0.01):
        self.l1 = 0.01 if l1 is None else float(l1)


class L2(Regularizer):
    """`l2 * sum w^2`."""

    def __init__(self, l2=0.01):
        self.l2 = 0.01 if l2 is None else float(l2)


class L1L2(Regularizer):
    """Both."""

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = float(l1 or 0.0), float(l2 or 0.0)


_all = Directory("regularizer", Regularizer)
_all.add(L1)
_all.add(L2)
_all.add(L1L2, "l1_l2")
get = deserialize = _all.get


def l1(l1=0.01, l=None):  # noqa: E741, as Keras calls it
    return L1(l1 if l is None else l)


def l2(l2=0.01, l=None):  # noqa: E741
    return L2(l2 if l is None else l)


def l1_l2(l1=0.01, l2=0.01):
    return L1L2(l1, l2)


l1l2 = l1_l2
WeightRegularizer = L1L2
