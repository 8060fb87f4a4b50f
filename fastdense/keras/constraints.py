"""Bounds of weights after each update, with the formulas of Keras 3 in float32."""

import numpy as np

from fastdense.keras.configured import Configured, Directory

TINY = np.float32(1e-7)  # keeps divisions from zero


class Constraint(Configured):
    """A function of weights that returns those that it allows."""

    module = "constraints"

    def __call__(self, w):
        raise NotImplementedError


def _norms(w, axis):
    """Euclidean norms along `axis`, which stays."""
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.sqrt(np.sum(np.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """The weights along `axis`, those into a unit, have a norm of at most `max_value`."""

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = float(max_value), axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        return w * (np.clip(norms, 0, self.max_value) / (TINY + norms))


class NonNeg(Constraint):
    """No weight is below zero."""

    def __call__(self, w):
        return np.where(w >= 0, w, np.zeros_like(w))


class UnitNorm(Constraint):
    """The weights along `axis` have a norm of 1."""

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        return w / (TINY + _norms(w, self.axis))


class MinMaxNorm(Constraint):
    """The weights along `axis` have a norm between two bounds, approached at a rate."""

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value = float(min_value), float(max_value)
        self.rate, self.axis = float(rate), axis

    def __call__(self, w):
        norms = _norms(w, self.axis)
        bounded = np.clip(norms, self.min_value, self.max_value)
        wanted = np.float32(self.rate) * bounded + np.float32(1 - self.rate) * norms
        return w * (wanted / (TINY + norms))


max_norm = maxnorm = MaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
min_max_norm = MinMaxNorm
_all = Directory("constraint", Constraint)
_all.add(MaxNorm, "maxnorm", "max_norm")
_all.add(NonNeg, "nonneg", "non_neg")
_all.add(UnitNorm, "unitnorm", "unit_norm")
_all.add(MinMaxNorm, "min_max_norm")
get = deserialize = _all.get
