"""Models whose layers are added one after the other."""

from fastdense.keras.configured import serialize
from fastdense.keras.layers import InputLayer, Layer
from fastdense.keras.models._model import Model
from fastdense.keras.names import unique
from fastdense.keras.tensors import KerasTensor


class Sequential(Model):
    """Layers one after the other."""

    def __init__(self, layers=None, trainable=True, name=None):
        Layer.__init__(self, name=name or unique("sequential"), trainable=trainable)
        self._chain, self._enter, self.inputs, self.outputs = [], None, None, None
        self.built, self.shape = False, None
        self._prepare()
        for layer in layers or []:
            self.add(layer)
        if not trainable:
            self.trainable = False

    def add(self, layer):
        """Put a layer behind the others."""
        if isinstance(layer, KerasTensor):
            layer = getattr(layer, "layer", None)
        if not isinstance(layer, Layer):
            raise ValueError(f"{layer!r} is no layer; give one of keras.layers")
        if isinstance(layer, InputLayer):
            if self._enter is not None or self._chain:
                raise ValueError(
                    f"Sequential model {self.name!r} has an input already; leave out {layer.name}"
                )
            self._enter = layer
            self._begin(layer.given_shape)
            return
        if not self.built and layer.given_shape is not None and not self._chain:
            self._enter = InputLayer(layer.given_shape)
            self._begin(layer.given_shape)
        elif not self.built and isinstance(layer, Model) and layer.built and not self._chain:
            self._enter = InputLayer(layer.shape)
            self._begin(layer.shape)
        if any(one.name == layer.name for one in self._chain):
            raise ValueError(
                "All layers added to a Sequential model should have unique names. Name "
                f"{layer.name!r} is already the name of a layer in this model."
            )
        self._chain.append(layer)
        if self.built:
            self.outputs = [self._after(layer)]

    def _after(self, layer):
        """What a layer makes of what there is."""
        if not layer.built:
            layer.within = f"{self.name}/"
        return layer(self.outputs[0])

    def pop(self, rebuild=True):
        """Take the last layer away."""
        if not self._chain:
            raise ValueError("there are no layers in the model")
        layer = self._chain.pop()
        if self.built:
            self.outputs = [self._chain[-1].output if self._chain else self.inputs[0]]
        return layer

    def _begin(self, shape):
        self.shape, self.built = tuple(shape), True
        self.inputs = [self._enter.output]
        self.outputs = [self.inputs[0]]

    def build(self, input_shape=None):
        if self.built or input_shape is None:
            return
        chain, self._chain = self._chain, []
        self._enter = InputLayer(tuple(input_shape)[1:])
        self._begin(self._enter.given_shape)
        for layer in chain:
            self._chain.append(layer)
            self.outputs = [self._after(layer)]

    def build_for(self, shape):
        if not self.built:
            self.build((None, *shape))
        super().build_for(shape)

    @property
    def layers(self):
        return list(self._chain)

    def result(self, shape):
        self.build_for(shape)
        return super().result(shape)

    def get_config(self):
        enter = [] if self._enter is None else [self._enter]
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "layers": [serialize(layer) for layer in [*enter, *self._chain]],
        }
        if self.built:
            config["build_input_shape"] = [None, *self.shape]
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        from fastdense.keras.models._descriptions import made

        if isinstance(config, list):  # of Keras 1
            config = {"layers": config}
        model = Sequential(
            [made(one, custom_objects) for one in config["layers"]], name=config.get("name")
        )
        model._trainable = bool(config.get("trainable", True))
        if not model.built and config.get("build_input_shape"):
            model.build(config["build_input_shape"])
        return model
