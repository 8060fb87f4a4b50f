"""Activations that are layers."""

from fastdense.keras.activations import ActivationFunction
from fastdense.keras.layers._base import Layer
from fastdense.keras.layers._core import Activation
from fastdense.keras.refused import refuse
from fastdense.keras.words import only


class _Function(Activation):
    """A layer that is an activation."""

    def __init__(self, **others):
        Layer.__init__(self, **others)

    @property
    def activation(self):  # type: ignore[override]
        return ActivationFunction(self.name, self.function())


class LeakyReLU(_Function):
    """Below zero a line of slope 0.3; of Keras 2 `alpha`."""

    def __init__(self, negative_slope=0.3, alpha=None, **others):
        super().__init__(**others)
        self.negative_slope = float(negative_slope if alpha is None else alpha)

    def function(self):
        return f"leaky_relu({self.negative_slope!r})"

    def get_config(self):
        config = super().get_config()
        config.pop("alpha", None)
        return config

    @property
    def alpha(self):
        return self.negative_slope


class ELU(_Function):
    """Below zero an exponential."""

    def __init__(self, alpha=1.0, **others):
        super().__init__(**others)
        self.alpha = float(alpha)

    def function(self):
        return f"elu({self.alpha!r})"


class ReLU(_Function):
    """Zero below zero."""

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **others):
        super().__init__(**others)
        only("ReLU", "threshold", threshold, 0.0, None)
        self.max_value, self.negative_slope = max_value, float(negative_slope or 0.0)
        self.threshold = 0.0
        self.function()

    def function(self):
        if self.max_value is None:
            return f"leaky_relu({self.negative_slope!r})" if self.negative_slope else "relu"
        if self.max_value == 6 and not self.negative_slope:
            return "relu6"
        raise refuse(f"ReLU(max_value={self.max_value})", "max_value can be None or 6")


class Softmax(_Function):
    """Numbers that sum to 1."""

    def __init__(self, axis=-1, **others):
        super().__init__(**others)
        only("Softmax", "axis", axis, -1)
        self.axis = -1

    def function(self):
        return "softmax"
