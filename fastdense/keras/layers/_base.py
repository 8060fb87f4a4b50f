"""What all layers have in common."""

import math

import numpy as np

from fastdense.keras.configured import Configured
from fastdense.keras.floats import floatx
from fastdense.keras.names import PACKAGE, line, snake, unique
from fastdense.keras.refused import DIFFERENTIATION, refuse
from fastdense.keras.tensors import KerasTensor, shapes, tensor
from fastdense.keras.variables import Variable
from fastdense.keras.words import old_words


class Layer(Configured):
    """A layer, with the arrays of its weights once it has been built."""

    module = "layers"
    learns = True  # in the network that is made of it
    running = None  # the training that changes it now
    input = output = None  # of its last call with a tensor of a model
    within = ""  # the model that built it, in the paths of its variables

    def __init_subclass__(cls, **given):
        super().__init_subclass__(**given)
        if "__init__" in vars(cls):
            cls.__init__ = old_words(cls.__init__)
        file = getattr(__import__("sys").modules.get(cls.__module__), "__file__", None) or ""
        own = not file.startswith(PACKAGE)
        for name in ("call", "train_step", "compute_loss"):
            if own and name in vars(cls):
                raise refuse(
                    f"{cls.__name__}, a layer or model with a {name} of its own,", DIFFERENTIATION
                )

    def __init__(
        self, name=None, trainable=True, dtype=None, input_shape=None, input_dim=None,
        batch_input_shape=None, batch_size=None, autocast=True, batch_shape=None, weights=None,
        **others,
    ):  # fmt: skip
        if others:
            raise ValueError(
                f"Unrecognized keyword arguments passed to {type(self).__name__}: {others}"
            )
        self._trainable = bool(trainable)
        self.line = self.set_line = line()  # where it was made, and where `trainable` was set
        self.name = name or unique(snake(type(self).__name__))
        self.dtype = getattr(dtype, "name", dtype) or floatx()
        if self.dtype != floatx():
            raise refuse(
                f"{type(self).__name__}(dtype={self.dtype!r})",
                f"all layers have the type {floatx()}; keras.backend.set_floatx sets that",
            )
        self.given_weights = weights
        batch = batch_input_shape or batch_shape
        self.given_shape = shapes(input_shape)
        if input_dim is not None:
            self.given_shape = (int(input_dim),)
        if batch is not None:
            self.given_shape = tuple(batch[1:])
        self.built, self.shape = False, None  # of a sample that it takes
        self._arrays = []

    @property
    def trainable(self):
        """Whether training changes it; a model that was compiled and trained knows no later one."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable, self.set_line = bool(value), line()

    # What a subclass says of itself.

    def engine(self, shape):
        """The engine's layers for samples of a shape."""
        raise NotImplementedError

    def arrays(self, shape):
        """`[(name, shape, initializer, trainable)]` of its weights."""
        return []

    def prepares(self):
        """Whether it changes the data before anything is learned from them; see `prepared`."""
        return False

    def result(self, shape):
        """The shape that it makes of a shape."""
        for layer in self.engine(shape):
            shape = layer.outputs(shape)
        return shape

    # Weights.

    def build(self, input_shape):
        """Make the weights for inputs of `(None, ...)`."""
        self.build_for(tuple(input_shape)[1:])

    def build_for(self, shape):
        """Make the weights for samples of a shape, unless they are there."""
        if self.built:
            if shape != self.shape and self._arrays:
                raise ValueError(
                    f"the layer {self.name} takes samples of {self.shape}, but is given {shape}"
                )
            return
        self.shape, self.built = shape, True
        self._arrays = [initial(size) for _, size, initial, _ in self.arrays(shape)]
        if self.given_weights is not None:
            self.set_weights(self.given_weights)

    def current(self):
        """The arrays of its weights, as they are now."""
        if self.running is not None:
            self.running.fetch()
        return self._arrays

    def replaced(self):
        """Its weights were changed from outside."""
        if self.running is not None:
            self.running.push()

    def get_weights(self):
        return [array.copy() for array in self.current()]

    def set_weights(self, weights):
        weights = [np.asarray(one) for one in weights]
        own = self.current()
        if [one.shape for one in weights] != [one.shape for one in own]:
            raise ValueError(
                f"the layer {self.name} has weights of shapes {[one.shape for one in own]}, but is "
                f"given {[one.shape for one in weights]}"
            )
        for place, given in zip(own, weights, strict=True):
            place[...] = given
        self.replaced()

    @property
    def weights(self):
        """A variable for each array, trainable ones first."""
        every = self.arrays(self.shape) if self.built else []
        return [
            Variable(
                lambda number=number: self.current()[number],
                lambda value, number=number: self._write(number, value),
                name, trains and self.trainable, f"{self.within}{self.name}/",
            )
            for number, (name, _, _, trains) in enumerate(every)
        ]  # fmt: skip

    variables = weights

    def _write(self, number, value):
        self.current()[number][...] = value
        self.replaced()

    @property
    def trainable_weights(self):
        return [one for one in self.weights if one.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        return [one for one in self.weights if not one.trainable]

    non_trainable_variables = non_trainable_weights

    def __getattr__(self, name):
        if name in ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"):
            for one in self.weights:
                if one.name == name:
                    return one
        raise AttributeError(f"the layer {type(self).__name__} has no attribute {name!r}")

    def count_params(self):
        return sum(math.prod(shape) for _, shape, _, _ in self.arrays(self.shape))

    def regularizers(self):
        """`[(number of an array, its regularizer)]`."""
        return []

    def constraints(self):
        """`[(number of an array, its constraint)]`, those that the engine does not know."""
        return []

    @property
    def losses(self):
        """The penalties; of a frozen layer there are none."""
        pairs = self.regularizers() if self.trainable and self.built else []
        return [regularizer(self.current()[number]) for number, regularizer in pairs]

    def penalty(self):
        """Of its weights in the loss."""
        return sum(self.losses)

    # Calls.

    def __call__(self, inputs, training=False, **_):
        if isinstance(inputs, (list, tuple)) and any(
            isinstance(one, KerasTensor) for one in inputs
        ):
            if len(inputs) != 1:
                raise refuse(
                    f"{type(self).__name__} of several inputs", "models are chains of layers"
                )
            inputs = inputs[0]
        if not isinstance(inputs, KerasTensor):
            return tensor(self.forward(np.asarray(inputs, float)), "float32")
        shape = inputs.shape[1:]
        if None in shape:
            raise refuse(f"a shape of {inputs.shape}", "give every number of it but the first")
        self.build_for(shape)
        outputs = KerasTensor((None, *self.result(shape)), (self, inputs))
        self._note_call(inputs, outputs)
        return outputs

    def _note_call(self, inputs, outputs):
        self.input, self.output = inputs, outputs

    def forward(self, x):
        """Its outputs for samples (n, ...), in NumPy."""
        self.build_for(x.shape[1:])
        arrays = [array.astype(float) for array in self.current()]
        for layer in self.engine(x.shape[1:]):
            own = arrays
            for one in layer.parameters(x.shape[1:])[len(arrays) :]:  # a bias that is not used
                own = [*own, np.zeros(one.shape)]
            x = layer.forward(own, x, None, False)[0]
        return x

    @property
    def input_shape(self):
        return None if self.shape is None else (None, *self.shape)

    @property
    def output_shape(self):
        return None if self.shape is None else (None, *self.result(self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.result(tuple(input_shape)[1:]))

    @classmethod
    def from_config(cls, config):
        layer = super().from_config(config)
        layer.trainable = config.get("trainable", True)
        return layer

    def get_config(self):
        config = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        config |= {
            name: value for name, value in super().get_config().items()
            if name not in ("others", "given")
        }  # fmt: skip
        return config

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"
