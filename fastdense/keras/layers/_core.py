"""Layers that every network is made of."""

import math

from fastdense.keras import activations, constraints, initializers, regularizers
from fastdense.keras.layers._base import Layer
from fastdense.keras.refused import refuse
from fastdense.keras.tensors import KerasTensor, shapes
from fastdense.keras.words import only
from fastdense.layers.activate import Activation as EngineActivation
from fastdense.layers.dense import Dense as EngineDense
from fastdense.layers.dropout import Dropout as EngineDropout
from fastdense.layers.flatten import Flatten as EngineFlatten


class InputLayer(Layer):
    """Where the data come in."""

    def __init__(self, shape=None, dtype=None, **others):
        super().__init__(**others)
        self.dtype = dtype or self.dtype  # of the data: layers have a type of their own
        self.given_shape = self.given_shape if shape is None else shapes(shape)
        self.output = KerasTensor((None, *self.given_shape), None, name=self.name)
        self.output.layer = self
        self.build_for(self.given_shape)

    def engine(self, shape):
        return []

    def get_config(self):
        shape = [None, *self.given_shape]
        return {"batch_shape": shape, "dtype": self.dtype, "sparse": False, "name": self.name}


def Input(shape=None, batch_size=None, dtype=None, name=None, batch_shape=None, **others):
    """The input of a model."""
    if others:
        raise TypeError(f"Input() got an unexpected argument {next(iter(others))!r}")
    shape = shapes(shape) if batch_shape is None else tuple(batch_shape)[1:]
    if shape is None:
        raise ValueError("Input() needs a shape")
    return InputLayer(shape, name=name, dtype=dtype).output


class Units(Layer):
    """What Dense and Conv2D share: a kernel, a bias, an activation and what is said of these."""

    def _take(
        self, activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
        bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
    ):  # fmt: skip
        only(type(self).__name__, "activity_regularizer", activity_regularizer, None)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        if not self.use_bias:
            self.bias = None
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.activity_regularizer = None

    def kernel_shape(self, shape):
        """Of its kernel, for samples of a shape."""
        raise NotImplementedError

    def arrays(self, shape):
        kernel = self.kernel_shape(shape)
        every = [("kernel", kernel, self.kernel_initializer, True)]
        if self.use_bias:
            every.append(("bias", (kernel[-1],), self.bias_initializer, True))
        return every

    def _of_both(self, kernel, bias):
        """What is set of the kernel and the bias, by the numbers of their arrays."""
        pairs = (0, kernel), (1, bias if self.use_bias else None)
        return [(number, one) for number, one in pairs if one is not None]

    def regularizers(self):
        return self._of_both(self.kernel_regularizer, self.bias_regularizer)

    def constraints(self):
        kernel = None if self._max_norm() else self.kernel_constraint
        return self._of_both(kernel, self.bias_constraint)

    def _max_norm(self):
        """The bound on the norm of the weights into each unit, which the engine knows; or 0."""
        one = self.kernel_constraint
        if not isinstance(one, constraints.MaxNorm):
            return 0.0
        axes = [one.axis] if isinstance(one.axis, int) else [*one.axis]
        return one.max_value if axes == [*range(len(self.kernel_shape(self.shape)) - 1)] else 0.0

    def said(self, shape):
        """How its engine's layer begins, and what bounds it."""
        kernel = self.kernel_shape(shape)
        given = {
            "weights": self.kernel_initializer.choice(kernel),
            "bias": self.bias_initializer.choice(kernel[-1:]) if self.use_bias else "zeros",
            "use_bias": self.use_bias,
            "max_norm": self._max_norm(),
            "trainable": self.learns,
        }
        for number, one in self.regularizers():
            of = "bias_" * number
            given |= {f"{of}l1": one.l1, f"{of}l2": one.l2}
        return given


class Dense(Units):
    """A fully connected layer."""

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, bias_constraint=None, lora_rank=None,
        **others,
    ):  # fmt: skip
        super().__init__(**others)
        only("Dense", "lora_rank", lora_rank, None)
        if isinstance(units, bool) or int(units) != units or units <= 0:
            raise ValueError(f"units of Dense is {units!r}; expected a positive integer")
        self.units, self.lora_rank = int(units), None
        self._take(
            activation, use_bias, kernel_initializer, bias_initializer, kernel_regularizer,
            bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
        )  # fmt: skip

    def kernel_shape(self, shape):
        if len(shape) != 1:
            raise refuse(
                f"Dense on samples of {shape}", "it takes features; put Flatten() before it"
            )
        return shape[0], self.units

    def engine(self, shape):
        return [EngineDense(self.units, self.activation.engine, **self.said(shape))]


class Activation(Layer):
    """An activation by itself."""

    def __init__(self, activation, **others):
        super().__init__(**others)
        self.activation = activations.get(activation)

    def function(self):
        """The engine's name of it."""
        return self.activation.engine

    def result(self, shape):
        return shape

    def engine(self, shape):
        name = self.function()
        return [] if name == "identity" else [EngineActivation(name)]

    def forward(self, x):
        return self.activation(x)


class Dropout(Layer):
    """Leaves out some of the numbers in training."""

    def __init__(self, rate, noise_shape=None, seed=None, **others):
        super().__init__(**others)
        only("Dropout", "noise_shape", noise_shape, None)
        if not 0 <= rate <= 1:
            raise ValueError(f"rate of Dropout is {rate!r}; expected 0 to 1")
        if rate == 1:
            raise refuse("Dropout(1)", "nothing is left; give a rate below 1")
        self.rate, self.noise_shape, self.seed = float(rate), None, seed

    def engine(self, shape):
        return [EngineDropout(self.rate)] if self.rate else []


class Flatten(Layer):
    """Makes one row of a sample."""

    def __init__(self, data_format=None, **others):
        super().__init__(**others)
        only("Flatten", "data_format", data_format, None, "channels_last")
        self.data_format = "channels_last"

    def prepares(self):
        return True

    def prepared(self, x):
        return x.reshape(len(x), -1)

    def result(self, shape):
        return (math.prod(shape),)

    def engine(self, shape):
        return [EngineFlatten()] if len(shape) == 3 else []

    def forward(self, x):
        return self.prepared(x)


class Reshape(Layer):
    """Another shape of samples, before the first layer that learns."""

    def __init__(self, target_shape, **others):
        super().__init__(**others)
        self.target_shape = shapes(target_shape)

    def result(self, shape):
        size, known = math.prod(shape), math.prod(n for n in self.target_shape if n != -1)
        result = tuple(size // known if n == -1 else n for n in self.target_shape)
        if math.prod(result) != size:
            raise ValueError(f"samples of {shape} cannot be reshaped to {self.target_shape}")
        return result

    def prepares(self):
        return True

    def prepared(self, x):
        return x.reshape(len(x), *self.result(x.shape[1:]))

    def engine(self, shape):
        result = self.result(shape)
        if result == shape:
            return []
        if len(shape) == 3 and len(result) == 1:
            return [EngineFlatten()]
        raise refuse(f"Reshape({self.target_shape}) behind a layer that learns", "put it first")

    def forward(self, x):
        return self.prepared(x)
